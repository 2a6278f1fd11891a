// The price of filters that no index finds: the list then reads row by row, until its page is full or its table ends.
import {
  entriesOf,
  FEW_DAYS,
  fieldsOf,
  type IndexedFilters,
  type Indexes,
  isCommon,
  isWhere,
  partsOf,
  READS,
  type Reads,
  readsBy,
  readsOf,
  type Where,
} from './where-reads';

/** Points of a list with a filter without an index, by what else limits its rows. */
const POINTS: Record<Reads, number> = {
  [READS.ALL]: 50_000,
  [READS.MUCH]: 20_000,
  [READS.PART]: 2_000,
  [READS.FEW]: 100,
};

/** Points of a list below a row, by a value that an index finds, but not together with that row. */
const POINTS_BELOW = 500;

/** Points of a list whose filter may parse the bodies of all rows: it is refused. */
const POINTS_OF_BODIES = 100_000;

/** Points of a count, which reads at most the 50,000 newest rows: see access-path.ts. */
const MAX_COUNT_POINTS = 5_000;

export interface Scan {
  points: number;
  /** The filters without an index. */
  names: readonly string[];
  /** The filters that would limit the rows to a few. */
  better: readonly string[];
  /** The order that is not that of an index on the filters, if that is all it costs for. */
  order?: string;
}

/** Types below whose rows a list is long; below others it is short. */
const LONG_BELOW = ['Webhook', 'User', 'Replay'];

/** The price of a `where`; null: an index finds its rows. @param parent the type that has the list @param orderBy the argument */
export function scanOf(
  indexes: Indexes,
  type: string,
  where: unknown,
  parent: string,
  orderBy: unknown = null,
): Scan | null {
  const of = indexes.get(type);
  if (!of || !isWhere(where)) return null;
  const scan = filterScan(indexes, of, where, parent);
  const order = isWhere(orderBy) ? String(orderBy.field) : '';
  const apart = of.orders && Object.hasOwn(of.orders, order) ? of.orders[order] : undefined;
  const points = apart ? orderPoints(of, apart, where, parent) : 0;
  if (points <= (scan?.points ?? 0)) return scan;
  return { points, names: [], better: betterThan(of), order };
}

/**
 * In another order than that of the index on a filter, all rows that the filter finds may be read and sorted, since it is not known
 * how many of the first rows in the order meet it.
 */
function orderPoints(of: IndexedFilters, apart: 'ALL' | readonly string[], where: Where, parent: string): number {
  const fields = fieldsOf(where);
  const isApart =
    apart === 'ALL' ? fields.length > 0 || LONG_BELOW.includes(parent) : fields.some((name) => apart.includes(name));
  if (!isApart || readsOf(byValue(of), where) === READS.FEW) return 0;
  const isParsed = fields.some((name) => of.bodies?.includes(name));
  // of few days there may be many rows
  if (readsOf(of, where) === READS.FEW) return POINTS[isParsed ? READS.MUCH : READS.PART];
  if (isParsed) return POINTS_OF_BODIES;
  return POINTS[fields.some((name) => of.found[name] === 'WORDS') ? READS.ALL : READS.MUCH];
}

function filterScan(indexes: Indexes, of: IndexedFilters, where: Where, parent: string): Scan | null {
  const own = ownScan(indexes, of, where, parent);
  const below = linkedScan(indexes, of, where);
  const walked = parent === 'Query' && own.points === 0 && !below ? walkedLinks(indexes, of, where) : [];
  const points = own.points + (walked.length === 0 ? 0 : POINTS[READS.PART]) + (below?.points ?? 0);
  if (points === 0) return null;
  return {
    points,
    names: [...new Set([...own.names, ...walked, ...(below?.names ?? [])])],
    better: betterThan(of),
  };
}

// a link finds few rows by the id of the linked row alone
function betterThan(of: IndexedFilters): string[] {
  const few = Object.entries(of.found).flatMap(([name, finds]) =>
    finds === 'FEW' ? [Object.hasOwn(of.links, name) ? `${name}.id` : name] : [],
  );
  return [`at most ${FEW_DAYS} days of ${of.time}`, ...few];
}

/** Without the rows of links. */
function ownScan(indexes: Indexes, of: IndexedFilters, where: Where, parent: string): Omit<Scan, 'better'> {
  const names = tested(of, where, (name, tests) => readsBy(of, name, tests) === READS.ALL);
  if (names.length > 0) return { names, points: POINTS[Math.max(readsBelow(of, parent), readsOf(of, where)) as Reads] };
  const either = orBesides(of, where, parent);
  if (either) return either;
  if (!LONG_BELOW.includes(parent) || readsOf(of, where) === READS.FEW) return { names, points: 0 };
  const apart = tested(of, where, (name, tests) => !isFoundBelow(indexes, of, parent, name, tests));
  return { names: apart, points: apart.length === 0 ? 0 : POINTS_BELOW };
}

