// Work that fails by itself leaves its queue, so that it stops no other, and is put back after a while.
import { changedBy, type Db, rowsOf, type Statement, statement } from '../../sql/db';
import type { DeadLetterKind } from './dead-letter.entity';
import type { TakenJob } from './delivery-job.store';

// What another transaction has taken from the queue meanwhile becomes no dead letter.
function deadLetterSql(kind: DeadLetterKind, columns: string, taken: string): Statement {
  return statement(`with taken as (${taken})
    insert into dead_letters as l (kind, error, failures, failed_at, retry_at, id, ${columns})
      select '${kind}', $1, 1, now(), now() + interval '1 min', * from taken
    on conflict (id) do update set error = excluded.error, failures = l.failures + 1, failed_at = now(),
      retry_at = now() + least(interval '10 min', interval '1 min' * 2 ^ least(l.failures, 10))`);
}

const JOB_TO_DEAD_LETTER = deadLetterSql(
  'JOB',
  'delivery_id',
  `delete from delivery_jobs where due_at >= $2 and due_at < $2::timestamptz + interval '1 ms' and id = $3
   returning id, delivery_id`,
);

const EVENT_TO_DEAD_LETTER = deadLetterSql(
  'EVENT',
  'business_event_id',
  `delete from outbox where event_id in (select event_id from outbox where event_id = $2 for update skip locked)
   returning event_id, event_id`,
);

const DECISION_TO_DEAD_LETTER = deadLetterSql(
  'DECISION',
  'webhook_id, business_event_id',
  `delete from pending_decisions where webhook_id = $2 and business_event_id = $3
   returning md5(webhook_id::text || business_event_id)::uuid, webhook_id, business_event_id`,
);

export interface IntoDeadLetters {
  job(job: TakenJob, error: string): Promise<boolean>;
  event(id: string, error: string): Promise<boolean>;
  decision(pending: { webhookId: string; businessEventId: string }, error: string): Promise<boolean>;
}

/** Each is a statement of its own. They return false if it was no longer in its queue. */
export function intoDeadLetters(db: Db): IntoDeadLetters {
  return {
    job: async ({ id, dueAt }, error) => (await changedBy(db, JOB_TO_DEAD_LETTER, [error, dueAt, id])) > 0,
    event: async (id, error) => (await changedBy(db, EVENT_TO_DEAD_LETTER, [error, id])) > 0,
    decision: async ({ webhookId, businessEventId }, error) =>
      (await changedBy(db, DECISION_TO_DEAD_LETTER, [error, webhookId, businessEventId])) > 0,
  };
}

// An attempt that has begun, a command, and a cancellation all change the job that a delivery names.
const FORGET_DONE = statement(`delete from dead_letters l where case l.kind
    when 'JOB' then not exists (select from deliveries d where d.id = l.delivery_id and d.job_id = l.id)
    when 'EVENT' then l.retry_at is null and not exists (select from outbox o where o.event_id = l.business_event_id)
    else l.retry_at is null and not exists (select from pending_decisions p
      where p.webhook_id = l.webhook_id and p.business_event_id = l.business_event_id) end`);

const PUT_BACK = statement(`with due as (
      update dead_letters set retry_at = null where retry_at <= now() returning *
    ), jobs as (
      insert into delivery_jobs (due_at, id, delivery_id)
        select now(), id, delivery_id from due where kind = 'JOB' on conflict do nothing
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

export async function countDeadLetters(db: Db): Promise<Record<DeadLetterKind, number>> {
  const rows = await rowsOf<{ kind: DeadLetterKind; n: number }>(
    db,
    statement('select kind, count(*)::integer as n from dead_letters group by kind'),
  );
  return { JOB: 0, EVENT: 0, DECISION: 0, ...Object.fromEntries(rows.map(({ kind, n }) => [kind, n])) };
}
