// Decides whether rollups can answer a `where`.
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
