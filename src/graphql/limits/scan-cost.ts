// The price of filters that no index finds: the list then reads row by row, until its page is full or its table ends.
import { currentMs } from '../../clock';

/** How far an index limits the rows that are read. */
const READS = { ALL: 0, MUCH: 1, PART: 2, FEW: 3 } as const;
type Reads = (typeof READS)[keyof typeof READS];

/** Points of a list with a filter without an index, by what else limits its rows. */
const POINTS: Record<Reads, number> = {
  [READS.ALL]: 50_000,
  [READS.MUCH]: 20_000,
  [READS.PART]: 2_000,
  [READS.FEW]: 100,
};

/** Points of a list below a row, by a value that an index finds, but not together with that row. */
const POINTS_BELOW = 500;

/** Points of a count, which reads at most the 50,000 newest rows: see access-path.ts. */
const MAX_COUNT_POINTS = 5_000;

const DAY_MS = 86_400_000;
const FEW_DAYS = 2;
const MANY_DAYS = 31;

type Where = Readonly<Record<string, unknown>>;

/** The filters of a large table that an index finds. */
export interface IndexedFilters {
  /**
   * By the name of the filter: whether a value finds few rows, a part of the table (some percent) or much of it (some ten percent);
   * ANY: whatever it tests but isNull, few; WORDS: whatever it tests, much, since a word may be in most rows.
   */
  found: Readonly<Record<string, 'FEW' | 'PART' | 'MUCH' | 'ANY' | 'WORDS'>>;
  /** Values of `eq` and `in` that an index finds, of filters where it does not find all. */
  values?: Readonly<Record<string, readonly string[]>>;
  /** Values that most rows have, without an index: a page is full after few rows, and a count soon at its maximum. */
  common: Readonly<Record<string, readonly string[]>>;
  /** Filters by a row of another large table, and the type of its `where`. */
  links: Readonly<Record<string, string>>;
  /** The filter by the time in the id. */
  time: string;
  /** Filters by which an index finds the rows of one webhook. */
  ofWebhook?: readonly string[];
  /** Filters that are found through another large table, since no index of this one has their column. */
  joined?: readonly string[];
  /** By field of `orderBy`: the filters whose rows no index has in that order, which is then that of an index on all rows. */
  orders?: Readonly<Record<string, 'ALL' | readonly string[]>>;
  /** Whether the list at the root has the rows of one user, the caller. */
  isOfCaller?: boolean;
}

/** By the name of the type of `where`. */
export type Indexes = ReadonlyMap<string, IndexedFilters>;

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
 * In another order than that of the index on a filter, all rows that the filter finds are read, or all rows in the order until a page is
 * full. What two filters have in common may be anywhere in the order.
 */
function orderPoints(of: IndexedFilters, apart: 'ALL' | readonly string[], where: Where, parent: string): number {
  if (readsOf(of, where) === READS.FEW) return 0;
  if (apart !== 'ALL') return fieldsOf(where).some((name) => apart.includes(name)) ? POINTS[READS.MUCH] : 0;
  const limits = new Set(fieldsOf(where)).size + (LONG_BELOW.includes(parent) ? 1 : 0);
  if (limits === 0) return 0;
  return POINTS[limits === 1 ? READS.PART : READS.MUCH];
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
  if (!LONG_BELOW.includes(parent) || readsOf(of, where) === READS.FEW) return { names, points: 0 };
  const apart = tested(of, where, (name, tests) => !isFoundBelow(indexes, of, parent, name, tests));
  return { names: apart, points: apart.length === 0 ? 0 : POINTS_BELOW };
}

function readsBelow({ isOfCaller }: IndexedFilters, parent: string): Reads {
  if (parent === 'Query') return isOfCaller ? READS.PART : READS.ALL;
  return LONG_BELOW.includes(parent) ? READS.PART : READS.FEW;
}

/** The price of `totalCount` of such a list. */
export function countOfScan(scan: Scan | null): Scan | null {
  return scan && { ...scan, points: Math.min(scan.points, MAX_COUNT_POINTS) };
}