/** The price of an `or` beside other filters, or below a row: an index finds the rows of each of its parts, but not those that the others find too. */
function orBesides(of: IndexedFilters, where: Where, parent: string): Omit<Scan, 'better'> | null {
  const all = required(where);
  const ors = all.filter((each) => partsOf(each.or).length > 1 && readsOf(of, each) !== READS.FEW);
  const others = all.filter((each) => !Object.hasOwn(each, 'or') && tested(of, each, () => true).length > 0);
  const limits = ors.length + others.length + (LONG_BELOW.includes(parent) ? 1 : 0);
  if (ors.length === 0 || limits === 1) return null;
  return {
    names: ors.flatMap(fieldsOf),
    points: POINTS[Math.max(readsBelow(of, parent), readsOf(of, where)) as Reads],
  };
}

/** What must hold together, each by itself. */
function required(where: Where): Where[] {
  return entriesOf(where).flatMap(([name, tests]) =>
    name === 'and' ? partsOf(tests).flatMap(required) : [{ [name]: tests }],
  );
}

function readsBelow({ isOfCaller }: IndexedFilters, parent: string): Reads {
  if (parent === 'Query') return isOfCaller ? READS.PART : READS.ALL;
  return LONG_BELOW.includes(parent) ? READS.PART : READS.FEW;
}

/** The price of `totalCount` of such a list. */
export function countOfScan(scan: Scan | null): Scan | null {
  return scan && { ...scan, points: Math.min(scan.points, MAX_COUNT_POINTS) };
}

/** The fields of which rows are tested one by one. */
function tested(of: IndexedFilters, where: Where, isTested: (name: string, tests: unknown) => boolean): string[] {
  return entriesOf(where).flatMap(([name, tests]) => {
    if (name === 'and' || name === 'or') return partsOf(tests).flatMap((part) => tested(of, part, isTested));
    if (name === 'not') return isWhere(tests) ? fieldsOf(tests) : [];
    return name === of.time || isCommon(of, name, tests) || !isTested(name, tests) ? [] : [name];
  });
}

/** Whether an index finds the rows of one parent that have a value. */
function isFoundBelow(indexes: Indexes, of: IndexedFilters, parent: string, name: string, tests: unknown): boolean {
  const isOfWebhook = parent === 'Webhook' && of.ofWebhook?.includes(name) === true;
  const isFew = readsBy(of, name, tests) === READS.FEW || namesFew(indexes, of, name, tests);
  return isFew || isOfWebhook || of.found[name] === 'WORDS';
}

/** Links to large tables of which many rows may be linked: the rows of the list are tested, or many are looked up. */
function walkedLinks(indexes: Indexes, of: IndexedFilters, where: Where): string[] {
  return entriesOf(where).flatMap(([name, tests]) => {
    if (['and', 'or', 'not'].includes(name)) return partsOf(tests).flatMap((part) => walkedLinks(indexes, of, part));
    const isLarge = Object.hasOwn(of.links, name) && indexes.has(of.links[name] as string);
    const isWalked = isLarge || of.joined?.includes(name) === true;
    return isWalked && isWhere(tests) && !namesFew(indexes, of, name, tests) ? [name] : [];
  });
}

/** Whether a link is to few rows of a large table: of few days, or of those that wait, there may be many. */
function namesFew(indexes: Indexes, of: IndexedFilters, name: string, tests: unknown): boolean {
  const linked = Object.hasOwn(of.links, name) ? indexes.get(of.links[name] as string) : undefined;
  if (linked === undefined || !isWhere(tests)) return false;
  return readsOf(byValue(linked), tests) === READS.FEW;
}

/** Without the filters that find few rows of a table as it usually is, and not by their value. */
function byValue(of: IndexedFilters): IndexedFilters {
  const found = Object.fromEntries(Object.entries(of.found).filter(([, finds]) => finds !== 'ANY'));
  return { ...of, found, time: '' };
}

// the linked rows are read first, by their own filter
function linkedScan(indexes: Indexes, of: IndexedFilters, where: Where): Scan | null {
  const scans = entriesOf(where).flatMap(([name, tests]) => {
    if (['and', 'or', 'not'].includes(name))
      return partsOf(tests).flatMap((part) => linkedScan(indexes, of, part) ?? []);
    const type = Object.hasOwn(of.links, name) ? of.links[name] : undefined;
    const scan = type === undefined ? null : scanOf(indexes, type, tests, 'Query');
    return scan ? [{ ...scan, names: scan.names.map((each) => `${name}.${each}`) }] : [];
  });
  if (scans.length === 0) return null;
  return {
    points: scans.reduce((sum, { points }) => sum + points, 0),
    names: scans.flatMap(({ names }) => names),
    better: [],
  };
}
