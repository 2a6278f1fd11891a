import { idBounds } from '../ids';
import { columns } from '../sql/columns';
import { type Db, rowsOf, statement } from '../sql/db';
import type { Listing } from '../sql/listing';
import type { Ordering, WebhookStatus } from '../webhooks/webhook.entity';
import type { CircuitState } from '../webhooks/webhook-circuit.entity';
import { keepWebhooks } from '../webhooks/webhook-lock.store';
import type { DeliveryStatus, SkipReason, Wait } from './delivery.entity';
import { insertBlockingSql, insertFinishedSql, insertOpenSql } from './delivery-state.store';

export interface DeliveryRow {
  id: string;
  businessEventId: string;
  webhookId: string;
  userId: string;
  documentType: string;
  event: string;
  referenceDocument: string;
  status: DeliveryStatus;
  skipReason: SkipReason | null;
  skipMessage: string | null;
  attempts: number;
  nextAttemptAt: Date | null;
  held: boolean;
  waitsFor: Wait | null;
  test: boolean;
  /** The last replay of the delivery. */
  replayId: string | null;
  /** Whether it was cancelled while an attempt was on the wire. */
  cancelRequested: boolean;
  /** The time of the first success. */
  deliveredAt: Date | null;
  createdAt: Date;
  finishedAt: Date | null;
}

export const DELIVERIES: Listing = {
  table: 'deliveries',
  columns: `id, business_event_id as "businessEventId", webhook_id as "webhookId", user_id as "userId",
    document_type as "documentType", event, reference_document as "referenceDocument", status,
    skip_reason as "skipReason", skip_message as "skipMessage", attempts, next_attempt_at as "nextAttemptAt", held,
    waits_for as "waitsFor", test, replay_id as "replayId", cancel_requested as "cancelRequested",
    delivered_at as "deliveredAt", created_at as "createdAt", finished_at as "finishedAt"`,
};

export async function deliveriesById(db: Db, ids: readonly string[]): Promise<Map<string, DeliveryRow>> {
  const rows = await rowsOf<DeliveryRow>(
    db,
    `select ${DELIVERIES.columns} from deliveries where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** A delivery as made by the fan-out, with its rendered request. */
export interface NewDelivery extends Omit<DeliveryRow, 'replayId' | 'cancelRequested' | 'deliveredAt'> {
  method: string | null;
  url: string | null;
  headers: string | null;
  payloadId: string | null;
  jobId: string | null;
  /** The first attempt, if it is opened with the delivery, and its lease. */
  openRequestId: string | null;
  leaseId: string | null;
  blocks: boolean;
}

export const NEW_DELIVERY = columns<NewDelivery>([
  ['id', 'id', 'uuid'],
  ['businessEventId', 'business_event_id', 'uuid'],
  ['webhookId', 'webhook_id', 'uuid'],
  ['userId', 'user_id', 'uuid'],
  ['documentType', 'document_type', 'text'],
  ['event', 'event', 'text'],
  ['referenceDocument', 'reference_document', 'text'],
  ['status', 'status', 'text'],
  ['skipReason', 'skip_reason', 'text'],
  ['skipMessage', 'skip_message', 'text'],
  ['method', 'method', 'text'],
  ['url', 'url', 'text'],
  ['headers', 'headers', 'text'],
  ['payloadId', 'payload_id', 'uuid'],
  ['attempts', 'attempts', 'integer'],
  ['nextAttemptAt', 'next_attempt_at', 'timestamptz'],
  ['held', 'held', 'boolean'],
  ['waitsFor', 'waits_for', 'text'],
  ['test', 'test', 'boolean'],
  ['blocks', 'blocks', 'boolean'],
  ['jobId', 'job_id', 'uuid'],
  ['openRequestId', 'open_request_id', 'uuid'],
  ['leaseId', 'lease_id', 'uuid'],
  ['createdAt', 'created_at', 'timestamptz'],
  ['finishedAt', 'finished_at', 'timestamptz'],
]);

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
       w.send_evidence_head as "sendEvidenceHead"
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
       d.round_start as "roundStart", d.method, d.url, d.headers, d.payload_id as "payloadId",
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
