// Reads rows through smaller tables that have their ids, in the order of an index of those tables.
import {
  all,
  type Bind,
  type Condition,
  conjunctsOf,
  everything,
  type LinkedIds,
  type Purpose,
  readsOnly,
  type Subset,
  type SubsetSource,
  sqlTest,
  toSql,
} from './condition';
import { equalsByIndex } from './index-lookup';
import {
  beyondCursor,
  isDescending,
  type Joined,
  type OfParent,
  ofParent,
  orderBy,
  type PageRequest,
  type Source,
} from './listing';
import { andNotToCome } from './months-to-come';

/** The subset through which the rows are found best; undefined: the table itself is read. @param orderedBy null: by id */
export function subsetFor(
  conjuncts: readonly Condition[],
  parent: OfParent | null,
  orderedBy: string | null,
): Subset | undefined {
  const subsets = conjuncts.filter(
    (each) =>
      each.kind === 'subset' &&
      each.sources.every(({ columns }) => !parent || columns.includes(parent.column)) &&
      !conjuncts.some((other) => findsFewer(other, each.yieldsTo ?? [], orderedBy !== null)) &&
      !(each.hasMost && conjuncts.some((other) => other !== each && !areAllTestedBy(each.sources, other))),
  ) as Subset[];
  if (orderedBy !== null) return subsets.find((each) => each.orderedBy === orderedBy);
  const [large] = subsets.filter(({ isLarge }) => isLarge);
  const onlyLarge = conjuncts.every(
    (each) => each.kind === 'everything' || each.kind === 'idBound' || (each.kind === 'subset' && each.isLarge),
  );
  return subsets.find(({ isLarge }) => !isLarge) ?? (onlyLarge ? large : undefined);
}

function findsFewer(conjunct: Condition, columns: readonly string[], isOrdered: boolean): boolean {
  switch (conjunct.kind) {
    case 'sql':
      return conjunct.names !== 'NONE' && conjunct.column !== null && columns.includes(conjunct.column);
    case 'linkedRow':
      // in another order, all rows of a link to many would be sorted
      return !isOrdered && columns.includes(conjunct.column);
    case 'link':
    case 'linkedIds':
      return columns.includes(conjunct.column);
    default:
      return false;
  }
}

/** How a subset is read for a condition. */
interface Reading {
  sources: readonly SubsetSource[];
  /** What the sources do not test. */
  others: readonly Condition[];
  /** Whether each row of the sources that meets what they test meets the whole condition. */
  isExact: boolean;
}

function readingOf(subset: Subset, conjuncts: readonly Condition[]): Reading {
  // other subsets with some of the same sources are met by reading only those
  const met = conjuncts.filter((each) => each === subset || (each.kind === 'subset' && isPartOf(each, subset)));
  const sources = met
    .reduce(
      (left, each) => left.filter(({ key }) => (each as Subset).sources.some((other) => other.key === key)),
      subset.sources,
    )
    .filter(({ table }) => !conjuncts.some((each) => isApartFrom(table, each)));
  const others = conjuncts.filter((each) => !met.includes(each));
  const isExact = subset.rest.kind === 'everything' && others.every((each) => areAllTestedBy(sources, each));
  return { sources, others, isExact };
}

/** Whether none of the rows that meet the condition is in this table. */
function isApartFrom(table: string, condition: Condition): boolean {
  return condition.kind === 'subset' && condition.sources.every(({ apartFrom }) => apartFrom === table);
}

function isPartOf(part: Subset, whole: Subset): boolean {
  return (
    part.rest.kind === 'everything' && part.sources.some(({ key }) => whole.sources.some((each) => each.key === key))
  );
}

function areAllTestedBy(sources: readonly SubsetSource[], condition: Condition): boolean {
  return sources.every((source) => isTestedBy(source, condition));
}

function isTestedBy(source: SubsetSource, condition: Condition): boolean {
  return condition.kind === 'everything' || condition.kind === 'idBound' || readsOnly(condition, source.columns);
}

export function throughSubset(source: Source, subset: Subset, conjuncts: readonly Condition[]): string {
  const reading = readingOf(subset, conjuncts);
  if (reading.sources.length === 0) return `select ${source.select} from ${source.table} where false`;
  const isPlain = subset.sources.length === 1 && source.request.order.column === null;
  if (reading.isExact) return limitedSources(source, reading);
  return isPlain ? inOrder(source, subset, reading, conjuncts) : merged(source, subset, reading, conjuncts);
}

