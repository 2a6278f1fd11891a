// Reads the latest outcomes of webhooks, for their health. Each query reads the end of an index, or finds the right
// quarter of an hour in the rollups: the last success of a webhook may be five million failures ago.

import { type Bind, bindings, type Condition, toSql } from '../../sql/condition';
import { type Db, rowsOf, statement } from '../../sql/db';
import { firstIdAt } from '../../values/ids';
import { FAILED_STATUSES } from '../webhook-request-log.entity';
import { DIMENSIONS } from './stats-figures.store';

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

// Finds the latest failure of each of some groups, such as of a webhook and an error code.

const FAILED = `status in (${FAILED_STATUSES.map((status) => `'${status}'`).join(', ')})`;
const WINDOW = `interval '15 minutes'`;

/** Dimensions of requests, with their types. */
const OF_REQUESTS = { webhookId: 'uuid', documentType: 'text', direction: 'text', errorCode: 'text' } as const;
type OfRequests = keyof typeof OF_REQUESTS;
const NAMES = Object.keys(OF_REQUESTS) as OfRequests[];

/** The values of dimensions; undefined: any. */
export type SampleKey = Readonly<Partial<Record<OfRequests, string | null>>>;

interface Span {
  from: number;
  to: number;
}

interface Sample {
  /** The index in the list of keys. */
  n: number;
  id: string;
}

/** Searches spans with rollups: the newest quarter of an hour that has such a failure. */
export async function failuresFromRollups(db: Db, keys: readonly SampleKey[], span: Span, condition: Condition) {
  const { values, bind } = bindings();
  const [from, to] = [bind(firstIdAt(span.from)), bind(firstIdAt(span.to))];
  // per series, so that its rollups are read backwards from the index until one has such a failure
  const sql = `select k.n, hit.id from ${listOf(keys, bind)} cross join lateral (
      select latest.id from request_stats_series as s cross join lateral (
        select failed.id from request_stats as c cross join lateral (
          select f.id from failed_requests as f cross join lateral (
            select from webhook_request_logs as r where r.id = f.id
              and (r.webhook_id, r.document_type, r.direction, r.status, r.error_code)
                is not distinct from (s.webhook_id, s.document_type, s.direction, s.status, s.error_code) offset 0
          ) as alike
          where f.id >= greatest(first_id_at(c.bucket), ${from}::uuid)
            and f.id < least(first_id_at(c.bucket + ${WINDOW}), ${to}::uuid)
          order by f.id desc limit 1
        ) as failed
        where c.series_id = s.id and c.grain = 15 and c.bucket > ${time(span.from, bind)} - ${WINDOW}
          and c.bucket < ${time(span.to, bind)}
        order by c.bucket desc limit 1
      ) as latest
      where s.detailed and s.${FAILED} and ${ofKey('s')} and ${toSql(condition, bind)}
      order by latest.id desc limit 1
    ) as hit`;
  return rowsOf<Sample>(db, sql, values);
}

/** Searches spans that are counted row by row. */
export async function failuresFromRows(
  db: Db,
  keys: readonly SampleKey[],
  rowSpans: readonly Span[],
  condition: Condition,
): Promise<Sample[]> {
  if (rowSpans.length === 0) return [];
  const { values, bind } = bindings();
  const [from, to] = [rowSpans.map((each) => firstIdAt(each.from)), rowSpans.map((each) => firstIdAt(each.to))];
  const sql = `with failures as materialized (
      select id, ${NAMES.map((name) => DIMENSIONS[name]).join(', ')}
      from unnest(${bind(from)}::uuid[], ${bind(to)}::uuid[]) as w (first_id, end_id)
      join webhook_request_logs as r on r.id >= w.first_id and r.id < w.end_id
      where ${FAILED} and ${toSql(condition, bind)}
    ) select k.n, hit.id from ${listOf(keys, bind)} cross join lateral (
      select id from failures as f where ${ofKey('f')} order by id desc limit 1
    ) as hit`;
  return rowsOf<Sample>(db, sql, values);
}

function listOf(keys: readonly SampleKey[], bind: Bind): string {
  const rows = keys.map((key, n) => {
    const values = NAMES.map((name) => `${key[name] === undefined}, ${bind(key[name] ?? null)}::${OF_REQUESTS[name]}`);
    return `(${n}, ${values.join(', ')})`;
  });
  return `(values ${rows.join(', ')}) as k (n, ${NAMES.map((name) => `"any ${name}", "${name}"`).join(', ')})`;
}

function ofKey(row: string): string {
  return NAMES.map((name) => `(k."any ${name}" or ${row}.${DIMENSIONS[name]} is not distinct from k."${name}")`).join(
    ' and ',
  );
}

function time(ms: number, bind: Bind): string {
  return `${bind(new Date(ms).toISOString())}::timestamptz`;
}
