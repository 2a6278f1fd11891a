// Chooses how the rows of a page are reached: from the table, per link, or through a subset.
import { all, type Bind, type Condition, conjunctsOf, type LinkedIds, sqlTest, toSql } from './condition';
import { beyondCursor, type Listing, type OfParent, ofParent, orderBy, type PageRequest, type Source } from './listing';
import { countThroughSubset, subsetFor, throughSubset } from './subset-path';

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
  const conjuncts = conjunctsOf(condition);
  const subset = subsetFor(conjuncts, parent, request.order.column?.sql ?? null);
  if (subset) return throughSubset(source, subset, conjuncts);
  // the other access paths read in the order of ids; another order needs all rows that meet the condition
  if (request.order.column) return fromTable(source);
  const linked = parent ? undefined : conjuncts.find((each) => each.kind === 'linkedIds');
  if (linked && linked.ids.length > 1) return perLink(source, linked, conjuncts);
  return fromTable(source);
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

/** A SELECT of the rows that are counted, without columns: at most `limit` of them. */
export function countSource(
  bind: Bind,
  { table }: Pick<Listing, 'table'>,
  condition: Condition,
  limit: number,
  parent: OfParent | null = null,
): string {
  const conjuncts = conjunctsOf(condition);
  const subset = subsetFor(conjuncts, parent, null);
  if (subset?.counted === null) return countThroughSubset({ bind, table, limit, parent }, subset, conjuncts);
  return `select from ${table} where ${toSql(all([ofParent(parent), condition]), bind, 'COUNT')} limit ${limit}`;
}
