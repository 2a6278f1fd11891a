import { Environment } from '@marcbachmann/cel-js';

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

type Numeric = number | bigint;

const ARITHMETIC: Record<string, (left: number, right: number) => number> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
};
const NUMBERS = ['int', 'uint', 'double'];
const ORDER: Record<string, (order: number) => boolean> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const MIXED = [
  ['int', 'double'],
  ['double', 'int'],
] as const;

/**
 * CEL with numbers that can be mixed: a number of a document is a double, `2` is an int, and operators accept both.
 * Lists may contain values of several types.
 */
export const CEL = withMixedArithmetic(
  new Environment({ homogeneousAggregateLiterals: false })
    // CEL itself has lowerAscii and upperAscii, which leave all letters but those of ASCII
    .registerFunction('string.lower(): string', (text: string) => text.toLowerCase())
    .registerFunction('string.upper(): string', (text: string) => text.toUpperCase())
    .registerVariable('doc', 'dyn')
    .registerVariable('event', {
      schema: {
        id: 'string',
        type: 'string',
        documentType: 'string',
        event: 'string',
        referenceDocument: 'string',
        createdAt: 'string',
      },
    })
    .registerVariable('user', { schema: { name: 'string', fullName: 'dyn' } }),
);

function withMixedArithmetic(environment: Environment): Environment {
  for (const [operator, compute] of Object.entries(ARITHMETIC)) {
    const computeMixed = (left: Numeric, right: Numeric) => compute(Number(left), Number(right));
    for (const [left, right] of MIXED) {
      environment.registerOperator(`${left} ${operator} ${right}: double`, computeMixed);
    }
  }
  // CEL defines no remainder for doubles, but every number of a document is a double
  environment.registerOperator('double % double: double', (left: number, right: number) => left % right);
  return withMixedComparisons(environment);
}

/** Operators for mixed numbers, most of which the library refuses. `replaceSteps` implements them. */
function withMixedComparisons(environment: Environment): Environment {
  for (const equality of ['int == double', 'uint == int', 'uint == double']) {
    environment.registerOperator(`${equality}: bool`, equal);
    environment.registerOperator(`${equality.replace(/\w+/g, 'list<$&>')}: bool`, equal);
  }
  for (const [element, of] of NUMBERS.flatMap((left) => NUMBERS.map((right) => [left, right] as const))) {
    if (element !== of) environment.registerOperator(`${element} in list<${of}>: bool`, isIn);
  }
  for (const [operator, holds] of Object.entries(ORDER)) {
    environment.registerOperator(`bytes ${operator} bytes: bool`, (left, right) => holds(compare(left, right) ?? NaN));
  }
  return environment;
}

function isIn(element: unknown, list: unknown[]): boolean {
  return list.some((each) => equal(element, each));
}

/** A value of a document for CEL. Objects become maps, because an object with a key `constructor` would be misread. */
export function celValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(celValue);
  if (value === null || typeof value !== 'object') return value;
  return new Map(Object.entries(value).map(([key, member]) => [key, celValue(member)]));
}
