// Chooses the index that a page walks.
import {
  type Bind,
  type Condition,
  conjunctsOf,
  type Either,
  type FoundIds,
  type LinkedIds,
  type Side,
  type SqlTest,
} from '../condition';
import { nameOf, type OrderedBy } from '../listing';
import { BY_BYTES, ORDERED, SMALLER_TABLE, SMALLER_WALKED, WALKED, WORDS } from './walked-indexes';

/** A value of a column. */
export interface Value {
  column: string;
  sql: (bind: Bind) => string;
}

/** Several values of a column. */
export interface Values {
  column: string;
  values: readonly unknown[];
  type: string;
}

/** How rows are found; `used` are the conditions that hold for each row that is found. */
export type Way = { used: readonly Condition[] } & (
  | { kind: 'order' }
  | { kind: 'value'; value: Value }
  | { kind: 'values'; values: Values }
  | { kind: 'beginning'; column: string; prefix: string }
  | { kind: 'parts'; parts: readonly Condition[] }
  | { kind: 'side'; side: Side; values: readonly Value[] }
  | { kind: 'ids'; found: FoundIds }
  | { kind: 'orderedTable'; by: OrderedBy }
);

export interface Ways {
  /** Rows in the order of the list. */
  inOrder: Way;
  /** Another index, which is better if few rows are found by it: these are sorted. */
  few: Way | null;
}

export interface Asked {
  table: string;
  conjuncts: readonly Condition[];
  /** The column of the order; null: the id. */
  column: string | null;
  ordered: OrderedBy | undefined;
}

/** Values, or conditions of an `or`, of which each may be walked by itself. */
const MAX_APART = 20;

export function waysOf(asked: Asked): Ways {
  const ranked = byId(asked);
  if (asked.column !== null) return inOtherOrder(asked, asked.column, ranked);
  const inOrder = ranked.find(({ way }) => isInOrder(way));
  const few = ranked.find(({ way }) => !isInOrder(way));
  const isBetter = few !== undefined && few.rank < (inOrder?.rank ?? Number.POSITIVE_INFINITY);
  return { inOrder: inOrder?.way ?? { kind: 'order', used: [] }, few: isBetter ? few.way : null };
}

function inOtherOrder(asked: Asked, column: string, ranked: readonly Ranked[]): Ways {
  const inOrder = orderedWay(asked, column);
  if (inOrder.kind === 'parts' && inOrder.parts.length === 0) return { inOrder, few: null };
  const few = ranked.find(({ way }) => way.kind !== 'parts' && !(way.kind === 'ids' && way.found.upTo !== null))?.way;
  const isWalked =
    few === undefined || columnsOfWay(few).every((each) => walkedColumns(asked, inOrder, column).includes(each));
  if (few && !isWalked) return { inOrder, few };
  // a range of time, if nothing else limits the rows
  const bounds = asked.conjuncts.filter(({ kind }) => kind === 'idBound');
  const isRange = few === undefined && bounds.length > 0;
  return { inOrder, few: isRange ? { kind: 'order', used: bounds } : null };
}

function columnsOfWay(way: Way): string[] {
  if (way.kind === 'value') return [way.value.column];
  return way.kind === 'side' ? way.values.map(({ column }) => column) : [way.kind];
}

/** The columns before that of the order in the index that is walked. */
function walkedColumns({ table }: Asked, way: Way, column: string): string[] {
  if (way.kind === 'value') return [way.value.column];
  if (way.kind === 'side') return [...indexesOf(way.side), ['status']].flat();
  if (way.kind === 'parts') return way.parts.flatMap((each) => (each.kind === 'side' ? indexesOf(each).flat() : []));
  return (ORDERED[`${nameOf({ table })}.${column}`] ?? []).flat();
}

function orderedWay(asked: Asked, column: string): Way {
  const { conjuncts, ordered, table } = asked;
  if (ordered) return { kind: 'orderedTable', by: ordered, used: [] };
  const side = conjuncts.find((each): each is Side => each.kind === 'side' && each.orderedBy === column);
  if (side && possible({ kind: 'or', parts: [side], test: null }, conjuncts).length === 0)
    return { kind: 'parts', parts: [], used: [] };
  if (side) return sideWay(asked, side) ?? { kind: 'order', used: [] };
  const either = conjuncts.find((each): each is Either => each.kind === 'or' && each.parts.every(isOrderedBy(column)));
  if (either) return { kind: 'parts', parts: possible(either, conjuncts), used: [either] };
  const [first] = ORDERED[`${nameOf({ table })}.${column}`]?.flat() ?? [];
  const one = conjuncts.find(
    (each): each is SqlTest => each.kind === 'sql' && each.column === first && each.match?.kind === 'ONE',
  );
  return (one && matchWay(one)) ?? { kind: 'order', used: [] };
}

function isOrderedBy(column: string) {
  return (part: Condition) => part.kind === 'side' && part.orderedBy === column;
}

interface Ranked {
  rank: number;
  way: Way;
}

/** The best first. */
function byId(asked: Asked): Ranked[] {
  const { conjuncts } = asked;
  const owned = conjuncts.find((each): each is SqlTest => each.kind === 'sql' && each.isOwner === true);
  const ways = conjuncts.flatMap((each) => waysBy(asked, each));
  const sorted = ways.filter(({ rank }) => rank >= 0).sort((one, other) => one.rank - other.rank);
  // no cursor names a row that its reader may not see
  return owned ? sorted.filter(({ way }) => way.used.includes(owned) || !isInOrder(way)) : sorted;
}

