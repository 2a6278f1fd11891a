// Decides whether rollups can answer a `where`.

import { GRAINS, type Grain } from './rollups.store';
import type { Span } from './stats-buckets';

/** Fields of all rollups, those that only detailed rollups have, and the field of the time. */
export interface RollupFields {
  all: readonly string[];
  detailed: readonly string[];
  time: string;
}

export const REQUEST_ROLLUP_FIELDS: RollupFields = {
  all: ['direction', 'status', 'errorCode'],
  detailed: ['webhook', 'documentType'],
  time: 'startedAt',
};

type Where = Record<string, unknown>;

export interface RollupWhere {
  /** The `where` without conditions on time; undefined: all requests. */
  where: Where | undefined;
  /** Whether it has conditions on webhooks or document types. */
  isDetailed: boolean;
  /** Whether it has a condition on webhooks, at any depth. */
  isOfWebhooks: boolean;
  /** The span of time to which its conditions on time restrict it. */
  within: Span;
}

/** @returns null if the rows must be counted one by one. @param where valid for conditionOf() */
export function rollupWhere(where: Where | undefined, { all, detailed, time }: RollupFields): RollupWhere | null {
  const within = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const rest = where && withoutTimes(where, time, within);
  const names = new Set(rest ? namesIn(rest) : []);
  if (![...names].every((name) => all.includes(name) || detailed.includes(name))) return null;
  const isDetailed = detailed.some((name) => names.has(name));
  return { where: rest, isDetailed, isOfWebhooks: names.has('webhook'), within };
}

/** Moves conditions on the time that all rows must meet to `within`. undefined: no condition is left. */
function withoutTimes(where: Where, time: string, within: Span): Where | undefined {
  const { [time]: tests, and, ...rest } = where;
  if (tests !== undefined) narrow(within, tests as Record<string, Date | undefined>);
  const parts = ((and as Where[] | undefined) ?? []).flatMap((part) => withoutTimes(part, time, within) ?? []);
  const left = parts.length > 0 ? { ...rest, and: parts } : rest;
  return Object.values(left).some((value) => value !== undefined) ? left : undefined;
}

function narrow(within: Span, { gte, gt, lt, lte }: Record<string, Date | undefined>): void {
  if (gte) within.from = Math.max(within.from, gte.getTime());
  if (gt) within.from = Math.max(within.from, gt.getTime() + 1);
  if (lt) within.to = Math.min(within.to, lt.getTime());
  if (lte) within.to = Math.min(within.to, lte.getTime() + 1);
}

/** The names of the fields, at any depth of `and`, `or` and `not`, but not in links. */
function namesIn(where: Where): string[] {
  return Object.entries(where).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (name === 'not') return namesIn(value as Where);
    return name === 'and' || name === 'or' ? (value as Where[]).flatMap(namesIn) : [name];
  });
}

/** A span that rollups of one length cover exactly. */
export interface RollupSpan extends Span {
  grain: Grain;
}

/** How spans of time are counted: from rollups, and row by row at edges that no rollup covers exactly. */
export interface RollupCover {
  rollupSpans: RollupSpan[];
  rowSpans: Span[];
}

const MINUTE_MS = 60_000;

/**
 * Covers each of these spans exactly with the fewest and longest rollups. Adjacent spans of the same length are joined.
 * @param starts the starts of the spans, ascending; each span ends where the next one starts, the last one at `end`
 * @param within only this part is covered
 * @param finest the shortest length to use: rollups by webhook have no minutes
 */
export function coverOf(starts: readonly number[], end: number, within: Span, finest: Grain): RollupCover {
  const grains = GRAINS.filter((grain) => grain >= finest).reverse();
  const cover: RollupCover = { rollupSpans: [], rowSpans: [] };
  starts.forEach((start, index) => {
    const from = Math.max(start, within.from);
    const to = Math.min(starts[index + 1] ?? end, within.to);
    if (from < to) addCover(cover, { from, to }, grains);
  });
  return cover;
}

function addCover(cover: RollupCover, span: Span, [grain, ...finer]: readonly Grain[]): void {
  if (span.from >= span.to) return;
  if (grain === undefined) {
    append(cover.rowSpans, span);
    return;
  }
  const length = grain * MINUTE_MS;
  const from = Math.ceil(span.from / length) * length;
  const to = Math.floor(span.to / length) * length;
  const isWhole = from < to;
  addCover(cover, { from: span.from, to: isWhole ? from : span.to }, finer);
  if (!isWhole) return;
  append(cover.rollupSpans, { grain, from, to });
  addCover(cover, { from: to, to: span.to }, finer);
}

function append<Each extends Span & { grain?: Grain }>(list: Each[], next: Each): void {
  const last = list.findLast((each) => each.grain === next.grain);
  if (last?.to === next.from) last.to = next.to;
  else list.push(next);
}
