// SQL that writes JSON as text. Concatenating it is faster than Postgres's own builders, and what comes out goes to the
// client as it is.

/** SQL expressions of texts, none of them ever null, that stand one after the other. */
export type Texts = readonly string[];

/** One text of many. In halves: each `||` copies what stands before it. */
export function concatenated(texts: Texts): string {
  return halved(withoutSeams(texts));
}

function halved(texts: Texts): string {
  const [only] = texts;
  if (texts.length <= 1) return only ?? "''";
  const middle = texts.length >> 1;
  return `(${halved(texts.slice(0, middle))} || ${halved(texts.slice(middle))})`;
}

// literals that meet become one
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

/** A text of ours as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const QUOTE = literal('"');
const NULL = literal('null');

function orNull(texts: Texts, isNullable: boolean): Texts {
  return isNullable ? [`coalesce(${concatenated(texts)}, ${NULL})`] : texts;
}

/** Any value as Postgres writes it in JSON; right for texts, whole numbers, booleans and arrays of them. */
export function jsonOf(sql: string, isNullable: boolean): Texts {
  return orNull([`to_json(${sql})::text`], isNullable);
}

/** A text that needs no escaping, such as a value of an enum. */
export function wordOf(sql: string, isNullable: boolean): Texts {
  return orNull([QUOTE, sql, QUOTE], isNullable);
}

/** A whole number. */
export function numberOf(sql: string, isNullable: boolean): Texts {
  return orNull([`${sql}::text`], isNullable);
}

/** A time as JavaScript writes it: UTC, to the millisecond. */
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
