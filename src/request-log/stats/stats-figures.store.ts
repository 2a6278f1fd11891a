// Reads figures from rollups, and counts rows one by one where rollups cannot answer.
import { type Bind, bindings, type Condition, toSql } from '../../sql/condition';
import { type Db, rowOf, rowsOf } from '../../sql/db';
import { firstIdAt } from '../../values/ids';
import type { Grain, RollupTables } from './rollups.store';

interface Keyed {
  /** The index in `starts`. */
  span: number;
  /** A JSON array with a string or null for each of `by`. */
  key: string;
}

export type FigureRow<Figure extends string> = Keyed & Record<Figure, number>;

function figuresOf(figures: Record<string, string>): string {
  return Object.entries(figures)
    .map(([name, sql]) => `${sql} as "${name}"`)
    .join(', ');
}

/** Figures from rollups, and of rows that are open. */
export async function figuresFromRollups<Figure extends string>(
  db: Db,
  query: FigureQuery<Figure>,
): Promise<FigureRow<Figure>[]> {
  return fromRollups<FigureRow<Figure>>(db, query, figuresOf(query.source.figures), []);
}

/** The same with durations, for which the rollups are not read a second time. */
export async function figuresAndDurationsFromRollups<Figure extends string>(
  db: Db,
  query: FigureQuery<Figure>,
  histograms: readonly string[],
): Promise<(FigureRow<Figure> & { lists: string[] })[]> {
  const columns = histograms.map((name) => columnOf(query, name));
  const selected = `${figuresOf(query.source.figures)}, array[${columns.map(listsOf).join(', ')}] as lists`;
  return fromRollups<FigureRow<Figure> & { lists: string[] }>(db, query, selected, columns);
}

async function fromRollups<Row extends Keyed>(
  db: Db,
  query: FigureQuery<string>,
  selected: string,
  histograms: readonly string[],
): Promise<Row[]> {
  if (query.rollupSpans.length === 0) return [];
  const { tables, open } = query.source;
  const { values, bind } = bindings();
  const durations = histograms.map((column) => `, c.${column}`).join('');
  const ofOpen = histograms.map(() => `, ''::bytea`).join('');
  const rollups = `select c.bucket as at, ${columnsOf(query)}status, c.${tables.count} as count, c.${tables.sum} as sum${durations}
      ${matchingRollups(query, bind, histograms)}`;
  const openRows = open
    ? `union all select o.at, ${columnsOf(query)}status, 1, o.sum${ofOpen} ${openIn(query, open, bind)}`
    : '';
  const sql = `select ${timed(query)}, ${keyed(query)}, ${selected}
    from (${rollups} ${openRows}) as counted group by ${groupedByTime(query)}`;
  // inSpans gives each row its span back
  return inSpans(query, await rowsOf<Omit<Row, 'span'> & Timed>(db, sql, values)) as unknown as Row[];
}

export async function figuresFromRows<Figure extends string>(
  db: Db,
  query: FigureQuery<Figure>,
): Promise<FigureRow<Figure>[]> {
  if (query.rowSpans.length === 0) return [];
  const { rows, figures } = query.source;
  const { values, bind } = bindings();
  const places = placesOfRows(query);
  const sql = `select ${placeIn(places, query, bind)}, ${keyed(query)}, ${figuresOf(figures)} from (
      select ${rows.at} as at, ${columnsOf(query)}status, 1 as count, ${rows.sum} as sum
      ${rowsIn(query, bind)}
    ) as counted group by ${['place', ...columnNames(query)].join(', ')}`;
  return inPlaces(
    places,
    await rowsOf<Omit<FigureRow<Figure>, 'span'> & Placed>(db, sql, values),
  ) as FigureRow<Figure>[];
}

export interface DurationLists extends Keyed {
  /** Base64 of encoded lists of duration-percentiles.ts, each after four bytes with its length. */
  lists: string;
}

// base64: half of what a bytea takes on the wire, where it is hexadecimal
function listsOf(column: string): string {
  return `encode(coalesce(string_agg(int4send(octet_length(${column})) || ${column}, ''::bytea)
    filter (where octet_length(${column}) > 0), ''), 'base64')`;
}

export async function durationsFromRollups(
  db: Db,
  query: FigureQuery<string>,
  histogram: string,
): Promise<DurationLists[]> {
  if (query.rollupSpans.length === 0) return [];
  const { values, bind } = bindings();
  const column = columnOf(query, histogram);
  const sql = `select ${timed(query)}, ${keyed(query)}, ${listsOf(column)} as lists from (
      select c.bucket as at, ${columnsOf(query)}c.${column} ${matchingRollups(query, bind, [column])}
    ) as counted group by ${groupedByTime(query)}`;
  return inSpans(query, await rowsOf<Omit<DurationLists, 'span'> & Timed>(db, sql, values));
}

