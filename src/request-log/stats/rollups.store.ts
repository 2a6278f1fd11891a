// Reads and writes rollups for counting. Statistics read them in stats-figures.store.ts.
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import { idBounds } from '../../values/ids';
import type { Direction } from '../../webhooks/webhook.entity';
import type { RequestErrorCode, RequestStatus } from '../webhook-request-log.entity';

/** Lengths of rollups in minutes, aligned to UTC. Offsets of time zones are multiples of a quarter of an hour. */
export const GRAINS = [1, 15, 60, 1440] as const;
export type Grain = (typeof GRAINS)[number];

/** The tables of one kind of rollups. */
export interface RollupTables {
  series: string;
  rollups: string;
  /** The columns of `rollups` with the number of rows, and with another number that is added up. */
  count: string;
  sum: string;
  /** The columns of `rollups` with counts of durations, encoded by duration-percentiles.ts. */
  histograms: readonly string[];
  /** The columns of `series` by which rows are counted. Those of detailed series only are null in the others. */
  dimensions: readonly { column: string; type: 'text' | 'uuid'; detailedOnly: boolean }[];
}

export interface Series {
  /** In hexadecimal. */
  digest: string;
  detailed: boolean;
  /** In the order of the dimensions. */
  values: readonly (string | null)[];
}

type SeriesId = { id: number; digest: string };

export async function seriesIds(db: Db, { series }: RollupTables, digests: readonly string[]): Promise<SeriesId[]> {
  return rowsOf<SeriesId>(
    db,
    statement(`select id, encode(digest, 'hex') as digest from ${series} where digest = any($1::bytea[])`),
    [digests.map((digest) => Buffer.from(digest, 'hex'))],
  );
}

export async function insertSeries(db: Db, tables: RollupTables, added: readonly Series[]): Promise<SeriesId[]> {
  if (added.length === 0) return [];
  const { dimensions } = tables;
  const columns = dimensions.map(({ column }) => column).join(', ');
  const arrays = dimensions.map(({ type }, index) => `$${index + 3}::${type}[]`).join(', ');
  return rowsOf<SeriesId>(
    db,
    statement(`insert into ${tables.series} (digest, detailed, ${columns})
      select * from unnest($1::bytea[], $2::boolean[], ${arrays})
      returning id, encode(digest, 'hex') as digest`),
    [
      added.map(({ digest }) => Buffer.from(digest, 'hex')),
      added.map(({ detailed }) => detailed),
      ...dimensions.map((_, index) => added.map(({ values }) => values[index])),
    ],
  );
}

/** The key of a rollup. */
export interface RollupKey {
  seriesId: number;
  grain: Grain;
  /** Its first minute since 1970. */
  minute: number;
}

function keysOf(rollups: readonly RollupKey[]): unknown[] {
  return [rollups.map((each) => each.seriesId), rollups.map((each) => each.grain), rollups.map((each) => each.minute)];
}

/**
 * The rollups that exist; `n` is the index in the given list. `offset 0`: without it, a plan made while the table is
 * empty would later scan the whole table for each rollup of the list.
 */
export async function rollupHistograms(
  db: Db,
  { rollups, histograms }: RollupTables,
  keys: readonly RollupKey[],
): Promise<{ n: number; histograms: Buffer[] }[]> {
  const columns = histograms.join(', ');
  return rowsOf<{ n: number; histograms: Buffer[] }>(
    db,
    statement(`select (k.n - 1)::integer as n, array[${columns}] as histograms
      from unnest($1::integer[], $2::smallint[], $3::integer[]) with ordinality as k (series_id, grain, minute, n)
      cross join lateral (
        select ${columns} from ${rollups} where series_id = k.series_id and grain = k.grain
          and bucket = to_timestamp(k.minute::bigint * 60) offset 0
      ) as s`),
    keysOf(keys),
  );
}

/** Increments of a rollup, which may be negative. `histograms` are the new values. */
export interface RollupChange extends RollupKey {
  count: number;
  sum: number;
  histograms: readonly Buffer[];
}

