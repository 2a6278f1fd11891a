// The two ends of an attempt in the database. Each is one statement, for both the request row and its delivery: what a
// delivery costs is above all how often somebody speaks with the database.
import {
  CLOSE_SQL,
  CLOSED_REQUEST,
  type ClosedRequest,
  OPEN_REQUEST,
  OPEN_SQL,
  type OpenRequest,
} from '../../request-log/open-close.store';
import { columns } from '../../sql/columns';
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import { equalsByIndex } from '../../sql/index-lookup';
import type { DeliveryStatus } from '../delivery.entity';

/** Opens a request row for each, and lets its delivery say that it is on the wire. */
export async function openRequests(db: Db, requests: readonly OpenRequest[]): Promise<void> {
  if (requests.length === 0) return;
  await changedBy(
    db,
    statement(`with opened as (${OPEN_SQL} returning id, delivery_id, attempt_number)
     update deliveries as d set open_request_id = o.id, attempts = o.attempt_number, next_attempt_at = null
     from opened as o where d.id ${equalsByIndex('o.delivery_id')}`),
    OPEN_REQUEST.valuesOf(requests),
  );
}

/** What an attempt means for its delivery. */
export interface Settlement {
  deliveryId: string;
  status: DeliveryStatus;
  nextAttemptAt: Date | null;
  jobId: string | null;
  finishedAt: Date | null;
  deliveredAt: Date | null;
  roundStart: number;
  /** Whether it still holds back later deliveries of its document. */
  blocks: boolean;
}

const SETTLEMENT = columns<Settlement>([
  ['deliveryId', 'delivery_id', 'uuid'],
  ['status', 'status', 'text'],
  ['nextAttemptAt', 'next_attempt_at', 'timestamptz'],
  ['jobId', 'job_id', 'uuid'],
  ['finishedAt', 'finished_at', 'timestamptz'],
  ['deliveredAt', 'delivered_at', 'timestamptz'],
  ['roundStart', 'round_start', 'integer'],
  ['blocks', 'blocks', 'boolean'],
]);

/**
 * Moves deliveries on and closes their requests. The fence: only the attempt that a delivery still holds open may settle
 * it; for any other, nothing is written. @returns the requests that did
 */
export async function closeRequestsAndDeliveries(
  db: Db,
  ended: readonly { settlement: Settlement; request: ClosedRequest }[],
): Promise<Set<string>> {
  const settlements = ended.map((each) => each.settlement);
  const requests = ended.map((each) => each.request);
  const rows = await rowsOf<{ requestId: string }>(
    db,
    statement(`with settled as (
       update deliveries as d set status = s.status, next_attempt_at = s.next_attempt_at, job_id = s.job_id,
         finished_at = s.finished_at, delivered_at = s.delivered_at, round_start = s.round_start, blocks = s.blocks,
         open_request_id = null
       from unnest(${SETTLEMENT.arrays()}, ${CLOSED_REQUEST.arrays(SETTLEMENT.length + 1)})
         as s (${SETTLEMENT.names}, ${CLOSED_REQUEST.names})
       where d.id ${equalsByIndex('s.delivery_id')} and d.open_request_id = s.request_id
       returning s.*
     ), closed as (
       ${CLOSE_SQL} from settled as c
       where r.id ${equalsByIndex('c.request_id')} and r.finished_at is null
     )
     select request_id as "requestId" from settled`),
    [...SETTLEMENT.valuesOf(settlements), ...CLOSED_REQUEST.valuesOf(requests)],
  );
  return new Set(rows.map((row) => row.requestId));
}
