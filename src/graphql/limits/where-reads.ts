// What an index finds of the rows that a `where` asks for.
import type { TimeRange } from '../../sql/resolving/table-blocks';

/** How far an index limits the rows that are read. */
export const READS = { ALL: 0, MUCH: 1, PART: 2, FEW: 3 } as const;
export type Reads = (typeof READS)[keyof typeof READS];

export type Where = Readonly<Record<string, unknown>>;

/** The filters of a large table that an index finds. */
export interface IndexedFilters {
  table: string;
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
  /** Filters that parse the body of a row. */
  bodies?: readonly string[];
  /** Filters that are found through another large table, since no index of this one has their column. */
  joined?: readonly string[];
  /** By field of `orderBy`: the filters whose rows no index has in that order, which is then that of an index on all rows. */
  orders?: Readonly<Record<string, 'ALL' | readonly string[]>>;
  /** Whether the list at the root has the rows of one user, the caller. */
  isOfCaller?: boolean;
}

/** By the name of the type of `where`. */
export type Indexes = ReadonlyMap<string, IndexedFilters>;

export function isWhere(value: unknown): value is Where {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** The parts of `and` or `or`, of which one may stand without a list. */
export function partsOf(value: unknown): Where[] {
  return (Array.isArray(value) ? value : [value]).filter(isWhere);
}

export function entriesOf(where: Where): [string, unknown][] {
  return Object.entries(where).filter(([, tests]) => !saysNothing(tests));
}

// null and {} are ignored
function saysNothing(tests: unknown): boolean {
  if (tests === null || tests === undefined) return true;
  return typeof tests === 'object' && Object.values(tests).every(saysNothing);
}

/** The fields that are tested, at whatever depth. */
export function fieldsOf(where: Where): string[] {
  return entriesOf(where).flatMap(([name, tests]) =>
    ['and', 'or', 'not'].includes(name) ? partsOf(tests).flatMap(fieldsOf) : [name],
  );
}

/** What all conditions together leave to be read. */
export function readsOf(of: IndexedFilters, where: Where): Reads {
  const each = entriesOf(where).map(([name, tests]): Reads => {
    if (name === 'and') return Math.max(...partsOf(tests).map((part) => readsOf(of, part)), READS.ALL) as Reads;
    if (name === 'or') return Math.min(...partsOf(tests).map((part) => readsOf(of, part)), READS.FEW) as Reads;
    return name === 'not' ? READS.ALL : readsBy(of, name, tests);
  });
  return Math.max(...each, READS.ALL) as Reads;
}

export function readsBy(of: IndexedFilters, name: string, tests: unknown): Reads {
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
export function isCommon({ common, found }: IndexedFilters, name: string, tests: unknown): boolean {
  if (Object.hasOwn(found, name) && found[name] === 'ANY' && isNull(tests)) return true;
  const values = Object.hasOwn(common, name) ? common[name] : undefined;
  return values !== undefined && isWhere(tests) && valuesOf(tests).some((value) => values.includes(value));
}

function valuesOf({ eq, in: among }: Where): string[] {
  return [eq ?? among].flat().map(String);
}

/** The times that all conditions together leave. */
export function rangeOf(of: IndexedFilters, where: Where): TimeRange {
  const ranges = entriesOf(where).flatMap(([name, tests]): TimeRange[] => {
    if (name === 'and') return partsOf(tests).map((part) => rangeOf(of, part));
    if (name !== of.time || !isWhere(tests)) return [];
    return [{ from: msOf(tests.gte ?? tests.gt), to: msOf(tests.lt ?? tests.lte) }];
  });
  const given = (times: (number | null)[]) => times.filter((time) => time !== null);
  const [froms, tos] = [given(ranges.map(({ from }) => from)), given(ranges.map(({ to }) => to))];
  return {
    from: froms.length === 0 ? null : Math.max(...froms),
    to: tos.length === 0 ? null : Math.min(...tos),
  };
}

// before the variables are checked: a caller may send anything
function msOf(time: unknown): number | null {
  const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
