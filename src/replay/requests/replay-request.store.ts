import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { ReplayRequestEntity } from './replay-request.entity';

export type ReplayRequestRow = Omit<ReplayRequestEntity, 'requester' | 'decider'>;

export const REPLAY_REQUESTS = {
  table: 'replay_requests',
  columns: `id, status, delivery_id as "deliveryId", last_replay_id as "lastReplayId", reason, requested_by as "requestedBy",
    created_at as "createdAt", expires_at as "expiresAt", decided_by as "decidedBy", decided_at as "decidedAt",
    decision_reason as "decisionReason", replay_id as "replayId"`,
  indexed: ['id', 'delivery_id'],
};

export async function replayRequestsById(db: Db, ids: readonly string[]): Promise<Map<string, ReplayRequestRow>> {
  const rows = await rowsOf<ReplayRequestRow>(
    db,
    statement(`select ${REPLAY_REQUESTS.columns} from replay_requests where id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Locks the row: of two decisions at once, the second one sees the first. */
export async function findRequestForUpdate(db: Db, id: string): Promise<ReplayRequestRow | null> {
  return rowOf<ReplayRequestRow>(
    db,
    statement(`select ${REPLAY_REQUESTS.columns} from replay_requests where id = $1 for update`),
    [id],
  );
}

export async function waitingRequestOf(db: Db, deliveryId: string): Promise<ReplayRequestRow | null> {
  return rowOf<ReplayRequestRow>(
    db,
    statement(`select ${REPLAY_REQUESTS.columns} from replay_requests where delivery_id = $1 and status = 'WAITING'`),
    [deliveryId],
  );
}

/** Call it with the delivery locked, so that there is one that waits. */
export async function insertRequest(db: Db, request: ReplayRequestRow): Promise<void> {
  await db.insert(ReplayRequestEntity, request);
}

export async function changeRequest(db: Db, id: string, changes: Partial<ReplayRequestRow>): Promise<void> {
  await db.update(ReplayRequestEntity, { id }, changes);
}

/** @param deliveryId of this one alone; null: of all deliveries */
export async function expireRequests(db: Db, now: Date, deliveryId: string | null): Promise<number> {
  return changedBy(
    db,
    statement(`update replay_requests set status = 'EXPIRED'
     where status = 'WAITING' and expires_at <= $1 and ($2::uuid is null or delivery_id = $2)`),
    [now, deliveryId],
  );
}
