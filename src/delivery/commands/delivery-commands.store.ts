// What people order for single deliveries: now, not at all, again.
import { idBounds } from '../../ids';
import { columns } from '../../sql/columns';
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import type { DeliveryStatus, SkipReason, Wait } from '../delivery.entity';

/** A delivery as far as an order about it depends on it. */
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
  /** What is sent is there: nothing was ever frozen for a skipped one, and a payload may have been erased. */
  hasContent: boolean;
}

/** Locked until the transaction ends, in order. Whoever locks their webhooks or circuits too does so before. */
export async function lockDeliveries(db: Db, ids: readonly string[]): Promise<CommandedDelivery[]> {
  return rowsOf<CommandedDelivery>(
    db,
    statement(`select d.id, d.webhook_id as "webhookId", d.business_event_id as "businessEventId", d.status,
       d.skip_reason as "skipReason", d.held, d.waits_for as "waitsFor", d.blocks, d.test,
       d.open_request_id as "openRequestId", d.cancel_requested as "cancelRequested", p.body is not null as "hasContent"
     from deliveries d left join payloads p on p.id = d.payload_id
     where d.id = any($1::uuid[]) and d.id between $2::uuid and $3::uuid order by d.id for update of d`),
    [ids, ...idBounds(ids)],
  );
}

/** What is on the wire is not called back: it is not tried again. */
export async function requestCancel(db: Db, id: string): Promise<void> {
  await changedBy(db, statement('update deliveries set cancel_requested = true where id = $1'), [id]);
}

/** What a delivery that was skipped will be after all. */
export interface FrozenDelivery {
  id: string;
  method: string;
  url: string;
  /** JSON array of [name, value]. */
  headers: string;
  payloadId: string;
}

const FROZEN_DELIVERY = columns<FrozenDelivery>([
  ['id', 'id', 'uuid'],
  ['method', 'method', 'text'],
  ['url', 'url', 'text'],
  ['headers', 'headers', 'text'],
  ['payloadId', 'payload_id', 'uuid'],
]);

/** Skipped, and made into requests after all. Their payloads are there already; to be opened in the same transaction. */
export async function freezeDeliveries(db: Db, frozen: readonly FrozenDelivery[]): Promise<void> {
  if (frozen.length === 0) return;
  await changedBy(
    db,
    statement(`update deliveries as d set skip_reason = null, skip_message = null, method = f.method, url = f.url,
       headers = f.headers, payload_id = f.payload_id
     from unnest(${FROZEN_DELIVERY.arrays(1)}) as f (${FROZEN_DELIVERY.names})
     where d.id = f.id and d.id between $${FROZEN_DELIVERY.length + 1}::uuid and $${FROZEN_DELIVERY.length + 2}::uuid`),
    [...FROZEN_DELIVERY.valuesOf(frozen), ...idBounds(frozen.map(({ id }) => id))],
  );
}

/**
 * Over, and open again: as new, but with the attempts that it had, and with what is known of its arrival.
 * @param reopened without a job: held
 */
export async function reopenDeliveries(
  db: Db,
  replayId: string,
  reopened: readonly { deliveryId: string; jobId: string | null }[],
  at: Date,
): Promise<void> {
  if (reopened.length === 0) return;
  const ids = reopened.map((each) => each.deliveryId);
  await changedBy(
    db,
    // what arrived before arrivals were written down has finished_at alone
    statement(`update deliveries as d set status = 'PENDING', finished_at = null, round_start = d.attempts, replay_id = $3,
       delivered_at = coalesce(d.delivered_at, case when d.status = 'DELIVERED' then d.finished_at end),
       cancel_requested = false, held = r.job_id is null, waits_for = null, job_id = r.job_id,
       next_attempt_at = case when r.job_id is not null then $4::timestamptz end
     from unnest($1::uuid[], $2::uuid[]) as r (id, job_id)
     where d.id = r.id and d.id between $5::uuid and $6::uuid`),
    [ids, reopened.map((each) => each.jobId), replayId, at, ...idBounds(ids)],
  );
}