// Each source gives a page, and the rows of these pages alone are looked up. Of several links, each gives a page.
function limitedSources(source: Source, { sources, others }: Reading): string {
  const { bind, table, select, request, limit, parent } = source;
  const linked = parent ? undefined : others.find((each) => each.kind === 'linkedIds' && each.ids.length > 1);
  const { column, ids } = (linked ?? {}) as Partial<LinkedIds>;
  const tests = others.map((each) => (each === linked ? sqlTest(() => `${column} = link_id`) : each));
  const links = linked ? `unnest(${bind(ids)}::uuid[]) as links (link_id) cross join lateral ` : '';
  const pages = sources.map(
    (each) => `(${sourceText(source, each, tests)} order by ${orderBy(request)} limit ${limit})`,
  );
  // cut before the rows are looked up: of a hundred links, a hundred pages
  const order = orderOfSubset(request);
  const cut = `select subset.* from ${links}(${pages.join(' union all ')}) as subset order by ${order} limit ${limit}`;
  return `select page.* from (${cut}) as subset cross join lateral (
    select ${select} from ${table} where id ${equalsByIndex('subset_id')}${andNotToCome(table)}
  ) as page order by ${order}`;
}

// Merges the sources, and looks each row up, until there are enough that meet the rest.
function merged(source: Source, subset: Subset, reading: Reading, conjuncts: readonly Condition[]): string {
  const { bind, table, select, request, limit, parent } = source;
  const texts = reading.sources.map((each) => {
    const tests = reading.others.filter((other) => isTestedBy(each, other));
    return sourceText(source, each, tests);
  });
  const rest = toSql(all(conjunctsOf(untestedBy(reading, subset)).map(testedByRow)), bind);
  const page = (where: string) => `cross join lateral (
    select ${select} from ${table} where id ${equalsByIndex('subset_id')} and ${where}${andNotToCome(table)} offset 0) as page`;
  const order = orderOfSubset(request);
  const { column } = request.order;
  if (!column || !subset.isLarge)
    return `select page.* from (${texts.join(' union all ')}) as subset ${page(rest)} order by ${order} limit ${limit}`;
  const found = toSql(all([ofParent(parent), ...conjuncts, beyondCursor(request)]), bind, 'COUNT');
  const sorted = `select id as subset_id, ${column.sql} as subset_value from ${table} where ${found}${andNotToCome(table)}
    order by ${orderBy(request)} limit ${limit}`;
  return nextOrSorted(request, limit, {
    next: `select * from (${texts.join(' union all ')}) as subset order by ${order}`,
    walked: `select page.*, subset_id, subset_value from next ${page(rest)}`,
    sorted: `select page.*, subset_id, subset_value from (${sorted}) as subset ${page('true')} where true`,
    endsEarly: true,
  });
}

// Without what the sources test: tested twice, it would make the planner expect too few rows.
function untestedBy({ sources, others }: Reading, subset: Subset): Condition {
  return all([subset.rest, ...others.filter((other) => !areAllTestedBy(sources, other))]);
}

// Reads the ids in order from one smaller table, and looks each row up by its id.
function inOrder(
  source: Source,
  subset: Subset,
  { sources, others }: Reading,
  conjuncts: readonly Condition[],
): string {
  const { bind, table, select, request, limit } = source;
  const only = sources[0] as SubsetSource;
  const tests = others.filter((each) => isTestedBy(only, each));
  const within = sourceText(source, only, tests);
  const rest = toSql(all(conjuncts.map((each) => (each === subset ? subset.rest : each))), bind);
  return `select page.* from (${within} order by ${orderBy(request)}) as subset cross join lateral (
    select ${select} from ${table} where id = subset_id and ${rest}${andNotToCome(table)}
  ) as page order by ${orderOfSubset(request)} limit ${limit}`;
}

function sourceText(
  source: Pick<Source, 'bind' | 'request' | 'parent'>,
  from: SubsetSource,
  tests: readonly Condition[],
) {
  const { bind, request, parent } = source;
  const { column } = request.order;
  const where = toSql(all([ofParent(parent), from.within, ...tests, beyondCursor(request)]), bind);
  return `select id as subset_id${column ? `, ${column.sql} as subset_value` : ''} from ${from.table}
    where ${where}${andNotToCome(from.table)}`;
}

function orderOfSubset(request: PageRequest, of = 'subset.'): string {
  const direction = isDescending(request) ? 'desc' : 'asc';
  const value = request.order.column ? `${of}subset_value ${direction}, ` : '';
  return `${value}${of}subset_id ${direction}`;
}

/** Rows in an order that are read before all rows are sorted that meet the condition. */
const WALKED = 2_000;
/** Rows of a parent up to which they are sorted at once. */
const SORTED = 5_000;

