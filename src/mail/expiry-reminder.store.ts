// Reminders that a secret, an address or a certificate of a webhook expires.
import { changedBy, type Db, statement } from '../sql/db';
import { EXPIRING_SECRETS_OF_WEBHOOKS } from '../webhooks/expiring/expiring-secrets.store';
import { CAN_GET_MAIL } from './mail-notice.store';

/**
 * Writes notices for the owners of webhooks of which something expires: within 30 days, 7 days and 1 day, once each. What a rotation
 * gives a shorter time to live is told soon after it.
 */
export async function remindOfExpiry(db: Db): Promise<void> {
  const sql = `with expiring as (
      select id, kind, expires_at, webhook_id, case when expires_at <= now() + interval '1 day' then 1
        when expires_at <= now() + interval '7 days' then 7 else 30 end as days
      from ${EXPIRING_SECRETS_OF_WEBHOOKS.table} where expires_at > now() and expires_at <= now() + interval '30 days'
    ), given as (
      insert into expiry_reminders (subject_id, expires_at, days) select id, expires_at, days from expiring
      on conflict do nothing returning subject_id, days
    )
    insert into mail_notices (id, user_id, topic, webhook_id, facts, count, due_at)
      select new_id(), u.id, 'SECRET_EXPIRES', e.webhook_id,
        json_build_object('kind', e.kind, 'expiresAt', e.expires_at)::text, 1, now()
      from given g join expiring e on e.id = g.subject_id and e.days = g.days
        join webhooks w on w.id = e.webhook_id join users u on u.id = w.owner_id
      where ${CAN_GET_MAIL} order by e.expires_at`;
  await changedBy(db, statement(sql));
  await changedBy(db, statement('delete from expiry_reminders where expires_at < now()'));
}
