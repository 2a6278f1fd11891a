// How a feature declares the fields of its types, so that one SQL statement answers a query. The resolvers define the
// right answer: they resolve what is not declared, and a test compares both ways over the whole schema.

import type { ClassType } from 'type-graphql';
import { type Context, loaderFor } from '../graphql/context';
import { byTime, type ListQuery, timeArgsOf } from '../graphql/lists/list';
import type { PageArgs } from '../graphql/lists/page-args';
import type { Where } from '../graphql/lists/where';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { all, type Condition } from '../sql/condition';
import type { Db } from '../sql/db';
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

// Types whose objects are rows of a table, and the lists of them.

export interface IdentifiedRow {
  id: string;
}

/** @template Name the name of the GraphQL type */
export interface RowType<Row extends IdentifiedRow = IdentifiedRow, Name extends string = string> {
  name: Name;
  type: () => ClassType<object>;
  listing: Listing;
  /** The row with this id. The rows that one request asks for at the same time are read by one statement. */
  load(context: Context, id: string | null): Promise<Row | null> | null;
}

export function rowType<Row extends IdentifiedRow, Name extends string>(
  name: Name,
  type: () => ClassType<object>,
  listing: Listing,
  rowsById: (db: Db, ids: readonly string[]) => Promise<ReadonlyMap<string, Row>>,
): RowType<Row, Name> {
  const load = (context: Context, id: string | null) =>
    id === null ? null : loaderFor(context, name, (ids) => rowsById(context.db, ids)).load(id);
  return { name, type, listing, load };
}

export interface RowList<Args extends PageArgs = PageArgs> {
  of: RowType;
  connection: () => ClassType<object>;
  args: () => ClassType<Args>;
  /** @throws AppError BAD_USER_INPUT */
  listQuery(args: Args, context: Context): ListQuery;
}

export function rowList<Args extends PageArgs>(of: RowType, list: Omit<RowList<Args>, 'of'>): RowList<Args> {
  return { of, ...list };
}

/** The rows of a type that meet the `where`, in the order of time. @param only those that a caller sees */
export function timeList<Tests extends object>(
  of: RowType,
  where: Where<Tests>,
  { connection, only }: { connection: () => ClassType<object>; only?: (context: Context) => Condition },
) {
  const Args = timeArgsOf(where);
  return rowList(of, {
    connection,
    args: () => Args,
    listQuery: (args, context) => {
      const given = conditionOf(args.where, where.filter);
      const condition = only ? all([only(context), given]) : given;
      return { listing: of.listing, condition, order: byTime(of.name, args.orderBy), args };
    },
  });
}
