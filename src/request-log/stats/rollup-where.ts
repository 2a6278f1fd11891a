// Decides whether rollups can answer a `where`.
import type { Span } from './stats-buckets';

/** Attributes of all rollups, and those that only detailed rollups have. */
const ROLLUP_FIELDS = ['direction', 'status', 'errorCode'];
const DETAILED_ROLLUP_FIELDS = ['webhook', 'documentType'];

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

/** @returns null if the rows of the log must be counted. @param where valid for conditionOf() */
export function rollupWhere(where: Where | undefined): RollupWhere | null {
  const within = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const rest = where && withoutTimes(where, within);
  const names = new Set(rest ? namesIn(rest) : []);
  if (![...names].every((name) => ROLLUP_FIELDS.includes(name) || DETAILED_ROLLUP_FIELDS.includes(name))) return null;
  const isDetailed = DETAILED_ROLLUP_FIELDS.some((name) => names.has(name));
  return { where: rest, isDetailed, isOfWebhooks: names.has('webhook'), within };
}

/** Moves conditions on `startedAt` that all rows must meet to `within`. undefined: no condition is left. */
function withoutTimes(where: Where, within: Span): Where | undefined {
  const { startedAt, and, ...rest } = where;
  if (startedAt !== undefined) narrow(within, startedAt as Record<string, Date | undefined>);
  const parts = ((and as Where[] | undefined) ?? []).flatMap((part) => withoutTimes(part, within) ?? []);
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
