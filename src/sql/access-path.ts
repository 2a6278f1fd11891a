// Chooses how the rows of a page are reached, and how the rows of a list are counted: from the table, per link, or through a
// subset.
import { all, type Bind, type Condition, conjunctsOf, type LinkedIds, sqlTest, toSql } from './condition';
import { beyondCursor, type Listing, type OfParent, ofParent, orderBy, type PageRequest, type Source } from './listing';
import { andNotToCome } from './months-to-come';
import { countThroughSubset, inOrderOfJoined, subsetFor, throughSubset } from './subset-path';

type Listed = Pick<Listing, 'table' | 'indexed' | 'parts' | 'joined'>;

/**
 * A SELECT of the first `limit` rows after the cursor, in the direction of the request.
 * @param select the columns, including `id`
 */
export function pageSource(
  bind: Bind,
  listing: Listed,
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
  const isLimited = parent !== null || conjuncts.some(({ kind }) => kind !== 'everything');
  if (request.order.column && listing.joined && isLimited && !conjuncts.some((each) => findsFew(each, listing)))
    return inOrderOfJoined(source, request.order.column.sql, listing.joined);
  // the other access paths read in the order of ids; another order needs all rows that meet the condition
  if (request.order.column) return fromTable(source);
  const either = parent ? undefined : conjuncts.find((each) => isFoundByParts(each, listing));
  if (either) return perPart(source, either, conjuncts, listing);
  const linked = parent ? undefined : conjuncts.find((each) => isFoundByLink(each, listing));
  const isFewer = conjuncts.some((each) => each !== linked && findsFew(each, listing));
  if (linked && linked.ids.length > 1 && !isFewer && !isScanned(linked, conjuncts, listing))
    return perLink(source, linked, conjuncts);
  return fromTable(source);
}

function fromTable(source: Source): string {
  const { bind, table, select, condition, request, limit, parent } = source;
  const where = toSql(all([ofParent(parent), condition, beyondCursor(request)]), bind);
  return `select ${select} from ${table} where ${where}${andNotToCome(table)} order by ${orderBy(request)} limit ${limit}`;
}

/** Whether few rows meet it, which are found without reading those of a parent or of each link. */
function findsFew(condition: Condition, { indexed = [], parts = [] }: Listed): boolean {
  if (condition.kind === 'subset')
    return !condition.isLarge && condition.sources.every(({ columns }) => columns.length === 0);
  if (condition.kind !== 'sql' && condition.kind !== 'linkedIds') return false;
  const isNamed = condition.kind === 'linkedIds' || condition.names !== 'NONE';
  return isNamed && isFound(condition, indexed) && !parts.includes(condition.column ?? '');
}

/** The largest number of conditions of an `or`, each with an index, that are read apart. */
const MAX_PARTS = 10;

function isFoundByParts(condition: Condition, { indexed = [] }: Listed): condition is Condition & { kind: 'or' } {
  return condition.kind === 'or' && condition.parts.length <= MAX_PARTS && isFound(condition, indexed);
}

// PostgreSQL expects that a page of rows that meet one of several conditions is soon full, and reads the whole table if none does.
function perPart(
  source: Source,
  either: Condition & { kind: 'or' },
  conjuncts: readonly Condition[],
  listing: Listed,
): string {
  const { bind, select, request, limit } = source;
  const rest = conjuncts.filter((each) => each !== either);
  const pages = either.parts.map(
    (part) => `(${pageSource(bind, listing, select, all([part, ...rest]), request, limit)})`,
  );
  return `select distinct on (id) page.* from (${pages.join(' union all ')}) as page order by ${orderBy(request)} limit ${limit}`;
}

// without an index, the whole table would be read for each link
function isFoundByLink(condition: Condition, { indexed }: Listed): condition is LinkedIds {
  return condition.kind === 'linkedIds' && (indexed === undefined || indexed.includes(condition.column));
}

/** Links from which on their rows may be most of the table. */
const MANY_LINKS = 20;

// Of many links beside a test that no index finds, a page for each may read all of their rows, each in a block of its own.
function isScanned(linked: LinkedIds, conjuncts: readonly Condition[], { indexed }: Listed): boolean {
  if (indexed === undefined || linked.ids.length < MANY_LINKS) return false;
  const tests = conjuncts.filter(({ kind }) => kind !== 'everything' && kind !== 'idBound');
  return tests.some((each) => !isFound(each, indexed));
}

// In an index on links, the first rows of one link are adjacent; those of many links together are not.
function perLink(source: Source, linked: LinkedIds, conjuncts: readonly Condition[]): string {
  const { bind, table, select, request, limit } = source;
  const rest = conjuncts.filter((each) => each !== linked);
  const ofLink = sqlTest(() => `${linked.column} = link_id`);
  const where = toSql(all([ofLink, ...rest, beyondCursor(request)]), bind);
  const order = orderBy(request);
  return `select page.* from unnest(${bind(linked.ids)}::uuid[]) as links (link_id) cross join lateral (
    select ${select} from ${table} where ${where}${andNotToCome(table)} order by ${order} limit ${limit}
  ) as page order by ${orderBy(request, 'page.')} limit ${limit}`;
}

const CAP = 10_000;
/** The maximum where bodies are tested: counting these takes as long. */
const CAP_OF_BODIES = 1_000;

/** The maximum number of rows that are counted. */
function countCap(condition: Condition): number {
  return parsesBodies(condition) ? CAP_OF_BODIES : CAP;
}

