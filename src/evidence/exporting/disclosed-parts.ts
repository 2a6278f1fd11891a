// The parts of a row's content, which a proof contains as salted digests and discloses only on demand.
import type { Db } from '../../sql/db';
import { contentOf, type FactsOf, type LeafKind, saltOf } from '../formats/leaf-kinds';
import { partSalt } from '../formats/salted-digests';
import { type SaltedPayload, saltedPayloads } from '../sealed-rows.store';

/** The parts of a row by the names of the API: each is a part of its record, and NAMES both parts of the record of a name. */
export const PARTS = {
  BODY: 'body',
  CRITERIA: 'criteria',
  DETAILS: 'details',
  ERROR: 'error',
  HEADERS: 'headers',
  IDEMPOTENCY_KEY: 'idempotencyKey',
  IDENTITY_ISSUER: 'identityIssuer',
  IDENTITY_SUBJECT: 'identitySubject',
  MESSAGE: 'message',
  NAMES: null,
  REASON: 'reason',
  REFERENCE: 'reference',
  REMOTE_ADDRESS: 'remoteAddress',
  RESPONSE: 'response',
  RESPONSE_HEADERS: 'responseHeaders',
  URL: 'url',
  USER_AGENT: 'userAgent',
  WIRE_BODY: 'wireBody',
} as const;
export type Part = keyof typeof PARTS;

/** Salt and content in base64. SHA-256 over both is the digest in the record. */
export interface Disclosed {
  salt: string;
  content: string;
  /** Of a payload: its digest in the record also covers length and type. */
  bytes?: number;
  contentType?: string;
}

interface WithPayloads {
  id: string;
  payloadId?: string | null;
  wirePayloadId?: string | null;
}

/** The payloads of these rows, as far as they are disclosed. */
export async function payloadsToDisclose(
  db: Db,
  rows: readonly WithPayloads[],
  parts: readonly Part[],
): Promise<Map<string, SaltedPayload>> {
  const ids = rows.flatMap(({ payloadId, wirePayloadId }) => [
    parts.includes('BODY') ? payloadId : null,
    parts.includes('WIRE_BODY') ? wirePayloadId : null,
  ]);
  return saltedPayloads(
    db,
    ids.filter((id) => id != null),
  );
}

/** Parts that the row does not have are left out. */
export function disclosedParts<Kind extends LeafKind>(
  kind: Kind,
  row: FactsOf[Kind] & WithPayloads,
  parts: readonly Part[],
  payloads: ReadonlyMap<string, SaltedPayload>,
): Record<string, Disclosed> {
  const found: Record<string, Disclosed> = {};
  const content = contentOf(kind, row);
  const add = (name: string, disclosed: Disclosed | null) => {
    if (disclosed) found[name] = disclosed;
  };
  for (const part of parts) {
    const name = PARTS[part];
    if (part === 'BODY') add('body', ofPayload(row.payloadId, payloads));
    else if (part === 'WIRE_BODY') add('wireBody', ofPayload(row.wirePayloadId, payloads));
    else if (name !== null) add(name, ofRow(saltOf(kind, row, name), name, content[name]));
    else if (kind === 'name') for (const each in content) add(each, ofRow(row.contentSalt, each, content[each]));
  }
  return found;
}

function ofRow(salt: Buffer | null, name: string, content: string | Buffer | null | undefined): Disclosed | null {
  if (salt === null || content == null) return null;
  return {
    salt: partSalt(salt, name).toString('base64'),
    content: (typeof content === 'string' ? Buffer.from(content) : content).toString('base64'),
  };
}

// the digest of a payload is made with its own salt, because attempts share it
function ofPayload(id: string | null | undefined, payloads: ReadonlyMap<string, SaltedPayload>): Disclosed | null {
  const payload = id == null ? undefined : payloads.get(id);
  if (!payload?.body || !payload.bodySalt) return null;
  const { body, bodySalt, byteLength: bytes, contentType } = payload;
  return { salt: partSalt(bodySalt, 'body').toString('base64'), content: body.toString('base64'), bytes, contentType };
}