function ranked({ table }: Asked, column: string, way: Way): Ranked[] {
  const rank = (WALKED[nameOf({ table })] ?? ['id']).indexOf(column);
  return rank < 0 ? [] : [{ rank, way }];
}

function waysBy(asked: Asked, condition: Condition): Ranked[] {
  switch (condition.kind) {
    case 'sql': {
      const way = matchWay(condition);
      return way ? ranked(asked, condition.column as string, way) : [];
    }
    case 'idsLink': {
      const way = linkedWay(condition);
      // none is faster than any
      return condition.ids.length === 0 ? [{ rank: 0, way }] : ranked(asked, condition.column, way);
    }
    case 'foundIds':
      return ranked(asked, WORDS, { kind: 'ids', found: condition, used: [] });
    case 'side': {
      const way = condition.orderedBy === null && !condition.isMost ? sideWay(asked, condition) : null;
      return way ? ranked(asked, SMALLER_TABLE, way) : [];
    }
    case 'or':
      return eitherWay(asked, condition);
    default:
      return [];
  }
}

function matchWay(condition: SqlTest): Way | null {
  const { column, match } = condition;
  if (column === null || match === null) return null;
  const used = [condition];
  if (match.kind === 'ONE') return { kind: 'value', value: { column, sql: match.value }, used };
  if (match.kind === 'SOME')
    return { kind: 'values', values: { column, values: match.values, type: match.type }, used };
  // an index that does not order by bytes has no beginnings
  return BY_BYTES.has(column) ? { kind: 'beginning', column, prefix: match.prefix, used } : null;
}

function linkedWay(condition: LinkedIds): Way {
  const { column, ids } = condition;
  if (ids.length === 1) return { kind: 'value', value: valueOfLink(condition), used: [condition] };
  return { kind: 'values', values: { column, values: ids, type: 'uuid' }, used: [condition] };
}

function valueOfLink({ column, ids }: LinkedIds): Value {
  return { column, sql: (bind) => `${bind(ids[0])}::uuid` };
}

// as good as the worst of its parts
function eitherWay(asked: Asked, either: Either): Ranked[] {
  const parts = possible(either, asked.conjuncts);
  if (parts.length > MAX_APART || parts.some((each) => each.kind === 'side' && each.orderedBy !== null)) return [];
  const ranks = parts.map((part) => {
    const ways = conjunctsOf(part).flatMap((each) => waysBy(asked, each));
    return Math.min(...ways.filter(({ way }) => isInOrder(way)).map(({ rank }) => rank), Number.POSITIVE_INFINITY);
  });
  const rank = Math.max(...ranks, 0);
  return Number.isFinite(rank) ? [{ rank, way: { kind: 'parts', parts, used: [either] } }] : [];
}

/** The parts that other conditions allow. */
function possible(either: Either, conjuncts: readonly Condition[]): Condition[] {
  return either.parts.filter(
    (part) => part.kind !== 'side' || conjuncts.every((each) => each === either || allows(each, part)),
  );
}

function allows(condition: Condition, side: Side): boolean {
  if (condition.kind === 'side') return !areApart(condition, side);
  return condition.kind !== 'or' || condition.parts.length === 0 || condition.parts.some((part) => allows(part, side));
}

/** Whether no row can be in both: a row has one status, and no delivery is open and finished. */
function areApart(one: Side, other: Side): boolean {
  const isOther = one.family === other.family && one.key !== other.key;
  return isOther || one.apartFrom === other.table || other.apartFrom === one.table;
}

/** null: no index has its rows in order. */
function sideWay({ conjuncts }: Asked, side: Side): Way | null {
  const tests = [side.within, ...conjuncts.filter((each): each is SqlTest => each.kind === 'sql')];
  const valueIn = (column: string): [Value, Condition | null] | null => {
    const linked = conjuncts.find((each) => each.kind === 'idsLink' && each.column === column && each.ids.length === 1);
    if (linked?.kind === 'idsLink') return [valueOfLink(linked), linked];
    const test = tests.find((each) => each.column === column && each.match?.kind === 'ONE');
    return test?.match?.kind === 'ONE' ? [{ column, sql: test.match.value }, test] : null;
  };
  for (const columns of indexesOf(side)) {
    const found = columns.map(valueIn);
    if (found.some((each) => each === null)) continue;
    const values = found.flatMap((each) => (each ? [each[0]] : []));
    const used = found.flatMap((each) => (each?.[1] ? [each[1]] : []));
    return { kind: 'side', side, values, used: side.isExact && holds(side, used) ? [...used, side] : used };
  }
  return null;
}

/** Whether what the side demands is part of the index that is walked. */
function holds({ within }: Side, used: readonly Condition[]): boolean {
  return used.includes(within);
}

function indexesOf({ table, orderedBy }: Side): readonly (readonly string[])[] {
  return (orderedBy === null ? SMALLER_WALKED[table] : ORDERED[`${table}.${orderedBy}`]) ?? [];
}

/** Whether it finds rows in the order of their ids; otherwise, they are sorted. */
function isInOrder(way: Way): boolean {
  switch (way.kind) {
    case 'beginning':
      return false;
    case 'values':
      return way.values.values.length <= MAX_APART || way.values.column === 'id';
    default:
      return true;
  }
}
