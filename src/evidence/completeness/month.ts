// A calendar month in UTC, as text.

export interface Month {
  startMs: number;
  /** The start of the next one. */
  endMs: number;
}

const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** @param text such as 2026-03 @returns null if it is no month from 1970 on */
export function readMonth(text: string): Month | null {
  const [, year, month] = MONTH.exec(text) ?? [];
  if (year === undefined || Number(year) < 1970) return null;
  const startOf = (index: number) => Date.UTC(Number(year), index, 1);
  return { startMs: startOf(Number(month) - 1), endMs: startOf(Number(month)) };
}
