// Deliveries without a job: held, waiting, or cancelled.

import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import { andIdBetween, equalsByIndex, joinsByIndex } from '../../sql/index-lookup';
import { idBounds } from '../../values/ids';
import type { Wait } from '../delivery.entity';
import { deleteBlockingSql, deleteOpenSql, insertFinishedSql, moveSql } from '../delivery.store';

/** A delivery that was delivered before it was replayed stays DELIVERED. */
const ENDED = `case when delivered_at is null then 'CANCELLED' else 'DELIVERED' end`;

/** WITH queries that end deliveries. $2 is the time. @param where of `deliveries as d` @param set further columns */
function endSql(where: string, set = `status = ${ENDED}`): string {
  return `ended as (
      update deliveries as d set ${set}, finished_at = $2, held = false, waits_for = null, blocks = false,
        job_id = null, open_request_id = null, next_attempt_at = null where ${where}
      returning d.id, d.webhook_id, d.document_type, d.reference_document, d.status, d.finished_at
    ), closed as (${deleteOpenSql('ended')}), unblocked as (${deleteBlockingSql('ended')}),
    finished as (${insertFinishedSql('ended')})`;
}

/** Holds deliveries until their webhook is resumed. Their attempts are closed. */
export async function holdDeliveries(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const update = `update deliveries as d set held = true, waits_for = null, job_id = null, open_request_id = null,
    next_attempt_at = null where d.id = any($1::uuid[]) ${andIdBetween('d.id', 2)}`;
  await rowsOf(db, statement(moveSql(update)), [ids, ...idBounds(ids)]);
}

/** Cancels deliveries that are open, or EXHAUSTED and block others. */
export async function cancelDeliveries(db: Db, ids: readonly string[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await rowsOf(
    db,
    statement(`with ${endSql('d.id = any($1::uuid[])')}, exhausted as (
       delete from finished_deliveries where status = 'EXHAUSTED' and id = any($1::uuid[]))
     select id from ended`),
    [ids, at],
  );
}

/** Skips open deliveries whose content is to be erased. None of them has an attempt on the wire. */
export async function skipErased(db: Db, ids: readonly string[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  const set = `status = case when delivered_at is null then 'SKIPPED' else 'DELIVERED' end,
    skip_reason = case when delivered_at is null then 'ERASED' end`;
  await rowsOf(db, statement(`with ${endSql('d.id = any($1::uuid[])', set)} select id from ended`), [ids, at]);
}

/** Cancels the open deliveries of webhooks, except those with an attempt on the wire. */
export async function cancelOpenOf(db: Db, webhookIds: readonly string[], at: Date): Promise<void> {
  const open = `d.finished_at is null and d.open_request_id is null
    and d.id in (select id from open_deliveries where webhook_id = any($1::uuid[]))`;
  await rowsOf(db, statement(`with ${endSql(open)} select count(*) from ended`), [webhookIds, at]);
}

/** Makes held deliveries wait for capacity instead. @returns their number, at most `atMost` */
export async function unholdDeliveries(db: Db, webhookId: string, atMost: number): Promise<number> {
  const update = `update deliveries as d set held = false, waits_for = 'CAPACITY' where d.held and d.id in (
    select id from open_deliveries where webhook_id = $1 and held order by id limit $2)`;
  return changedBy(db, statement(moveSql(update)), [webhookId, atMost]);
}

/** Makes deliveries that wait for capacity held instead. @returns their number, at most `atMost` */
export async function holdWaiting(db: Db, webhookId: string, atMost: number): Promise<number> {
  const update = `update deliveries as d set held = true, waits_for = null where d.waits_for = 'CAPACITY' and d.id in (
    select id from open_deliveries where webhook_id = $1 and waits_for = 'CAPACITY' order by id limit $2)`;
  return changedBy(db, statement(moveSql(update)), [webhookId, atMost]);
}

/** Assigns jobs to deliveries: they are due at `at`. */
export async function giveJobs(db: Db, jobs: readonly { id: string; deliveryId: string }[], at: Date): Promise<void> {
  if (jobs.length === 0) return;
  const update = `update deliveries as d set held = false, waits_for = null, job_id = j.job_id, next_attempt_at = $3
    from unnest($1::uuid[], $2::uuid[]) as j (id, job_id) where ${joinsByIndex('d.id', 'j.id')} ${andIdBetween('d.id', 4)}`;
  const ids = jobs.map((job) => job.deliveryId);
  await rowsOf(db, statement(moveSql(update)), [ids, jobs.map((job) => job.id), at, ...idBounds(ids)]);
}

/** Takes the jobs of deliveries away: they wait. */
export async function makeWait(db: Db, ids: readonly string[], waitsFor: Wait): Promise<void> {
  if (ids.length === 0) return;
  const update = `update deliveries as d set waits_for = $2, job_id = null, open_request_id = null, next_attempt_at = null
    where d.id = any($1::uuid[]) ${andIdBetween('d.id', 3)}`;
  await rowsOf(db, statement(moveSql(update)), [ids, waitsFor, ...idBounds(ids)]);
}

/** Locks the oldest deliveries of a webhook that wait for capacity, except these, and those that another transaction has locked. */
export async function firstWaiting(
  db: Db,
  webhookId: string,
  atMost: number,
  except: readonly string[] = [],
): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    // the delivery is checked again once it is locked; the row beside it is not
    statement(`select d.id from open_deliveries o join deliveries d on d.id ${equalsByIndex('o.id')}
     where o.webhook_id = $1 and o.waits_for = 'CAPACITY' and d.waits_for = 'CAPACITY' and d.id <> all($3::uuid[])
     order by o.id limit $2 for update of d skip locked`),
    [webhookId, atMost, except],
  );
  return rows.map((row) => row.id);
}

/** Whether the delivery is on the wire, or has an attempt that is due by this time. */
export async function isRunningOrDueBy(db: Db, id: string, by: Date): Promise<boolean> {
  const rows = await rowsOf(
    db,
    statement(`select 1 from deliveries where id = $1 and finished_at is null and not held and waits_for is null
       and (open_request_id is not null or next_attempt_at <= $2)`),
    [id, by],
  );
  return rows.length > 0;
}

export async function hasWaiting(db: Db, webhookId: string): Promise<boolean> {
  const rows = await rowsOf(
    db,
    statement(`select 1 from open_deliveries where webhook_id = $1 and waits_for = 'CAPACITY' limit 1`),
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
