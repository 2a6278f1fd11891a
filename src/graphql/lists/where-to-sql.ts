import { AppError, quoted } from '../../errors';
import { type NodeName, uuidOf } from '../../ids';
import {
  all,
  any,
  type Condition,
  compares,
  contains,
  idTime,
  isAnyOf,
  isNull,
  linksTo,
  not,
  startsWith,
} from '../../sql/condition';

/** Turns what the caller wrote for one field of a `where` into SQL. */
export type FieldFilter = (tests: Record<string, unknown>, path: string[]) => Condition;

/** What each field of a `where` input means. `and`, `or` and `not` are everywhere and stand in none. */
export type FilterMap = Record<string, FieldFilter>;

const MAX_DEPTH = 3;
const MAX_LIST = 100;
// each becomes a value of the statement, and Postgres takes 65,535
const MAX_PARTS = 1_000;
const OPERATORS = { gte: '>=', gt: '>', lt: '<', lte: '<=' } as const;

/**
 * The condition behind a `where`. Left out is everything; null and {} are refused, which could mean all rows or none: reads
 * take them out before (absent-filters.ts).
 * @throws AppError BAD_USER_INPUT with the path of the fault
 */
export function conditionOf(where: unknown, map: FilterMap, path: string[] = ['where'], depth = 0): Condition {
  if (where === undefined) return all([]);
  if (path.length === 1) refuseManyParts(where, path);
  const parts = entriesOf(where, path).map(([name, value]) => {
    const at = [...path, name];
    if (name === 'and' || name === 'or') {
      const conditions = listOf(value, at).map((each, index) =>
        conditionOf(each ?? null, map, [...at, String(index)], deeper(depth, at)),
      );
      return name === 'and' ? all(conditions) : any(conditions);
    }
    if (name === 'not') return not(conditionOf(value ?? null, map, at, deeper(depth, at)));
    const filter = map[name];
    if (!filter) throw new Error(`no filter is defined for ${at.join('.')}`);
    return filter(Object.fromEntries(entriesOf(value, at)), at);
  });
  return all(parts);
}

function refuseManyParts(where: unknown, path: string[]): void {
  const parts = partsOf(where);
  if (parts > MAX_PARTS) refuse(path, `${parts} filters within it; at most ${MAX_PARTS} are taken`);
}

function partsOf(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  const below = Object.values(value).reduce((parts: number, each) => parts + partsOf(each), 0);
  return Array.isArray(value) ? below : below + 1;
}

function deeper(depth: number, path: string[]): number {
  if (depth + 1 > MAX_DEPTH) refuse(path, `and, or and not may be nested ${MAX_DEPTH} deep`);
  return depth + 1;
}

function refuse(path: string[], what: string): never {
  throw new AppError('BAD_USER_INPUT', `${path.join('.')}: ${what}.`, path);
}

function entriesOf(value: unknown, path: string[]): [string, unknown][] {
  const entries = value === null ? [] : Object.entries(value as object).filter(([, each]) => each !== undefined);
  if (entries.length === 0) {
    refuse(path, `${value === null ? 'null' : '{}'} could mean all rows or none; leave it out to get all`);
  }
  return entries;
}

function listOf(value: unknown, path: string[]): unknown[] {
  const list = Array.isArray(value) ? value : [];
  if (list.length === 0) refuse(path, 'an empty list could mean all rows or none; leave it out to get all');
  if (list.length > MAX_LIST) refuse(path, `${list.length} entries; at most ${MAX_LIST} are taken`);
  return list;
}

function present(value: unknown, path: string[]): unknown {
  if (value === null) refuse(path, 'null is not a value to compare with; isNull asks for missing values');
  return value;
}

// Each test of a field, all of which must hold.
function testsOf(tests: Record<string, unknown>, path: string[], test: (name: string, value: unknown) => Condition) {
  return all(Object.entries(tests).map(([name, value]) => test(name, present(value, [...path, name]))));
}

/** eq, in, contains, startsWith, isNull on a text column. */
export function textFilter(column: string): FieldFilter {
  return (tests, path) =>
    testsOf(tests, path, (name, value) => {
      if (name === 'in') {
        return isAnyOf(
          column,
          'text',
          listOf(value, [...path, name]).map((each) => storable(each, [...path, name])),
        );
      }
      if (name === 'isNull') return isNull(column, value as boolean);
      const text = storable(value, [...path, name]);
      if (name === 'contains') return contains(column, text);
      return name === 'startsWith' ? startsWith(column, text) : compares(column, '=', text);
    });
}

