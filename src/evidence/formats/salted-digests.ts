// What all records are made of. Records are canonical JSON (RFC 8785), without the columns that are null, and their hashes
// are the leaves of the tree. migrations/9-evidence.sql has functions that write the same text. A record never changes its
// form: a change is another version, `v`. Content stands in it as salted digests, so that it can be disclosed, or erased, part
// by part.
import { sha256, sha256Hex } from './merkle-tree';

/**
 * A function as argument of JSON.stringify() would take more CPU than all of this.
 * @param record its properties in the order of their names, as RFC 8785 demands
 */
export function recordText(record: { content: Record<string, unknown>; [name: string]: unknown }): string {
  leaveOutNulls(record.content);
  leaveOutNulls(record);
  return JSON.stringify(record);
}

// JSON.stringify() writes no property that is undefined
function leaveOutNulls(record: Record<string, unknown>): void {
  for (const name in record) if (record[name] === null) record[name] = undefined;
}

/** The salt of one part of a row's content. Disclosing it reveals nothing about the other parts. */
export function partSalt(salt: Buffer, part: string): Buffer {
  return sha256(Buffer.concat([salt, Buffer.from(part)]));
}

/** The salted digest of a part of a row's content; null: the part is absent. */
export function partDigest(salt: Buffer, part: string, content: string | Buffer | null): string | null {
  if (content === null) return null;
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return sha256Hex(Buffer.concat([partSalt(salt, part), bytes]));
}

/** The parts of a row's content, by the names of the record; null: the row has no such part. */
export type Content = Record<string, string | Buffer | null>;

/** What a row says about its content. */
export interface SaltedContent {
  /** The salt of its digests; null once its content was erased. */
  contentSalt: Buffer | null;
  /** Once its content was erased: the `content` of its record, as JSON. */
  erasedDigests?: string | null;
}

/** The digests of parts, in the same order; all that are known of a row whose content was erased. */
export function digestsOf(row: SaltedContent, content: Content): Record<string, string | null> {
  const { contentSalt: salt, erasedDigests } = row;
  if (salt === null) return readDigests(erasedDigests ?? '');
  const digests: Record<string, string | null> = {};
  for (const name of Object.keys(content)) digests[name] = partDigest(salt, name, content[name] ?? null);
  return digests;
}

/**
 * The same of a row whose parts are erased one by one.
 * @param erasedDigests JSON: the digests of those that were
 */
export function digestsOfParts(
  content: Content,
  saltOf: (part: string) => Buffer | null,
  erasedDigests: string | null,
): Record<string, string | null> {
  const erased = erasedDigests === null ? {} : readDigests(erasedDigests);
  const digests: Record<string, string | null> = {};
  for (const name of Object.keys(content)) {
    const salt = saltOf(name);
    digests[name] = (salt && partDigest(salt, name, content[name] ?? null)) ?? erased[name] ?? null;
  }
  return digests;
}

// Without those of payloads, which stand in columns of their own. What is no JSON was edited: the record then differs from
// the sealed one.
function readDigests(text: string): Record<string, string | null> {
  try {
    const digests = JSON.parse(text);
    delete digests.body;
    delete digests.wireBody;
    return digests;
  } catch {
    return {};
  }
}

export interface PayloadFacts {
  /** null once it was erased, as its salt. */
  body: Buffer | null;
  bodySalt: Buffer | null;
  /** Once erased: the salted digest of the bytes. */
  erasedDigest?: string | null;
  /** The original length; `body` may be only the beginning. */
  byteLength: number;
  contentType: string;
}

/** The digest of a payload, as the records of its requests and of its event contain it: of its type, length and bytes. */
export function payloadDigest({ body, bodySalt, erasedDigest, byteLength, contentType }: PayloadFacts): string {
  const content = (bodySalt && partDigest(bodySalt, 'body', body)) ?? erasedDigest ?? undefined;
  return sha256Hex(Buffer.from(JSON.stringify({ bytes: byteLength, content, contentType })));
}
