// Checks one proof in this page: that a record is in the tree of a signed head (c2sp.org/tlog-proof, RFC 6962), with a key that the
// person pastes. It asks no server. verify-evidence.mjs, which is no part of this page, checks more: disclosed content, earlier heads,
// witnesses and time stamps.

export type ProofResult =
  | { verdict: 'VERIFIED'; facts: ProofFacts }
  | { verdict: 'NOT_VERIFIED'; fault: ProofFault }
  | { verdict: 'CANNOT_VERIFY'; fault: InputFault };

export interface ProofFacts {
  origin: string;
  treeSize: string;
  leafIndex: string;
  /** The sealed record: a line of canonical JSON. */
  record: string;
  leafHash: string;
}

/** What is wrong with the evidence. */
export type ProofFault = 'SIGNATURE' | 'NOT_IN_TREE' | 'OUTSIDE_TREE';
/** Why nothing can be said. */
export type InputFault = 'NO_PROOF' | 'NO_KEY' | 'OTHER_KEY' | 'NO_ED25519';

const KEY_TYPE = 1;
const HASH_BYTES = 32;
const SIGNATURE_BYTES = 64;
const ID_BYTES = 4;
/** A tree of 2^63 leaves. */
const MAX_HASHES = 64;
const MAX_SIGNATURES = 100;

interface Key {
  name: string;
  id: Uint8Array;
  raw: Uint8Array<ArrayBuffer>;
}

interface Proof {
  record: string;
  index: bigint;
  hashes: Uint8Array[];
  /** With its line end: what the signature is of. */
  text: string;
  origin: string;
  size: bigint;
  root: Uint8Array;
  signatures: { name: string; bytes: Uint8Array<ArrayBuffer> }[];
}

/** @param vkey the verifier key of the log, got in another way than from this server */
export async function verifyProof(proofText: string, vkey: string): Promise<ProofResult> {
  const key = await readKey(vkey.trim());
  if (!key) return { verdict: 'CANNOT_VERIFY', fault: 'NO_KEY' };
  const proof = readProof(proofText);
  if (!proof) return { verdict: 'CANNOT_VERIFY', fault: 'NO_PROOF' };
  const own = proof.signatures.filter(
    ({ name, bytes }) => name === key.name && equal(bytes.subarray(0, ID_BYTES), key.id),
  );
  if (own.length === 0 || proof.origin !== key.name) return { verdict: 'CANNOT_VERIFY', fault: 'OTHER_KEY' };
  const publicKey = await importKey(key.raw);
  if (!publicKey) return { verdict: 'CANNOT_VERIFY', fault: 'NO_ED25519' };
  const text = new TextEncoder().encode(proof.text);
  const checked = await Promise.all(
    own.map(({ bytes }) => crypto.subtle.verify('Ed25519', publicKey, bytes.subarray(ID_BYTES), text)),
  );
  if (!checked.some(Boolean)) return { verdict: 'NOT_VERIFIED', fault: 'SIGNATURE' };
  if (proof.index >= proof.size) return { verdict: 'NOT_VERIFIED', fault: 'OUTSIDE_TREE' };
  const leaf = await sha256(Uint8Array.of(0), new TextEncoder().encode(proof.record));
  const root = await rootOf(leaf, proof);
  if (!root || !equal(root, proof.root)) return { verdict: 'NOT_VERIFIED', fault: 'NOT_IN_TREE' };
  const facts = {
    origin: proof.origin,
    treeSize: String(proof.size),
    leafIndex: String(proof.index),
    record: proof.record,
    leafHash: hex(leaf),
  };
  return { verdict: 'VERIFIED', facts };
}

// RFC 9162, section 2.1.3.2. null: there are too many hashes, or too few
async function rootOf(leaf: Uint8Array, { index, size, hashes }: Proof): Promise<Uint8Array | null> {
  let [at, last, node] = [index, size - 1n, leaf];
  for (const sibling of hashes) {
    if (last === 0n) return null;
    if (at % 2n === 1n || at === last) {
      node = await sha256(Uint8Array.of(1), sibling, node);
      while (at % 2n === 0n && at !== 0n) {
        at /= 2n;
        last /= 2n;
      }
    } else {
      node = await sha256(Uint8Array.of(1), node, sibling);
    }
    at /= 2n;
    last /= 2n;
  }
  return last === 0n ? node : null;
}

/** name+id+key (c2sp.org/signed-note) */
async function readKey(vkey: string): Promise<Key | null> {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(vkey) ?? [];
  const bytes = encoded === undefined ? null : fromBase64(encoded);
  if (name === undefined || id === undefined || bytes?.length !== HASH_BYTES + 1 || bytes[0] !== KEY_TYPE) return null;
  const hash = await sha256(new TextEncoder().encode(`${name}\n`), bytes);
  const own = hash.subarray(0, ID_BYTES);
  return hex(own) === id ? { name, id: own, raw: bytes.slice(1) } : null;
}

function readProof(text: string): Proof | null {
  const end = text.indexOf('\n\n');
  const [format, extra, indexLine, ...encoded] = end < 0 ? [] : text.slice(0, end).split('\n');
  const [, index] = /^index (0|[1-9]\d{0,18})$/.exec(indexLine ?? '') ?? [];
  if (!format?.startsWith('c2sp.org/tlog-proof@v1') || index === undefined || encoded.length > MAX_HASHES) return null;
  const record = recordIn(extra ?? '');
  const hashes = encoded.map(fromBase64);
  const head = end < 0 ? null : readCheckpoint(text.slice(end + 2));
  if (record === null || head === null || !hashes.every((hash) => hash?.length === HASH_BYTES)) return null;
  return { record, index: BigInt(index), hashes: hashes as Uint8Array[], ...head };
}

function recordIn(extra: string): string | null {
  const bytes = extra.startsWith('extra ') ? fromBase64(extra.slice('extra '.length)) : null;
  if (!bytes) return null;
  try {
    const { record } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as { record?: unknown };
    return typeof record === 'string' ? record : null;
  } catch {
    return null;
  }
}

function readCheckpoint(text: string): Pick<Proof, 'text' | 'origin' | 'size' | 'root' | 'signatures'> | null {
  const end = text.indexOf('\n\n');
  const [origin, size, root] = text.slice(0, Math.max(0, end)).split('\n');
  const rootBytes = root === undefined ? null : fromBase64(root);
  if (end < 0 || !origin || !/^(0|[1-9]\d{0,18})$/.test(size ?? '') || rootBytes?.length !== HASH_BYTES) return null;
  const lines = text.slice(end + 2).split('\n');
  const signatures = lines.slice(0, MAX_SIGNATURES).flatMap((line) => {
    const [, name, encoded] = /^— (\S+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? [];
    const bytes = encoded === undefined ? null : fromBase64(encoded);
    return name !== undefined && bytes?.length === ID_BYTES + SIGNATURE_BYTES ? [{ name, bytes }] : [];
  });
  return { text: text.slice(0, end + 1), origin, size: BigInt(size as string), root: rootBytes, signatures };
}

async function importKey(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey | null> {
  return crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']).catch(() => null);
}

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** null: it is no base64, or not in its one form */
function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    const characters = atob(text);
    return btoa(characters) === text ? Uint8Array.from(characters, (character) => character.charCodeAt(0)) : null;
  } catch {
    return null;
  }
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