export interface DurationText extends Keyed {
  /** Durations in milliseconds with their counts, ascending: "12 3,15 1". */
  durations: string;
}

export async function durationsFromRows(
  db: Db,
  query: FigureQuery<string>,
  histogram: string,
): Promise<DurationText[]> {
  if (query.rowSpans.length === 0) return [];
  const { rows } = query.source;
  const { row } = histogramOf(query.source, histogram);
  const { values, bind } = bindings();
  const places = placesOfRows(query);
  const sql = `select place, key, string_agg(ms || ' ' || n, ',' order by ms) as durations from (
      select ${placeIn(places, query, bind)}, ${keyed(query)}, greatest(duration, 0) as ms, count(*) as n from (
        select ${rows.at} as at, ${columnsOf(query)}${row} as duration
        ${rowsIn(query, bind)} and ${row} is not null
      ) as closed group by ${['place', ...columnNames(query), 'ms'].join(', ')}
    ) as counted group by place, key`;
  return inPlaces(places, await rowsOf<Omit<DurationText, 'span'> & Placed>(db, sql, values));
}

function columnNames({ by }: FigureQuery<string>): string[] {
  return by.map((dimension) => DIMENSIONS[dimension]);
}

function columnsOf(query: FigureQuery<string>): string {
  return columnNames(query)
    .map((column) => `${column}, `)
    .join('');
}

function keyed(query: FigureQuery<string>): string {
  return `json_build_array(${columnNames(query).join(', ')})::text as key`;
}

interface Timed {
  /** Seconds since 1970; null: there is only one span. */
  at: number | null;
}

// The span of a rollup is found here, because PostgreSQL would take longer for it than for the rest of the query.
function timed({ starts }: FigureQuery<string>): string {
  return starts.length > 1 ? 'extract(epoch from at)::float8 as at' : 'null as at';
}

function groupedByTime(query: FigureQuery<string>): string {
  const columns = [...(query.starts.length > 1 ? ['counted.at'] : []), ...columnNames(query)];
  // `group by` without columns would return a row even if there are no requests
  return columns.length > 0 ? columns.join(', ') : 'key';
}

