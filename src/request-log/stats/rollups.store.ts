// Reads and writes rollups for counting. Statistics read them in stats-figures.store.ts.
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import type { Grain } from './request-stats.entity';

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
