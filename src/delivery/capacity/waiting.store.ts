// Deliveries without a job: held, waiting, or cancelled.
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import type { Wait } from '../delivery.entity';

/** A delivery that was delivered before it was replayed stays DELIVERED. */
const ENDED = `case when delivered_at is null then 'CANCELLED' else 'DELIVERED' end`;

/** Holds deliveries until their webhook is resumed. Their attempts are closed. */
export async function holdDeliveries(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await changedBy(
    db,
    statement(`update deliveries set held = true, waits_for = null, job_id = null, open_request_id = null,
       next_attempt_at = null where id = any($1::uuid[])`),
    [ids],
  );
}

export async function cancelDeliveries(db: Db, ids: readonly string[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await changedBy(
    db,
    statement(`update deliveries set status = ${ENDED}, finished_at = $2, held = false, waits_for = null, blocks = false,
       job_id = null, open_request_id = null, next_attempt_at = null where id = any($1::uuid[])`),
    [ids, at],
  );
}

/** Cancels the open deliveries of a webhook, except those with an attempt on the wire. */
export async function cancelOpenOf(db: Db, webhookId: string, at: Date): Promise<number> {
  return changedBy(
    db,
    statement(`update deliveries set status = ${ENDED}, finished_at = $2, held = false, waits_for = null, blocks = false,
       job_id = null, next_attempt_at = null
     where webhook_id = $1 and finished_at is null and open_request_id is null`),
    [webhookId, at],
  );
}

/** Makes held deliveries wait for capacity instead. @returns their number, at most `atMost` */
export async function unholdDeliveries(db: Db, webhookId: string, atMost: number): Promise<number> {
  return changedBy(
    db,
    statement(`update deliveries set held = false, waits_for = 'CAPACITY' where id in (
       select id from deliveries where webhook_id = $1 and finished_at is null and held order by id limit $2)`),
    [webhookId, atMost],
  );
}

/** Makes deliveries that wait for capacity held instead. @returns their number, at most `atMost` */
export async function holdWaiting(db: Db, webhookId: string, atMost: number): Promise<number> {
  return changedBy(
    db,
    statement(`update deliveries set held = true, waits_for = null where id in (
       select id from deliveries where webhook_id = $1 and waits_for is not null and waits_for = 'CAPACITY'
       order by id limit $2)`),
    [webhookId, atMost],
  );
}

/** Assigns jobs to deliveries: they are due at `at`. */
export async function giveJobs(db: Db, jobs: readonly { id: string; deliveryId: string }[], at: Date): Promise<void> {
  if (jobs.length === 0) return;
  await changedBy(
    db,
    statement(`update deliveries as d set held = false, waits_for = null, job_id = j.job_id, next_attempt_at = $3
     from unnest($1::uuid[], $2::uuid[]) as j (id, job_id) where d.id = j.id`),
    [jobs.map((job) => job.deliveryId), jobs.map((job) => job.id), at],
  );
}

/** Takes the jobs of deliveries away: they wait. */
export async function makeWait(db: Db, ids: readonly string[], waitsFor: Wait): Promise<void> {
  if (ids.length === 0) return;
  await changedBy(
    db,
    statement(`update deliveries set waits_for = $2, job_id = null, open_request_id = null, next_attempt_at = null
     where id = any($1::uuid[])`),
    [ids, waitsFor],
  );
}

/** Locks the oldest deliveries of a webhook that wait for capacity, except those that another transaction has locked. */
export async function firstWaiting(db: Db, webhookId: string, atMost: number): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`select id from deliveries where webhook_id = $1 and waits_for is not null and waits_for = 'CAPACITY'
     order by id limit $2 for update skip locked`),
    [webhookId, atMost],
  );
  return rows.map((row) => row.id);
}

/** Whether the delivery is due or on the wire. */
export async function isDueOrRunning(db: Db, id: string, now: Date): Promise<boolean> {
  const rows = await rowsOf(
    db,
    statement(`select 1 from deliveries where id = $1 and finished_at is null and not held and waits_for is null
       and (open_request_id is not null or next_attempt_at <= $2)`),
    [id, now],
  );
  return rows.length > 0;
}

export async function hasWaiting(db: Db, webhookId: string): Promise<boolean> {
  const rows = await rowsOf(
    db,
    statement(`select 1 from deliveries where webhook_id = $1 and waits_for is not null and waits_for = 'CAPACITY'
     limit 1`),
    [webhookId],
  );
  return rows.length > 0;
}

/** Those of these deliveries that were cancelled while an attempt was on the wire. */
export async function cancelRequested(db: Db, ids: readonly string[]): Promise<Set<string>> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement('select id from deliveries where id = any($1::uuid[]) and cancel_requested'),
    [ids],
  );
  return new Set(rows.map((row) => row.id));
}