// Where many rows meet the condition, a page is full after few rows in the order, and otherwise after all of them: PostgreSQL does not
// know which. So a limited number is read in the order, and if the page is not full then, all rows that meet the condition are sorted.
export function inOrderOfJoined(source: Source, column: string, { rows, ordered, values }: Joined): string {
  const { bind, select, condition, request, limit, parent } = source;
  const conjuncts = conjunctsOf(condition);
  const ofRows = toSql(ofParent(parent), bind);
  const written = (parts: readonly Condition[], purpose?: Purpose) => toSql(all([everything, ...parts]), bind, purpose);
  const columns = `select id as subset_id, ${column} as subset_value from`;
  const order = orderOfSubset(request, '');
  const valued = `select *${Object.entries(values)
    .map(([name, value]) => `, ${value} as ${name}`)
    .join('')} from ${rows}`;
  const page = (subset: string, where: string) => `select page.*, subset_id, subset_value
    from ${subset} cross join lateral (select ${select} from (
      ${valued} where id ${equalsByIndex('subset_id')} offset 0
    ) as ${rows} where ${where} offset 0) as page`;

  const range = written([beyondCursor(request), ...conjuncts.filter((each) => readsOnly(each, [column]))]);
  const next = `${columns} ${ordered} where ${range}${andNotToCome(ordered)} order by ${orderBy(request)}`;
  const tests = `${ofRows} and ${written(conjuncts.map(testedByRow))}`;
  const counted = `select from ${rows} where ${ofRows}${andNotToCome(rows)} limit ${SORTED + 1}`;
  const isWalked = parent ? `(select count(*) from (${counted}) as counted) > ${SORTED}` : 'true';

  const found = `${ofRows} and ${written([beyondCursor(request), ...conjuncts.map(foundBySources)], 'COUNT')}${andNotToCome(rows)}`;
  const sorted = `(${columns} (${valued}) as ${rows} where ${found} order by ${order} offset 0) as sorted`;
  const isOrdered = `exists (select from ${ordered} where id ${equalsByIndex('subset_id')} offset 0)`;

  return nextOrSorted(request, limit, {
    next,
    walked: `${page('next', tests)} where ${isWalked}`,
    sorted: `${page(sorted, isOrdered)} where true`,
    // of a parent, the next rows are not those of the parent alone
    endsEarly: parent === null,
  });
}

interface NextOrSorted {
  next: string;
  walked: string;
  sorted: string;
  /** Whether there are no others if fewer are next than are read. */
  endsEarly: boolean;
}

/** The page among the next rows in the order; if it is not full then, among all rows, sorted. */
function nextOrSorted(request: PageRequest, limit: number, { next, walked, sorted, endsEarly }: NextOrSorted): string {
  const order = orderOfSubset(request, '');
  const isFull = `(select count(*) from walked) = ${limit}`;
  const isWhole = endsEarly ? `case when ${isFull} then true else (select count(*) < ${WALKED} from next) end` : isFull;
  return `with next as materialized (${next} limit ${WALKED}),
    walked as materialized (${walked} order by ${order} limit ${limit}),
    ended as materialized (select ${isWhole} as is_whole)
    select * from (
      select * from walked where (select is_whole from ended)
      union all select * from (${sorted} and not (select is_whole from ended) order by ${order} limit ${limit}) as others
    ) as page order by ${order} limit ${limit}`;
}

function testedByRow(condition: Condition): Condition {
  return condition.kind === 'linkedRow' ? { ...condition, kind: 'linkedWalk' } : condition;
}

function foundBySources(condition: Condition): Condition {
  if (condition.kind !== 'subset' || condition.isLarge || condition.rest.kind !== 'everything') return condition;
  const ids = (bind: Bind) =>
    condition.sources.map(({ table, within }) => `select id from ${table} where ${toSql(within, bind)}`);
  return sqlTest((bind) => `id in (${ids(bind).join(' union all ')})`);
}

/**
 * Counts the rows of the smaller tables, and looks up only those with more to test, the newest first.
 * @param newest rows of each smaller table that are looked up at most
 * @returns a SELECT of the rows, and whether there are no others, as SQL
 */
export function countThroughSubset(
  { bind, table, limit, parent }: Pick<Source, 'bind' | 'table' | 'limit' | 'parent'>,
  subset: Subset,
  conjuncts: readonly Condition[],
  newest: number,
): { rows: string; isAll: string } {
  const reading = readingOf(subset, conjuncts);
  const { sources, others, isExact } = reading;
  if (sources.length === 0) return { rows: 'select where false', isAll: 'true' };
  const texts = sources.map((each) => {
    const tests = others.filter((other) => isTestedBy(each, other));
    const where = toSql(all([ofParent(parent), each.within, ...tests]), bind);
    return `select id as subset_id from ${each.table} where ${where}${andNotToCome(each.table)}`;
  });
  const union = (ending: string) => `(${texts.map((text) => `(${text} ${ending})`).join(' union all ')}) as subset`;
  if (isExact) return { rows: `select from ${union(`limit ${limit}`)} limit ${limit}`, isAll: 'true' };
  const rest = toSql(untestedBy(reading, subset), bind, 'COUNT');
  const rows = `select from ${union(`order by id desc limit ${newest}`)} cross join lateral (
    select from ${table} where id ${equalsByIndex('subset_id')} and ${rest}${andNotToCome(table)}
  ) as counted limit ${limit}`;
  return { rows, isAll: `not exists (select from ${union(`offset ${newest} limit 1`)})` };
}
