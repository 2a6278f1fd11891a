import { BUSINESS_EVENTS } from '../events/business-event.store';
import { columns, ofEntity } from '../sql/columns';
import { type Db, rowsOf, statement } from '../sql/db';
import { joinsByIndex } from '../sql/index-lookup';
import { byIds, listing, type RowOf } from '../sql/listing';
import { firstIdAt, idBounds } from '../values/ids';
import type { Ordering, WebhookStatus } from '../webhooks/webhook.entity';
import { keepWebhooks } from '../webhooks/webhook.store';
import type { CircuitState } from '../webhooks/webhook-circuit.entity';
import { DeliveryEntity, OPEN_STATUSES } from './delivery.entity';

export const DELIVERIES = listing(DeliveryEntity, [
  'method',
  'url',
  'headers',
  'payloadId',
  'traceparent',
  'blocks',
  'roundStart',
  'jobId',
  'leaseId',
  'openRequestId',
  'erasureId',
]);
export type DeliveryRow = RowOf<typeof DELIVERIES>;
export const deliveriesById = byIds(DELIVERIES);

const NEW = [
  'id',
  'businessEventId',
  'webhookId',
  'userId',
  'documentType',
  'event',
  'referenceDocument',
  'status',
  'skipReason',
  'skipMessage',
  'method',
  'url',
  'headers',
  'payloadId',
  'traceparent',
  'attempts',
  'nextAttemptAt',
  'held',
  'waitsFor',
  'test',
  'blocks',
  'jobId',
  // the first attempt, if it is opened with the delivery, and its lease
  'openRequestId',
  'leaseId',
  'createdAt',
  'finishedAt',
] as const;

/** A delivery as made by the fan-out, with its rendered request. */
export type NewDelivery = Pick<DeliveryEntity, (typeof NEW)[number]>;

export const NEW_DELIVERY = columns<NewDelivery>(ofEntity(DeliveryEntity, NEW));

/** WITH queries that insert deliveries. @param first the number of their first parameter */
export function insertDeliveriesSql(first = 1): string {
  return `fresh as materialized (
      select * from unnest(${NEW_DELIVERY.arrays(first)}) as d (${NEW_DELIVERY.names})
    ), new_deliveries as (insert into deliveries (${NEW_DELIVERY.names}) select * from fresh),
    new_open as (${insertOpenSql('fresh where finished_at is null')}),
    new_finished as (${insertFinishedSql('fresh where finished_at is not null')}),
    new_blocking as (${insertBlockingSql('fresh where blocks')})`;
}

export async function insertDeliveries(db: Db, deliveries: readonly NewDelivery[]): Promise<void> {
  await rowsOf(db, statement(`with ${insertDeliveriesSql()} select`), NEW_DELIVERY.valuesOf(deliveries));
}

/** A due delivery, with what an attempt needs. */
export interface DueDelivery
  extends Omit<
    DeliveryRow,
    'skipReason' | 'skipMessage' | 'nextAttemptAt' | 'held' | 'waitsFor' | 'createdAt' | 'finishedAt'
  > {
  /** The number of attempts before this round: each replay starts a new round of the retry schedule. */
  roundStart: number;
  method: string;
  url: string;
  headers: string;
  payloadId: string;
  traceparent: string | null;
  body: Buffer | null;
  jobId: string | null;
  openRequestId: string | null;
  blocks: boolean;
}

/** The webhook of due deliveries, with what an attempt needs. */
export interface DueWebhook {
  id: string;
  name: string;
  status: WebhookStatus;
  timeoutMs: number;
  retrySchedule: number[] | null;
  rateLimit: number | null;
  rateLimitSeconds: number | null;
  maxConcurrency: number | null;
  ordering: Ordering | null;
  circuit: CircuitState;
  failures: number;
  failingSince: Date | null;
  hasCredentials: boolean;
  sendEvidenceHead: boolean;
  sendTraceparent: boolean;
  /** The number of the due deliveries that are for this webhook. */
  deliveries: number;
}