function inSpans<Row extends Timed>({ starts }: FigureQuery<string>, rows: readonly Row[]): (Row & { span: number })[] {
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

interface Placed {
  /** The index in `placesOfRows`. */
  place: number;
}

/** The indexes of the spans in which rows are counted one by one: often the first and the last alone, of hundreds. */
function placesOfRows({ starts, rowSpans }: FigureQuery<string>): number[] {
  const places = new Set<number>();
  for (const { from, to } of rowSpans) {
    for (let index = placeOf(starts, from); index < starts.length && (starts[index] as number) < to; index += 1) {
      places.add(index);
    }
  }
  return [...places].sort((one, other) => one - other);
}

function placeIn(places: readonly number[], { starts }: FigureQuery<string>, bind: Bind): string {
  if (places.length === 1) return '0 as place';
  const times = timesOf(places.map((index) => starts[index] as number));
  return `greatest(width_bucket(at, ${bind(times)}::timestamptz[]), 1) - 1 as place`;
}

function inPlaces<Row extends Placed>(places: readonly number[], rows: readonly Row[]): (Row & { span: number })[] {
  return rows.map((row) => ({ ...row, span: places[row.place] as number }));
}

function timesOf(times: readonly number[]): string[] {
  return times.map((ms) => new Date(ms).toISOString());
}

// `offset 0` keeps the planner from reversing the joins. If the series are known, the rollups of each are adjacent in
// the primary key; otherwise those of a time are adjacent in an index. A scan of the whole table would take seconds.
function matchingRollups(query: FigureQuery<string>, bind: Bind, histograms: readonly string[]): string {
  const { source, rollupSpans, isDetailed, isByTime, rollupCondition } = query;
  const { tables } = source;
  const grains = bind(rollupSpans.map((rollupSpan) => rollupSpan.grain));
  const [from, to] = boundsOf(rollupSpans, bind);
  const spans = `unnest(${grains}::smallint[], ${from}::timestamptz[], ${to}::timestamptz[]) as p (grain, since, until)`;
  const rollups = (which: string) => `cross join lateral (
      select ${['series_id', 'bucket', tables.count, tables.sum, ...histograms].join(', ')} from ${tables.rollups}
      where grain = p.grain and bucket >= p.since and bucket < p.until and ${which} offset 0
    ) as c`;
  const found = isByTime
    ? `${spans} ${rollups('grain > 1')} join ${tables.series} as s on s.id = c.series_id`
    : `${tables.series} as s cross join ${spans} ${rollups('series_id = s.id')}`;
  return `from ${found} where s.detailed = ${isDetailed} and ${toSql(rollupCondition, bind)}`;
}

function openIn({ rollupSpans, rollupCondition }: FigureQuery<string>, open: string, bind: Bind): string {
  const [from, to] = boundsOf(rollupSpans, bind);
  return `from (${open}) as o
    where exists (select from unnest(${from}::timestamptz[], ${to}::timestamptz[]) as p (since, until)
      where o.at >= p.since and o.at < p.until) and ${toSql(rollupCondition, bind)}`;
}

function rowsIn({ source, rowSpans, rowCondition }: FigureQuery<string>, bind: Bind): string {
  return `from ${source.rows.within(bind, rowSpans)} where ${toSql(rowCondition, bind)}`;
}

/** The time of the newest row of a span that comes after `atMost` newer ones; null: there is none. */
export async function timeOfNextRow(
  db: Db,
  { rows }: StatsSource<string>,
  span: Span,
  walked: Condition,
  atMost: number,
): Promise<number | null> {
  const { values, bind } = bindings();
  const row = await rowOf<{ ms: number }>(db, rows.next(bind, span, walked, atMost), values);
  return row?.ms ?? null;
}

function boundsOf(spans: readonly Span[], bind: Bind): [string, string] {
  return [bind(timesOf(spans.map((span) => span.from))), bind(timesOf(spans.map((span) => span.to)))];
}

// What is counted by statistics of one kind, and what one query asks of it.

/** The attributes by which figures can be grouped. */
export const DIMENSIONS = {
  direction: 'direction',
  webhookId: 'webhook_id',
  documentType: 'document_type',
  errorCode: 'error_code',
  skipReason: 'skip_reason',
} as const;
export type Dimension = keyof typeof DIMENSIONS;

/** What is counted, in rollups and as rows. */
export interface StatsSource<Figure extends string> {
  tables: Pick<RollupTables, 'series' | 'rollups' | 'count' | 'sum'>;
  /** SQL of each figure: an aggregate of `count` and `sum` by `status`. */
  figures: Record<Figure, string>;
  /** What percentiles are computed of: the column of the rollups, and the SQL of a row. */
  histograms: Readonly<Record<string, { column: string; row: string }>>;
  /** How rows are found, and the SQL of their values. */
  rows: RowSource & { at: string; sum: string };
  /** Rows that are counted but not in a rollup, with their `at`, `sum` and the columns of the series; null: none. */
  open: string | null;
}

/** Rows that can be counted one by one. */
export interface RowSource {
  /** The rows of spans that do not overlap, as a FROM with the columns of the rows alone in scope, or as `r`. */
  within(bind: Bind, spans: readonly Span[]): string;
  /**
   * A SELECT of `ms`, the time of the newest row of a span that comes after `atMost` newer ones; no row: there is none.
   * @param walked only rows that meet it are looked at
   */
  next(bind: Bind, span: Span, walked: Condition, atMost: number): string;
}

/** The rows of a table whose ids contain the time by which they are counted. */
export function rowsById(table: string): RowSource {
  const bounds = (bind: Bind, spans: readonly Span[]) => [
    bind(spans.map(({ from }) => firstIdAt(from))),
    bind(spans.map(({ to }) => firstIdAt(to))),
  ];
  return {
    within: (bind, spans) => {
      const [from, to] = bounds(bind, spans);
      return `unnest(${from}::uuid[], ${to}::uuid[]) as w (first_id, end_id)
        join ${table} as r on r.id >= w.first_id and r.id < w.end_id`;
    },
    next: (bind, { from, to }, walked, atMost) =>
      `select ms_of_id(id)::float8 as ms from ${table}
        where id >= ${bind(firstIdAt(from))}::uuid and id < ${bind(firstIdAt(to))}::uuid and ${toSql(walked, bind)}
        order by ${table}.id desc offset ${atMost} limit 1`,
  };
}

/** Milliseconds since 1970; `to` is exclusive. */
interface Span {
  from: number;
  to: number;
}

export interface FigureQuery<Figure extends string> {
  source: StatsSource<Figure>;
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
  /** A condition on the columns that the series share with the rows. */
  rollupCondition: Condition;
  rowCondition: Condition;
  by: readonly Dimension[];
}

/** The number of rows with a status, as a figure. */
export function rowsWith(status: string): string {
  return `coalesce(sum(count) filter (where status = '${status}'), 0)::float8`;
}

function columnOf({ source }: FigureQuery<string>, histogram: string): string {
  return histogramOf(source, histogram).column;
}

function histogramOf({ histograms }: StatsSource<string>, name: string): { column: string; row: string } {
  const histogram = histograms[name];
  if (!histogram) throw new Error(`there are no counts of ${name}`);
  return histogram;
}
