import { bindings, type Condition } from '../condition';
import { type Db, rowsOf } from '../db';
import type { Listing, PageRequest } from '../listing';
import { inIndexOrder } from '../session-pool';
import { countSource, pageSource } from './page-source';

export type { Listing, Order, PageRequest } from '../listing';

/** A place in a list. */
export interface Place {
  id: string;
  /** In the column of the order, if that is not the id. */
  value: unknown;
}

export interface Page<Row> {
  rows: Row[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** Whether it was read from the end of the list. */
  backward: boolean;
  /** Where the next page in this direction begins, which may be beyond the last row; null: there is none. */
  end: Place | null;
}

/** The parents of lists, all of which are read with one statement. */
export interface Parents {
  column: string;
  ids: readonly string[];
}

/** A row that was looked at. */
interface Looked {
  looked_id: string;
  looked_value?: unknown;
  is_match: boolean;
  is_last: boolean;
}

export async function page<Row extends { id: string }>(
  db: Db,
  listing: Listing,
  condition: Condition,
  request: PageRequest,
): Promise<Page<Row>> {
  const { values, bind } = bindings();
  const sql = pageSource({ bind, listing, condition, request, limit: request.size + 1 }, listing.columns);
  return pageFrom(await rowsOf<Row & Looked>(inIndexOrder(db), sql, values), request);
}

export async function pagesByParent<Row extends { id: string }>(
  db: Db,
  listing: Listing,
  parents: Parents,
  condition: Condition,
  request: PageRequest,
): Promise<Map<string, Page<Row>>> {
  const { values, bind } = bindings();
  const ids = bind(parents.ids);
  const parent = { column: parents.column, sql: 'parent.parent_id' };
  // the additional row shows whether there is a next page
  const children = pageSource({ bind, listing, condition, request, limit: request.size + 1, parent }, listing.columns);
  const sql = `select parent.parent_id as "parentId", child.*
    from unnest(${ids}::uuid[]) as parent (parent_id) cross join lateral (${children}) as child`;
  const byParent = new Map<string, (Row & Looked)[]>(parents.ids.map((id) => [id, []]));
  for (const row of await rowsOf<Row & Looked & { parentId: string }>(inIndexOrder(db), sql, values))
    byParent.get(row.parentId)?.push(row);
  return new Map([...byParent].map(([id, rows]) => [id, pageFrom(rows, request)]));
}

export interface Count {
  count: number;
  /** false: there are more than are counted. */
  exact: boolean;
}

type CountRequest = Pick<PageRequest, 'order' | 'lookedAt'>;

export async function count(db: Db, listing: Listing, condition: Condition, request: CountRequest): Promise<Count> {
  const { values, bind } = bindings();
  const counted = countSource(bind, { listing, condition, request, parent: null });
  const sql = `select rows::int as count, is_exact as exact from (${counted}) as counted`;
  const [row] = await rowsOf<Count>(inIndexOrder(db), sql, values);
  return row as Count;
}

export async function countsByParent(
  db: Db,
  listing: Listing,
  parents: Parents,
  condition: Condition,
  request: CountRequest,
): Promise<Map<string, Count>> {
  const { values, bind } = bindings();
  const parent = { column: parents.column, sql: 'parent.parent_id' };
  const sql = `select parent.parent_id as "parentId", child.rows::int as count, child.is_exact as exact
    from unnest(${bind(parents.ids)}::uuid[]) as parent (parent_id)
    cross join lateral (${countSource(bind, { listing, condition, request, parent })}) as child`;
  const rows = await rowsOf<Count & { parentId: string }>(inIndexOrder(db), sql, values);
  return new Map(rows.map(({ parentId, ...counted }) => [parentId, counted]));
}

function pageFrom<Row>(looked: readonly (Row & Looked)[], { size, backward, cursor }: PageRequest): Page<Row> {
  const matches = looked.filter((each) => each.is_match);
  const last = looked.find((each) => each.is_last);
  const more = matches.length > size || last !== undefined;
  const found = matches.slice(0, size);
  const end = found.length < size ? last : found.at(-1);
  const rows = found.map(({ looked_id, looked_value, is_match, is_last, ...row }) => row as Row);
  const ended = more && end ? { id: end.looked_id, value: end.looked_value ?? null } : null;
  if (backward)
    return { rows: rows.reverse(), backward, hasPreviousPage: more, hasNextPage: cursor !== null, end: ended };
  return { rows, backward, hasNextPage: more, hasPreviousPage: cursor !== null, end: ended };
}
