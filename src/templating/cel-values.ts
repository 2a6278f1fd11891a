// Compares values as the specification of CEL requires, which the library does not.

/** The nanoseconds of a timestamp beyond its milliseconds, 0 to 999,999. The library stores only milliseconds. */
const nanosBeyondMs = new WeakMap<Date, bigint>();

const MS = 1_000_000n;

/** The object that the library creates for `duration(...)`. */
export interface Duration {
  readonly seconds: bigint;
  readonly nanos: number;
}

/**
 * `==`: compares numbers of all types by value, lists and maps by their elements; values of different types are
 * unequal.
 */
export function equal(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  const order = compare(left, right);
  if (order !== null) return order === 0;
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((each, at) => equal(each, right[at]));
  }
  if (left instanceof Uint8Array) return right instanceof Uint8Array && Buffer.compare(left, right) === 0;
  const [ours, theirs] = [entriesOf(left), entriesOf(right)];
  if (ours === null || theirs === null || ours.size !== theirs.size) return false;
  // what is missing equals no value
  return [...ours].every(([key, value]) => equal(value, theirs.get(key)));
}

/** @returns a number below, equal to or above 0; null: the two have no order; NaN: one of them is NaN */
export function compare(left: unknown, right: unknown): number | null {
  if (typeof left === 'string') return typeof right === 'string' ? compareTexts(left, right) : null;
  if (left instanceof Uint8Array) return right instanceof Uint8Array ? Buffer.compare(left, right) : null;
  const [ours, theirs] = [numberOf(left), numberOf(right)];
  if (ours !== null && theirs !== null) return sign(ours, theirs);
  if (left instanceof Date) return right instanceof Date ? sign(nanosOf(left), nanosOf(right)) : null;
  return isDuration(left) && isDuration(right) ? sign(nanosIn(left), nanosIn(right)) : null;
}

/** A double as it is, or the integer of an int or a uint. */
function numberOf(value: unknown): number | bigint | null {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value !== 'object' || value === null || value.constructor === undefined) return null;
  const inner: unknown = value.valueOf();
  return typeof inner === 'bigint' ? inner : null;
}

// also exact between double and integer
function sign(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : 0;
}

// UTF-8 preserves the order of code points, UTF-16 does not
function compareTexts(left: string, right: string): number {
  return left === right ? 0 : Buffer.from(left).compare(Buffer.from(right));
}

function entriesOf(value: unknown): Map<unknown, unknown> | null {
  if (value instanceof Map) return value;
  if (typeof value !== 'object' || value === null) return null;
  return Object.getPrototypeOf(value) === Object.prototype ? new Map(Object.entries(value)) : null;
}

export function isDuration(value: unknown): value is Duration {
  if (typeof value !== 'object' || value === null || entriesOf(value) !== null) return false;
  return 'seconds' in value && 'nanos' in value && typeof value.seconds === 'bigint';
}

export function nanosIn({ seconds, nanos }: Duration): bigint {
  return seconds * 1_000n * MS + BigInt(nanos);
}

/** The nanoseconds since 1970. */
export function nanosOf(time: Date): bigint {
  return BigInt(time.getTime()) * MS + (nanosBeyondMs.get(time) ?? 0n);
}

export function timeAt(nanos: bigint): Date {
  const beyond = ((nanos % MS) + MS) % MS;
  const time = new Date(Number((nanos - beyond) / MS));
  if (beyond > 0n) nanosBeyondMs.set(time, beyond);
  return time;
}

/** A timestamp of the library from an RFC 3339 text, with the digits that the library drops. */
export function withNanos(time: Date, text: string): Date {
  const beyond = /\.\d{3}(\d{1,6})/.exec(text)?.[1];
  return beyond === undefined ? time : timeAt(BigInt(time.getTime()) * MS + BigInt(beyond.padEnd(6, '0')));
}
