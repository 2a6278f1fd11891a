import { changedBy, type Db, rowOf, rowsOf, statement } from '../sql/db';
import { ReplayEntity, type ReplayStatus } from './replay.entity';

export interface ReplayRow {
  id: string;
  status: ReplayStatus;
  /** The DeliveryWhere as JSON; null: a replay of one delivery. */
  condition: string | null;
  deliveryId: string | null;
  reason: string;
  /** At most this many deliveries per second. */
  rate: number;
  orderedBy: string;
  /** The approval; null: it needed none. */
  approvalId: string | null;
  lastDeliveryId: string;
  /** The last delivery that was processed. */
  cursor: string | null;
  deliveryCount: number;
  /** Whether it has deliveries of webhooks that receive the audit trail. */
  ofAuditReceiver: boolean;
  replayed: number;
  skipped: number;
  nextStepAt: Date;
  error: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

export const REPLAYS = {
  table: 'replays',
  columns: `id, status, condition, delivery_id as "deliveryId", reason, rate, ordered_by as "orderedBy", approval_id as "approvalId",
    last_delivery_id as "lastDeliveryId", cursor, delivery_count as "deliveryCount", of_audit_receiver as "ofAuditReceiver", replayed, skipped, next_step_at as "nextStepAt", error,
    created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt"`,
};

export async function replaysById(db: Db, ids: readonly string[]): Promise<Map<string, ReplayRow>> {
  const rows = await rowsOf<ReplayRow>(db, `select ${REPLAYS.columns} from replays where id = any($1::uuid[])`, [ids]);
  return new Map(rows.map((row) => [row.id, row]));
}

export async function insertReplay(db: Db, replay: ReplayRow): Promise<void> {
  await db.insert(ReplayEntity, replay);
}

/** Those ordered by a user that are PENDING or RUNNING. */
export async function countOpenReplays(db: Db, userId: string): Promise<number> {
  const counted = statement(
    `select count(*)::int as open from replays where status in ('PENDING', 'RUNNING') and ordered_by = $1`,
  );
  return (await rowOf<{ open: number }>(db, counted, [userId]))?.open ?? 0;
}

/** Locks the row: waits for a running step to end, and makes the next one wait for this transaction. */
export async function findReplayForUpdate(db: Db, id: string): Promise<ReplayRow | null> {
  return rowOf<ReplayRow>(db, statement(`select ${REPLAYS.columns} from replays where id = $1 for update`), [id]);
}

export async function changeReplay(db: Db, id: string, changes: Partial<ReplayRow>): Promise<void> {
  await db.update(ReplayEntity, { id }, changes);
}

/**
 * The replay whose next step has been due the longest, except those whose step another worker runs.
 * @param id only this one, if it is due; null: any
 */
export async function claimDueReplay(db: Db, id: string | null): Promise<ReplayRow | null> {
  return rowOf<ReplayRow>(
    db,
    // the clock of the database, here and below: the clocks of workers differ, and the rate applies to all of them
    statement(`select ${REPLAYS.columns} from replays where status in ('PENDING', 'RUNNING')
       and next_step_at <= clock_timestamp() and ($1::uuid is null or id = $1)
       order by next_step_at limit 1 for update skip locked`),
    [id],
  );
}

/** Milliseconds until the next step is due, 0 if one is; null: there is no open replay. */
export async function nextStepInMs(db: Db): Promise<number | null> {
  const row = await rowOf<{ ms: number }>(
    db,
    statement(`select extract(epoch from greatest(next_step_at - clock_timestamp(), interval '0'))::float8 * 1000 as ms
     from replays where status in ('PENDING', 'RUNNING') order by next_step_at limit 1`),
  );
  return row?.ms ?? null;
}

export interface ReplayStep {
  cursor: string;
  replayed: number;
  skipped: number;
  /** Milliseconds before the next step. */
  restMs: number;
}

/** Call it in the transaction that sends the deliveries again: both are committed, or neither. */
export async function noteStep(db: Db, id: string, step: ReplayStep, now: Date): Promise<void> {
  await changedBy(
    db,
    statement(`update replays set status = 'RUNNING', started_at = coalesce(started_at, $2), cursor = $3,
       replayed = replayed + $4, skipped = skipped + $5, error = null,
       next_step_at = clock_timestamp() + $6 * interval '1 ms'
     where id = $1`),
    [id, now, step.cursor, step.replayed, step.skipped, step.restMs],
  );
}

/** After a step that failed: other replays continue. */
export async function postponeStep(db: Db, id: string, restMs: number, error: string): Promise<void> {
  await changedBy(
    db,
    statement(`update replays set error = $3, next_step_at = clock_timestamp() + $2 * interval '1 ms'
     where id = $1 and finished_at is null`),
    [id, restMs, error],
  );
}
