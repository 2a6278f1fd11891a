// Signed notes and checkpoints of C2SP (c2sp.org/signed-note, c2sp.org/tlog-checkpoint) with Ed25519.
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { sha256 } from './merkle-tree';

const ED25519 = 1;
const COSIGNATURE = 4;
const ID_BYTES = 4;

/** The public half of a key of a log. */
export interface VerifierKey {
  name: string;
  /** The first four bytes of the hash of name and key. */
  id: Buffer;
  publicKey: KeyObject;
}

/** A head of the tree. */
export interface Checkpoint {
  origin: string;
  treeSize: number;
  rootHash: Buffer;
}

const rawKeyOf = (key: KeyObject) => Buffer.from(key.export({ format: 'jwk' }).x as string, 'base64url');

function keyIdOf(name: string, raw: Buffer, type = ED25519): Buffer {
  return sha256(Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([type]), raw])).subarray(0, ID_BYTES);
}

/** @param name the origin of the log: without spaces and plus signs */
export function writeVkey(name: string, publicKey: KeyObject): string {
  const raw = rawKeyOf(publicKey);
  return `${name}+${keyIdOf(name, raw).toString('hex')}+${Buffer.concat([Buffer.from([ED25519]), raw]).toString('base64')}`;
}

const VKEY = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/;

/** @returns null if the text is no vkey of an Ed25519 key */
export function readVkey(vkey: string): VerifierKey | null {
  return readKey(vkey, ED25519);
}

/** @returns null if the text is no vkey of a witness with Ed25519 (c2sp.org/tlog-cosignature) */
export function readWitnessVkey(vkey: string): VerifierKey | null {
  return readKey(vkey, COSIGNATURE);
}

function readKey(vkey: string, wanted: number): VerifierKey | null {
  const [, name = '', id = '', encoded = ''] = VKEY.exec(vkey) ?? [];
  const [type, ...raw] = Buffer.from(encoded, 'base64');
  if (type !== wanted || keyIdOf(name, Buffer.from(raw), wanted).toString('hex') !== id) return null;
  const x = Buffer.from(raw).toString('base64url');
  return {
    name,
    id: Buffer.from(id, 'hex'),
    publicKey: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
  };
}

export function checkpointText({ origin, treeSize, rootHash }: Checkpoint): string {
  return `${origin}\n${treeSize}\n${rootHash.toString('base64')}\n`;
}

/** @returns the text with a line for each key: the same for the same text, as Ed25519 is deterministic */
export function signNote(text: string, name: string, ...privateKeys: readonly KeyObject[]): string {
  const lines = privateKeys.map((privateKey) => {
    const id = keyIdOf(name, rawKeyOf(createPublicKey(privateKey)));
    const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]);
    return `— ${name} ${signature.toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/** A signature under a note, with its line break. */
export const SIGNATURE_LINE = /^— \S+ [A-Za-z0-9+/]+={0,2}\n$/;

/** WRONG: the signature of a known key is wrong. UNKNOWN: no known key signed. */
export type NoteSignature = 'RIGHT' | 'WRONG' | 'UNKNOWN';

/** The text of a note, with what the known keys say about it; null: the text is no note. */
export function readNote(
  note: string,
  keys: readonly VerifierKey[],
): { text: string; signature: NoteSignature } | null {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return null;
  const text = note.slice(0, end + 1);
  let signature: NoteSignature = 'UNKNOWN';
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const [, name = '', encoded = ''] = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    const key = keys.find((each) => each.name === name && each.id.equals(bytes.subarray(0, ID_BYTES)));
    if (!key) continue;
    if (!verify(null, Buffer.from(text), key.publicKey, bytes.subarray(ID_BYTES))) return { text, signature: 'WRONG' };
    signature = 'RIGHT';
  }
  return { text, signature };
}

/**
 * Checks the signatures of known keys. Signatures of unknown keys are ignored.
 * @returns the text; null if no known key signed it, or the signature of a known key is wrong
 */
export function openNote(note: string, keys: readonly VerifierKey[]): string | null {
  const read = readNote(note, keys);
  return read?.signature === 'RIGHT' ? read.text : null;
}

/** @returns the line of a witness under a note whose cosignature is right, with its line break; empty: there is none */
export function cosignatureOf(note: string, lines: string, { name, id, publicKey }: VerifierKey): string {
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
  // the first: verifiers limit the lines of a head
  const right = lines.split('\n').find((line) => {
    const [, of, encoded = ''] = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    if (of !== name || bytes.length !== ID_BYTES + 8 + 64 || !id.equals(bytes.subarray(0, ID_BYTES))) return false;
    const time = bytes.readBigUInt64BE(ID_BYTES);
    const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
    return verify(null, message, publicKey, bytes.subarray(ID_BYTES + 8));
  });
  return right === undefined ? '' : `${right}\n`;
}

/** The year 9999. */
const MAX_SECONDS = 253_402_300_799n;

/** When a witness says that it signed. @param line a right cosignature */
export function cosignedAt(line: string): Date {
  const bytes = Buffer.from(line.trim().split(' ')[2] ?? '', 'base64');
  const time = bytes.readBigUInt64BE(ID_BYTES);
  // a witness with another clock says nothing about the time
  return new Date(Number(time > MAX_SECONDS ? MAX_SECONDS : time) * 1000);
}

/** The value of the header hookledger-head: the signed head in base64, so that who gets it has all that proves it. */
export const sentHead = (note: string) => Buffer.from(note).toString('base64');

/** A signed head, given as its text, or as the header hookledger-head or its value. */
export function noteOf(given: string): string {
  const value = /^(?:hookledger-head:)?\s*([A-Za-z0-9+/]+={0,2})\s*$/i.exec(given)?.[1];
  return value === undefined ? given : Buffer.from(value, 'base64').toString();
}

const CHECKPOINT = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n/;

/** @returns null if the text is no checkpoint */
export function readCheckpoint(text: string): Checkpoint | null {
  const [, origin = '', size = '', root = ''] = CHECKPOINT.exec(text) ?? [];
  return origin ? { origin, treeSize: Number(size), rootHash: Buffer.from(root, 'base64') } : null;
}
