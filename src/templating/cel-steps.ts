import type { ASTNode } from '@marcbachmann/cel-js';
import { compare, type Duration, equal, isDuration, nanosIn, nanosOf, timeAt, withNanos } from './cel-environment';
import { nameOf, nodesOf, placeInCharacters, placesInUnits, splitIntoCharacters } from './cel-reading';

// Guards against what the time limit cannot stop: a single step that creates or searches very large values.

/** The maximum number of characters of a text, or elements of a list, that a condition may create. */
const MAX_MADE = 1_000_000;
/** The maximum product of the lengths of the searched text and the search text: about 10 ms in the worst case. */
const MAX_COMPARISONS = 20_000_000;

/** Thrown by a guard. The message must not quote a value. */
export class TooMuch extends Error {}

export type Guard = (values: readonly unknown[]) => void;

/** The guards by the name of an operator, method or function. A guard is called with the arguments of the step. */
const GUARDS: Readonly<Record<string, Guard>> = {
  '+': ([left, right]) => allowMade(sizeOf(left) + sizeOf(right)),
  join: ([list, separator]) => {
    const parts = Array.isArray(list) ? list : [];
    allowMade(parts.reduce((total: number, part) => total + sizeOf(part) + sizeOf(separator), 0));
  },
  contains: allowComparisons,
  indexOf: allowComparisons,
  lastIndexOf: allowComparisons,
  split: allowComparisons,
};

function allowMade(size: number): void {
  if (size > MAX_MADE) throw new TooMuch(`it makes a text or list of more than ${MAX_MADE} characters or elements`);
}

function allowComparisons([text, wanted]: readonly unknown[]): void {
  if (sizeOf(text) * sizeOf(wanted) > MAX_COMPARISONS) throw new TooMuch('it looks for too long a text in a long text');
}

function sizeOf(value: unknown): number {
  return (value as { length?: number } | null | undefined)?.length ?? 0;
}

// Replaces the steps of a checked expression where the library deviates from the specification of CEL. It changes the
// nodes, because the library does not allow to replace its operators: the type check sets `handle` of a node, and the
// evaluation calls it.

/** Thrown by a step. The message continues a sentence after the text of the node, and must not quote a value. */
export class StepFault extends Error {
  constructor(
    readonly node: ASTNode,
    message: string,
  ) {
    super(message);
  }
}

type Handle = (...values: unknown[]) => unknown;
/** @param original the step of the library, with these values or others. @param node the node that faults name */
type Step = (values: readonly unknown[], original: (changed?: readonly unknown[]) => unknown, node: ASTNode) => unknown;

export const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const BILLION = 1_000_000_000n;

const ordered =
  (holds: (order: number) => boolean): Step =>
  ([left, right], original) => {
    const order = orderOf(left, right);
    return order === null ? original() : holds(order);
  };

// beside a double of 2^63 or more, an int is ordered as a double, as the tests of the specification say: its largest is 2^63 then
function orderOf(left: unknown, right: unknown): number | null {
  const isBeyond = (value: unknown) => typeof value === 'number' && Math.abs(value) >= 2 ** 63;
  const asDouble = (value: unknown) => (typeof value === 'bigint' ? Number(value) : value);
  return isBeyond(left) || isBeyond(right) ? compare(asDouble(left), asDouble(right)) : compare(left, right);
}

/** Letters of ASCII alone: the library changes all letters. */
const inAscii =
  (pattern: RegExp, change: (letters: string) => string): Step =>
  ([text], original) =>
    typeof text === 'string' ? text.replace(pattern, change) : original();

/** White space of Unicode. The library also removes U+FEFF, and leaves U+0085. */
const SPACE_AROUND = /^[\u0085\p{White_Space}]+|[\u0085\p{White_Space}]+$/gu;

