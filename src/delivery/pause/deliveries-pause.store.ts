import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';

export interface DeliveriesPause {
  id: string;
  since: Date;
  userId: string;
  reason: string;
}

/** The id of the only row. */
export const DELIVERIES_PAUSE_ID = '00000000-0000-0000-0000-000000000000';

export const DELIVERIES_PAUSE = { table: 'deliveries_pause', columns: 'id, since, user_id as "userId", reason' };

/**
 * Whether deliveries are paused. Every transaction that begins attempts asks this, before it does: the answer holds until
 * it ends, because a pause waits for it.
 */
export async function areDeliveriesPaused(db: Db): Promise<boolean> {
  const row = await rowOf<{ paused: boolean }>(db, statement('select deliveries_are_paused() as paused'));
  return row?.paused === true;
}

/** Waits for the transactions that begin attempts. Until this one ends, others do not begin. */
export async function lockDeliveriesPause(db: Db): Promise<void> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock(hashtext('hookledger.pause'))`));
}

/** The pause, without a lock: it may begin or end at any moment. null: deliveries are not paused. */
export async function findDeliveriesPause(db: Db): Promise<DeliveriesPause | null> {
  return rowOf<DeliveriesPause>(db, statement(`select ${DELIVERIES_PAUSE.columns} from deliveries_pause`));
}

export async function insertDeliveriesPause(db: Db, pause: DeliveriesPause): Promise<void> {
  await changedBy(
    db,
    statement('insert into deliveries_pause (id, since, user_id, reason) values ($1::uuid, $2, $3::uuid, $4)'),
    [pause.id, pause.since, pause.userId, pause.reason],
  );
}

export async function deleteDeliveriesPause(db: Db): Promise<void> {
  await changedBy(db, statement('delete from deliveries_pause'));
}

/** Moves the beginning of each series of failures on by the time that it was paused: nothing could succeed meanwhile. */
export async function shiftFailureStarts(db: Db, since: Date, now: Date): Promise<void> {
  await changedBy(
    db,
    statement(`with failing as (
       select webhook_id from webhook_circuits where failing_since is not null order by webhook_id for update
     )
     update webhook_circuits c set failing_since = c.failing_since + ($2::timestamptz - greatest(c.failing_since, $1))
     from failing where c.webhook_id = failing.webhook_id and c.failing_since < $2`),
    [since, now],
  );
}
