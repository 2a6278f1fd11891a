// What a call says of itself, in the way of its provider; and the secrets that can confirm it.

/** Why a call is not accepted. */
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
  /** A sentence for the log. It never repeats a secret, nor a signature that would be right. */
  readonly message: string;
}

/** V1: an HMAC key; V1A: an ed25519 public key; TEXT: a text that both sides know; CERTIFICATE: a fingerprint. */
export const SECRET_KINDS = ['V1', 'V1A', 'TEXT', 'CERTIFICATE'] as const;
export type SecretKind = (typeof SECRET_KINDS)[number];

export interface VerificationSecret {
  readonly id: string;
  readonly kind: SecretKind;
  /** V1: the key's bytes; V1A: 32 bytes; TEXT: UTF-8; CERTIFICATE: 32 bytes. */
  readonly bytes: Buffer;
  readonly createdAt: Date;
  /** When it stops or stopped to confirm; null: not planned. */
  readonly expiresAt: Date | null;
}

/** One way in which the call can be confirmed. */
export interface Proof {
  /** In constant time; false for a secret of another kind. @param body the bytes that the partner is taken to have signed */
  holdsWith(secret: VerificationSecret, body: Buffer): boolean;
  /** When it was signed, seconds since 1970, part of what is signed; null: no time is; Refusal: it cannot be read. */
  readonly signedAt: number | Refusal | null;
  /** The time in which it holds at all, as a certificate has it; null: any. */
  readonly validity: Validity | null;
  /** What the call is refused for when no secret confirms it. */
  readonly otherwise: Refusal;
}

export interface Validity {
  /** What has that time, such as "The certificate of CN=partner". */
  readonly what: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Claim {
  /** Any of them that any secret confirms is enough. Empty: nothing has to be confirmed. */
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
