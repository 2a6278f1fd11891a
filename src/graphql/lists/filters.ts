// What the filters of where.ts leave out: times that are no ids, values that may be missing, lists within a row.
import { AppError, quoted } from '../../errors';
import { all, type Condition } from '../../sql/condition';
import { conditionOf, type FieldFilter, type FilterMap, intFilter, textFilter } from './where';

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

const MAX_LIST = 100;

function storable(value: unknown, path: string[]): string {
  const text = value as string;
  if (text.includes('\0') || !text.isWellFormed()) refuse(path, `${quoted(text)} is not a text that is ever stored`);
  return text;
}

function refuse(path: string[], what: string): never {
  throw new AppError('BAD_USER_INPUT', `${path.join('.')}: ${what}.`, path);
}

/** The `where` of what stands beside a row, in a table whose `key` is the row's own id. */
export function besideFilter(table: string, key: string, map: () => FilterMap): FieldFilter {
  return (tests, path) => {
    const condition = conditionOf(tests, map(), path);
    return (bind) => `id in (select ${key} from ${table} where ${condition(bind)})`;
  };
}