function isWhere(value: unknown): value is Where {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** The parts of `and` or `or`, of which one may stand without a list. */
function partsOf(value: unknown): Where[] {
  return (Array.isArray(value) ? value : [value]).filter(isWhere);
}

function entriesOf(where: Where): [string, unknown][] {
  return Object.entries(where).filter(([, tests]) => !saysNothing(tests));
}

// null and {} are ignored
function saysNothing(tests: unknown): boolean {
  if (tests === null || tests === undefined) return true;
  return typeof tests === 'object' && Object.values(tests).every(saysNothing);
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

/** Whether a link is to few rows of a large table. */
function namesFew(indexes: Indexes, of: IndexedFilters, name: string, tests: unknown): boolean {
  const linked = Object.hasOwn(of.links, name) ? indexes.get(of.links[name] as string) : undefined;
  return linked !== undefined && isWhere(tests) && readsOf(linked, tests) === READS.FEW;
}

/** The fields that are tested, at whatever depth. */
function fieldsOf(where: Where): string[] {
  return entriesOf(where).flatMap(([name, tests]) =>
    ['and', 'or', 'not'].includes(name) ? partsOf(tests).flatMap(fieldsOf) : [name],
  );
}

/** What all conditions together leave to be read. */
function readsOf(of: IndexedFilters, where: Where): Reads {
  const each = entriesOf(where).map(([name, tests]): Reads => {
    if (name === 'and') return Math.max(...partsOf(tests).map((part) => readsOf(of, part)), READS.ALL) as Reads;
    if (name === 'or') return Math.min(...partsOf(tests).map((part) => readsOf(of, part)), READS.FEW) as Reads;
    return name === 'not' ? READS.ALL : readsBy(of, name, tests);
  });
  return Math.max(...each, READS.ALL) as Reads;
}

function readsBy(of: IndexedFilters, name: string, tests: unknown): Reads {
  if (name === of.time) return readsOfTime(tests);
  // a caller may send any name, such as constructor
  const finds = Object.hasOwn(of.found, name) ? of.found[name] : undefined;
  if (finds === undefined) return READS.ALL;
  if (Object.hasOwn(of.links, name)) return readsByLink(tests, finds);
  if (finds === 'ANY') return isNull(tests) ? READS.ALL : READS.FEW;
  if (finds === 'WORDS') return READS.MUCH;
  if (!isFound(tests, of.values?.[name])) return READS.ALL;
  return isBeginning(tests) ? READS.MUCH : READS[finds];
}

// the linked rows may be most of their table, unless it is named which ones
function readsByLink(tests: unknown, finds: 'FEW' | 'PART' | 'MUCH' | 'ANY' | 'WORDS'): Reads {
  if (!isWhere(tests)) return READS.ALL;
  if (tests.id) return finds === 'FEW' ? READS.FEW : READS.PART;
  return isFound(tests.name, undefined) && !isBeginning(tests.name) ? READS.PART : READS.MUCH;
}

// an index finds equal values and beginnings
function isFound(tests: unknown, values: readonly string[] | undefined): boolean {
  if (!isWhere(tests)) return false;
  if (values) return valuesOf(tests).every((value) => values.includes(value));
  return [tests.eq, tests.in, tests.startsWith].some((test) => test !== undefined && test !== null);
}

// most rows have no such value
function isNull(tests: unknown): boolean {
  return isWhere(tests) && tests.isNull === true;
}

// most values may begin with it
function isBeginning(tests: unknown): boolean {
  return isWhere(tests) && (tests.eq ?? tests.in ?? null) === null;
}

// one of several values is enough
function isCommon({ common, found }: IndexedFilters, name: string, tests: unknown): boolean {
  if (Object.hasOwn(found, name) && found[name] === 'ANY' && isNull(tests)) return true;
  const values = Object.hasOwn(common, name) ? common[name] : undefined;
  return values !== undefined && isWhere(tests) && valuesOf(tests).some((value) => values.includes(value));
}

function valuesOf({ eq, in: among }: Where): string[] {
  return [eq ?? among].flat().map(String);
}

function readsOfTime(tests: unknown): Reads {
  if (!isWhere(tests)) return READS.ALL;
  const [from, to] = [msOf(tests.gte ?? tests.gt), msOf(tests.lt ?? tests.lte)];
  if (from === null) return READS.ALL;
  const days = ((to ?? currentMs()) - from) / DAY_MS;
  if (days <= FEW_DAYS) return READS.FEW;
  return days <= MANY_DAYS ? READS.MUCH : READS.ALL;
}

// before the variables are checked: a caller may send anything
function msOf(time: unknown): number | null {
  return typeof time === 'string' ? Date.parse(time) : null;
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
