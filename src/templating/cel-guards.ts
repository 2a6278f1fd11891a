// Guards against what the time limit cannot stop: a single step that creates or searches very large values.

/** The maximum number of characters of a text, or elements of a list, that a condition may create. */
const MAX_MADE = 1_000_000;
/** The maximum product of the lengths of the searched text and the search text: about 10 ms in the worst case. */
const MAX_COMPARISONS = 20_000_000;

/** Thrown by a guard. The message must not quote a value. */
export class TooMuch extends Error {}

export type Guard = (values: readonly unknown[]) => void;

/** The guards by the name of an operator, method or function. A guard is called with the arguments of the step. */
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
