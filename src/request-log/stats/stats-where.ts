// Which part of a `where` the kept counts can answer.
import type { Span } from './stats-buckets';

/** Kept for all webhooks together, and by webhook and document type. */
const KEPT = ['direction', 'status', 'errorCode'];
const KEPT_IN_DETAIL = ['webhook', 'documentType'];

type Where = Record<string, unknown>;

export interface KeptWhere {
  /** The `where` without times; undefined: everything. */
  where: Where | undefined;
  /** Whether it asks for webhooks or document types. */
  isDetailed: boolean;
  /** Whether it asks for webhooks, wherever in it. */
  isOfWebhooks: boolean;
  /** What the times in it leave of all time. */
  within: Span;
}

/** @returns null when the log's rows themselves must be asked. @param where one that conditionOf() takes */
export function keptWhere(where: Where | undefined): KeptWhere | null {
  const within = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const rest = where && withoutTimes(where, within);
  const names = new Set(rest ? namesIn(rest) : []);
  if (![...names].every((name) => KEPT.includes(name) || KEPT_IN_DETAIL.includes(name))) return null;
  const isDetailed = KEPT_IN_DETAIL.some((name) => names.has(name));
  return { where: rest, isDetailed, isOfWebhooks: names.has('webhook'), within };
}

/** Takes `startedAt` out where it holds for all rows, and notes it in `within`. undefined: nothing is left. */
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

/** Of the fields, however deep in `and`, `or` and `not`, but not in links. */
function namesIn(where: Where): string[] {
  return Object.entries(where).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (name === 'not') return namesIn(value as Where);
    return name === 'and' || name === 'or' ? (value as Where[]).flatMap(namesIn) : [name];
  });
}
