// The outbox of mail: what users are still to be told, and when each can get the next mail.
import type { Role } from '../access/viewer';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../sql/db';

/** A notice for the owner of a webhook. */
export interface OwnerNotice {
  webhookId: string;
  topic: string;
  /** Without content of documents, ids of them, and names. */
  facts: object;
  count: number;
  /** Whether it waits for the full hour: those of an hour with the same facts are one. */
  hourly: boolean;
}

/** Of the user `u`. */
export const CAN_GET_MAIL = 'u.active and u.email is not null and u.email_verified and u.receives_mail';

/** Owners to whom no mail can be sent get none. They are mailed if and only if the transaction commits. */
export async function insertOwnerNotices(db: Db, notices: readonly OwnerNotice[]): Promise<void> {
  if (notices.length === 0) return;
  await changedBy(
    db,
    statement(`insert into mail_notices (id, user_id, topic, webhook_id, facts, count, due_at)
     select new_id(), u.id, n.topic, n.webhook_id, n.facts, n.count,
       case when n.hourly then date_trunc('hour', now()) + interval '1 hour' else now() end
     from unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::boolean[]) as n (webhook_id, topic, facts, count, hourly)
       join webhooks w on w.id = n.webhook_id join users u on u.id = w.owner_id
     where ${CAN_GET_MAIL} order by w.id
     on conflict (webhook_id, due_at, user_id, facts) where topic = 'DELIVERIES_EXHAUSTED'
       do update set count = mail_notices.count + excluded.count`),
    [
      notices.map(({ webhookId }) => webhookId),
      notices.map(({ topic }) => topic),
      notices.map(({ facts }) => JSON.stringify(facts)),
      notices.map(({ count }) => count),
      notices.map(({ hourly }) => hourly),
    ],
  );
}

/** INSTALLATION: owners of webhooks are told nothing now. */
export type MailScope = 'ALL' | 'INSTALLATION';

const isDue = (all: number) => `n.due_at <= now() and ($${all}::boolean or n.webhook_id is null)`;

/** A mail by which the user verifies their address. */
export const VERIFICATION = 'ADDRESS_VERIFICATION';

/** @returns false: one waits already */
export async function insertVerification(db: Db, userId: string): Promise<boolean> {
  const sql = `insert into mail_notices (id, user_id, topic, facts, count, due_at)
    select new_id(), $1, '${VERIFICATION}', '{}', 1, now()
    where not exists (select from mail_notices where user_id = $1 and topic = '${VERIFICATION}')`;
  return (await changedBy(db, statement(sql), [userId])) > 0;
}

export async function hasDueNotices(db: Db): Promise<boolean> {
  const sql = 'select exists (select from mail_notices where due_at <= now()) as due';
  return (await rowOf<{ due: boolean }>(db, statement(sql)))?.due === true;
}

/** Makes known who is to be told something for the first time. */
export async function addRecipients(db: Db, scope: MailScope): Promise<void> {
  const sql = `insert into mail_recipients (user_id, next_at)
    select distinct n.user_id, now() from mail_notices n where ${isDue(1)}
      and not exists (select from mail_recipients r where r.user_id = n.user_id)
    order by 1 on conflict do nothing`;
  await changedBy(db, statement(sql), [scope === 'ALL']);
}

export interface Claim {
  userId: string;
  failures: number;
}

/** Takes one user to whom a mail is due, for so long. null: there is none, or other processes have them. */
export async function claimRecipient(db: Db, scope: MailScope, seconds: number): Promise<Claim | null> {
  const sql = `with due as (
      select r.user_id from mail_recipients r
      where r.next_at <= now() and exists (select from mail_notices n where n.user_id = r.user_id and ${isDue(2)})
      order by r.next_at limit 1 for update skip locked
    )
    update mail_recipients r set next_at = now() + make_interval(secs => $1) from due where r.user_id = due.user_id
    returning r.user_id as "userId", r.failures`;
  return rowOf<Claim>(db, statement(sql), [seconds, scope === 'ALL']);
}

export interface Recipient {
  email: string;
  emailVerified: boolean;
  roles: Role[];
  /** Whether they get mail about their webhooks, and about the installation. */
  getsNotices: boolean;
}

/** The user as they are now; null: no mail can be sent to them. */
export async function recipientOf(db: Db, userId: string): Promise<Recipient | null> {
  const sql = `select u.email, u.email_verified as "emailVerified", u.roles, ${CAN_GET_MAIL} as "getsNotices"
    from users u where u.id = $1 and u.active and u.email is not null`;
  return rowOf(db, statement(sql), [userId]);
}

export interface DueNotice {
  id: string;
  topic: string;
  facts: string;
  count: number;
  /** By the id. */
  at: Date;
  dueAt: Date;
  webhookId: string | null;
  webhookName: string | null;
  /** Whether it is about a webhook that another user owns by now. */
  isOfAnother: boolean;
}

/** What is due for a user, oldest first. */
export async function dueNoticesOf(db: Db, userId: string, scope: MailScope, limit: number): Promise<DueNotice[]> {
  const sql = `select n.id, n.topic, n.facts, n.count, to_timestamp(ms_of_id(n.id) / 1000.0) as at, n.due_at as "dueAt", n.webhook_id as "webhookId",
      w.name as "webhookName", n.webhook_id is not null and w.owner_id is distinct from n.user_id as "isOfAnother"
    from mail_notices n left join webhooks w on w.id = n.webhook_id
    where n.user_id = $1 and ${isDue(2)} order by n.id limit $3`;
  return rowsOf<DueNotice>(db, statement(sql), [userId, scope === 'ALL', limit]);
}

/**
 * They were told, or never will be: the user can get the next mail after so many seconds. One that has counted more meanwhile
 * stays, and is told again.
 */
export async function finishNotices(
  db: Db,
  userId: string,
  notices: readonly Pick<DueNotice, 'id' | 'count'>[],
  seconds: number,
): Promise<void> {
  const sql = `with gone as (
      delete from mail_notices n using unnest($2::uuid[], $3::integer[]) as told (id, count)
      where n.id = told.id and n.count = told.count
    )
    update mail_recipients set next_at = now() + make_interval(secs => $4), failures = 0 where user_id = $1`;
  const values = [userId, notices.map(({ id }) => id), notices.map(({ count }) => count), seconds];
  await changedBy(db, statement(sql), values);
}

/** They could not be told now. @returns how many are given up, being older than so many hours */
export async function postponeNotices(db: Db, userId: string, seconds: number, giveUpHours: number): Promise<number> {
  const sql = `with later as (
      update mail_recipients set next_at = now() + make_interval(secs => $2), failures = least(failures + 1, 1000) where user_id = $1
    )
    delete from mail_notices where user_id = $1 and due_at < now() - make_interval(hours => $3)`;
  return changedBy(db, statement(sql), [userId, seconds, giveUpHours]);
}
