// Lists: what they read, and the parts of statements that read a page, whichever way its rows are reached.
import { type Bind, type Condition, everything, sqlTest } from './condition';

/** A table as a list. */
export interface Listing {
  table: string;
  /** The SELECT list, with the property names of rows in TypeScript; it includes `id`. */
  columns: string;
  /** Of a large table: the columns by whose value an index finds rows, in the order of time. */
  indexed?: readonly string[];
  /** Those of `indexed` of which many rows may have the same value. */
  parts?: readonly string[];
  /** Of a join. Each value of a filter then needs a query plan of its own. */
  joined?: Joined;
}

/** Two large tables with the same ids: the rows, and the columns by which an index has them in an order. */
export interface Joined {
  rows: string;
  ordered: string;
  /** The columns by which it is ordered, as SQL on the rows. */
  values: Readonly<Record<string, string>>;
}

/** Rows are ordered by `column` and id, or by id alone, which is the order of time. */
export interface Order {
  column: { sql: string; property: string; type: 'text' | 'timestamptz' | 'integer' | 'bigint' | 'uuid' } | null;
  descending: boolean;
}

export interface PageRequest {
  order: Order;
  /** The number of rows, 1 to 100. */
  size: number;
  /** Whether the page before the cursor is read, instead of the one after it. */
  backward: boolean;
  cursor: { id: string; value: string | null } | null;
}

/** Limits a list to the rows of one parent: `column` equals `sql`, an expression for the id of the parent. */
export interface OfParent {
  column: string;
  sql: string;
}

/** What a page is made from. */
export interface Source {
  bind: Bind;
  table: string;
  select: string;
  condition: Condition;
  request: PageRequest;
  limit: number;
  parent: OfParent | null;
}

export function ofParent(parent: OfParent | null): Condition {
  return parent ? sqlTest(() => `${parent.column} = ${parent.sql}`) : everything;
}

/** A page before the cursor is read against the order of the list. */
export function isDescending({ order, backward }: PageRequest): boolean {
  return order.descending !== backward;
}

export function orderBy(request: PageRequest, of = ''): string {
  const { column } = request.order;
  const direction = isDescending(request) ? 'desc' : 'asc';
  return column ? `${of}${column.sql} ${direction}, ${of}id ${direction}` : `${of}id ${direction}`;
}

export function beyondCursor(request: PageRequest): Condition {
  const { cursor, order } = request;
  if (!cursor) return everything;
  const operator = isDescending(request) ? '<' : '>';
  const { column } = order;
  if (!column) return sqlTest((bind) => `id ${operator} ${bind(cursor.id)}::uuid`);
  return sqlTest(
    (bind) => `(${column.sql}, id) ${operator} (${bind(cursor.value)}::${column.type}, ${bind(cursor.id)}::uuid)`,
  );
}
