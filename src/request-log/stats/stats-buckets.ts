import { LRUCache } from 'lru-cache';
import { AppError, quoted } from '../../errors/errors';

export const STATS_BUCKETS = ['MINUTE', 'FIVE_MINUTES', 'QUARTER_HOUR', 'HOUR', 'DAY', 'WEEK', 'MONTH'] as const;
export type StatsBucket = (typeof STATS_BUCKETS)[number];

export const MAX_BUCKETS = 2_000;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Approximate lengths. */
const LENGTH_MS: Record<StatsBucket, number> = {
  MINUTE: MINUTE_MS,
  FIVE_MINUTES: 5 * MINUTE_MS,
  QUARTER_HOUR: 15 * MINUTE_MS,
  HOUR: 60 * MINUTE_MS,
  DAY: DAY_MS,
  WEEK: 7 * DAY_MS,
  MONTH: 30.436875 * DAY_MS,
};

/** From `from` inclusive to `to` exclusive, in milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

/** @throws AppError BAD_USER_INPUT if the range is empty or begins before 1970 */
export function spanOf(range: { from: Date; to: Date }): Span {
  const span = { from: range.from.getTime(), to: range.to.getTime() };
  const fault = (message: string) => new AppError('BAD_USER_INPUT', message, ['range']);
  if (span.from < 0) {
    throw fault(`range.from is ${range.from.toISOString()}; it must be 1970-01-01T00:00:00Z or later.`);
  }
  if (span.from >= span.to) {
    throw fault(`range.from ${range.from.toISOString()} must be earlier than range.to ${range.to.toISOString()}.`);
  }
  return span;
}

/**
 * The starts of the buckets of a range, ascending. Each bucket ends where the next one starts, the last one with the
 * range. The first bucket starts with the range, the others by the clock and calendar of the time zone.
 * @throws AppError BAD_USER_INPUT if there are more than 2,000 buckets
 */
export function bucketStarts(span: Span, bucket: StatsBucket, zone: Zone): number[] {
  // an estimate first, because computing the minutes of a million years would take too long
  if (aboutHowMany(span, bucket) > MAX_BUCKETS * 2) throw tooMany(span, bucket);
  const starts = isCalendarUnit(bucket)
    ? calendarStarts(span, bucket, zone)
    : clockStarts(span, LENGTH_MS[bucket], zone);
  if (starts.length > MAX_BUCKETS) throw tooMany(span, bucket);
  return starts;
}

type CalendarUnit = 'DAY' | 'WEEK' | 'MONTH';

function isCalendarUnit(bucket: StatsBucket): bucket is CalendarUnit {
  return bucket === 'DAY' || bucket === 'WEEK' || bucket === 'MONTH';
}

function aboutHowMany(span: Span, bucket: StatsBucket): number {
  return (span.to - span.from) / LENGTH_MS[bucket];
}

function tooMany(span: Span, bucket: StatsBucket): AppError {
  const finest = STATS_BUCKETS.find((each) => aboutHowMany(span, each) < MAX_BUCKETS * 0.99);
  const right = finest ? `use ${finest} or a shorter range` : 'use a shorter range';
  const message = `bucket ${bucket} gives more than ${MAX_BUCKETS} buckets for this range: ${right}.`;
  return new AppError('BAD_USER_INPUT', message, ['bucket']);
}

// A bucket starts at each change of the clocks, so a repeated hour gives two buckets, and a part of an hour one of its
// own.
function clockStarts({ from, to }: Span, length: number, zone: Zone): number[] {
  const stretches = [from, ...clockChanges(zone, from, to)];
  return stretches.flatMap((start, index) => {
    const end = stretches[index + 1] ?? to;
    const offset = zone.offsetAt(start);
    const starts = [start];
    const next = start + length - modulo(start + offset, length);
    for (let at = next; at < end; at += length) starts.push(at);
    return starts;
  });
}

function calendarStarts({ from, to }: Span, unit: CalendarUnit, zone: Zone): number[] {
  const starts = [from];
  let wall = from + zone.offsetAt(from);
  for (;;) {
    wall = nextWall(wall, unit);
    const at = startOfDay(zone, wall);
    if (at >= to) return starts;
    // a day that the clocks skip has no bucket
    if (at > (starts.at(-1) as number)) starts.push(at);
  }
}

/** Midnight at the end of this day, week (ISO 8601: it ends on Sunday) or month. */
function nextWall(wall: number, unit: CalendarUnit): number {
  const date = new Date(wall);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (unit === 'MONTH') return Date.UTC(year, month + 1, 1);
  return Date.UTC(year, month, day + (unit === 'WEEK' ? 7 - modulo(date.getUTCDay() - 1, 7) : 1));
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** A time zone. */
interface Zone {
  /** Its name in the IANA time zone database: "Europe/Berlin". */
  name: string;
  /** The offset from UTC at this instant, in milliseconds. */
  offsetAt(ms: number): number;
}

/** @throws AppError BAD_USER_INPUT if the name is not in the IANA time zone database */
export function zoneNamed(name: string): Zone {
  const format = formatFor(name);
  if (!format) {
    const message = `timeZone ${quoted(name)} is not a name of the IANA time zone database, such as "UTC", "Europe/Berlin" or "Asia/Kolkata".`;
    throw new AppError('BAD_USER_INPUT', message, ['timeZone']);
  }
  return { name: format.resolvedOptions().timeZone, offsetAt: (ms) => offsetIn(format.format(ms)) };
}

/** Making one takes a hundred times as long as using it. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 50 });

function formatFor(name: string): Intl.DateTimeFormat | null {
  // an offset is not a time zone of the database
  if (/^[+-]/.test(name)) return null;
  const known = formats.get(name);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
    formats.set(name, format);
    return format;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

// "3/29/2026, GMT+05:30"; for early years also "GMT-00:44:30"
function offsetIn(text: string): number {
  const [, sign, hours, minutes, seconds = 0] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  if (sign === undefined) return 0;
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -ms : ms;
}

/** The instants between `from` and `to`, both exclusive, at which the offset changes. */
function clockChanges(zone: Zone, from: number, to: number): number[] {
  const changes: number[] = [];
  for (let start = from; start < to; start += DAY_MS) {
    const end = Math.min(start + DAY_MS, to);
    if (zone.offsetAt(start) !== zone.offsetAt(end)) changes.push(changeBetween(zone, start, end));
  }
  return changes.filter((change) => change < to);
}

/** The first instant whose offset differs from that of `from`; that of `to` differs. */
function changeBetween(zone: Zone, from: number, to: number): number {
  const offset = zone.offsetAt(from);
  let [same, other] = [from, to];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (zone.offsetAt(middle) === offset) same = middle;
    else other = middle;
  }
  return other;
}

/**
 * The start of a day in a time zone. If clocks are set forward over midnight, it is that instant; if midnight occurs
 * twice, it is the first.
 * @param wall midnight of that day as if the zone were UTC
 */
function startOfDay(zone: Zone, wall: number): number {
  const before = zone.offsetAt(wall - DAY_MS);
  const after = zone.offsetAt(wall + DAY_MS);
  const starts = [wall - before, wall - after].filter((at) => at + zone.offsetAt(at) === wall);
  if (starts.length > 0) return Math.min(...starts);
  return changeBetween(zone, wall - after - 1, wall - before);
}
