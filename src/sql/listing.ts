// Lists: what they read, and in which order.
import { getMetadataArgsStorage } from 'typeorm';
import { allOf, type Column, type Columns, columns } from './columns';
import { type Bind, type Condition, everything, sqlTest } from './condition';
import { type Db, rowsOf } from './db';

/** A table as a list. */
export interface Listing {
  /** Or a sub-select with a name: `(select ...) as deliveries`. */
  table: string;
  /** The SELECT list, with the property names of rows in TypeScript; it includes `id`. */
  columns: string;
  /** Of a list in the order of another table that has the same ids. */
  ordered?: OrderedBy;
}

/** A table with the ids of the rows, and columns by whose indexes it has them in an order. */
export interface OrderedBy {
  table: string;
  /** These columns, as SQL on the rows of the list. */
  values: Readonly<Record<string, string>>;
}

/** Rows are ordered by `column` and id, or by id alone, which is the order of time. */
export interface Order {
  column: { sql: string; property: string; type: 'text' | 'timestamptz' | 'integer' | 'bigint' | 'uuid' } | null;
  descending: boolean;
}

/** How many rows a page looks at, unless the document has many lists or its filters are slow. */
export const LOOKED_AT = 10_000;

export interface PageRequest {
  order: Order;
  /** The number of rows, 1 to 100. */
  size: number;
  /** Whether the page before the cursor is read, instead of the one after it. */
  backward: boolean;
  cursor: { id: string; value: string | null } | null;
  /** At most this many rows are looked at. */
  lookedAt: number;
}

/** Limits a list to the rows of one parent: `column` equals `sql`, an expression for the id of the parent. */
export interface OfParent {
  column: string;
  sql: string;
}

/** The name of the rows in a FROM. */
export function nameOf({ table }: Pick<Listing, 'table'>): string {
  return / as (\w+)$/.exec(table)?.[1] ?? table;
}

export type Direction = 'asc' | 'desc';

/** A page before the cursor is read against the order of the list. */
export function directionOf({ order, backward }: Pick<PageRequest, 'order' | 'backward'>): Direction {
  return order.descending !== backward ? 'desc' : 'asc';
}

/** Rows after the cursor, in the direction of the request. @param value the column of the order, as SQL */
export function beyondCursor(request: PageRequest, value = request.order.column?.sql): Condition {
  const { cursor, order } = request;
  if (!cursor) return everything;
  const operator = directionOf(request) === 'desc' ? '<' : '>';
  const { column } = order;
  if (!column) return sqlTest((bind: Bind) => `id ${operator} ${bind(cursor.id)}::uuid`);
  return sqlTest(
    (bind: Bind) => `(${value}, id) ${operator} (${bind(cursor.value)}::${column.type}, ${bind(cursor.id)}::uuid)`,
  );
}

/** A list whose rows are of this type. */
export interface ListingOf<Row> extends Listing {
  /** For INSERT. */
  values: Columns<Row>;
}

/** The rows of a list. */
export type RowOf<List> = List extends ListingOf<infer Row> ? Row : never;

/**
 * The table of an entity as a list: its columns are the SELECT list, its properties the row.
 * @param left what rows do not have. @param sql what is selected instead of a column
 */
export function listing<Entity extends object, Left extends keyof Entity & string = never>(
  entity: new () => Entity,
  left: readonly Left[] = [],
  sql: { [Property in keyof Entity]?: string } = {},
): ListingOf<Omit<Entity, Left>> {
  const { name: table } = getMetadataArgsStorage().tables.find(({ target }) => target === entity) as { name: string };
  const listed = allOf(entity).filter(([property]) => !left.some((each) => each === property)) as Column<
    Exclude<keyof Entity & string, Left>
  >[];
  const selected = listed.map(([property, name]) => {
    const column = sql[property] ?? name;
    return column === property ? column : `${column} as "${property}"`;
  });
  return { table, columns: selected.join(', '), values: columns(listed) };
}

/** The rows with these ids. */
export function byIds<Row extends { id: string }>({ table, columns: selected }: ListingOf<Row>) {
  return async (db: Db, ids: readonly string[]): Promise<Map<string, Row>> => {
    // not prepared: it is planned for the months that these ids are of
    const rows = await rowsOf<Row>(db, `select ${selected} from ${table} where id = any($1::uuid[])`, [ids]);
    return new Map(rows.map((row) => [row.id, row]));
  };
}
