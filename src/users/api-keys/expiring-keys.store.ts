// Which API keys are near their end, and of which of them no warning was given yet.
import { type Db, rowsOf, statement } from '../../sql/db';

/** Days before its end at which a key is warned of; 0: it has expired. */
const NOTICE_DAYS = [30, 7, 0] as const;

const NEVER_NOTICED = 32_767;

export interface ExpiringKey {
  id: string;
  label: string;
  userName: string;
  expiresAt: Date;
  /** The smallest of NOTICE_DAYS that has been reached. */
  noticeDays: (typeof NOTICE_DAYS)[number];
}

/**
 * The keys that have reached one of NOTICE_DAYS since the last call: each is returned once, by whichever process asks
 * first. A key that was made for a shorter time than a notice has none of it. Keys that work no longer have none.
 */
export async function takeExpiringKeys(db: Db, now: Date): Promise<ExpiringKey[]> {
  // locks first: what another process has taken meanwhile is seen as it left it
  return rowsOf<ExpiringKey>(
    db,
    statement(`with near as materialized (
       select id, user_id, created_at, expires_at, coalesce(expiry_notice_days, $3) as noticed from api_keys
       where revoked_at is null and expires_at <= $1::timestamptz + make_interval(days => $2)
         and expiry_notice_days is distinct from 0
       order by id for no key update
     ), due as (
       select near.id, u.name, min(notice.days) as days from near
       join users u on u.id = near.user_id and u.active
       join unnest($4::int[]) as notice (days) on notice.days < near.noticed
         and near.expires_at <= $1::timestamptz + make_interval(days => notice.days)
         and (notice.days = 0 or near.expires_at > near.created_at + make_interval(days => notice.days))
       group by near.id, u.name
     )
     update api_keys k set expiry_notice_days = due.days from due where k.id = due.id
     returning k.id, k.label, due.name as "userName", k.expires_at as "expiresAt", due.days as "noticeDays"`),
    [now, NOTICE_DAYS[0], NEVER_NOTICED, NOTICE_DAYS],
  );
}
