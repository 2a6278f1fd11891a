import { countText, pageSource } from './access-path';
import { bindings, type Condition } from './condition';
import { type Db, rowsOf } from './db';
import type { Listing, PageRequest } from './listing';

export type { Listing, Order, PageRequest } from './listing';

export interface Page<Row> {
  rows: Row[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

/** The parents of lists, all of which are read with one statement. */
export interface Parents {
  column: string;
  ids: readonly string[];
}

export async function page<Row extends { id: string }>(
  db: Db,
  listing: Listing,
  condition: Condition,
  request: PageRequest,
): Promise<Page<Row>> {
  const { values, bind } = bindings();
  const sql = pageSource(bind, listing, listing.columns, condition, request, request.size + 1);
  return pageFrom(await rowsOf<Row>(db, sql, values), request);
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
  const children = pageSource(bind, listing, listing.columns, condition, request, request.size + 1, parent);
  const sql = `select parent.parent_id as "parentId", child.*
    from unnest(${ids}::uuid[]) as parent (parent_id) cross join lateral (${children}) as child`;
  const byParent = new Map<string, Row[]>(parents.ids.map((id) => [id, []]));
  for (const row of await rowsOf<Row & { parentId: string }>(db, sql, values)) byParent.get(row.parentId)?.push(row);
  return new Map([...byParent].map(([id, rows]) => [id, pageFrom(rows, request)]));
}

export interface Count {
  count: number;
  /** false: there are more than are counted. */
  exact: boolean;
}

export async function count(db: Db, listing: Listing, condition: Condition): Promise<Count> {
  const { values, bind } = bindings();
  const sql = `select rows::int as count, is_exact as exact from (${countText(bind, { listing, condition, parent: null })}) as counted`;
  const [row] = await rowsOf<Count>(db, sql, values);
  return row as Count;
}

export async function countsByParent(
  db: Db,
  listing: Listing,
  parents: Parents,
  condition: Condition,
): Promise<Map<string, Count>> {
  const { values, bind } = bindings();
  const parent = { column: parents.column, sql: 'parent.parent_id' };
  const sql = `select parent.parent_id as "parentId", child.rows::int as count, child.is_exact as exact
    from unnest(${bind(parents.ids)}::uuid[]) as parent (parent_id)
    cross join lateral (${countText(bind, { listing, condition, parent })}) as child`;
  const rows = await rowsOf<Count & { parentId: string }>(db, sql, values);
  return new Map(rows.map(({ parentId, ...counted }) => [parentId, counted]));
}

function pageFrom<Row>(found: Row[], { size, backward, cursor }: PageRequest): Page<Row> {
  const more = found.length > size;
  const rows = found.slice(0, size);
  if (backward) return { rows: rows.reverse(), hasPreviousPage: more, hasNextPage: cursor !== null };
  return { rows, hasNextPage: more, hasPreviousPage: cursor !== null };
}
