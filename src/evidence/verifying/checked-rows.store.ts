// Reads what a verification compares: rows with their leaves, blocks, and heads, in pages.

import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { firstIdAt, type NodeName, timeOfId, toNodeId } from '../../values/ids';
import { type FactsOf, LEAF_KINDS, type LeafKind } from '../formats/leaf-kinds';
import { LEAF_TABLES, PLACE, PLACED, type Placed } from '../sealed-rows.store';

/** A payload as it is stored now. */
export interface StoredPayload {
  /** null once it was erased. */
  body: Buffer | null;
  bodySalt: Buffer | null;
  erasedDigest: string | null;
  byteLength: number;
  contentType: string;
  bodyDigest: Buffer;
}

export type CheckedRow<Kind extends LeafKind> = FactsOf[Kind] &
  Placed & {
    /** The payload of a request or of an event, if content is read; undefined: it is gone, or there is none. */
    payload?: StoredPayload;
    wirePayload?: StoredPayload;
  };

const PAYLOAD = (of: string) => `${of}.body as ${of}_body, ${of}.body_salt as ${of}_salt,
  ${of}.erased_digest as ${of}_erased, ${of}.byte_length as ${of}_bytes,
  ${of}.content_type as ${of}_type, ${of}.body_digest as ${of}_digest`;

/** The payloads of a kind of rows. */
const CONTENT: { readonly [Kind in LeafKind]?: { columns: string; joins: string } } = {
  request: {
    columns: `, ${PAYLOAD('p')}, ${PAYLOAD('w')}`,
    joins: 'left join payloads p on p.id = r.payload_id left join payloads w on w.id = r.wire_payload_id',
  },
  event: { columns: `, ${PAYLOAD('p')}`, joins: 'left join payloads p on p.id = r.payload_id' },
};

function payloadIn(row: Record<string, unknown>, of: 'p' | 'w'): StoredPayload | undefined {
  const column = (name: string) => row[`${of}_${name}`];
  if (!column('digest')) return undefined;
  return {
    body: column('body'),
    bodySalt: column('salt'),
    erasedDigest: column('erased'),
    byteLength: column('bytes'),
    contentType: column('type'),
    bodyDigest: column('digest'),
  } as StoredPayload;
}

/** Rows of one kind, by their ids. */
export interface RowRange {
  /** Exclusive. */
  after: string;
  /** Inclusive. */
  last: string;
  /** Only the rows with these ids; null: all rows of the range. */
  ids: readonly string[] | null;
}

const ONLY = (column: string, ids: RowRange['ids']) => (ids ? `and ${column} = any($4::uuid[])` : '');
const valuesOf = ({ after, last, ids }: RowRange, atMost: number) => [after, last, atMost, ...(ids ? [ids] : [])];

/** The first rows of this range, with their leaves, and all that have the id of the last: a table without its key may have several. */
export async function rowsIn<Kind extends LeafKind>(
  db: Db,
  kind: Kind,
  range: RowRange,
  { atMost, withContent }: { atMost: number; withContent: boolean },
): Promise<CheckedRow<Kind>[]> {
  const { table, facts, isFinal } = LEAF_TABLES[kind];
  const { columns, joins } = (withContent && CONTENT[kind]) || { columns: '', joins: '' };
  const rows = await rowsOf<CheckedRow<Kind> & Record<string, unknown>>(
    db,
    statement(`select ${facts}, ${PLACED}${columns} from ${table} r ${PLACE(kind)} ${joins}
     where r.id > $1 and r.id <= $2 and ${isFinal} ${ONLY('r.id', range.ids)}
     order by r.id fetch first $3 rows with ties`),
    valuesOf(range, atMost),
  );
  if (columns === '') return rows;
  return rows.map((row) => ({ ...row, payload: payloadIn(row, 'p'), wirePayload: payloadIn(row, 'w') }));
}

/** The rows that had these leaves; a leaf that no row is known of is left out. */
export async function rowsOfLeaves(
  db: Db,
  indexes: readonly number[],
): Promise<{ kind: number; rowId: string; leafIndex: number }[]> {
  return rowsOf(
    db,
    statement(`select kind, subject_id as "rowId", leaf_index::float8 as "leafIndex" from evidence_leaves
     where leaf_index = any($1::bigint[])`),
    [indexes],
  );
}

/** The first places in the tree that belong to rows of this range, whether the rows are there or not. */
export async function placesIn(
  db: Db,
  kind: LeafKind,
  range: RowRange,
  atMost: number,
): Promise<{ rowId: string; leafIndex: number }[]> {
  return rowsOf(
    db,
    statement(`select subject_id as "rowId", leaf_index::float8 as "leafIndex" from evidence_leaves
     where kind = ${LEAF_KINDS[kind]} and subject_id > $1 and subject_id <= $2 ${ONLY('subject_id', range.ids)}
     order by subject_id limit $3`),
    valuesOf(range, atMost),
  );
}

/** The given deliveries that exist. */
export async function existingDeliveries(db: Db, ids: readonly string[]): Promise<Set<string>> {
  const rows = await rowsOf<{ id: string }>(db, statement('select id from deliveries where id = any($1::uuid[])'), [
    ids,
  ]);
  return new Set(rows.map(({ id }) => id));
}

