// Which way the rows of a page are reached.
import {
  all,
  type Bind,
  type Condition,
  conjunctsOf,
  everything,
  type Link,
  looksOnlyAt,
  type Subset,
} from './condition';
import type { Listing, PageRequest } from './listing';

/** Below a row: `column` equals `sql`, which names that row's id. */
export interface OfParent {
  column: string;
  sql: string;
}

/**
 * The first `limit` rows from the cursor on, in the direction of reading, as a SELECT. `select` is its list of columns,
 * `id` among them.
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
  // ids order the ways below; another order has to look at all rows that meet the condition
  if (request.order.column) return fromTable(source);
  const conjuncts = conjunctsOf(condition);
  const subset = subsetAmong(conjuncts, parent);
  if (subset) return throughSubset(source, subset, conjuncts);
  const link = parent ? undefined : conjuncts.find((each) => each.link?.ids);
  if (link?.link?.ids && link.link.ids.length > 1) return perLink(source, link.link, link.link.ids, conjuncts);
  return fromTable(source);
}

function subsetAmong(conjuncts: readonly Condition[], parent: OfParent | null): Subset | undefined {
  const subsets = conjuncts.flatMap(({ subset }) =>
    subset && (!parent || subset.columns.includes(parent.column)) ? [subset] : [],
  );
  const [large] = subsets.filter(({ isLarge }) => isLarge);
  const onlyLarge = conjuncts.every((each) => each === everything || each.bound || each.subset?.isLarge);
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
  const where = all([ofParent(parent), condition, beyondCursor(request)])(bind);
  return `select ${select} from ${table} where ${where} order by ${orderBy(request)} limit ${limit}`;
}

// Together the rows of many links come from everywhere in the index; each one's own first rows lie side by side.
function perLink(source: Source, link: Link, ids: readonly string[], conjuncts: readonly Condition[]): string {
  const { bind, table, select, request, limit } = source;
  const rest = conjuncts.filter((each) => each.link !== link);
  const ofLink: Condition = () => `${link.column} = link_id`;
  const where = all([ofLink, ...rest, beyondCursor(request)])(bind);
  const order = orderBy(request);
  return `select page.* from unnest(${bind(ids)}::uuid[]) as links (link_id) cross join lateral (
    select ${select} from ${table} where ${where} order by ${order} limit ${limit}
  ) as page order by ${orderBy(request, 'page.')} limit ${limit}`;
}

// The ids come in order from a table that holds few of them; each row is then looked up by its id.
function throughSubset(source: Source, subset: Subset, conjuncts: readonly Condition[]): string {
  const { bind, table, select, request, limit, parent } = source;
  const bounds = conjuncts.flatMap(({ bound }): Condition[] =>
    bound ? [(b) => `id ${bound.operator} ${b(bound.id)}::uuid`] : [],
  );
  const known = conjuncts.filter((each) => looksOnlyAt(each, subset.columns));
  const within = all([ofParent(parent), subset.condition, ...known, ...bounds, beyondCursor(request)])(bind);
  const rest = all(conjuncts.map((each) => (each.subset === subset ? (subset.rest ?? each) : each)))(bind);
  const order = orderBy(request);
  return `select page.* from (
    select id as subset_id from ${subset.table} where ${within} order by ${order}
  ) as subset cross join lateral (
    select ${select} from ${table} where id = subset_id and ${rest}
  ) as page order by ${orderBy(request, 'subset.subset_')} limit ${limit}`;
}

function ofParent(parent: OfParent | null): Condition {
  return parent ? () => `${parent.column} = ${parent.sql}` : everything;
}

/** Against the list's own order when the page before the cursor is asked for. */
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
  if (!column) return (bind) => `id ${operator} ${bind(cursor.id)}::uuid`;
  return (bind) => `(${column.sql}, id) ${operator} (${bind(cursor.value)}::${column.type}, ${bind(cursor.id)}::uuid)`;
}
