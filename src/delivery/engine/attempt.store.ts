// Opens and closes attempts. Each is one statement, for both the request rows and their deliveries: round trips to the
// database are most of the cost of a delivery.

import {
  ANSWERED_COLUMNS,
  type AnsweredRequest,
  CLOSE_SQL,
  CLOSED_REQUEST,
  type ClosedRequest,
  type OpenRequest,
  openSql,
  SET_ANSWER,
} from '../../request-log/open-close.store';
import { columnOf, columns, ofEntity } from '../../sql/columns';
import { changedBy, type Db, rowOf, rowsOf, type Statement, statement } from '../../sql/db';
import { andIdBetween, joinsByIndex } from '../../sql/index-lookup';
import { idBounds } from '../../values/ids';
import { TRY_KEEP_WEBHOOKS } from '../../webhooks/webhook.store';
import { cleanCircuitsSql } from '../../webhooks/webhook-circuit.store';
import { DeliveryEntity } from '../delivery.entity';
import { type DueWebhook, deleteOpenSql, insertFinishedSql, updateOpenSql } from '../delivery.store';

// The request repeats the columns of its delivery, which the statement takes from there.
const OPENED = columns<OpenRequest>([
  ['id', 'request_id', 'uuid'],
  ['deliveryId', 'delivery_id', 'uuid'],
  ['attemptNumber', 'attempt_number', 'integer'],
  ['headers', 'sent_headers', 'text'],
  ['secretId', 'secret_id', 'uuid'],
  ['startedAt', 'started_at', 'timestamptz'],
  ['contentSalt', 'content_salt', 'bytea'],
]);

const OPEN = statement(`with marked as (
    update deliveries as d set open_request_id = o.request_id, attempts = o.attempt_number, next_attempt_at = null,
      job_id = null, lease_id = $${OPENED.length + 5}::uuid
    from unnest(${OPENED.arrays()}) as o (${OPENED.names})
    where ${joinsByIndex('d.id', 'o.delivery_id')} ${andIdBetween('d.id', OPENED.length + 1)}
    returning d.webhook_id, d.document_type, d.event, d.reference_document, d.business_event_id, d.user_id, d.method, d.url,
      d.payload_id, d.traceparent, d.test, d.replay_id, o.*
  ) ${openSql('marked as m', `(select p.body_digest from payloads p where p.id = m.payload_id ${andIdBetween('p.id', OPENED.length + 3)})`)}`);

/** Inserts the request rows, and marks their deliveries as on the wire under this lease. */
export async function openRequests(db: Db, leaseId: string, requests: readonly OpenRequest[]): Promise<void> {
  if (requests.length === 0) return;
  await changedBy(db, OPEN, [
    ...OPENED.valuesOf(requests),
    ...idBounds(requests.map(({ deliveryId }) => deliveryId)),
    ...idBounds(requests.map(({ payloadId }) => payloadId)),
    leaseId,
  ]);
}

/** Locks a delivery if this attempt of it is on the wire. */
export async function lockOpenAttempt(db: Db, deliveryId: string, requestId: string): Promise<boolean> {
  const sql = statement('select 1 from deliveries where id = $1 and open_request_id = $2 for update');
  return (await rowsOf(db, sql, [deliveryId, requestId])).length > 0;
}

/** Call it in the transaction that closes their requests: an outcome that comes later changes none of these deliveries. */
export async function forgetOpenRequests(db: Db, deliveryIds: readonly string[]): Promise<void> {
  if (deliveryIds.length === 0) return;
  await changedBy(
    db,
    statement(
      `update deliveries as d set open_request_id = null where d.id = any($1::uuid[]) ${andIdBetween('d.id', 2)}`,
    ),
    [deliveryIds, ...idBounds(deliveryIds)],
  );
}

const AFTER_ATTEMPT = [
  'status',
  'nextAttemptAt',
  'jobId',
  'finishedAt',
  'deliveredAt',
  'roundStart',
  'blocks',
] as const;

/** The state of a delivery after an attempt. */
export interface DeliveryUpdate extends Pick<DeliveryEntity, (typeof AFTER_ATTEMPT)[number]> {
  deliveryId: string;
}

const DELIVERY_UPDATE = columns<DeliveryUpdate>([
  ['deliveryId', 'delivery_id', 'uuid'],
  ...ofEntity(DeliveryEntity, AFTER_ATTEMPT),
]);

const AFTER_CLOSED = DELIVERY_UPDATE.length + CLOSED_REQUEST.length + 1;

/** The outcome of an attempt, as it is written. */
interface Ended {
  deliveryUpdate: DeliveryUpdate;
  request: ClosedRequest;
}

/**
 * Closes requests and updates their deliveries. The fence: only the request that its delivery names as open is closed;
 * for any other, nothing is written. @returns the ids of the closed requests
 */
export async function closeRequestsAndDeliveries(db: Db, ended: readonly Ended[]): Promise<Set<string>> {
  const updates = ended.map((each) => each.deliveryUpdate);
  const requests = ended.map((each) => each.request);
  return closed(db, CLOSE, [
    ...DELIVERY_UPDATE.valuesOf(updates),
    ...CLOSED_REQUEST.valuesOf(requests),
    ...idBounds(updates.map(({ deliveryId }) => deliveryId)),
    ...idBounds(requests.map(({ id }) => id)),
  ]);
}

