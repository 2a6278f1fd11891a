// Reads figures from rollups, and counts rows of the log where rollups cannot answer.
import { firstIdAt } from '../../ids';
import { type Bind, bindings, type Condition, toSql } from '../../sql/condition';
import { type Db, rowsOf } from '../../sql/db';
import type { Grain } from './request-stats.entity';

/** The attributes by which figures can be grouped. */
export const DIMENSIONS = {
  direction: 'direction',
  webhookId: 'webhook_id',
  documentType: 'document_type',
  errorCode: 'error_code',
} as const;
export type Dimension = keyof typeof DIMENSIONS;

/** Milliseconds since 1970; `to` is exclusive. */
interface Span {
  from: number;
  to: number;
}

export interface FigureQuery {
  /** The starts of the spans that are counted separately, ascending. */
  starts: readonly number[];
  /** The spans that are read from rollups. They do not overlap. */
  rollupSpans: readonly (Span & { grain: Grain })[];
  /** The spans that are counted row by row. */
  rowSpans: readonly Span[];
  /** Whether the rollups by webhook and document type are needed. */
  isDetailed: boolean;
  /** Whether most series match, so that rollups are found by time instead of by series. */
  isByTime: boolean;
  /** A condition on the columns that request_stats_series shares with the log. */
  rollupCondition: Condition;
  rowCondition: Condition;
  by: readonly Dimension[];
}

interface Keyed {
  /** The index in `starts`. */
  span: number;
  /** A JSON array with a string or null for each of `by`. */
  key: string;
}

export interface FigureRow extends Keyed {
  total: number;
  succeeded: number;
  failed: number;
  unknown: number;
  refused: number;
  pending: number;
  retries: number;
}

const sumOf = (status: string) => `coalesce(sum(requests) filter (where status = '${status}'), 0)::float8`;
const FIGURES = `sum(requests)::float8 as total, ${sumOf('SUCCEEDED')} as succeeded, ${sumOf('FAILED')} as failed,
  ${sumOf('UNKNOWN')} as unknown, ${sumOf('REFUSED')} as refused, ${sumOf('PENDING')} as pending,
  coalesce(sum(retries), 0)::float8 as retries`;

/** Figures of finished and of PENDING requests. */
export async function figuresFromRollups(db: Db, query: FigureQuery): Promise<FigureRow[]> {
  if (query.rollupSpans.length === 0) return [];
  const { values, bind } = bindings();
  const sql = `select ${timed(query)}, ${keyed(query)}, ${FIGURES} from (
      select c.bucket as at, ${columnsOf(query)}status, c.requests, c.retries ${matchingRollups(query, bind)}
      union all
      select started_at, ${columnsOf(query)}status, 1, (attempt_number > 1)::integer ${openRequests(query, bind)}
    ) as counted group by ${groupedByTime(query)}`;
  return inSpans(query, await rowsOf<Omit<FigureRow, 'span'> & Timed>(db, sql, values));
}

export async function figuresFromRows(db: Db, query: FigureQuery): Promise<FigureRow[]> {
  if (query.rowSpans.length === 0) return [];
  const { values, bind } = bindings();
  const sql = `select ${spanOf(query, bind)}, ${keyed(query)}, ${FIGURES} from (
      select started_at as at, ${columnsOf(query)}status, 1 as requests, (attempt_number > 1)::integer as retries
      ${rowsIn(query, bind)}
    ) as counted group by ${['span', ...columnNames(query)].join(', ')}`;
  return rowsOf<FigureRow>(db, sql, values);
}

export interface DurationLists extends Keyed {
  /** Encoded lists of duration-percentiles.ts, each after four bytes with its length. */
  lists: Buffer;
}

export async function durationsFromRollups(db: Db, query: FigureQuery): Promise<DurationLists[]> {
  if (query.rollupSpans.length === 0) return [];
  const { values, bind } = bindings();
  const sql = `select ${timed(query)}, ${keyed(query)},
      string_agg(int4send(octet_length(durations)) || durations, '') as lists from (
      select c.bucket as at, ${columnsOf(query)}c.durations ${matchingRollups(query, bind)} and octet_length(c.durations) > 0
    ) as counted group by ${groupedByTime(query)}`;
  return inSpans(query, await rowsOf<Omit<DurationLists, 'span'> & Timed>(db, sql, values));
}

export interface DurationText extends Keyed {
  /** Durations in milliseconds with their counts, ascending: "12 3,15 1". */
  durations: string;
}

