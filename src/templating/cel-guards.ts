// What the time limit does not stop: a single step that makes, or looks through, something enormous.

/** Characters of a text, or elements of a list, that a condition may make. */
const MAX_MADE = 1_000_000;
/** Characters looked through times characters looked for: what takes some 10 ms at worst. */
const MAX_COMPARISONS = 20_000_000;

/** Thrown by a guard; the message never quotes a value. */
export class TooMuch extends Error {}

export type Guard = (values: readonly unknown[]) => void;

/** By the name of an operator, a method or a function; asked with what it is called with. */
export const GUARDS: Readonly<Record<string, Guard>> = {
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
