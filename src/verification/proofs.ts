// The ways in which secrets confirm a call. Where one is compared, the time it takes says nothing about it.
import {
  createHash,
  createHmac,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import type { Proof, Refusal, SecretKind } from './claim';
import type { HmacAlgorithm } from './provider';

/** What is signed, piece by piece. */
export type SignedContent = readonly (string | Buffer)[];

interface Signed {
  /** Any of them is enough. */
  readonly signatures: readonly Buffer[];
  /** What may have been signed when this was the body: mostly one thing; none: it cannot have been. */
  readonly contents: (body: Buffer) => readonly SignedContent[];
  readonly signedAt?: Proof['signedAt'];
  readonly otherwise: Refusal;
}

/** Confirmed by a secret whose HMAC over the content is one of the signatures. */
export function hmacProof(signed: Signed & { algorithm: HmacAlgorithm; kinds: readonly SecretKind[] }): Proof {
  const { algorithm, kinds, signatures, signedAt = null, otherwise } = signed;
  const contents = oncePerBody(signed.contents);
  return {
    signedAt,
    validity: null,
    otherwise,
    holdsWith: (secret, body) =>
      kinds.includes(secret.kind) &&
      contents(body).some((content) => isAmong(signatures, hmacOf(algorithm, secret.bytes, content))),
  };
}

// Several secrets are tried with one body, and to read a form for each would multiply what a call may cost.
function oncePerBody(contents: Signed['contents']): Signed['contents'] {
  const made = new WeakMap<Buffer, readonly SignedContent[]>();
  return (body) => {
    const found = made.get(body) ?? contents(body);
    made.set(body, found);
    return found;
  };
}

function hmacOf(algorithm: HmacAlgorithm, key: Buffer, content: SignedContent): Buffer {
  const hmac = createHmac(algorithm, keyOf(key));
  for (const piece of content) hmac.update(piece);
  return hmac.digest();
}

const keys = new WeakMap<Buffer, KeyObject>();

// Node asks bytes first whether they are a key of two other kinds, and throws and catches an error for each: that takes
// several times as long as the HMAC.
function keyOf(bytes: Buffer): KeyObject {
  const known = keys.get(bytes);
  if (known) return known;
  const made = createSecretKey(bytes);
  keys.set(bytes, made);
  return made;
}

function isAmong(signatures: readonly Buffer[], expected: Buffer): boolean {
  return signatures.filter((each) => each.length === expected.length && timingSafeEqual(each, expected)).length > 0;
}

/** Confirmed by a public key that one of the ed25519 signatures was made for. */
export function ed25519Proof({ signatures, contents, signedAt = null, otherwise }: Signed): Proof {
  return {
    signedAt,
    validity: null,
    otherwise,
    holdsWith(secret, body) {
      const key = secret.kind === 'V1A' ? publicKeyOf(secret.bytes) : null;
      if (key === null) return false;
      const messages = contents(body).map(wholeOf);
      return messages.some((message) => signatures.some((signature) => verify(null, message, key, signature)));
    },
  };
}

// ed25519 reads its message twice (RFC 8032, section 5.1.7): it takes it whole
function wholeOf(content: SignedContent): Buffer {
  return Buffer.concat(content.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}

/** An ed25519 public key; null: the bytes are none. */
function publicKeyOf(bytes: Buffer): KeyObject | null {
  try {
    const x = bytes.toString('base64url');
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return null;
  }
}

/** Confirmed by the secret that is shown itself, such as a token. */
export function shownProof(kind: SecretKind, shown: Buffer, otherwise: Refusal): Proof {
  const digest = sha256(shown);
  return {
    signedAt: null,
    validity: null,
    otherwise,
    // digests are compared, so that the time does not even tell how long the secret is
    holdsWith: (secret) => secret.kind === kind && timingSafeEqual(digest, sha256(secret.bytes)),
  };
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
