// What a feature says about its types so that a query is read in one statement. The resolvers stay the law: whatever no
// reading covers goes through them, and a test compares both over the whole schema.

import type { Context } from '../graphql/context';
import type { ListQuery } from '../graphql/lists/list';
import { jsonOf, type Texts } from '../sql/json-sql';
import type { Listing } from '../sql/keyset';

/** A row inside a statement; `column` gives the SQL of one of its columns. */
export interface RowSource {
  column(name: string): string;
}

/** A field that is read from its row. */
export interface ValueField {
  kind: 'value';
  /** SQL of the field's JSON. */
  json(row: RowSource): Texts;
  /** Makes the field's value of what `json` gave. */
  after?(raw: unknown, context: Context): unknown;
  /** For whoever may read content, where that is simpler: its column. */
  whenContentAllowed?: 'PLAIN';
}

/** A link to one row, through a column that holds its id. */
export interface LinkField {
  kind: 'link';
  column: string;
  to: string;
}

/** A connection. Below a row: of those whose `column` is the row's id. */
export interface PagesField {
  kind: 'pages';
  of: string;
  column: string | null;
  /** As the resolver makes it; what it throws, the resolver will throw again. */
  list(args: object, context: Context): ListQuery;
}

/** One row by its id, at the root. */
export interface RowField {
  kind: 'one';
  of: string;
  /** Its UUID; null when the arguments name none. */
  id(args: object, context: Context): string | null;
}

export type SqlField = ValueField | LinkField | PagesField | RowField;

/** Fields of a type. The folder that owns a link tells of it, so a type may be told of in several places. */
export interface SqlFields {
  type: string;
  /** Its table, by whom the type is first told of: each column of it is the field of the same name, unless told otherwise. */
  listing?: Listing;
  fields: Record<string, SqlField>;
}

export interface TypeSqlFields {
  type: string;
  table: string;
  /** The SQL names of columns by the names that rows have in TypeScript. */
  columns: ReadonlyMap<string, string>;
  fields: ReadonlyMap<string, SqlField>;
}

/** All that is told of each type. */
export function sqlFieldsByType(readings: readonly SqlFields[]): Map<string, TypeSqlFields> {
  const types = new Map<string, TypeSqlFields>();
  for (const name of new Set(readings.map((reading) => reading.type))) {
    const told = readings.filter((reading) => reading.type === name);
    const listing = told.find((reading) => reading.listing)?.listing ?? { table: '', columns: '' };
    types.set(name, {
      type: name,
      table: listing.table,
      columns: columnsOf(listing.columns),
      fields: new Map(told.flatMap((reading) => Object.entries(reading.fields))),
    });
  }
  return types;
}

// `started_at as "startedAt", status` and so on
function columnsOf(list: string): Map<string, string> {
  const parts = list.split(',').map((part) => /^\s*(\w+)(?:\s+as\s+"(\w+)")?\s*$/.exec(part));
  return new Map(parts.flatMap((match) => (match?.[1] ? [[match[2] ?? match[1], match[1]] as const] : [])));
}

/** A text of JSON that a query makes, for `after`. */
export function rawJson(sql: (row: RowSource) => string, after: ValueField['after']): ValueField {
  return { kind: 'value', json: (row) => jsonOf(sql(row), true), ...(after && { after }) };
}

export function link(to: string, column: string): LinkField {
  return { kind: 'link', to, column };
}