export async function durationsFromRows(db: Db, query: FigureQuery): Promise<DurationText[]> {
  if (query.rowSpans.length === 0) return [];
  const { values, bind } = bindings();
  const sql = `select span, key, string_agg(ms || ' ' || n, ',' order by ms) as durations from (
      select ${spanOf(query, bind)}, ${keyed(query)}, greatest(duration_ms, 0) as ms, count(*) as n from (
        select started_at as at, ${columnsOf(query)}duration_ms ${rowsIn(query, bind)} and duration_ms is not null
      ) as closed group by ${['span', ...columnNames(query), 'ms'].join(', ')}
    ) as counted group by span, key`;
  return rowsOf<DurationText>(db, sql, values);
}

function columnNames({ by }: FigureQuery): string[] {
  return by.map((dimension) => DIMENSIONS[dimension]);
}

function columnsOf(query: FigureQuery): string {
  return columnNames(query)
    .map((column) => `${column}, `)
    .join('');
}

function keyed(query: FigureQuery): string {
  return `json_build_array(${columnNames(query).join(', ')})::text as key`;
}

interface Timed {
  /** Seconds since 1970; null: there is only one span. */
  at: number | null;
}

// The span of a rollup is found here, because PostgreSQL would take longer for it than for the rest of the query.
function timed({ starts }: FigureQuery): string {
  return starts.length > 1 ? 'extract(epoch from at)::float8 as at' : 'null as at';
}

function groupedByTime(query: FigureQuery): string {
  const columns = [...(query.starts.length > 1 ? ['counted.at'] : []), ...columnNames(query)];
  // `group by` without columns would return a row even if there are no requests
  return columns.length > 0 ? columns.join(', ') : 'key';
}

function inSpans<Row extends Timed>({ starts }: FigureQuery, rows: readonly Row[]): (Row & { span: number })[] {
  return rows.map((row) => ({ ...row, span: row.at === null ? 0 : placeOf(starts, row.at * 1000) }));
}

/** The index of the last start that is not after `at`. */
function placeOf(starts: readonly number[], at: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= at) low = middle;
    else high = middle;
  }
  return low;
}

function spanOf({ starts }: FigureQuery, bind: Bind): string {
  if (starts.length === 1) return '0 as span';
  return `greatest(width_bucket(at, ${bind(timesOf(starts))}::timestamptz[]), 1) - 1 as span`;
}

function timesOf(times: readonly number[]): string[] {
  return times.map((ms) => new Date(ms).toISOString());
}

// `offset 0` keeps the planner from reversing the joins. If the series are known, the rollups of each are adjacent in
// the primary key; otherwise those of a time are adjacent in an index. A scan of the whole table would take seconds.
function matchingRollups(query: FigureQuery, bind: Bind): string {
  const { rollupSpans, isDetailed, isByTime, rollupCondition } = query;
  const grains = bind(rollupSpans.map((rollupSpan) => rollupSpan.grain));
  const [from, to] = boundsOf(rollupSpans, timesOf, bind);
  const spans = `unnest(${grains}::smallint[], ${from}::timestamptz[], ${to}::timestamptz[]) as p (grain, since, until)`;
  const rollups = (which: string) => `cross join lateral (
      select series_id, bucket, requests, retries, durations from request_stats
      where grain = p.grain and bucket >= p.since and bucket < p.until and ${which} offset 0
    ) as c`;
  const source = isByTime
    ? `${spans} ${rollups('grain > 1')} join request_stats_series as s on s.id = c.series_id`
    : `request_stats_series as s cross join ${spans} ${rollups('series_id = s.id')}`;
  return `from ${source} where s.detailed = ${isDetailed} and ${toSql(rollupCondition, bind)}`;
}

function openRequests({ rollupSpans, rollupCondition }: FigureQuery, bind: Bind): string {
  const [from, to] = boundsOf(rollupSpans, timesOf, bind);
  return `from (select *, 'PENDING' as status, null::text as error_code from request_stats_open) as o
    where exists (select from unnest(${from}::timestamptz[], ${to}::timestamptz[]) as p (since, until)
      where o.started_at >= p.since and o.started_at < p.until) and ${toSql(rollupCondition, bind)}`;
}

function rowsIn({ rowSpans, rowCondition }: FigureQuery, bind: Bind): string {
  const [from, to] = boundsOf(rowSpans, (times) => times.map(firstIdAt), bind);
  return `from unnest(${from}::uuid[], ${to}::uuid[]) as w (first_id, end_id)
    join webhook_request_logs as r on r.id >= w.first_id and r.id < w.end_id
    where ${toSql(rowCondition, bind)}`;
}

function boundsOf(spans: readonly Span[], written: (times: number[]) => string[], bind: Bind): [string, string] {
  return [bind(written(spans.map((span) => span.from))), bind(written(spans.map((span) => span.to)))];
}
