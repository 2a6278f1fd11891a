// What is counted by statistics of one kind, and what one query asks of it.
import { firstIdAt } from '../../ids';
import { type Bind, type Condition, toSql } from '../../sql/condition';
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
