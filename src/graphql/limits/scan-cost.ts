// The price of filters that no index finds: the list then reads row by row, until its page is full or its table ends.
import type { TableBlocks } from '../../sql/resolving/table-blocks';
import {
  entriesOf,
  fieldsOf,
  type IndexedFilters,
  type Indexes,
  isCommon,
  isWhere,
  partsOf,
  READS,
  type Reads,
  rangeOf,
  readsBy,
  readsOf,
  type Where,
} from './where-reads';

/** Of a block of 8 KiB whose rows are tested one by one. */
const POINTS_OF_BLOCK = 1.5;

/** The share of a table that is read, by what else limits its rows. */
const SHARES: Record<Exclude<Reads, typeof READS.FEW>, number> = {
  [READS.ALL]: 1,
  [READS.MUCH]: 0.4,
  [READS.PART]: 0.04,
};

/** Points of a scan of few rows: at least, and where another filter finds a few, at most. */
const FEW_POINTS = 100;

/**
 * Points where rows are looked up one by one, however large the table is; less if all of a small table take less. SAMPLE: a sample of rows,
 * or the next ones in an order; SORTED, COUNTED: all linked rows, to be sorted or counted.
 */
const LOOK_UP_POINTS = { SAMPLE: 2_000, SORTED: 20_000, COUNTED: 10_000 };

/** Looking a linked row up for each row takes as much longer. */
const LINKED = 3;

/** Parsing the bodies of rows takes as much longer than reading the rows. */
const BODIES = 15;

/** Points of a list without its page, beside its count. */
const MAX_POINTS_WITHOUT_PAGE = 50_000;

/** Points of a count, which reads at most the 50,000 newest rows: see access-path.ts. */
const MAX_COUNT_POINTS = 5_000;

export interface Scan {
  points: number;
  /** Points of the count. */
  counted: number;
  /** The filters without an index. */
  names: readonly string[];
  /** The filters that would limit the rows to a few. */
  better: readonly string[];
  /** The order that is not that of an index on the filters, if that is all it costs for. */
  order?: string;
}

/** Types below whose rows a list is long; below others it is short. */
const LONG_BELOW = ['Webhook', 'User', 'Replay'];

/** The large tables, and how large they are. */
export interface Tables {
  indexes: Indexes;
  blocks: TableBlocks;
}

/** A table, and the blocks of it that are read where nothing but a range of time limits its rows. */
interface Table extends IndexedFilters {
  blocks: number;
}

/** The price of a `where`; null: an index finds its rows. @param parent the type that has the list @param orderBy the argument */
export function scanOf(
  tables: Tables,
  type: string,
  where: unknown,
  parent: string,
  orderBy: unknown = null,
): Scan | null {
  const indexed = tables.indexes.get(type);
  if (!indexed || !isWhere(where)) return null;
  const of = { ...indexed, blocks: tables.blocks.of(indexed.table, rangeOf(indexed, where)) };
  const scan = filterScan(tables, of, where, parent);
  const order = isWhere(orderBy) ? String(orderBy.field) : '';
  const apart = of.orders && Object.hasOwn(of.orders, order) ? of.orders[order] : undefined;
  const points = apart ? orderPoints(tables, of, apart, where, parent) : 0;
  if (points <= (scan?.points ?? 0)) return scan;
  return { points, counted: 0, names: [], better: betterThan(of), order };
}

/**
 * In another order than that of the index on a filter, all rows that the filter finds may be read and sorted, since it is not known
 * how many of the first rows in the order meet it.
 */
function orderPoints(
  tables: Tables,
  of: Table,
  apart: 'ALL' | readonly string[],
  where: Where,
  parent: string,
): number {
  const fields = fieldsOf(where);
  const isApart =
    apart === 'ALL'
      ? fields.length > 0 || LONG_BELOW.includes(parent)
      : [...fields, linkTo(parent)].some((name) => apart.includes(name));
  if (!isApart || readsOf(byValue(of), where) === READS.FEW) return 0;
  const walked = walkedLinks(tables.indexes, of, where);
  if (walked.length > 0 || isJoined(of, parent))
    return Math.max(pointsOf(of, READS.MUCH) * LINKED, lookUpPoints(tables, of, walked, 'SORTED'));
  const sample = lookUpPoints(tables, of, [], 'SAMPLE');
  // of those that wait there may be many
  if (readsOf(of, where) === READS.FEW) return sample;
  const isParsed = fields.some((name) => of.bodies?.includes(name));
  const hasWords = fields.some((name) => of.found[name] === 'WORDS');
  const points = pointsOf(of, hasWords ? READS.ALL : READS.MUCH) * (isParsed ? BODIES : 1);
  return Math.max(points, sample);
}

/** @param links of which rows are looked up */
function lookUpPoints(tables: Tables, of: Table, links: readonly string[], what: keyof typeof LOOK_UP_POINTS): number {
  const linked = links.flatMap((name) => tables.indexes.get(of.links[name] as string)?.table ?? []);
  const blocks = Math.max(of.blocks, ...linked.map((table) => tables.blocks.of(table, { from: null, to: null })));
  return Math.min(LOOK_UP_POINTS[what], pointsOf({ ...of, blocks }, READS.ALL) * LINKED);
}

function pointsOf({ blocks }: Table, reads: Reads): number {
  const share = reads === READS.FEW ? 0 : SHARES[reads];
  return Math.max(Math.round(blocks * share * POINTS_OF_BLOCK), FEW_POINTS);
}

