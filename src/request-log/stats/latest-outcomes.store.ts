// Reads the latest outcomes of webhooks, for their health. Each query reads the end of an index, or finds the right
// quarter of an hour in the rollups: the last success of a webhook may be five million failures ago.
import { type Db, rowsOf, statement } from '../../sql/db';

export interface LatestOutcomes {
  successId: string | null;
  /** The latest finished request that did not succeed. */
  failureId: string | null;
}

/** This number of newest requests is examined one by one. Older ones are found through the rollups. */
const NEWEST = 100;

const LAST_SUCCESS = `coalesce(
    (select r.id from (
      select id, status from webhook_request_logs where webhook_id = w.id order by id desc limit ${NEWEST}
    ) as r where r.status = 'SUCCEEDED' order by r.id desc limit 1),
    (select latest.id from request_stats_series as s cross join lateral (
      select success.id from request_stats as c cross join lateral (
        select r.id from webhook_request_logs as r where r.webhook_id = w.id and r.status = 'SUCCEEDED'
          and r.id >= first_id_at(c.bucket) and r.id < first_id_at(c.bucket + interval '15 minutes')
        order by r.id desc limit 1
      ) as success where c.series_id = s.id and c.grain = 15 order by c.bucket desc limit 1
    ) as latest where s.detailed and s.webhook_id = w.id and s.status = 'SUCCEEDED' order by latest.id desc limit 1))`;

export async function latestOutcomes(db: Db, webhookIds: readonly string[]): Promise<Map<string, LatestOutcomes>> {
  const rows = await rowsOf<LatestOutcomes & { webhookId: string }>(
    db,
    statement(`select w.id as "webhookId", ${LAST_SUCCESS} as "successId",
        (select f.id from failed_requests as f where f.webhook_id = w.id order by f.id desc limit 1) as "failureId"
      from unnest($1::uuid[]) as w (id)`),
    [webhookIds],
  );
  return new Map(rows.map((row) => [row.webhookId, row]));
}

/** The latest finished requests with the same kind of outcome. */
export interface Streak {
  webhookId: string;
  requests: number;
  firstId: string;
}

/** A streak is counted up to this number. */
export const MAX_STREAK = 1_000;

/** @param since the last request of each webhook with another outcome; null: there is none */
export async function streaksSince(
  db: Db,
  since: readonly { webhookId: string; id: string | null }[],
): Promise<Map<string, Streak>> {
  const rows = await rowsOf<Streak>(
    db,
    statement(`select w.webhook_id as "webhookId", count(r.id)::integer as requests, min(r.id::text) as "firstId"
      from unnest($1::uuid[], $2::uuid[]) as w (webhook_id, last_other) cross join lateral (
        select id from webhook_request_logs
        where webhook_id = w.webhook_id and id > coalesce(w.last_other, first_id_at('1970-01-01Z')) and finished_at is not null
        order by id limit ${MAX_STREAK}
      ) as r group by w.webhook_id`),
    [since.map(({ webhookId }) => webhookId), since.map(({ id }) => id)],
  );
  return new Map(rows.map((row) => [row.webhookId, row]));
}

export interface RecentRate {
  succeeded: number;
  /** Finished requests. */
  finished: number;
}

/** Of requests that began within the last 24 hours, rounded to the full hour (UTC). */
export async function recentRates(db: Db, webhookIds: readonly string[]): Promise<Map<string, RecentRate>> {
  const rows = await rowsOf<RecentRate & { webhookId: string }>(
    db,
    statement(`select s.webhook_id as "webhookId", sum(c.requests)::float8 as finished,
        coalesce(sum(c.requests) filter (where s.status = 'SUCCEEDED'), 0)::float8 as succeeded
      from request_stats_series as s cross join lateral (
        select requests from request_stats where series_id = s.id and grain = 60
          and bucket >= date_bin('1 hour', now(), 'epoch') - interval '24 hours' offset 0
      ) as c where s.detailed and s.webhook_id = any($1::uuid[]) group by s.webhook_id`),
    [webhookIds],
  );
  return new Map(rows.map((row) => [row.webhookId, row]));
}
