// The outbox: the ids of the events that are to be fanned out.
import type { IdRange } from '../../events/business-event.store';
import { columns } from '../../sql/columns';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { type HashPart, isInPartSql } from '../../sql/index-lookup';

/** The ids of the events that `readOutbox` would read. */
export async function oldestInOutbox(
  db: Db,
  { index, of }: HashPart,
  { from, before }: IdRange,
  atMost: number,
): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`select event_id as id from outbox
     where event_id >= $5::uuid and event_id < $3::uuid and ${isInPartSql('event_id', 1, 2)} order by event_id limit $4`),
    [index, of, before, atMost, from],
  );
  return rows.map(({ id }) => id);
}

/** Locks those of these events that are still in the outbox and that no other transaction has locked. @returns their ids */
export async function claimFromOutbox(db: Db, ids: readonly string[]): Promise<Set<string>> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`select event_id as id from outbox where event_id = any($1::uuid[])
     order by event_id for update skip locked`),
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

// The queue: a job for each delivery that is due, or will be at a set time.

export interface DeliveryJob {
  id: string;
  deliveryId: string;
}

export interface NewJob extends DeliveryJob {
  /** null: now. */
  dueAt: Date | null;
}

const NEW_JOB = columns<NewJob>([
  ['dueAt', 'due_at', 'timestamptz'],
  ['id', 'id', 'uuid'],
  ['deliveryId', 'delivery_id', 'uuid'],
]);

const INSERT = `insert into delivery_jobs (due_at, id, delivery_id)
  select coalesce(due_at, now()), id, delivery_id from unnest(${NEW_JOB.arrays()}) as j (${NEW_JOB.names})`;

/** Call it in the transaction that writes `job_id` of these deliveries. */
export async function insertJobs(db: Db, jobs: readonly NewJob[]): Promise<void> {
  if (jobs.length > 0) await changedBy(db, statement(INSERT), NEW_JOB.valuesOf(jobs));
}

const TAKE = `delete from delivery_jobs where ctid = any (array(
    select ctid from delivery_jobs where due_at between $1 and now() order by due_at, id limit $2 for update skip locked
  )) returning id, delivery_id as "deliveryId", due_at as "dueAt"`;

export interface TakenJob extends DeliveryJob {
  dueAt: Date;
}

/** Deletes jobs that have become due since `from`, the oldest first, and leaves those that another transaction takes. */
export async function takeJobs(db: Db, from: Date, atMost: number): Promise<TakenJob[]> {
  return rowsOf<TakenJob>(db, statement(TAKE), [from, atMost]);
}

const TAKE_ONE = `delete from delivery_jobs where ctid = any (array(
    select ctid from delivery_jobs where due_at >= $1 and due_at < $1::timestamptz + interval '1 ms' and id = $2
    for update skip locked
  )) returning id, delivery_id as "deliveryId", due_at as "dueAt"`;

/** Deletes this job, unless another transaction takes it. */
export async function takeJob(db: Db, { id, dueAt }: TakenJob): Promise<TakenJob[]> {
  return rowsOf<TakenJob>(db, statement(TAKE_ONE), [dueAt, id]);
}

/** The jobs that `takeJobs` would take. */
export async function listDueJobs(db: Db, from: Date, atMost: number): Promise<TakenJob[]> {
  return rowsOf<TakenJob>(
    db,
    statement(`select id, delivery_id as "deliveryId", due_at as "dueAt" from delivery_jobs
     where due_at between $1 and now() order by due_at, id limit $2`),
    [from, atMost],
  );
}

/** @param from jobs that became due before it do not count @returns for how many milliseconds no job is due; 0 or less: one is due; null: there is no job */
export async function msUntilDue(db: Db, from: Date): Promise<number | null> {
  const row = await rowOf<{ ms: number }>(
    db,
    statement(`select extract(epoch from due_at - now())::float8 * 1000 as ms
     from delivery_jobs where due_at >= $1 order by due_at limit 1`),
    [from],
  );
  return row?.ms ?? null;
}

/** The channel on which committed transactions announce work. Workers also poll, so a lost notification only delays. */
export const NOTIFY_CHANNEL = 'hookledger';

/** What is sent after events were committed whose ids had just been made. `events` says nothing about their ids. */
export const NEW_EVENTS = 'new events';

/** The name of the session in which a process with a worker listens. */
export const LISTENER_SESSION = 'notify listener';

/** Wakes the workers of all processes when the transaction commits. */
export async function notifyDeliveries(db: Db): Promise<void> {
  await changedBy(db, statement(`select pg_notify('hookledger', 'deliveries')`));
}