function filterScan(tables: Tables, of: Table, where: Where, parent: string): Scan | null {
  const { indexes } = tables;
  const own = ownScan(indexes, of, where, parent);
  const below = linkedScan(tables, of, where);
  const walked = parent === 'Query' && own.points === 0 && !below ? walkedLinks(indexes, of, where) : [];
  const counted = limitOf(of, where, parent) === READS.FEW ? [] : walkedLinks(indexes, of, where);
  const walking =
    walked.length === 0 ? 0 : Math.max(pointsOf(of, READS.PART), lookUpPoints(tables, of, walked, 'SAMPLE'));
  const points = own.points + walking + (below?.points ?? 0);
  if (points === 0) return null;
  return {
    points,
    counted: counted.length > 0 ? lookUpPoints(tables, of, counted, 'COUNTED') : Math.min(points, MAX_COUNT_POINTS),
    names: [...new Set([...own.names, ...walked, ...(below?.names ?? [])])],
    better: betterThan(of),
  };
}

// a link finds few rows by the id of the linked row alone
function betterThan(of: IndexedFilters): string[] {
  const few = Object.entries(of.found).flatMap(([name, finds]) =>
    finds === 'FEW' ? [Object.hasOwn(of.links, name) ? `${name}.id` : name] : [],
  );
  return [`a shorter range of ${of.time}`, ...few];
}

type Own = Pick<Scan, 'points' | 'names'>;

/** Without the rows of links. */
function ownScan(indexes: Indexes, of: Table, where: Where, parent: string): Own {
  const names = tested(of, where, (name, tests) => readsBy(of, name, tests) === READS.ALL);
  if (names.length > 0)
    return { names, points: pointsOf(of, limitOf(of, where, parent)) * (isJoined(of, parent) ? LINKED : 1) };
  const either = orBesides(of, where, parent);
  if (either) return either;
  if (!LONG_BELOW.includes(parent) || readsOf(of, where) === READS.FEW) return { names, points: 0 };
  const apart = tested(of, where, (name, tests) => !isFoundBelow(indexes, of, parent, name, tests));
  return { names: apart, points: apart.length === 0 ? 0 : pointsOf(of, READS.PART) };
}

/**
 * The price of an `or` beside other filters, below a row, or with several filters in a part: an index finds the rows of each of its
 * filters, but not those that the others find too.
 */
function orBesides(of: Table, where: Where, parent: string): Own | null {
  const all = required(where);
  const ors = all.filter((each) => partsOf(each.or).length > 1 && readsOf(of, each) !== READS.FEW);
  const others = all.filter((each) => !Object.hasOwn(each, 'or') && tested(of, each, () => true).length > 0);
  const limits = ors.length + others.length + (LONG_BELOW.includes(parent) ? 1 : 0);
  const isJoint = (part: Where) => readsOf(of, part) !== READS.FEW && tested(of, part, () => true).length > 1;
  const hasJoint = ors.some((each) => partsOf(each.or).some(isJoint));
  if (ors.length === 0 || (limits === 1 && !hasJoint)) return null;
  return {
    names: ors.flatMap(fieldsOf),
    points: pointsOf(of, limitOf(of, where, parent)),
  };
}

/** What the other filters and the row above the list leave to be read. */
function limitOf(of: IndexedFilters, where: Where, parent: string): Reads {
  return Math.max(readsBelow(of, parent), readsOf(of, where)) as Reads;
}

/** What must hold together, each by itself. */
function required(where: Where): Where[] {
  return entriesOf(where).flatMap(([name, tests]) =>
    name === 'and' ? partsOf(tests).flatMap(required) : [{ [name]: tests }],
  );
}

/** The filter that has the rows of a list below such a row. */
function linkTo(parent: string): string {
  return parent.toLowerCase();
}

/** Whether the rows below another row are found through a further table. */
function isJoined({ joined = [] }: IndexedFilters, parent: string): boolean {
  return joined.includes(linkTo(parent));
}

function readsBelow(of: IndexedFilters, parent: string): Reads {
  if (parent === 'Query') return of.isOfCaller ? READS.PART : READS.ALL;
  if (isJoined(of, parent)) return READS.MUCH;
  return LONG_BELOW.includes(parent) ? READS.PART : READS.FEW;
}

/** The price of such a list of which only the count is asked for. */
export function withoutPage(scan: Scan | null): Scan | null {
  return scan && { ...scan, points: Math.min(scan.points, MAX_POINTS_WITHOUT_PAGE) };
}

/** The price of `totalCount` of such a list. */
export function countOfScan(scan: Scan | null): Scan | null {
  return scan && { ...scan, points: scan.counted };
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
  return { ...of, found };
}

// the linked rows are read first, by their own filter
function linkedScan(tables: Tables, of: IndexedFilters, where: Where): Own | null {
  const scans = entriesOf(where).flatMap(([name, tests]) => {
    if (['and', 'or', 'not'].includes(name))
      return partsOf(tests).flatMap((part) => linkedScan(tables, of, part) ?? []);
    const type = Object.hasOwn(of.links, name) ? of.links[name] : undefined;
    const scan = type === undefined ? null : scanOf(tables, type, tests, 'Query');
    return scan ? [{ ...scan, names: scan.names.map((each) => `${name}.${each}`) }] : [];
  });
  if (scans.length === 0) return null;
  return {
    points: scans.reduce((sum, { points }) => sum + points, 0),
    names: scans.flatMap(({ names }) => names),
  };
}
