// Statements for retryDelivery, cancelDelivery and replays.

import { columns, ofEntity } from '../../sql/columns';
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import { andIdBetween, joinsByIndex } from '../../sql/index-lookup';
import { idBounds } from '../../values/ids';
import { DeliveryEntity, type DeliveryStatus, type SkipReason, type Wait } from '../delivery.entity';
import { insertOpenSql } from '../delivery.store';

/** The columns of a delivery that these commands depend on. */
export interface CommandedDelivery {
  id: string;
  webhookId: string;
  businessEventId: string;
  status: DeliveryStatus;
  skipReason: SkipReason | null;
  held: boolean;
  waitsFor: Wait | null;
  blocks: boolean;
  test: boolean;
  openRequestId: string | null;
  cancelRequested: boolean;
  replayId: string | null;
  traceparent: string | null;
  /** Whether there is a body to send. A skipped delivery has none, and a payload may have been erased. */
  hasContent: boolean;
  /** The erasure of its content; null: none. */
  erasureId: string | null;
}

/** Locks deliveries until the transaction ends. Lock their webhooks and circuits before. */
export async function lockDeliveries(db: Db, ids: readonly string[]): Promise<CommandedDelivery[]> {
  return rowsOf<CommandedDelivery>(
    db,
    statement(`select d.id, d.webhook_id as "webhookId", d.business_event_id as "businessEventId", d.status,
       d.skip_reason as "skipReason", d.held, d.waits_for as "waitsFor", d.blocks, d.test,
       d.open_request_id as "openRequestId", d.cancel_requested as "cancelRequested", p.body is not null as "hasContent",
       d.erasure_id as "erasureId", d.replay_id as "replayId", d.traceparent
     from deliveries d left join payloads p on p.id = d.payload_id
     where d.id = any($1::uuid[]) and d.id between $2::uuid and $3::uuid order by d.id for update of d`),
    [ids, ...idBounds(ids)],
  );
}

/** For a delivery with an attempt on the wire: it is not retried afterwards. */
export async function requestCancel(db: Db, id: string): Promise<void> {
  await changedBy(db, statement('update deliveries set cancel_requested = true where id = $1'), [id]);
}

/** The request of a delivery that was skipped before. */
export interface RenderedDelivery {
  id: string;
  method: string;
  url: string;
  /** JSON array of [name, value]. */
  headers: string;
  payloadId: string;
}

const RENDERED_DELIVERY = columns<RenderedDelivery>(
  ofEntity(DeliveryEntity, ['id', 'method', 'url', 'headers', 'payloadId']),
);

/** Stores the requests of skipped deliveries, whose payloads exist. Reopen the deliveries in the same transaction. */
export async function storeRequests(db: Db, rendered: readonly RenderedDelivery[]): Promise<void> {
  if (rendered.length === 0) return;
  await changedBy(
    db,
    statement(`update deliveries as d set skip_reason = null, skip_message = null, method = r.method, url = r.url,
       headers = r.headers, payload_id = r.payload_id
     from unnest(${RENDERED_DELIVERY.arrays(1)}) as r (${RENDERED_DELIVERY.names})
     where ${joinsByIndex('d.id', 'r.id')} ${andIdBetween('d.id', RENDERED_DELIVERY.length + 1)}`),
    [...RENDERED_DELIVERY.valuesOf(rendered), ...idBounds(rendered.map(({ id }) => id))],
  );
}

/**
 * Makes finished deliveries PENDING again, with a new round of the retry schedule. The number of attempts and the time of
 * the first success are kept.
 * @param reopened without a job: held; with a place in a trace: their attempts belong there
 */
export async function reopenDeliveries(
  db: Db,
  replayId: string,
  reopened: readonly { deliveryId: string; jobId: string | null; traceparent: string | null }[],
  at: Date,
): Promise<void> {
  if (reopened.length === 0) return;
  const ids = reopened.map((each) => each.deliveryId);
  await changedBy(
    db,
    statement(`with reopened as (
       update deliveries as d set status = 'PENDING', finished_at = null, round_start = d.attempts, replay_id = $3,
       traceparent = coalesce(r.traceparent, d.traceparent),
       cancel_requested = false, held = r.job_id is null, waits_for = null, job_id = r.job_id,
       next_attempt_at = case when r.job_id is not null then $4::timestamptz end
       from unnest($1::uuid[], $2::uuid[], $5::text[]) as r (id, job_id, traceparent)
       where ${joinsByIndex('d.id', 'r.id')} ${andIdBetween('d.id', 6)}
       returning d.*
     ), finished as (
       delete from finished_deliveries where id = any($1::uuid[]) and id between $6::uuid and $7::uuid
         and status in ('DELIVERED', 'EXHAUSTED', 'SKIPPED', 'CANCELLED')
     ) ${insertOpenSql('reopened')}`),
    [ids, reopened.map((each) => each.jobId), replayId, at, reopened.map((each) => each.traceparent), ...idBounds(ids)],
  );
}
