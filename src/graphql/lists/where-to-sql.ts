// Turns a `where` argument into a condition, which `toSql` of sql/condition.ts writes as SQL.

import {
  all,
  any,
  type Condition,
  compares,
  contains,
  equalsId,
  idTime,
  isAnyOf,
  isNull,
  not,
  sqlTest,
  startsWith,
  toSql,
} from '../../sql/condition';
import type { NodeName } from '../../values/ids';
import {
  checkCount,
  checkedId,
  checkedList,
  checkedNodeId,
  refuse,
  refuseAmbiguous,
  storableText,
} from '../../values/refuse-argument';

/** Makes a condition of the tests that the caller gave for one field. */
export type FieldFilter = (tests: Record<string, unknown>, path: string[]) => Condition;

/** The filter of each field of a `where` input, except `and`, `or` and `not`, which all inputs have. */
export type FilterMap = Record<string, FieldFilter>;

const MAX_DEPTH = 3;
// each is a value of the statement, and PostgreSQL accepts 65,535 values
const MAX_PARTS = 1_000;
const OPERATORS = { gte: '>=', gt: '>', lt: '<', lte: '<=' } as const;

/**
 * The condition of a `where`; undefined: all rows. null and {} are refused, because they could mean all rows or none;
 * absent-filters.ts removes them before a read.
 * @throws AppError BAD_USER_INPUT with the path of the fault
 */
export function conditionOf(where: unknown, map: FilterMap, path: string[] = ['where'], depth = 0): Condition {
  if (where === undefined) return all([]);
  if (path.length === 1) checkCount(path, partsOf(where), 'filters within it', MAX_PARTS);
  const parts = entriesOf(where, path).map(([name, value]) => {
    const at = [...path, name];
    if (name === 'and' || name === 'or') {
      const conditions = checkedList(value, at).map((each, index) =>
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

function partsOf(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  const below = Object.values(value).reduce((parts: number, each) => parts + partsOf(each), 0);
  return Array.isArray(value) ? below : below + 1;
}

function deeper(depth: number, path: string[]): number {
  if (depth + 1 > MAX_DEPTH) refuse(path, `and, or and not may be nested ${MAX_DEPTH} deep`);
  return depth + 1;
}

function entriesOf(value: unknown, path: string[]): [string, unknown][] {
  const entries = value === null ? [] : Object.entries(value as object).filter(([, each]) => each !== undefined);
  if (entries.length === 0) refuseAmbiguous(path, value === null ? 'null' : '{}');
  return entries;
}

function present(value: unknown, path: string[]): unknown {
  if (value === null) refuse(path, 'null is not a value to compare with; isNull asks for missing values');
  return value;
}

// All tests of a field must hold.
function testsOf(tests: Record<string, unknown>, path: string[], test: (name: string, value: unknown) => Condition) {
  return all(Object.entries(tests).map(([name, value]) => test(name, present(value, [...path, name]))));
}

/** eq, in, contains, containsIgnoreCase, startsWith, isNull on a text column. */
export function textFilter(column: string): FieldFilter {
  return (tests, path) =>
    testsOf(tests, path, (name, value) => {
      if (name === 'in') {
        return isAnyOf(
          column,
          'text',
          checkedList(value, [...path, name]).map((each) => storableText(each as string, [...path, name])),
        );
      }
      if (name === 'isNull') return isNull(column, value as boolean);
      const text = storableText(value as string, [...path, name]);
      if (name === 'contains') return contains(column, text);
      if (name === 'containsIgnoreCase') return contains(column, text, 'lower');
      return name === 'startsWith' ? startsWith(column, text) : compares(column, '=', text);
    });
}

/** eq, in on an enum or a boolean, whose values GraphQL has checked. */
export function exactFilter(column: string): FieldFilter {
  return (tests, path) =>
    testsOf(tests, path, (name, value) =>
      name === 'in' ? isAnyOf(column, 'text', checkedList(value, [...path, name])) : compares(column, '=', value),
    );
}

/** eq, in, gte, gt, lt, lte, isNull on an integer column. */
export function intFilter(column: string): FieldFilter {
  return (tests, path) =>
    testsOf(tests, path, (name, value) => {
      if (name === 'in') return isAnyOf(column, 'integer', checkedList(value, [...path, name]));
      if (name === 'isNull') return isNull(column, value as boolean);
      return compares(column, name === 'eq' ? '=' : OPERATORS[name as keyof typeof OPERATORS], value);
    });
}

/** eq, in on ids in the form that clients use. */
export function idFilter(node: NodeName, column = 'id'): FieldFilter {
  return (tests, path) =>
    testsOf(tests, path, (name, value) => {
      const at = [...path, name];
      if (name === 'in')
        return isAnyOf(
          column,
          'uuid',
          checkedList(value, at).map((id) => checkedId(node, id, at)),
        );
      const id = checkedId(node, value, at);
      return equalsId(column, id);
    });
}

/** eq, in on ids of any type. */
export function anyIdFilter(column: string): FieldFilter {
  return (tests, path) =>
    testsOf(tests, path, (name, value) => {
      const at = [...path, name];
      const uuid = (id: unknown) => checkedNodeId(id, at).id;
      return name === 'in' ? isAnyOf(column, 'uuid', checkedList(value, at).map(uuid)) : equalsId(column, uuid(value));
    });
}

/** gte, gt, lt, lte on the time in the id. */
export function idTimeFilter(): FieldFilter {
  return (tests, path) =>
    testsOf(tests, path, (name, value) => idTime(OPERATORS[name as keyof typeof OPERATORS], value as Date));
}

/** The `where` of another table, through a column that has its id. */
export function linkFilter(column: string, table: string, map: () => FilterMap): FieldFilter {
  return (tests, path) => ({ kind: 'link', column, table, condition: conditionOf(tests, map(), path) });
}

/** gte, gt, lt, lte, isNull on a column of times. */
export const timeFilter: (column: string) => FieldFilter = intFilter;

/** The tests of another filter, and isNull. */
export function optionalFilter(column: string, filter: FieldFilter): FieldFilter {
  return ({ isNull, ...tests }, path) =>
    all([
      ...(Object.keys(tests).length > 0 ? [filter(tests, path)] : []),
      ...(isNull === undefined ? [] : [textFilter(column)({ isNull }, path)]),
    ]);
}

/** contains, containsAny, isEmpty on a column with a list of texts. */
export function listFilter(column: string): FieldFilter {
  return (tests, path) => all(Object.entries(tests).map(([name, value]) => listTest(column, name, value, path)));
}

function listTest(column: string, name: string, value: unknown, path: string[]): Condition {
  const at = [...path, name];
  if (value === null) refuse(at, 'null is not a value to compare with; isEmpty asks for lists without any');
  if (name === 'isEmpty') return sqlTest(() => `(cardinality(${column}) = 0) = ${value === true}`);
  if (name === 'contains') {
    const text = storableText(value as string, at);
    return sqlTest((bind) => `${bind(text)} = any(${column})`);
  }
  const wanted = checkedList(value, at).map((each) => storableText(each as string, at));
  return sqlTest((bind) => `${column} && ${bind(wanted)}::text[]`);
}

/** The `where` of a table whose column `key` has the id of the row. */
export function sideTableFilter(table: string, key: string, map: () => FilterMap): FieldFilter {
  return (tests, path) => {
    const condition = conditionOf(tests, map(), path);
    return sqlTest((bind) => `id in (select ${key} from ${table} where ${toSql(condition, bind)})`);
  };
}