/** The webhooks of these deliveries. None is paused, resumed or archived until the transaction ends. */
export async function keepWebhooksOf(db: Db, ids: readonly string[]): Promise<Map<string, DueWebhook>> {
  const counts = await rowsOf<{ webhookId: string; deliveries: number }>(
    db,
    statement(`select webhook_id as "webhookId", count(*)::integer as deliveries from deliveries
     where id = any($1::uuid[]) and id between $2::uuid and $3::uuid group by webhook_id`),
    [ids, ...idBounds(ids)],
  );
  const webhookIds = counts.map(({ webhookId }) => webhookId);
  // sent together, executed in this order
  const [, rows] = await Promise.all([keepWebhooks(db, webhookIds), dueWebhooks(db, webhookIds)]);
  const countOf = new Map(counts.map(({ webhookId, deliveries }) => [webhookId, deliveries]));
  return new Map(rows.map((row) => [row.id, { ...row, deliveries: countOf.get(row.id) ?? 0 }]));
}

/** The webhook of each of these deliveries. */
export async function webhookOfEach(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await rowsOf<{ id: string; webhookId: string }>(
    db,
    statement(`select id, webhook_id as "webhookId" from deliveries
     where id = any($1::uuid[]) and id between $2::uuid and $3::uuid`),
    [ids, ...idBounds(ids)],
  );
  return new Map(rows.map(({ id, webhookId }) => [id, webhookId]));
}

async function dueWebhooks(db: Db, ids: readonly string[]): Promise<Omit<DueWebhook, 'deliveries'>[]> {
  return rowsOf(
    db,
    statement(`select w.id, w.name, w.status, w.timeout_ms as "timeoutMs", w.retry_schedule as "retrySchedule",
       w.rate_limit as "rateLimit", w.rate_limit_seconds as "rateLimitSeconds", w.max_concurrency as "maxConcurrency",
       w.ordering, c.state as circuit, c.failures, c.failing_since as "failingSince",
       exists (select from webhook_credentials k where k.webhook_id = w.id) as "hasCredentials",
       w.send_evidence_head as "sendEvidenceHead", w.send_traceparent as "sendTraceparent"
     from webhooks w join webhook_circuits c on c.webhook_id = w.id where w.id = any($1::uuid[])`),
    [ids],
  );
}

/** A due delivery of the queue. A larger body than LARGE_BODY is not read with it. */
export interface QueuedDelivery extends DueDelivery {
  /** null: there is no payload, or it was not looked for. */
  bodyBytes: number | null;
}

/** 1,000 jobs with smaller bodies are less than 16 MiB. */
export const LARGE_BODY = 16 * 1024;

/** @param withoutBody webhooks to which only tests are sent now: the bodies of their other deliveries are not read */
export async function dueDeliveries(
  db: Db,
  ids: readonly string[],
  withoutBody: readonly string[] = [],
): Promise<QueuedDelivery[]> {
  return rowsOf<QueuedDelivery>(
    db,
    statement(`select d.id, d.business_event_id as "businessEventId", d.webhook_id as "webhookId", d.user_id as "userId",
       d.document_type as "documentType", d.event, d.reference_document as "referenceDocument", d.status, d.attempts,
       d.round_start as "roundStart", d.method, d.url, d.headers, d.payload_id as "payloadId", d.traceparent,
       case when p.byte_length <= ${LARGE_BODY} then p.body end as body, p.byte_length as "bodyBytes",
       d.job_id as "jobId", d.open_request_id as "openRequestId", d.test, d.blocks, d.replay_id as "replayId",
       d.delivered_at as "deliveredAt", d.cancel_requested as "cancelRequested"
     from deliveries d left join payloads p
       on p.id = d.payload_id and (d.test or d.webhook_id <> all($4::uuid[]))
     where d.id = any($1::uuid[]) and d.id between $2::uuid and $3::uuid order by d.id for update of d`),
    [ids, ...idBounds(ids), withoutBody],
  );
}

/** The bodies of these payloads, by their ids; one that was erased is absent. */
export async function bodiesOf(db: Db, payloadIds: readonly string[]): Promise<Map<string, Buffer>> {
  if (payloadIds.length === 0) return new Map();
  const rows = await rowsOf<{ id: string; body: Buffer }>(
    db,
    statement(`select id, body from payloads
     where id = any($1::uuid[]) and id between $2::uuid and $3::uuid and body is not null`),
    [payloadIds, ...idBounds(payloadIds)],
  );
  return new Map(rows.map(({ id, body }) => [id, body]));
}

// Parts of statements that change deliveries: they write the tables by which deliveries are found. Each statement changes the
// row of a delivery first, so that its lock covers its rows in these tables.