// Postgres takes no NUL and no half surrogates: such a text equals nothing, and says so instead of failing there
function storable(value: unknown, path: string[]): string {
  const text = present(value, path) as string;
  if (text.includes('\u0000') || !text.isWellFormed())
    refuse(path, `${quoted(text)} is not a text that is ever stored`);
  return text;
}

/** eq, in on an enum or a boolean, whose values GraphQL has checked. */
export function exactFilter(column: string): FieldFilter {
  return (tests, path) =>
    testsOf(tests, path, (name, value) =>
      name === 'in' ? isAnyOf(column, 'text', listOf(value, [...path, name])) : compares(column, '=', value),
    );
}

/** eq, in, gte, gt, lt, lte, isNull on an integer column. */
export function intFilter(column: string): FieldFilter {
  return (tests, path) =>
    testsOf(tests, path, (name, value) => {
      if (name === 'in') return isAnyOf(column, 'integer', listOf(value, [...path, name]));
      if (name === 'isNull') return isNull(column, value as boolean);
      return compares(column, name === 'eq' ? '=' : OPERATORS[name as keyof typeof OPERATORS], value);
    });
}

/** eq, in on ids as clients know them. */
export function idFilter(node: NodeName, column = 'id'): FieldFilter {
  return (tests, path) =>
    testsOf(tests, path, (name, value) => {
      const at = [...path, name];
      if (name === 'in')
        return isAnyOf(
          column,
          'uuid',
          listOf(value, at).map((id) => knownId(node, id, at)),
        );
      const id = knownId(node, value, at);
      return (bind) => `${column} = ${bind(id)}::uuid`;
    });
}

function knownId(node: NodeName, id: unknown, path: string[]): string {
  return uuidOf(node, String(id)) ?? refuse(path, `${quoted(id)} is not the id of a ${node}`);
}

/** gte, gt, lt, lte on the time in a UUIDv7 column. */
export function idTimeFilter(column = 'id'): FieldFilter {
  return (tests, path) =>
    testsOf(tests, path, (name, value) => idTime(column, OPERATORS[name as keyof typeof OPERATORS], value as Date));
}

/** The other table's own `where`, through a column that holds its id. */
export function linkFilter(column: string, table: string, map: () => FilterMap): FieldFilter {
  return (tests, path) => linksTo(column, table, conditionOf(tests, map(), path), path);
}

/** gte, gt, lt, lte, isNull on a column of times: Postgres compares them as it does numbers. */
export const timeFilter: (column: string) => FieldFilter = intFilter;

/** The tests of a filter, and isNull beside them. */
export function optionalFilter(column: string, filter: FieldFilter): FieldFilter {
  return ({ isNull, ...tests }, path) =>
    all([
      ...(Object.keys(tests).length > 0 ? [filter(tests, path)] : []),
      ...(isNull === undefined ? [] : [textFilter(column)({ isNull }, path)]),
    ]);
}

/** contains, containsAny, isEmpty on a column that holds a list of texts. */
export function listFilter(column: string): FieldFilter {
  return (tests, path) => all(Object.entries(tests).map(([name, value]) => listTest(column, name, value, path)));
}

function listTest(column: string, name: string, value: unknown, path: string[]): Condition {
  const at = [...path, name];
  if (value === null) refuse(at, 'null is not a value to compare with; isEmpty asks for lists without any');
  if (name === 'isEmpty') return () => `(cardinality(${column}) = 0) = ${value === true}`;
  if (name === 'contains') return (bind) => `${bind(storable(value, at))} = any(${column})`;
  const wanted = value as unknown[];
  if (wanted.length === 0) refuse(at, 'an empty list could mean all rows or none; leave it out to get all');
  if (wanted.length > MAX_LIST) refuse(at, `${wanted.length} entries; at most ${MAX_LIST} are taken`);
  return (bind) => `${column} && ${bind(wanted.map((each) => storable(each, at)))}::text[]`;
}

/** The `where` of what stands beside a row, in a table whose `key` is the row's own id. */
export function besideFilter(table: string, key: string, map: () => FilterMap): FieldFilter {
  return (tests, path) => {
    const condition = conditionOf(tests, map(), path);
    return (bind) => `id in (select ${key} from ${table} where ${condition(bind)})`;
  };
}
