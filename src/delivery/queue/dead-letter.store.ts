// Work that fails by itself leaves its queue, so that it stops no other, and is put back after a while.
import { changedBy, type Db, rowsOf, type Statement, statement } from '../../sql/db';
import { byIds, listing, type RowOf } from '../../sql/listing';
import { DEAD_LETTER_KINDS, DeadLetterEntity, type DeadLetterKind } from './dead-letter.entity';
import type { TakenJob } from './queue.store';

// What another transaction has taken from the queue meanwhile becomes no dead letter.
function deadLetterSql(kind: DeadLetterKind, columns: string, taken: string): Statement {
  return statement(`with taken as (${taken})
    insert into dead_letters as l (id, kind, code, error, failures, created_at, failed_at, retry_at, work_id, ${columns})
      select new_id(), '${kind}', $1, $2, 1, now(), now(), now() + interval '1 min', * from taken
    on conflict (work_id) do update set code = excluded.code, error = excluded.error, failures = l.failures + 1, failed_at = now(),
      retry_at = now() + least(interval '10 min', interval '1 min' * 2 ^ least(l.failures, 10))`);
}

const JOB_TO_DEAD_LETTER = deadLetterSql(
  'JOB',
  'delivery_id',
  `delete from delivery_jobs where due_at >= $3 and due_at < $3::timestamptz + interval '1 ms' and id = $4
   returning id, delivery_id`,
);

const EVENT_TO_DEAD_LETTER = deadLetterSql(
  'EVENT',
  'business_event_id',
  `delete from outbox where event_id in (select event_id from outbox where event_id = $3 for update skip locked)
   returning event_id, event_id`,
);

const DECISION_TO_DEAD_LETTER = deadLetterSql(
  'DECISION',
  'webhook_id, business_event_id',
  `delete from pending_decisions where webhook_id = $3 and business_event_id = $4
   returning md5(webhook_id::text || business_event_id)::uuid, webhook_id, business_event_id`,
);

export interface Failure {
  code: string;
  error: string;
}

export interface IntoDeadLetters {
  job(job: TakenJob, failure: Failure): Promise<boolean>;
  event(id: string, failure: Failure): Promise<boolean>;
  decision(pending: { webhookId: string; businessEventId: string }, failure: Failure): Promise<boolean>;
}

/** Each is a statement of its own. They return false if it was no longer in its queue. */
export function intoDeadLetters(db: Db): IntoDeadLetters {
  return {
    job: async ({ id, dueAt }, { code, error }) =>
      (await changedBy(db, JOB_TO_DEAD_LETTER, [code, error, dueAt, id])) > 0,
    event: async (id, { code, error }) => (await changedBy(db, EVENT_TO_DEAD_LETTER, [code, error, id])) > 0,
    decision: async ({ webhookId, businessEventId }, { code, error }) =>
      (await changedBy(db, DECISION_TO_DEAD_LETTER, [code, error, webhookId, businessEventId])) > 0,
  };
}

// An attempt that has begun, a command, and a cancellation all change the job that a delivery names.
const FORGET_DONE = statement(`delete from dead_letters l where case l.kind
    when 'JOB' then not exists (select from deliveries d where d.id = l.delivery_id and d.job_id = l.work_id)
    when 'EVENT' then l.retry_at is null and not exists (select from outbox o where o.event_id = l.business_event_id)
    when 'DECISION' then l.retry_at is null and not exists (select from pending_decisions p
      where p.webhook_id = l.webhook_id and p.business_event_id = l.business_event_id)
    else false end`);

const PUT_BACK = statement(`with due as (
      update dead_letters set retry_at = null where retry_at <= now() and kind in ('JOB', 'EVENT', 'DECISION') returning *
    ), jobs as (
      insert into delivery_jobs (due_at, id, delivery_id)
        select now(), work_id, delivery_id from due where kind = 'JOB' on conflict do nothing
    ), events as (
      insert into outbox (event_id) select business_event_id from due where kind = 'EVENT' on conflict do nothing
    ), decisions as (
      insert into pending_decisions (webhook_id, business_event_id)
        select webhook_id, business_event_id from due where kind = 'DECISION' on conflict do nothing
    ) select id from due`);

/** Puts what is to be tried again into its queue, and forgets what was done since then. @returns how many were put back */
export async function retryDeadLetters(db: Db): Promise<number> {
  await changedBy(db, FORGET_DONE);
  return (await rowsOf(db, PUT_BACK)).length;
}

/** @param minutes those that are at least so old */
export async function countDeadLetters(db: Db, minutes = 0): Promise<Record<DeadLetterKind, number>> {
  const rows = await rowsOf<{ kind: DeadLetterKind; n: number }>(
    db,
    statement(`select kind, count(*)::integer as n from dead_letters
     where $1 = 0 or created_at <= now() - make_interval(mins => $1) group by kind`),
    [minutes],
  );
  const none = Object.fromEntries(DEAD_LETTER_KINDS.map((kind) => [kind, 0])) as Record<DeadLetterKind, number>;
  return { ...none, ...Object.fromEntries(rows.map(({ kind, n }) => [kind, n])) };
}

/** As a list of the API. */
export const DEAD_LETTERS = listing(DeadLetterEntity, ['workId', 'changeId']);
export type DeadLetterRow = RowOf<typeof DEAD_LETTERS>;
export const deadLettersById = byIds(DEAD_LETTERS);
