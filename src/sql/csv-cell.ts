// Cells of a CSV file (RFC 4180), written in Node and in SQL with the same patterns.
import { literal } from './json-sql';

// Spreadsheets interpret a cell that begins with one of these as a formula (OWASP, "CSV Injection"), also in full
// width.
const TRIGGERS = String.raw`[=+\-@\uff1d\uff0b\uff0d\uff20]`;
// With other regional settings, or in a manual import, these begin a new cell even inside quotes.
const BREAKS = String.raw`[;\t\r\n]`;
// Characters that a spreadsheet may skip before a trigger: all kinds of spaces, quotes and control characters. Without
// those of BREAKS, on a long run of which the pattern would take quadratic time.
const PASSED = String.raw`[\u0001-\u0008\u000b\u000c\u000e-\u0020\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"']*`;

const SUSPECT = `^${PASSED}${TRIGGERS}|${BREAKS}`;
const FORMULA = `(^|${BREAKS})(${PASSED})(?=${TRIGGERS})`;
const BROKEN_START = String.raw`^[\t\r\n]`;

const suspect = new RegExp(SUSPECT, 'u');
const formula = new RegExp(FORMULA, 'gu');
const brokenStart = new RegExp(BROKEN_START, 'u');

/** A text as a quoted cell, with an apostrophe before everything that a spreadsheet could interpret as a formula. */
export function csvCell(text: string): string {
  return `"${withoutFormula(text).replaceAll('"', '""')}"`;
}

function withoutFormula(text: string): string {
  if (!suspect.test(text)) return text;
  return `${brokenStart.test(text) ? "'" : ''}${text.replace(formula, "$1'$2")}`;
}

/** The same in SQL. @param text an expression; if it is null, the cell is null */
export function csvCellSql(text: string): string {
  const safe = `case when ${text} ~ ${literal(SUSPECT)}
    then case when ${text} ~ ${literal(BROKEN_START)} then '''' else '' end
      || regexp_replace(${text}, ${literal(FORMULA)}, '\\1''\\2', 'g')
    else ${text} end`;
  return `'"' || replace(${safe}, '"', '""') || '"'`;
}
