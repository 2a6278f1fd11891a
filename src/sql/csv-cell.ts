// Cells of a CSV file (RFC 4180), made here and by the database: both by the same patterns.

// What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), also in full width.
const TRIGGERS = String.raw`[=+\-@\uff1d\uff0b\uff0d\uff20]`;
// A spreadsheet of another country, or an import by hand, begins a new cell at each of these, quoted or not.
const BREAKS = String.raw`[;\t\r\n]`;
// What a spreadsheet may pass over before a trigger: spaces of all kinds, quotes, controls. Never one of BREAKS: on a
// long run of them the pattern would take the square of its length.
const PASSED = String.raw`[\u0001-\u0008\u000b\u000c\u000e-\u0020\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"']*`;

const SUSPECT = `^${PASSED}${TRIGGERS}|${BREAKS}`;
const FORMULA = `(^|${BREAKS})(${PASSED})(?=${TRIGGERS})`;
const BROKEN_START = String.raw`^[\t\r\n]`;

const suspect = new RegExp(SUSPECT, 'u');
const formula = new RegExp(FORMULA, 'gu');
const brokenStart = new RegExp(BROKEN_START, 'u');

/** A text as a quoted cell, in which an apostrophe stands before whatever a spreadsheet could take for a formula. */
export function csvCell(text: string): string {
  return `"${withoutFormula(text).replaceAll('"', '""')}"`;
}

function withoutFormula(text: string): string {
  if (!suspect.test(text)) return text;
  return `${brokenStart.test(text) ? "'" : ''}${text.replace(formula, "$1'$2")}`;
}

/** The same in SQL. @param text an expression; where it is null, so is the cell */
export function csvCellSql(text: string): string {
  const safe = `case when ${text} ~ ${literal(SUSPECT)}
    then case when ${text} ~ ${literal(BROKEN_START)} then '''' else '' end
      || regexp_replace(${text}, ${literal(FORMULA)}, '\\1''\\2', 'g')
    else ${text} end`;
  return `'"' || replace(${safe}, '"', '""') || '"'`;
}

const literal = (pattern: string) => `'${pattern.replaceAll("'", "''")}'`;
