// The parts of a request's content, which a proof contains as salted digests and discloses only on demand.
import type { Db } from '../sql/db';
import { partSalt, type RequestFacts } from './formats/record';
import { type SaltedPayload, saltedPayloads } from './sealed-rows.store';

/** By the names of the API: the part of the record. */
export const PARTS = {
  BODY: 'body',
  ERROR: 'error',
  HEADERS: 'headers',
  REFERENCE: 'reference',
  REMOTE_ADDRESS: 'remoteAddress',
  RESPONSE: 'response',
  RESPONSE_HEADERS: 'responseHeaders',
  URL: 'url',
  WIRE_BODY: 'wireBody',
} as const;
export type Part = keyof typeof PARTS;

/** In base64: SHA-256 over salt and content is the digest in the record. */
export interface Disclosed {
  salt: string;
  content: string;
}

/** The payloads of these requests, as far as they are disclosed. */
export async function payloadsToDisclose(
  db: Db,
  rows: readonly RequestFacts[],
  parts: readonly Part[],
): Promise<Map<string, SaltedPayload>> {
  const ids = rows.flatMap((row) => [
    parts.includes('BODY') ? row.payloadId : null,
    parts.includes('WIRE_BODY') ? row.wirePayloadId : null,
  ]);
  return saltedPayloads(
    db,
    ids.filter((id) => id !== null),
  );
}

/** Parts that a row has not are left out. */
export function disclosedParts(
  row: RequestFacts,
  parts: readonly Part[],
  payloads: ReadonlyMap<string, SaltedPayload>,
): Record<string, Disclosed> {
  const found: Record<string, Disclosed> = {};
  for (const part of parts) {
    const disclosed = disclosedPart(row, part, payloads);
    if (disclosed) found[PARTS[part]] = disclosed;
  }
  return found;
}

function disclosedPart(row: RequestFacts, part: Part, payloads: ReadonlyMap<string, SaltedPayload>): Disclosed | null {
  if (part === 'BODY') return ofPayload(row.payloadId, payloads);
  if (part === 'WIRE_BODY') return ofPayload(row.wirePayloadId, payloads);
  const content = contentOf(row, part);
  if (content === null) return null;
  return {
    salt: partSalt(row.contentSalt, PARTS[part]).toString('base64'),
    content: Buffer.from(content as string).toString('base64'),
  };
}

// the digest of a payload is made with its own salt, because attempts share it
function ofPayload(id: string | null, payloads: ReadonlyMap<string, SaltedPayload>): Disclosed | null {
  const payload = id === null ? undefined : payloads.get(id);
  if (!payload?.body) return null;
  return { salt: partSalt(payload.bodySalt, 'body').toString('base64'), content: payload.body.toString('base64') };
}

function contentOf(row: RequestFacts, part: Exclude<Part, 'BODY' | 'WIRE_BODY'>): string | Buffer | null {
  switch (part) {
    case 'ERROR':
      return row.error;
    case 'HEADERS':
      return row.headers;
    case 'REFERENCE':
      return row.referenceDocument;
    case 'REMOTE_ADDRESS':
      return row.remoteAddress;
    case 'RESPONSE':
      return row.responseBody;
    case 'RESPONSE_HEADERS':
      return row.responseHeaders;
    case 'URL':
      return row.url;
  }
}
