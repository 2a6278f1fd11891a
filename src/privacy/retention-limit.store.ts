// How long content is kept, and what has passed its limit.
import { changedBy, type Db, rowOf, rowsOf, statement } from '../sql/db';
import { listing, type RowOf } from '../sql/listing';
import { RetentionLimitEntity } from './retention-limit.entity';

/** The limit of all webhooks without one of their own, and of events. */
export const ALL_WEBHOOKS = '00000000-0000-0000-0000-000000000000';

const LIMITS = listing(RetentionLimitEntity);
export type RetentionLimitRow = RowOf<typeof LIMITS>;

export async function retentionLimits(db: Db): Promise<RetentionLimitRow[]> {
  return rowsOf(db, statement(`select ${LIMITS.columns} from retention_limits order by id`));
}

export async function limitForUpdate(db: Db, id: string): Promise<RetentionLimitRow | null> {
  return rowOf(db, statement(`select ${LIMITS.columns} from retention_limits where id = $1 for update`), [id]);
}

export async function saveLimit(db: Db, limit: RetentionLimitRow): Promise<void> {
  await changedBy(
    db,
    statement(`insert into retention_limits (id, content_days, minimum_days, minimum_reason, row_months, reason, changed_by,
       changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do update set content_days = $2, minimum_days = $3, minimum_reason = $4, row_months = $5, reason = $6,
       changed_by = $7, changed_at = $8`),
    [
      limit.id,
      limit.contentDays,
      limit.minimumDays,
      limit.minimumReason,
      limit.rowMonths,
      limit.reason,
      limit.changedBy,
      limit.changedAt,
    ],
  );
}

/** The webhooks to which a limit applies, their own or that of all, if neither was changed after this time. */
export async function limitedWebhooks(db: Db, changedBefore: Date): Promise<{ webhookId: string; days: number }[]> {
  return rowsOf(
    db,
    statement(`select w.id as "webhookId", coalesce(own.content_days, everyone.content_days) as days from webhooks w
     left join retention_limits own on own.id = w.id left join retention_limits everyone on everyone.id = $1
     where coalesce(own.content_days, everyone.content_days) is not null
       and greatest(own.changed_at, everyone.changed_at) <= $2 order by w.id`),
    [ALL_WEBHOOKS, changedBefore],
  );
}

const PAST = {
  deliveries: 'select id, erasure_id from deliveries where webhook_id = $1 and finished_at is not null',
  requests: 'select id, erasure_id from webhook_request_logs where webhook_id = $1 and finished_at is not null',
  events: 'select id, erasure_id from business_events where $1::uuid is not null and fanned_out_at is not null',
};

/** Rows that one statement looks at: a webhook may have millions whose content is erased already. */
const LOOKED_AT = 10_000;

export interface PastRows {
  /** Those with content, the oldest first. */
  ids: string[];
  /** The last one that was looked at; null: there is none. */
  last: string | null;
}

/** The next rows after this id that began before a time. @param webhookId of events: any. @param atMost with content */
export async function rowsBefore(
  db: Db,
  what: keyof typeof PAST,
  { webhookId, after, before }: { webhookId: string; after: string; before: Date },
  atMost: number,
  lookedAt = LOOKED_AT,
): Promise<PastRows> {
  const row = await rowOf<PastRows>(
    db,
    statement(`with looked as (
         ${PAST[what]} and id > $2 and id < first_id_at($3) order by id limit $4
       ), found as (
         select id from looked where erasure_id is null order by id limit $5
       )
       select array(select id from found order by id) as ids,
         case when (select count(*) from found) = $5 then (select id from found order by id desc limit 1)
           else (select id from looked order by id desc limit 1) end as last`),
    [webhookId, after, before, lookedAt, atMost],
  );
  return row as PastRows;
}
