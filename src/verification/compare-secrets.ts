// The ways in which secrets verify a call. Secrets are compared in constant time.
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

/** The signed content in pieces. */
export type SignedContent = readonly (string | Buffer)[];

interface Signed {
  /** One matching signature is sufficient. */
  readonly signatures: readonly Buffer[];
  /** The contents that may have been signed with this body, usually one; none: this body cannot have been signed. */
  readonly contents: (body: Buffer) => readonly SignedContent[];
  readonly signedAt?: Proof['signedAt'];
  readonly otherwise: Refusal;
}

/** Verified by a secret whose HMAC of the content is one of the signatures. */
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

// Several secrets are tried with one body. Reading a form for each of them would multiply the cost of a call.
function oncePerBody(contents: Signed['contents']): Signed['contents'] {
  let last: { body: Buffer; contents: readonly SignedContent[] } | null = null;
  return (body) => {
    if (last?.body !== body) last = { body, contents: contents(body) };
    return last.contents;
  };
}

function hmacOf(algorithm: HmacAlgorithm, key: Buffer, content: SignedContent): Buffer {
  const hmac = createHmac(algorithm, keyOf(key));
  for (const piece of content) hmac.update(piece);
  return hmac.digest();
}

const keys = new WeakMap<Buffer, KeyObject>();

// Given bytes, Node first tries to read them as two other kinds of key, and throws and catches an error for each, which
// takes several times as long as the HMAC.
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

/** Verified by a public key that matches one of the ed25519 signatures. */
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

// ed25519 reads its message twice (RFC 8032, section 5.1.7), so it needs the complete message
function wholeOf(content: SignedContent): Buffer {
  return Buffer.concat(content.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}

/** An ed25519 public key; null: the bytes are not one. */
function publicKeyOf(bytes: Buffer): KeyObject | null {
  try {
    const x = bytes.toString('base64url');
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return null;
  }
}

/** Verified by a secret that the call itself contains, such as a token. */
export function shownProof(kind: SecretKind, shown: Buffer, otherwise: Refusal): Proof {
  const digest = sha256(shown);
  return {
    signedAt: null,
    validity: null,
    otherwise,
    // compares digests, so that the time does not reveal the length of the secret
    holdsWith: (secret) => secret.kind === kind && timingSafeEqual(digest, sha256(secret.bytes)),
  };
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