const found: Step = (values, original) => {
  const [text, wanted, from] = values;
  // an empty text is found where the search begins
  return wanted === '' && from !== undefined ? from : placeInCharacters(text, original(placesInUnits(values)));
};

const divided: Step = ([, right], original, node) => {
  const isZero = compare(right, 0) === 0;
  if (isZero) throw new StepFault(node, 'divides by zero');
  return inRange(original(), node);
};

const STEPS: Readonly<Record<string, Step>> = {
  '==': ([left, right], original) => equal(left, right) || (original() === true && compare(left, right) === null),
  '!=': ([left, right]) => !equal(left, right),
  in: ([element, list], original) => (Array.isArray(list) ? list.some((each) => equal(element, each)) : original()),
  '<': ordered((order) => order < 0),
  '<=': ordered((order) => order <= 0),
  '>': ordered((order) => order > 0),
  '>=': ordered((order) => order >= 0),
  '/': divided,
  '%': divided,
  '+': ([left, right], original) => {
    const made = original();
    if (left instanceof Date && isDuration(right)) return timeAt(nanosOf(left) + nanosIn(right));
    if (!isDuration(left)) return made;
    if (right instanceof Date) return timeAt(nanosOf(right) + nanosIn(left));
    return isDuration(right) && isDuration(made) ? durationLike(made, nanosIn(left) + nanosIn(right)) : made;
  },
  '-': ([left, right], original) => {
    const made = original();
    if (left instanceof Date && isDuration(right)) return timeAt(nanosOf(left) - nanosIn(right));
    if (!isDuration(made)) return made;
    if (left instanceof Date) return right instanceof Date ? durationLike(made, nanosOf(left) - nanosOf(right)) : made;
    return isDuration(left) && isDuration(right) ? durationLike(made, nanosIn(left) - nanosIn(right)) : made;
  },
  lowerAscii: inAscii(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  upperAscii: inAscii(/[a-z]+/g, (letters) => letters.toUpperCase()),
  trim: ([text], original) => (typeof text === 'string' ? text.replace(SPACE_AROUND, '') : original()),
  indexOf: found,
  lastIndexOf: found,
  substring: (values, original) => original(placesInUnits(values)),
  split: (values, original) => splitIntoCharacters(values) ?? original(),
  '-_': (_, original, node) => inRange(original(), node),
  int: (_, original, node) => inRange(original(), node),
  timestamp: ([text], original) => {
    const time = original();
    return time instanceof Date && typeof text === 'string' ? withNanos(time, text) : time;
  },
};

/** Replaces the steps of the nodes by those that the specification of CEL requires, with guards. */
export function replaceSteps(root: ASTNode): void {
  for (const node of nodesOf(root)) {
    const name = nameOf(node);
    const [step, guard] = [Object.hasOwn(STEPS, name) && STEPS[name], Object.hasOwn(GUARDS, name) && GUARDS[name]];
    const checked = node as { handle?: Handle };
    const handle = checked.handle;
    if (!handle || !(step || guard)) continue;
    checked.handle = (...given) => {
      const isCall = node.op === 'rcall' || node.op === 'call';
      const values: readonly unknown[] = isCall ? (given[0] as unknown[]) : given;
      if (guard) guard(values);
      const original = (changed = values) => (isCall ? handle(changed, ...given.slice(1)) : handle(...changed));
      return step ? step(values, original, node) : handle(...given);
    };
  }
}

function inRange(value: unknown, node: ASTNode): unknown {
  if (typeof value !== 'bigint' || (value <= MAX_INT && value >= MIN_INT)) return value;
  throw new StepFault(node, 'is outside of the range of int');
}

// The library does not export this class. Seconds and nanos have the same sign, as in what it reads; its own sums of negative
// fractions are a second too small.
function durationLike(made: Duration, nanos: bigint): unknown {
  const Kind = made.constructor as new (seconds: bigint, nanos: number) => Duration;
  return new Kind(nanos / BILLION, Number(nanos % BILLION));
}
