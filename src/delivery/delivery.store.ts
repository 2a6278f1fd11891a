import { idBounds } from '../ids';
import { changedBy, type Db, rowsOf, statement } from '../sql/db';
import type { WebhookStatus } from '../webhooks/webhook.entity';
import type { DeliveryStatus, SkipReason, Wait } from './delivery.entity';

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
  createdAt: Date;
  finishedAt: Date | null;
}

export const DELIVERIES = {
  table: 'deliveries',
  columns: `id, business_event_id as "businessEventId", webhook_id as "webhookId", user_id as "userId",
    document_type as "documentType", event, reference_document as "referenceDocument", status,
    skip_reason as "skipReason", skip_message as "skipMessage", attempts, next_attempt_at as "nextAttemptAt", held,
    waits_for as "waitsFor", test,
    created_at as "createdAt", finished_at as "finishedAt"`,
};

export async function deliveriesById(db: Db, ids: readonly string[]): Promise<Map<string, DeliveryRow>> {
  const rows = await rowsOf<DeliveryRow>(
    db,
    `select ${DELIVERIES.columns} from deliveries where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** A delivery as fan-out makes it: what is sent is frozen here. */
export interface NewDelivery extends DeliveryRow {
  method: string | null;
  url: string | null;
  headers: string | null;
  payloadId: string | null;
  jobId: string | null;
  blocks: boolean;
}

export async function insertDeliveries(db: Db, deliveries: readonly NewDelivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  const column = <Key extends keyof NewDelivery>(key: Key) => deliveries.map((delivery) => delivery[key]);
  await changedBy(
    db,
    statement(`insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document,
       status, skip_reason, skip_message, method, url, headers, payload_id, attempts, next_attempt_at, held, waits_for,
       test, blocks, job_id, created_at, finished_at)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[],
       $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::uuid[], $15::integer[],
       $16::timestamptz[], $17::boolean[], $18::text[], $19::boolean[], $20::boolean[], $21::uuid[], $22::timestamptz[],
       $23::timestamptz[])`),
    [
      column('id'),
      column('businessEventId'),
      column('webhookId'),
      column('userId'),
      column('documentType'),
      column('event'),
      column('referenceDocument'),
      column('status'),
      column('skipReason'),
      column('skipMessage'),
      column('method'),
      column('url'),
      column('headers'),
      column('payloadId'),
      column('attempts'),
      column('nextAttemptAt'),
      column('held'),
      column('waitsFor'),
      column('test'),
      column('blocks'),
      column('jobId'),
      column('createdAt'),
      column('finishedAt'),
    ],
  );
}

/** A delivery whose turn has come, with all that an attempt needs. */
export interface DueDelivery {
  id: string;
  businessEventId: string;
  webhookId: string;
  userId: string;
  documentType: string;
  event: string;
  referenceDocument: string;
  status: DeliveryStatus;
  attempts: number;
  method: string;
  url: string;
  headers: string;
  payloadId: string;
  body: Buffer | null;
  jobId: string | null;
  openRequestId: string | null;
  webhookStatus: WebhookStatus;
  timeoutMs: number;
  retrySchedule: number[] | null;
}

/**
 * Holds the webhooks of these deliveries still until the transaction ends: nobody pauses, resumes or archives them
 * meanwhile. Taken before the deliveries are, in the order in which archiving takes both: else the two deadlock.
 */
export async function lockWebhooksOf(db: Db, ids: readonly string[]): Promise<void> {
  await rowsOf(
    db,
    statement(`select 1 from webhooks where id in (
       select webhook_id from deliveries where id = any($1::uuid[]) and id between $2::uuid and $3::uuid
     ) order by id for share`),
    [ids, ...idBounds(ids)],
  );
}

export async function dueDeliveries(db: Db, ids: readonly string[]): Promise<DueDelivery[]> {
  return rowsOf<DueDelivery>(
    db,
    statement(`select d.id, d.business_event_id as "businessEventId", d.webhook_id as "webhookId", d.user_id as "userId",
       d.document_type as "documentType", d.event, d.reference_document as "referenceDocument", d.status, d.attempts,
       d.method, d.url, d.headers, d.payload_id as "payloadId", p.body, d.job_id as "jobId",
       d.open_request_id as "openRequestId", w.status as "webhookStatus", w.timeout_ms as "timeoutMs",
       w.retry_schedule as "retrySchedule"
     from deliveries d join webhooks w on w.id = d.webhook_id left join payloads p on p.id = d.payload_id
     where d.id = any($1::uuid[]) and d.id between $2::uuid and $3::uuid order by d.id for update of d`),
    [ids, ...idBounds(ids)],
  );
}

export async function markOpen(
  db: Db,
  open: readonly { deliveryId: string; requestId: string; attemptNumber: number }[],
): Promise<void> {
  if (open.length === 0) return;
  const ids = open.map((each) => each.deliveryId);
  await changedBy(
    db,
    statement(`update deliveries as d set open_request_id = o.request_id, attempts = o.attempts, next_attempt_at = null
     from unnest($1::uuid[], $2::uuid[], $3::integer[]) as o (id, request_id, attempts)
     where d.id = o.id and d.id between $4::uuid and $5::uuid`),
    [ids, open.map((each) => each.requestId), open.map((each) => each.attemptNumber), ...idBounds(ids)],
  );
}

/** What an attempt means for its delivery. */
export interface Settlement {
  deliveryId: string;
  requestId: string;
  status: DeliveryStatus;
  nextAttemptAt: Date | null;
  jobId: string | null;
  finishedAt: Date | null;
}

/**
 * The fence: only the attempt that a delivery still holds open may settle it. @returns the requests that did
 */
export async function settleDeliveries(db: Db, settlements: readonly Settlement[]): Promise<Set<string>> {
  const column = <Key extends keyof Settlement>(key: Key) => settlements.map((settlement) => settlement[key]);
  const rows = await rowsOf<{ requestId: string }>(
    db,
    statement(`update deliveries as d set status = s.status, next_attempt_at = s.next_attempt_at, job_id = s.job_id,
       finished_at = s.finished_at, open_request_id = null
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::uuid[], $6::timestamptz[])
       as s (id, request_id, status, next_attempt_at, job_id, finished_at)
     where d.id = s.id and d.open_request_id = s.request_id and d.id between $7::uuid and $8::uuid
     returning s.request_id as "requestId"`),
    [
      column('deliveryId'),
      column('requestId'),
      column('status'),
      column('nextAttemptAt'),
      column('jobId'),
      column('finishedAt'),
      ...idBounds(column('deliveryId')),
    ],
  );
  return new Set(rows.map((row) => row.requestId));
}

/** Held: they wait for their webhook, not for a job. An attempt that was on the wire is over. */
export async function holdDeliveries(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await changedBy(
    db,
    statement(`update deliveries set held = true, job_id = null, open_request_id = null, next_attempt_at = null
     where id = any($1::uuid[])`),
    [ids],
  );
}

export async function cancelDeliveries(db: Db, ids: readonly string[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await changedBy(
    db,
    statement(`update deliveries set status = 'CANCELLED', finished_at = $2, held = false, job_id = null,
       open_request_id = null, next_attempt_at = null where id = any($1::uuid[])`),
    [ids, at],
  );
}

/** Ends what a webhook has open, but for attempts on the wire. */
export async function cancelOpenOf(db: Db, webhookId: string, at: Date): Promise<number> {
  return changedBy(
    db,
    statement(`update deliveries set status = 'CANCELLED', finished_at = $2, held = false, job_id = null, next_attempt_at = null
     where webhook_id = $1 and finished_at is null and open_request_id is null`),
    [webhookId, at],
  );
}

/** Some of a webhook's held deliveries after this id, oldest first. */
export async function heldDeliveries(db: Db, webhookId: string, after: string, atMost: number): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`select id from deliveries where webhook_id = $1 and id > $2 and finished_at is null and held
     order by id limit $3`),
    [webhookId, after, atMost],
  );
  return rows.map((row) => row.id);
}

export async function unholdDeliveries(
  db: Db,
  jobs: readonly { id: string; deliveryId: string }[],
  at: Date,
): Promise<void> {
  await changedBy(
    db,
    statement(`update deliveries as d set held = false, job_id = j.job_id, next_attempt_at = $3
     from unnest($1::uuid[], $2::uuid[]) as j (id, job_id) where d.id = j.id`),
    [jobs.map((job) => job.deliveryId), jobs.map((job) => job.id), at],
  );
}
