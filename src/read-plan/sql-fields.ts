// How a feature declares the fields of its types, so that one SQL statement answers a query. The resolvers define the
// right answer: they resolve what is not declared, and a test compares both ways over the whole schema.

import type { Context } from '../graphql/context';
import type { ListQuery } from '../graphql/lists/list';
import { jsonOf, type Texts } from '../sql/json-sql';
import type { Listing } from '../sql/walks/keyset';

/** A row inside a statement. */
export interface RowSource {
  /** The SQL of one of its columns. */
  column(name: string): string;
  /** The alias of the row of another table with this id. All fields and links that ask for it read it once. @param id an SQL expression */
  joined(table: string, id: string): string;
}

/** A field that is read from its row. */
export interface ValueField {
  kind: 'value';
  /** SQL of the field's JSON. */
  json(row: RowSource): Texts;
  /** Converts the parsed value of `json` to the value of the field. */
  after?(raw: unknown, context: Context): unknown;
  /** The fields that the value of `after` has. A query for another field of its type is left to the resolvers. */
  properties?: readonly string[];
  /** SQL of the value that `after` converts, for a field with content. */
  sql?(row: RowSource): string;
  /** For viewers from whom nothing is masked, the field is its column, and the rest of this declaration is ignored. */
  whenNothingMasked?: 'PLAIN';
}

/** A link to one row. */
export interface LinkField {
  kind: 'link';
  /** SQL of its id. */
  id(row: RowSource): string;
  to: string;
}

/** A connection. In an object of a table, it has the rows whose `column` is the id of that object's row. */
export interface PagesField {
  kind: 'pages';
  of: string;
  column: string | null;
  /** The list as its resolver makes it. After an error the resolver runs and throws it again. */
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

/** Fields of a type. The folder that owns a link declares it, so a type may be declared in several places. */
export interface SqlFields {
  type: string;
  /** The table of the type, in one declaration of it. A field that is not declared is the column of the same name. */
  listing?: Listing;
  fields: Record<string, SqlField>;
}

export interface TypeSqlFields {
  type: string;
  table: string;
  /** The SQL names of columns by their names in TypeScript. */
  columns: ReadonlyMap<string, string>;
  fields: ReadonlyMap<string, SqlField>;
}

/** The declarations of each type, merged. */
export function sqlFieldsByType(declarations: readonly SqlFields[]): Map<string, TypeSqlFields> {
  const types = new Map<string, TypeSqlFields>();
  for (const name of new Set(declarations.map((each) => each.type))) {
    const declared = declarations.filter((each) => each.type === name);
    const listing = declared.find((each) => each.listing)?.listing ?? { table: '', columns: '' };
    types.set(name, {
      type: name,
      table: listing.table,
      columns: columnsOf(listing.columns),
      fields: new Map(declared.flatMap((each) => Object.entries(each.fields))),
    });
  }
  return types;
}

// `started_at as "startedAt", status` and so on
export function columnsOf(list: string): Map<string, string> {
  const parts = list.split(',').map((part) => /^\s*(\w+)(?:\s+as\s+"(\w+)")?\s*$/.exec(part));
  return new Map(parts.flatMap((match) => (match?.[1] ? [[match[2] ?? match[1], match[1]] as const] : [])));
}

/** A field whose SQL returns JSON, which `after` converts. */
export function rawJson(sql: (row: RowSource) => string, after?: ValueField['after']): ValueField {
  return { kind: 'value', json: (row) => jsonOf(sql(row), true), sql, ...(after && { after }) };
}
