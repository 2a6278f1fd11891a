import type { Viewer } from '../../access/viewer';
import { recordAct, recordOwnAct } from '../../audit/write-audit-entry';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { listing, type RowOf } from '../../sql/listing';
import { currentTime } from '../../time/clock';
import { notifyDeliveries } from '../queue/queue.store';
import { DeliveriesPauseEntity } from './deliveries-pause.entity';

/** The id of the only row. */
export const DELIVERIES_PAUSE_ID = '00000000-0000-0000-0000-000000000000';

export const DELIVERIES_PAUSE = listing(DeliveriesPauseEntity);
export type DeliveriesPause = RowOf<typeof DELIVERIES_PAUSE>;

/**
 * Whether deliveries are paused. Every transaction that begins attempts asks this, before it does: the answer holds until
 * it ends, because a pause waits for it.
 */
export async function areDeliveriesPaused(db: Db): Promise<boolean> {
  const row = await rowOf<{ paused: boolean }>(db, statement('select deliveries_are_paused() as paused'));
  return row?.paused === true;
}

/** Waits for the transactions that begin attempts. Until this one ends, others do not begin. */
async function lockDeliveriesPause(db: Db): Promise<void> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock(hashtext('hookledger.pause'))`));
}

/** The pause, without a lock: it may begin or end at any moment. null: deliveries are not paused. */
export async function findDeliveriesPause(db: Db): Promise<DeliveriesPause | null> {
  return rowOf<DeliveriesPause>(db, statement(`select ${DELIVERIES_PAUSE.columns} from deliveries_pause`));
}

async function insertDeliveriesPause(db: Db, pause: DeliveriesPause): Promise<void> {
  await changedBy(
    db,
    statement('insert into deliveries_pause (id, since, user_id, reason) values ($1::uuid, $2, $3::uuid, $4)'),
    [pause.id, pause.since, pause.userId, pause.reason],
  );
}

async function deleteDeliveriesPause(db: Db): Promise<void> {
  await changedBy(db, statement('delete from deliveries_pause'));
}

/** Moves the beginning of each series of failures on by the time that it was paused: nothing could succeed meanwhile. */
async function shiftFailureStarts(db: Db, since: Date, now: Date): Promise<void> {
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

// One switch for all outgoing traffic. While deliveries are paused, no attempt begins in any process.

/** Thrown by a transaction that would begin attempts, so that what it has taken stays in the queue. */
export class DeliveriesArePaused extends Error {
  constructor() {
    super('deliveries are paused');
    this.name = 'DeliveriesArePaused';
  }
}

const SUBJECT = { subjectType: 'DeliveriesPause', subjectId: DELIVERIES_PAUSE_ID };

/**
 * @param viewer null: Hookledger itself
 * @returns the pause; the current one, unchanged, if deliveries are paused already
 */
export async function pauseDeliveries(db: Db, viewer: Viewer | null, reason: string): Promise<DeliveriesPause> {
  await lockDeliveriesPause(db);
  const current = await findDeliveriesPause(db);
  if (current) return current;
  const pause = { id: DELIVERIES_PAUSE_ID, since: currentTime(), userId: viewer?.userId ?? null, reason };
  await insertDeliveriesPause(db, pause);
  const act = { action: 'deliveries.paused', ...SUBJECT, reason };
  await (viewer === null ? recordOwnAct(db, act) : recordAct(db, viewer, act));
  return pause;
}

/** @returns the pause that has ended; null: deliveries were not paused */
export async function resumeDeliveries(db: Db, viewer: Viewer, reason: string | null): Promise<DeliveriesPause | null> {
  await lockDeliveriesPause(db);
  const pause = await findDeliveriesPause(db);
  if (!pause) return null;
  await deleteDeliveriesPause(db);
  await shiftFailureStarts(db, pause.since, currentTime());
  const details = { since: pause.since.toISOString(), pausedFor: pause.reason };
  await recordAct(db, viewer, { action: 'deliveries.resumed', ...SUBJECT, reason, details });
  await notifyDeliveries(db);
  return pause;
}
