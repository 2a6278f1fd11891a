// What is counted by statistics of one kind, and what one query asks of it.
import type { Condition } from '../../sql/condition';
import type { Grain } from './request-stats.entity';
import type { RollupTables } from './rollups.store';

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
  /** The table of the rows, whose ids contain the time by which they are counted, and the SQL of their values. */
  rows: { table: string; at: string; sum: string };
  /** Rows that are counted but not in a rollup, with their `at`, `sum` and the columns of the series; null: none. */
  open: string | null;
}

/** Milliseconds since 1970; `to` is exclusive. */
export interface Span {
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

export function columnOf({ source }: FigureQuery<string>, histogram: string): string {
  return histogramOf(source, histogram).column;
}

export function histogramOf({ histograms }: StatsSource<string>, name: string): { column: string; row: string } {
  const histogram = histograms[name];
  if (!histogram) throw new Error(`there are no counts of ${name}`);
  return histogram;
}