const OPEN = 'id, webhook_id, document_type, status, held, waits_for, next_attempt_at';
const FINISHED = 'id, webhook_id, document_type, status, finished_at';
const BLOCKING = 'webhook_id, document_type, reference_document, id';

// `o` is an open delivery. The primary key begins with the status.
const IS_OPEN = `o.status in (${OPEN_STATUSES.map((status) => `'${status}'`).join(', ')})`;

/** @param source of rows with the columns of deliveries; with a WHERE clause if need be */
export function insertOpenSql(source: string): string {
  return `insert into open_deliveries (${OPEN}) select ${OPEN} from ${source}`;
}

export function insertFinishedSql(source: string): string {
  return `insert into finished_deliveries (${FINISHED}) select ${FINISHED} from ${source}`;
}

function insertBlockingSql(source: string): string {
  return `insert into blocking_deliveries (${BLOCKING}) select ${BLOCKING} from ${source}`;
}

/** Copies columns from changed deliveries. @param from a WITH query that returned the id and these columns */
export function updateOpenSql(from: string, columns: readonly string[], where = 'true'): string {
  const copied = columns.map((column) => `${column} = u.${column}`).join(', ');
  return `update open_deliveries as o set ${copied} from ${from} as u
    where ${where} and ${IS_OPEN} and ${joinsByIndex('o.id', 'u.id')}`;
}

/** A statement that moves open deliveries between held, waiting and due. @param update of `deliveries as d` */
export function moveSql(update: string): string {
  return `with moved as (${update} returning d.id, d.held, d.waits_for, d.next_attempt_at),
      copied as (${updateOpenSql('moved', ['held', 'waits_for', 'next_attempt_at'])})
    select id from moved`;
}

export function deleteOpenSql(from: string, where = 'true'): string {
  return `delete from open_deliveries as o using ${from} as u
    where ${where} and ${IS_OPEN} and ${joinsByIndex('o.id', 'u.id')}`;
}

/** @param from a WITH query that returned the columns of `blocking_deliveries` of the deliveries that block no longer */
export function deleteBlockingSql(from: string, where = 'true'): string {
  return `delete from blocking_deliveries as b using ${from} as u where ${where} and b.webhook_id = u.webhook_id
    and b.document_type = u.document_type and b.reference_document = u.reference_document and b.id = u.id`;
}

/**
 * Deliveries with the user of their event, as `acting_user_id`. The index on users is on events: on deliveries, every
 * update would change it. It returns deliveries in the order of their events.
 */
export const DELIVERIES_OF_USERS = {
  table: `(select d.*, e.user_id as acting_user_id
    from business_events e join deliveries d on d.business_event_id = e.id) as deliveries`,
  columns: DELIVERIES.columns,
};

/** Events with the event of the delivery that caused them, as `effect_of`. */
export const EFFECTS_OF_EVENTS = {
  table: `(select e.*, d.business_event_id as effect_of
    from business_events e join deliveries d on d.id = e.caused_by) as effects`,
  columns: BUSINESS_EVENTS.columns,
};

const BY_EVENT = { sql: 'business_event_id', property: 'businessEventId', type: 'uuid' } as const;

/** The order of DELIVERIES_OF_USERS: the time of the event. */
export function orderOfUser(order: { direction: 'ASC' | 'DESC' } | null | undefined) {
  return { tag: 'Delivery of User', column: BY_EVENT, descending: order?.direction !== 'ASC' };
}

/**
 * The latest times at which the last requests to a webhook can have arrived there, newest first: the time when a request
 * was finished, but at most `travelMs` after it began. Only times after `since`, at most `atMost`. The rate limit counts
 * the rows of the log, so no second count can differ from it.
 */
export async function recentArrivals(
  db: Db,
  webhookId: string,
  since: Date,
  { travelMs, atMost }: { travelMs: number; atMost: number },
): Promise<Date[]> {
  const rows = await rowsOf<{ arrivedBy: Date }>(
    db,
    // least() ignores the null of open requests
    statement(`select * from (
       select least(finished_at, started_at + $3 * interval '1 ms') as "arrivedBy" from webhook_request_logs
       where webhook_id = $1 and id >= $2::uuid
     ) as requests where "arrivedBy" > $4 order by "arrivedBy" desc limit $5`),
    [webhookId, firstIdAt(since.getTime() - travelMs), travelMs, since, atMost],
  );
  return rows.map((row) => row.arrivedBy);
}
