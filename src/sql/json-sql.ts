// SQL that writes JSON as text, which is sent to the client unchanged. Concatenation is faster than the JSON functions
// of PostgreSQL.

/** SQL expressions of texts to be concatenated. None of them is null. */
export type Texts = readonly string[];

/** Concatenates in halves, because each `||` copies its left operand. */
export function concatenated(texts: Texts): string {
  return halved(withoutSeams(texts));
}

function halved(texts: Texts): string {
  const [only] = texts;
  if (texts.length <= 1) return only ?? "''";
  const middle = texts.length >> 1;
  return `(${halved(texts.slice(0, middle))} || ${halved(texts.slice(middle))})`;
}

// joins adjacent literals
function withoutSeams(texts: Texts): string[] {
  const joined: string[] = [];
  for (const text of texts) {
    const before = joined.at(-1);
    if (before !== undefined && isLiteral(before) && isLiteral(text)) {
      joined[joined.length - 1] = before.slice(0, -1) + text.slice(1);
    } else joined.push(text);
  }
  return joined;
}

const LITERAL = /^'(?:[^']|'')*'$/;

function isLiteral(sql: string): boolean {
  return sql.startsWith("'") && LITERAL.test(sql);
}

/** A text as an SQL literal. Only for texts of this program, not of callers. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const QUOTE = literal('"');
const NULL = literal('null');

function orNull(texts: Texts, isNullable: boolean): Texts {
  return isNullable ? [`coalesce(${concatenated(texts)}, ${NULL})`] : texts;
}

/** A value as PostgreSQL writes it in JSON: texts, integers, booleans and arrays of them. */
export function jsonOf(sql: string, isNullable: boolean): Texts {
  return orNull([`to_json(${sql})::text`], isNullable);
}

/** A text without characters to escape, such as a value of an enum. */
export function wordOf(sql: string, isNullable: boolean): Texts {
  return orNull([QUOTE, sql, QUOTE], isNullable);
}

/** An integer. */
export function numberOf(sql: string, isNullable: boolean): Texts {
  return orNull([`${sql}::text`], isNullable);
}

/** A time as JavaScript writes it: UTC, with milliseconds. */
export function timeOf(sql: string, isNullable: boolean): Texts {
  return orNull([QUOTE, `to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`, QUOTE], isNullable);
}

/** `prefix_` and the hexadecimal digits of a UUID, as JSON. */
export function nodeIdOf(prefix: string, sql: string): Texts {
  return [literal(`"${prefix}_`), `encode(uuid_send(${sql}), 'hex')`, QUOTE];
}

/** base64url (RFC 4648, section 5) of a text, without padding. */
export function base64UrlOf(sql: string): string {
  return `translate(encode(convert_to(${sql}, 'UTF8'), 'base64'), E'+/=\\n', '-_')`;
}

// Cells of a CSV file (RFC 4180), written in Node and in SQL with the same patterns.

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