/** A delivery whose state is not that of its newest decision. */
export interface UndecidedDelivery {
  deliveryId: string;
  status: string;
  finishedAt: Date;
  /** null: there is no decision. */
  decisionId: string | null;
}

/** @returns the last delivery of the next page; null: there is no further one */
export async function lastDeliveryOfPage(db: Db, range: RowRange, atMost: number): Promise<string | null> {
  const row = await rowOf<{ last: string | null }>(
    db,
    statement(`select max(id::text) as last from (select id from deliveries
       where id > $1 and id <= $2 ${ONLY('id', range.ids)} order by id limit $3) as page`),
    valuesOf(range, atMost),
  );
  return row?.last ?? null;
}

export async function undecidedDeliveries(db: Db, { after, last, ids }: RowRange): Promise<UndecidedDelivery[]> {
  return rowsOf<UndecidedDelivery>(
    db,
    statement(`select d.id as "deliveryId", d.status, d.finished_at as "finishedAt", x.id as "decisionId" from deliveries d
     left join lateral (select * from delivery_decisions where delivery_id = d.id order by id desc limit 1) as x on true
     where d.id > $1 and d.id <= $2 ${ids ? 'and d.id = any($3::uuid[])' : ''}
       and d.status in ('EXHAUSTED', 'SKIPPED', 'CANCELLED')
       and (x.id is null or (x.status, x.at, x.attempts, x.business_event_id, x.webhook_id, x.reason, x.message)
         is distinct from (d.status, d.finished_at, d.attempts, d.business_event_id, d.webhook_id, d.skip_reason, d.skip_message))`),
    [after, last, ...(ids ? [ids] : [])],
  );
}

/** A request of a delivery that is about another webhook or event than the delivery. */
export interface StrayRequest {
  deliveryId: string;
  requestId: string;
}

/** Requests follow their deliveries, but for the difference that two clocks may have. */
const CLOCKS_MS = 10 * 60_000;

/** @param after the id before the first delivery */
function earliestRequest(after: string): string {
  return firstIdAt(Math.max(0, timeOfId(after).getTime() - CLOCKS_MS));
}

/** Requests name in their records what their delivery is about: a delivery that arrived has no other record. */
export async function strayRequests(db: Db, { after, last, ids }: RowRange): Promise<StrayRequest[]> {
  return rowsOf<StrayRequest>(
    db,
    statement(`select d.id as "deliveryId", r.id as "requestId"
     from deliveries d join webhook_request_logs r on r.delivery_id = d.id and r.id >= $3
     where d.id > $1 and d.id <= $2 ${ids ? 'and d.id = any($4::uuid[])' : ''}
       and (r.webhook_id, r.business_event_id, r.document_type, r.event)
         is distinct from (d.webhook_id, d.business_event_id, d.document_type, d.event)`),
    [after, last, earliestRequest(after), ...(ids ? [ids] : [])],
  );
}

/** Deliveries that count as delivered without a request that succeeded, with the last decision about them. */
export async function unprovenDeliveries(db: Db, { after, last, ids }: RowRange): Promise<UndecidedDelivery[]> {
  return rowsOf(
    db,
    statement(`select d.id as "deliveryId", 'DELIVERED' as status, coalesce(d.delivered_at, d.finished_at) as "finishedAt",
       (select x.id from delivery_decisions x where x.delivery_id = d.id order by x.id desc limit 1) as "decisionId"
     from deliveries d
     where d.id > $1 and d.id <= $2 ${ids ? 'and d.id = any($4::uuid[])' : ''}
       and (d.status = 'DELIVERED' or d.delivered_at is not null) and not exists
       (select from webhook_request_logs r where r.delivery_id = d.id and r.status = 'SUCCEEDED' and r.id >= $3)`),
    [after, last, earliestRequest(after), ...(ids ? [ids] : [])],
  );
}

// By which id of the API a row is found. Decisions and names have none of their own.

export interface RowOfKind {
  kind: LeafKind | null;
  /** The UUID of the row. */
  rowId: string | null;
}

const NODES: { readonly [Kind in LeafKind]?: NodeName } = {
  request: 'WebhookRequestLog',
  audit: 'AuditEntry',
  event: 'BusinessEvent',
};

/**
 * The ids by which the API finds these rows, by their UUIDs: that of its delivery for a decision, and that of its user or webhook for a name.
 * A decision and a name that are gone are left out.
 */
export async function nodeIdsOf(db: Db, rows: readonly RowOfKind[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const others: Record<'decision' | 'name', string[]> = { decision: [], name: [] };
  for (const { kind, rowId } of rows) {
    if (kind === null || rowId === null) continue;
    if (kind === 'decision' || kind === 'name') others[kind].push(rowId);
    else found.set(rowId, toNodeId(NODES[kind] as NodeName, rowId));
  }
  if (others.decision.length + others.name.length === 0) return found;
  const of = await rowsOf<{ rowId: string; name: NodeName; id: string }>(
    db,
    statement(`select id as "rowId", 'Delivery' as name, delivery_id as id from delivery_decisions where id = any($1::uuid[])
     union all select id, subject_type, subject_id from names where id = any($2::uuid[])`),
    [others.decision, others.name],
  );
  for (const { rowId, name, id } of of) found.set(rowId, toNodeId(name, id));
  return found;
}
