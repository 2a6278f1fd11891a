// What SYSTEM_MANAGERs are told of the installation, and how often.
import { changedBy, type Db, statement } from '../sql/db';
import { CAN_GET_MAIL } from './mail-notice.store';

/** What of the installation does not work. */
export const MANAGER_TOPICS = ['EVIDENCE_STOPPED', 'PUBLISHING_REFUSED', 'DEAD_LETTERS'] as const;
export type ManagerTopic = (typeof MANAGER_TOPICS)[number];

/**
 * Tells every SYSTEM_MANAGER what does not work, unless they were told within a day and it has not ended since.
 * @param facts as in an `OwnerNotice`
 */
export async function tellManagers(db: Db, topic: ManagerTopic, facts: object): Promise<void> {
  const sql = `with seen as (
      insert into mail_conditions as c (topic, told_at, seen_at) select $1::text, at, at from date_trunc('milliseconds', now()) as at
      on conflict (topic) do update set seen_at = excluded.seen_at,
        told_at = case when c.seen_at < excluded.seen_at - interval '10 minutes' or c.told_at < excluded.seen_at - interval '1 day'
          then excluded.told_at else c.told_at end
      returning told_at = seen_at as is_new
    )
    insert into mail_notices (id, user_id, topic, facts, count, due_at)
      select new_id(), u.id, $1::text, $2::text, 1, now() from seen, users u
      where seen.is_new and ${CAN_GET_MAIL} and u.roles <> '{}' and 'SYSTEM_MANAGER' = any(u.roles)`;
  await changedBy(db, statement(sql), [topic, JSON.stringify(facts)]);
}
