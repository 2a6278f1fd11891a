// Chooses how the rows of a page are reached: from the table, per link, or through a subset.
import {
  all,
  type Bind,
  type Condition,
  conjunctsOf,
  everything,
  type LinkedIds,
  readsOnly,
  type Subset,
  sqlTest,
  toSql,
} from './condition';
import type { Listing, PageRequest } from './listing';

/** Limits a list to the rows of one parent: `column` equals `sql`, an expression for the id of the parent. */
export interface OfParent {
  column: string;
  sql: string;
}

/**
 * A SELECT of the first `limit` rows after the cursor, in the direction of the request.
 * @param select the columns, including `id`
 */
export function pageSource(
  bind: Bind,
  listing: Pick<Listing, 'table'>,
  select: string,
  condition: Condition,
  request: PageRequest,
  limit: number,
  parent: OfParent | null = null,
): string {
  const source: Source = { bind, table: listing.table, select, condition, request, limit, parent };
  // the other access paths read in the order of ids; another order needs all rows that meet the condition
  if (request.order.column) return fromTable(source);
  const conjuncts = conjunctsOf(condition);
  const subset = subsetAmong(conjuncts, parent);
  if (subset) return throughSubset(source, subset, conjuncts);
  const linked = parent ? undefined : conjuncts.find((each) => each.kind === 'linkedIds');
  if (linked && linked.ids.length > 1) return perLink(source, linked, conjuncts);
  return fromTable(source);
}

function subsetAmong(conjuncts: readonly Condition[], parent: OfParent | null): Subset | undefined {
  const subsets = conjuncts.filter(
    (each) => each.kind === 'subset' && (!parent || each.columns.includes(parent.column)),
  ) as Subset[];
  const [large] = subsets.filter(({ isLarge }) => isLarge);
  const onlyLarge = conjuncts.every(
    (each) => each.kind === 'everything' || each.kind === 'idBound' || (each.kind === 'subset' && each.isLarge),
  );
  return subsets.find(({ isLarge }) => !isLarge) ?? (onlyLarge ? large : undefined);
}

interface Source {
  bind: Bind;
  table: string;
  select: string;
  condition: Condition;
  request: PageRequest;
  limit: number;
  parent: OfParent | null;
}

function fromTable(source: Source): string {
  const { bind, table, select, condition, request, limit, parent } = source;
  const where = toSql(all([ofParent(parent), condition, beyondCursor(request)]), bind);
  return `select ${select} from ${table} where ${where} order by ${orderBy(request)} limit ${limit}`;
}

// In an index on links, the first rows of one link are adjacent; those of many links together are not.
function perLink(source: Source, linked: LinkedIds, conjuncts: readonly Condition[]): string {
  const { bind, table, select, request, limit } = source;
  const rest = conjuncts.filter((each) => each !== linked);
  const ofLink = sqlTest(() => `${linked.column} = link_id`);
  const where = toSql(all([ofLink, ...rest, beyondCursor(request)]), bind);
  const order = orderBy(request);
  return `select page.* from unnest(${bind(linked.ids)}::uuid[]) as links (link_id) cross join lateral (
    select ${select} from ${table} where ${where} order by ${order} limit ${limit}
  ) as page order by ${orderBy(request, 'page.')} limit ${limit}`;
}

// Reads the ids in order from the smaller table, and looks each row up by its id.
function throughSubset(source: Source, subset: Subset, conjuncts: readonly Condition[]): string {
  const { bind, table, select, request, limit, parent } = source;
  const bounds = conjuncts.filter((each) => each.kind === 'idBound');
  const known = conjuncts.filter((each) => readsOnly(each, subset.columns));
  const within = toSql(all([ofParent(parent), subset.within, ...known, ...bounds, beyondCursor(request)]), bind);
  const rest = toSql(all(conjuncts.map((each) => (each === subset ? subset.rest : each))), bind);
  const order = orderBy(request);
  return `select page.* from (
    select id as subset_id from ${subset.table} where ${within} order by ${order}
  ) as subset cross join lateral (
    select ${select} from ${table} where id = subset_id and ${rest}
  ) as page order by ${orderBy(request, 'subset.subset_')} limit ${limit}`;
}

function ofParent(parent: OfParent | null): Condition {
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

function beyondCursor(request: PageRequest): Condition {
  const { cursor, order } = request;
  if (!cursor) return everything;
  const operator = isDescending(request) ? '<' : '>';
  const { column } = order;
  if (!column) return sqlTest((bind) => `id ${operator} ${bind(cursor.id)}::uuid`);
  return sqlTest(
    (bind) => `(${column.sql}, id) ${operator} (${bind(cursor.value)}::${column.type}, ${bind(cursor.id)}::uuid)`,
  );
}
