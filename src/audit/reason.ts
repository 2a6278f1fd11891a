// The reason that some acts need, such as erasures, holds and reveals. The audit trail keeps it.
const MIN = 10;
const MAX = 500;
/** Control characters but the end of a line and the tab; and what the database cannot store. */
const UNWANTED = /(?![\t\n])[\p{Cc}\p{Cs}]/u;

/** @returns what is wrong with it, without the spaces around it; null: nothing */
export function reasonFault(reason: string): string | null {
  const { length } = reason.trim();
  if (length < MIN || length > MAX) return `reason must be ${MIN} to ${MAX} characters, not ${length}.`;
  const at = reason.search(UNWANTED);
  return at < 0 ? null : `reason has a control character, or half of a surrogate pair, at character ${at + 1}.`;
}
