// The reason that an act upon the sealed log needs, for the audit trail.
import { isStorable } from '../text';

const MIN = 10;
const MAX = 500;

/** @returns what is wrong with it, without the spaces around it; null: nothing */
export function reasonFault(reason: string): string | null {
  const { length } = reason.trim();
  if (length >= MIN && length <= MAX && isStorable(reason)) return null;
  return `reason must be ${MIN} to ${MAX} characters, not ${length}, without NUL and halves of surrogate pairs.`;
}
