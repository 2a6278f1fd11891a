// What a call claims, as its provider defines it, and the secrets that can verify it.

/** Why a call is refused. */
export const REFUSAL_CODES = [
  'NOT_SIGNED',
  'BAD_SIGNATURE',
  'UNKNOWN_KEY',
  'STALE',
  'MALFORMED',
  'TOO_LARGE',
  'RATE_LIMITED',
  'NOT_ACTIVE',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export interface Refusal {
  readonly code: RefusalCode;
  /** A sentence for the log. It must not contain a secret or a valid signature. */
  readonly message: string;
}

/** V1: an HMAC key; V1A: an ed25519 public key; TEXT: a shared text; CERTIFICATE: a fingerprint. */
export const SECRET_KINDS = ['V1', 'V1A', 'TEXT', 'CERTIFICATE'] as const;
export type SecretKind = (typeof SECRET_KINDS)[number];

export interface VerificationSecret {
  readonly id: string;
  readonly kind: SecretKind;
  /** V1: the bytes of the key; V1A: 32 bytes; TEXT: UTF-8; CERTIFICATE: 32 bytes. */
  readonly bytes: Buffer;
  readonly createdAt: Date;
  /** When the secret expires or expired; null: never. */
  readonly expiresAt: Date | null;
}

/** One way to verify the call. */
export interface Proof {
  /**
   * Compares in constant time; false for a secret of another kind.
   * @param body the bytes that the partner may have signed
   */
  holdsWith(secret: VerificationSecret, body: Buffer): boolean;
  /** The signed time, seconds since 1970; null: no time is signed; Refusal: it cannot be read. */
  readonly signedAt: number | Refusal | null;
  /** The period of validity, such as that of a certificate; null: unlimited. */
  readonly validity: Validity | null;
  /** The refusal when no secret verifies the call. */
  readonly otherwise: Refusal;
}

export interface Validity {
  /** What has this period, such as "The certificate of CN=partner". */
  readonly what: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Claim {
  /** One proof that one secret verifies is sufficient. Empty: no verification is required. */
  readonly proofs: readonly Proof[];
}

export function isRefusal(result: unknown): result is Refusal {
  return typeof result === 'object' && result !== null && 'code' in result && 'message' in result;
}

export function notSigned(message: string): Refusal {
  return { code: 'NOT_SIGNED', message };
}

export function malformed(message: string): Refusal {
  return { code: 'MALFORMED', message };
}
