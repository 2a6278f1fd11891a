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

/** The id of the latest request that succeeded. @param webhook an expression for the id of its webhook, here and below */
function lastSuccessSql(webhook: string): string {
  return `coalesce(
    (select r.id from (
      select id, status from webhook_request_logs where webhook_id = ${webhook} order by id desc limit ${NEWEST}
    ) as r where r.status = 'SUCCEEDED' order by r.id desc limit 1),
    (select latest.id from request_stats_series as s cross join lateral (
      select success.id from request_stats as c cross join lateral (
        select r.id from webhook_request_logs as r where r.webhook_id = ${webhook} and r.status = 'SUCCEEDED'
          and r.id >= first_id_at(c.bucket) and r.id < first_id_at(c.bucket + interval '15 minutes')
        order by r.id desc limit 1
      ) as success where c.series_id = s.id and c.grain = 15 order by c.bucket desc limit 1
    ) as latest where s.detailed and s.webhook_id = ${webhook} and s.status = 'SUCCEEDED' order by latest.id desc limit 1))`;
}

/** One row with `success_id` and `failure_id`. */
export function latestOutcomesSql(webhook: string): string {
  return `select ${lastSuccessSql(webhook)} as success_id,
    (select f.id from failed_requests as f where f.webhook_id = ${webhook} order by f.id desc limit 1) as failure_id`;
}

export async function latestOutcomes(db: Db, webhookIds: readonly string[]): Promise<Map<string, LatestOutcomes>> {
  const rows = await rowsOf<LatestOutcomes & { webhookId: string }>(
    db,
    statement(`select w.id as "webhookId", latest.success_id as "successId", latest.failure_id as "failureId"
      from unnest($1::uuid[]) as w (id) cross join lateral (${latestOutcomesSql('w.id')}) as latest`),
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

/** One row with the number of requests and their first id. @param lastOther the last request with another outcome */
export function streakSql(webhook: string, lastOther: string): string {
  return `select count(*)::integer as requests, min(same.id::text) as first_id from (
    select id from webhook_request_logs where webhook_id = ${webhook}
      and id > coalesce(${lastOther}, first_id_at('1970-01-01Z')) and finished_at is not null
    order by id limit ${MAX_STREAK}
  ) as same`;
}

/** @param since the last request of each webhook with another outcome; null: there is none */
export async function streaksSince(
  db: Db,
  since: readonly { webhookId: string; id: string | null }[],
): Promise<Map<string, Streak>> {
  const rows = await rowsOf<Streak>(
    db,
    statement(`select w.webhook_id as "webhookId", streak.requests, streak.first_id as "firstId"
      from unnest($1::uuid[], $2::uuid[]) as w (webhook_id, last_other)
      cross join lateral (${streakSql('w.webhook_id', 'w.last_other')}) as streak where streak.requests > 0`),
    [since.map(({ webhookId }) => webhookId), since.map(({ id }) => id)],
  );
  return new Map(rows.map((row) => [row.webhookId, row]));
}

export interface RecentRate {
  succeeded: number;
  /** Finished requests. */
  finished: number;
}

/** One row; `finished` is null without finished requests. */
export function recentRateSql(webhook: string): string {
  return `select sum(c.requests)::float8 as finished,
      coalesce(sum(c.requests) filter (where s.status = 'SUCCEEDED'), 0)::float8 as succeeded
    from request_stats_series as s cross join lateral (
      select requests from request_stats where series_id = s.id and grain = 60
        and bucket >= date_bin('1 hour', now(), 'epoch') - interval '24 hours' offset 0
    ) as c where s.detailed and s.webhook_id = ${webhook}`;
}

/** Of requests that began within the last 24 hours, rounded to the full hour (UTC). */
export async function recentRates(db: Db, webhookIds: readonly string[]): Promise<Map<string, RecentRate>> {
  const rows = await rowsOf<RecentRate & { webhookId: string }>(
    db,
    statement(`select w.id as "webhookId", rate.finished, rate.succeeded
      from unnest($1::uuid[]) as w (id) cross join lateral (${recentRateSql('w.id')}) as rate where rate.finished > 0`),
    [webhookIds],
  );
  return new Map(rows.map((row) => [row.webhookId, row]));
}
