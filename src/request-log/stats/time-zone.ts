import { LRUCache } from 'lru-cache';
import { AppError, quoted } from '../../errors';

const DAY_MS = 24 * 3600_000;

/** A time zone. */
export interface Zone {
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
export function clockChanges(zone: Zone, from: number, to: number): number[] {
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
export function startOfDay(zone: Zone, wall: number): number {
  const before = zone.offsetAt(wall - DAY_MS);
  const after = zone.offsetAt(wall + DAY_MS);
  const starts = [wall - before, wall - after].filter((at) => at + zone.offsetAt(at) === wall);
  if (starts.length > 0) return Math.min(...starts);
  return changeBetween(zone, wall - after - 1, wall - before);
}