function parsesBodies(condition: Condition): boolean {
  switch (condition.kind) {
    case 'sql':
      return condition.parsesBody;
    case 'and':
    case 'or':
      return condition.parts.some(parsesBodies);
    case 'not':
      return parsesBodies(condition.part);
    case 'link':
    case 'linkedRow':
    case 'linkedWalk':
      return parsesBodies(condition.condition);
    case 'subset':
      return parsesBodies(condition.rest) || parsesBodies(condition.whole);
    case 'unplanned':
      return parsesBodies(condition.plain);
    default:
      return false;
  }
}

/** Newest rows among which those are counted that no index finds: up to a tenth of a second. */
const NEWEST = 50_000;

/** What is counted. */
export interface Counting {
  listing: Pick<Listing, 'table' | 'indexed'>;
  condition: Condition;
  parent: OfParent | null;
}

/**
 * A SELECT of the number of rows, up to a maximum, as `rows`, and of whether there are no more, as `is_exact`.
 * @param newest rows that are read where no index finds those that are counted
 */
export function countText(bind: Bind, { listing, condition, parent }: Counting, newest = NEWEST): string {
  const { table, indexed } = listing;
  const cap = countCap(condition);
  const conjuncts = conjunctsOf(condition);
  const subset = subsetFor(conjuncts, parent, null);
  if (subset?.counted === null) {
    const counted = countThroughSubset({ bind, table, limit: cap + 1, parent }, subset, conjuncts, newest);
    return capped(cap, counted.rows, counted.isAll);
  }
  const scan = indexed && scanOf(conjuncts, indexed);
  if (scan) return countOfScan(bind, table, scan, parent, { cap, newest });
  const bounds = conjuncts.filter(({ kind }) => kind === 'idBound');
  const where = toSql(all([ofParent(parent), ...conjuncts.map((each) => withinBounds(each, bounds))]), bind, 'COUNT');
  return capped(cap, `select from ${table} where ${where}${andNotToCome(table)} limit ${cap + 1}`);
}

/** Limits of ids also limit the rows of the tables with the same ids: of each word in the log, PostgreSQL would read all rows that have it. */
function withinBounds(condition: Condition, bounds: readonly Condition[]): Condition {
  if (bounds.length === 0) return condition;
  const within = (part: Condition) => withinBounds(part, bounds);
  switch (condition.kind) {
    case 'and':
      return { ...condition, parts: condition.parts.map(within) };
    case 'subset':
      return { ...condition, counted: condition.counted && within(condition.counted) };
    case 'linkedRow':
      return condition.column === 'id' ? { ...condition, condition: all([condition.condition, ...bounds]) } : condition;
    default:
      return condition;
  }
}

function capped(cap: number, counted: string, isAll = 'true'): string {
  return `select least(count(*), ${cap}) as rows, count(*) <= ${cap} and ${isAll} as is_exact from (${counted}) as counted`;
}

/** Rows that are read one by one, the newest first, or those that an index finds, and the tests of each. */
interface Scan {
  within: readonly Condition[];
  tests: readonly Condition[];
}

function countOfScan(
  bind: Bind,
  table: string,
  { within, tests }: Scan,
  parent: OfParent | null,
  { cap, newest }: { cap: number; newest: number },
): string {
  const bounds = toSql(all([ofParent(parent), ...within]), bind, 'COUNT');
  // an index that finds several values is not in the order of ids
  const order = within.every(isOneValue) ? ' order by id desc' : '';
  const rows = (select: string) => `select ${select} from ${table} where ${bounds}${andNotToCome(table)}${order}`;
  const read = `(${rows('*')} limit ${newest}) as newest`;
  const counted = `select from ${read} where ${toSql(all(tests), bind)} limit ${cap + 1}`;
  return capped(cap, counted, `not exists (${rows('')} offset ${newest} limit 1)`);
}

/** undefined: indexes find all rows that are counted. */
function scanOf(conjuncts: readonly Condition[], indexed: readonly string[]): Scan | undefined {
  const tests = conjuncts.filter(({ kind }) => kind !== 'everything' && kind !== 'idBound');
  if (tests.every((each) => isFound(each, indexed))) return undefined;
  const found = tests.filter((each) => isFound(each, indexed) && !isWalk(each));
  const bounds = conjuncts.filter(({ kind }) => kind === 'idBound');
  return { within: [...bounds, ...found], tests: tests.filter((each) => !found.includes(each)) };
}

/** Whether most rows may meet it: each row is then tested for it, rather than found by it. */
function isWalk(condition: Condition): boolean {
  return (
    condition.kind === 'linkedWalk' ||
    (condition.kind === 'subset' && (condition.isLarge || condition.hasMost === true))
  );
}

function isOneValue(condition: Condition): boolean {
  switch (condition.kind) {
    case 'idBound':
      return true;
    case 'sql':
      return condition.names === 'ONE';
    case 'linkedIds':
      return condition.ids.length === 1;
    default:
      return false;
  }
}

/** Whether an index finds the rows. */
function isFound(condition: Condition, indexed: readonly string[]): boolean {
  switch (condition.kind) {
    case 'sql':
      return condition.isIndexable && condition.column !== null && indexed.includes(condition.column);
    case 'linkedIds':
    case 'link':
    case 'linkedRow':
    case 'linkedWalk':
      return indexed.includes(condition.column);
    case 'and':
      return condition.parts.some((part) => isFound(part, indexed));
    case 'or':
      return condition.parts.every((part) => isFound(part, indexed));
    case 'subset':
    case 'unplanned':
      return true;
    default:
      return false;
  }
}