const CLOSE = statement(`with updated as (
       update deliveries as d set ${AFTER_ATTEMPT.map(columnOf)
         .map((name) => `${name} = u.${name}`)
         .join(', ')}, open_request_id = null
       from unnest(${DELIVERY_UPDATE.arrays()}, ${CLOSED_REQUEST.arrays(DELIVERY_UPDATE.length + 1)})
         as u (${DELIVERY_UPDATE.names}, ${CLOSED_REQUEST.names})
       where ${joinsByIndex('d.id', 'u.delivery_id')} and d.open_request_id = u.request_id ${andIdBetween('d.id', AFTER_CLOSED)}
       returning d.id, d.webhook_id, d.document_type, u.*
     ), ended as (${deleteOpenSql('updated', 'u.finished_at is not null')}),
     retried as (${updateOpenSql('updated', ['status', 'next_attempt_at'], 'u.finished_at is null')}),
     finished as (${insertFinishedSql('updated where finished_at is not null')}),
     closed as (
       ${CLOSE_SQL} from updated as c
       where ${joinsByIndex('r.id', 'c.request_id')} and r.finished_at is null ${andIdBetween('r.id', AFTER_CLOSED + 2)}
     )
     select request_id as "requestId" from updated`);

/** An attempt that succeeded, whose delivery blocks no other one. */
export type Success = AnsweredRequest & { deliveryId: string };

const SUCCESS = columns<Success>([['deliveryId', 'delivery_id', 'uuid'], ...ANSWERED_COLUMNS]);
const AFTER_SUCCESSES = SUCCESS.length + 1;

// A table that gets no row is not named, since PostgreSQL opens each table of a statement; nor is a value sent that all rows have. No index
// has an array_position(): by `= any`, PostgreSQL would look all deliveries of the webhooks up.
const CLOSE_SUCCESSES = statement(`with updated as (
       update deliveries as d set status = 'DELIVERED', next_attempt_at = null, job_id = null, finished_at = u.closed_at,
         delivered_at = coalesce(d.delivered_at, u.closed_at), open_request_id = null
       from ${SUCCESS.source()} as u (${SUCCESS.names})
       where ${joinsByIndex('d.id', 'u.delivery_id')} and d.open_request_id = u.request_id
         ${andIdBetween('d.id', AFTER_SUCCESSES)} and array_position(${cleanCircuitsSql(AFTER_SUCCESSES + 4)}, d.webhook_id) > 0
       returning d.id, d.webhook_id, d.document_type, d.status, d.finished_at, u.*
     ), ended as (${deleteOpenSql('updated')}),
     finished as (${insertFinishedSql('updated')}),
     closed as (
       update webhook_request_logs as r set status = 'SUCCEEDED', ${SET_ANSWER} from updated as c
       where ${joinsByIndex('r.id', 'c.request_id')} and r.finished_at is null ${andIdBetween('r.id', AFTER_SUCCESSES + 2)}
     )
     select request_id as "requestId" from updated`);

/**
 * As `closeRequestsAndDeliveries`, except for deliveries of webhooks whose circuit records a failure: it is to change with them.
 * @param webhookIds of the deliveries
 */
export async function closeSuccesses(
  db: Db,
  successes: readonly Success[],
  webhookIds: readonly string[],
): Promise<Set<string>> {
  return closed(db, CLOSE_SUCCESSES, [
    ...SUCCESS.valuesOf(successes),
    ...idBounds(successes.map(({ deliveryId }) => deliveryId)),
    ...idBounds(successes.map(({ id }) => id)),
    webhookIds,
  ]);
}

async function closed(db: Db, sql: Statement, values: unknown[]): Promise<Set<string>> {
  const rows = await rowsOf<{ requestId: string }>(db, sql, values);
  return new Set(rows.map((row) => row.requestId));
}

/** A webhook whose first attempts may be opened. None of its due deliveries was counted: `deliveries` is 0. */
export interface WebhookToOpen extends DueWebhook {
  /** The transaction that last changed it. */
  changedIn: string;
  /** Deliveries wait for its capacity. */
  hasWaiting: boolean;
  /** All deliveries are paused. */
  isPaused: boolean;
}

export async function webhooksToOpen(db: Db, ids: readonly string[]): Promise<WebhookToOpen[]> {
  return rowsOf<WebhookToOpen>(
    db,
    statement(`select w.id, w.changed_in as "changedIn", w.name, w.status, w.timeout_ms as "timeoutMs",
       w.retry_schedule as "retrySchedule", w.rate_limit as "rateLimit", w.rate_limit_seconds as "rateLimitSeconds",
       w.max_concurrency as "maxConcurrency", w.ordering, c.state as circuit, c.failures,
       c.failing_since as "failingSince", c.has_waiting as "hasWaiting",
       exists (select from webhook_credentials k where k.webhook_id = w.id) as "hasCredentials",
       w.send_evidence_head as "sendEvidenceHead", w.send_traceparent as "sendTraceparent", 0 as deliveries,
       exists (select from deliveries_pause) as "isPaused"
     from webhooks w join webhook_circuits c on c.webhook_id = w.id
     where w.id = any($1::uuid[])`),
    [ids],
  );
}

export interface Kept {
  /** false: all deliveries are being paused or resumed now. */
  fromPause: boolean;
  /** Of the asked webhooks, those that are not being changed now. */
  webhookIds: ReadonlySet<string>;
}

/**
 * Keeps all deliveries from being paused, and these webhooks from being changed, until the transaction ends: what a later
 * statement reads of both stays true. It does not wait, because the transaction may hold locks that a pause which ends at this
 * moment waits for.
 */
export async function tryKeep(db: Db, ids: readonly string[]): Promise<Kept> {
  const row = await rowOf<{ fromPause: boolean; webhookIds: string[] }>(
    db,
    statement(`select pg_try_advisory_xact_lock_shared(hashtext('hookledger.pause')) as "fromPause",
       array(${TRY_KEEP_WEBHOOKS}) as "webhookIds"`),
    [ids],
  );
  return { fromPause: row?.fromPause === true, webhookIds: new Set(row?.webhookIds) };
}