/** @returns the rollups without rows */
export async function saveRollups(
  db: Db,
  tables: RollupTables,
  changes: readonly RollupChange[],
): Promise<RollupKey[]> {
  if (changes.length === 0) return [];
  const { rollups, count, sum, histograms } = tables;
  const columns = histograms.join(', ');
  const arrays = histograms.map((_, index) => `$${index + 6}::bytea[]`).join(', ');
  const saved = await rowsOf<RollupKey & { count: number }>(
    db,
    statement(`insert into ${rollups} as s (series_id, grain, bucket, ${count}, ${sum}, ${columns})
      select series_id, grain, to_timestamp(minute::bigint * 60), count, sum, ${columns}
      from unnest($1::integer[], $2::smallint[], $3::integer[], $4::integer[], $5::integer[], ${arrays})
        as c (series_id, grain, minute, count, sum, ${columns})
      on conflict (series_id, grain, bucket) do update set ${count} = s.${count} + excluded.${count},
        ${sum} = s.${sum} + excluded.${sum}, ${histograms.map((column) => `${column} = excluded.${column}`).join(', ')}
      returning series_id as "seriesId", grain, (extract(epoch from bucket) / 60)::integer as minute, ${count} as count`),
    [
      ...keysOf(changes),
      changes.map((each) => each.count),
      changes.map((each) => each.sum),
      ...histograms.map((_, index) => changes.map((each) => each.histograms[index])),
    ],
  );
  return saved.filter((each) => each.count === 0);
}

export async function deleteRollups(db: Db, { rollups }: RollupTables, keys: readonly RollupKey[]): Promise<void> {
  if (keys.length === 0) return;
  await changedBy(
    db,
    statement(`delete from ${rollups} as s
      using unnest($1::integer[], $2::smallint[], $3::integer[]) as k (series_id, grain, minute)
      where s.series_id = k.series_id and s.grain = k.grain and s.bucket = to_timestamp(k.minute::bigint * 60)`),
    keysOf(keys),
  );
}

// Reads what statistics of requests count: finished requests, and those that are open.

export const REQUEST_ROLLUPS: RollupTables = {
  series: 'request_stats_series',
  rollups: 'request_stats',
  count: 'requests',
  sum: 'retries',
  histograms: ['durations', 'dns_times', 'connect_times', 'tls_times', 'first_byte_times'],
  dimensions: [
    { column: 'webhook_id', type: 'uuid', detailedOnly: true },
    { column: 'document_type', type: 'text', detailedOnly: true },
    { column: 'direction', type: 'text', detailedOnly: false },
    { column: 'status', type: 'text', detailedOnly: false },
    { column: 'error_code', type: 'text', detailedOnly: false },
  ],
};

/** Finished requests of one minute and of the same series. */
export interface ClosedGroup {
  /** Minutes since 1970. */
  minute: number;
  webhookId: string | null;
  documentType: string | null;
  direction: Direction;
  status: RequestStatus;
  errorCode: RequestErrorCode | null;
  requests: number;
  retries: number;
  /** Durations in milliseconds, separated by commas; null: no request has a duration. */
  durations: string | null;
  /** The parts of the durations, likewise. */
  dnsTimes: string | null;
  connectTimes: string | null;
  tlsTimes: string | null;
  firstByteTimes: string | null;
}

function listOf(column: string): string {
  return `string_agg(greatest(${column}, 0)::text, ',') filter (where ${column} is not null)`;
}

export async function closedGroups(db: Db, ids: readonly string[]): Promise<ClosedGroup[]> {
  if (ids.length === 0) return [];
  return rowsOf<ClosedGroup>(
    db,
    statement(`select floor(extract(epoch from started_at) / 60)::integer as minute, webhook_id as "webhookId",
        document_type as "documentType", direction, status, error_code as "errorCode", count(*)::integer as requests,
        count(*) filter (where attempt_number > 1)::integer as retries,
        ${listOf('duration_ms')} as durations, ${listOf('dns_ms')} as "dnsTimes", ${listOf('connect_ms')} as "connectTimes",
        ${listOf('tls_ms')} as "tlsTimes", ${listOf('first_byte_ms')} as "firstByteTimes"
      from webhook_request_logs where id = any($1::uuid[]) and id between $2::uuid and $3::uuid
      group by 1, 2, 3, 4, 5, 6`),
    [ids, ...idBounds(ids)],
  );
}

/** These requests are counted as PENDING until they finish. */
export async function insertOpen(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await changedBy(
    db,
    statement(`insert into request_stats_open (request_id, webhook_id, document_type, direction, attempt_number, started_at)
      select id, webhook_id, document_type, direction, attempt_number, started_at from webhook_request_logs
      where id = any($1::uuid[]) and id between $2::uuid and $3::uuid on conflict do nothing`),
    [ids, ...idBounds(ids)],
  );
}

/** @returns the request, if it has not finished */
export async function stillOpen(db: Db, id: string): Promise<string[]> {
  const sql = statement('select id from webhook_request_logs where id = $1 and finished_at is null');
  return (await rowsOf<{ id: string }>(db, sql, [id])).map((row) => row.id);
}

export async function deleteOpen(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await changedBy(db, statement('delete from request_stats_open where request_id = any($1::uuid[])'), [ids]);
}
