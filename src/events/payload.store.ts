import { columns } from '../sql/columns';
import { changedBy, type Db, rowsOf, statement } from '../sql/db';
import { andIdBetween } from '../sql/index-lookup';
import { newId } from '../values/ids';
import { newSalt } from '../values/random';

export interface Payload {
  id: string;
  body: Buffer;
  /** The original length; more than the length of `body` where only the beginning is stored. */
  byteLength: number;
  /** Empty: none was given. */
  contentType: string;
  bodySalt: Buffer;
}

export interface PayloadRow {
  id: string;
  /** null once it was erased. */
  body: Buffer | null;
  byteLength: number;
  contentType: string;
}

/** @param byteLength the original length, where `body` is only the beginning */
export function newPayload(body: Buffer, contentType: string, byteLength = body.length): Payload {
  return { id: newId(), body, byteLength, contentType, bodySalt: newSalt() };
}

export const NEW_PAYLOAD = columns<Payload>([
  ['id', 'id', 'uuid'],
  ['body', 'body', 'bytea'],
  ['byteLength', 'byte_length', 'integer'],
  ['contentType', 'content_type', 'text'],
  ['bodySalt', 'body_salt', 'bytea'],
]);

function insertPayloadsSql(): string {
  return `insert into payloads (${NEW_PAYLOAD.names}) select * from ${NEW_PAYLOAD.source()} as new_row`;
}

/**
 * WITH queries that insert payloads, for `digestOfNew`. Digests are looked up in an array: the sessions that deliver join only
 * row by row, which compares each event with each payload of the statement.
 */
export const WITH_NEW_PAYLOADS = `with new_payloads as (${insertPayloadsSql()} returning id, body_digest),
  new_digests as materialized (select array_agg(id) as ids, array_agg(body_digest) as digests from new_payloads)`;

/** The digest of a payload that the same statement inserts; null: it inserts no such payload. */
export function digestOfNew(id: string): string {
  return `(select digests[array_position(ids, ${id})] from new_digests)`;
}

/** The digest of a payload, stored or new. @param first the number of two parameters: the bounds of the ids of all of them */
export function digestOfAny(id: string, first: number): string {
  const stored = `select p.body_digest from payloads p where p.id = ${id} ${andIdBetween('p.id', first)}`;
  return `coalesce(${digestOfNew(id)}, (${stored}))`;
}

/** The id of a payload; null: the content of its row was erased, while another row may still need the payload. */
export function unlessErased(payloadId: string, erasureId = 'erasure_id'): string {
  return `case when ${erasureId} is null then ${payloadId} end`;
}

export async function insertPayloads(db: Db, payloads: readonly Payload[]): Promise<void> {
  if (payloads.length === 0) return;
  await changedBy(db, statement(insertPayloadsSql()), NEW_PAYLOAD.valuesOf(payloads));
}

export async function payloadsById(db: Db, ids: readonly string[]): Promise<Map<string, PayloadRow>> {
  const rows = await rowsOf<PayloadRow>(
    db,
    `select id, body, byte_length as "byteLength", content_type as "contentType"
     from payloads where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
