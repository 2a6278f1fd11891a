// The `where` of a list. One declaration of a filter makes both: the field of the input type, and the condition that its tests are.
import { type ClassType, Field, InputType } from 'type-graphql';
import { columnOf } from '../../sql/columns';
import type { NodeName } from '../../values/ids';
import {
  AND_TEXT,
  BooleanFilter,
  DateTimeFilter,
  FloatFilter,
  IDFilter,
  IntFilter,
  NOT_TEXT,
  OptionalDateTimeFilter,
  OR_TEXT,
  StringFilter,
  StringListFilter,
} from './filter-inputs';
import {
  conditionOf,
  exactFilter,
  type FieldFilter,
  type FilterMap,
  idFilter,
  idTimeFilter,
  intFilter,
  linkFilter,
  listFilter,
  optionalFilter,
  sideTableFilter,
  textFilter,
  timeFilter,
} from './where-to-sql';

/** @template Tests the tests that a caller gives */
export interface Filter<Tests = unknown> {
  type: () => ClassType<Tests & object>;
  description: string;
  /** `OnlyFor(...)`, `Content()`. */
  directives?: readonly PropertyDecorator[];
  /** @param field its name */
  filterOf(field: string): FieldFilter;
}

type Filters = Record<string, Pick<Filter, 'description' | 'directives' | 'filterOf'> & { type: () => unknown }>;

type TestsOf<Fields> = { [Name in keyof Fields]?: Fields[Name] extends Filter<infer Tests> ? Tests : never };

/** An input type, and the conditions that its fields make. */
export interface Where<Tests = object> extends ClassType<Tests & object> {
  readonly filter: FilterMap;
}

/** The `where` of the rows of a table. */
export interface TableWhere<Tests = object> extends Where<Tests> {
  readonly table: string;
}

/** The `where` of a list: with `and`, `or` and `not`. @param table for filters that lead to its rows */
export function whereOf<Fields extends Filters>(
  name: string,
  table: string,
  description: string,
  filters: Fields,
): TableWhere<TestsOf<Fields>> {
  const where = partOf(name, description, filters);
  const type = () => where as unknown as typeof String;
  addField(where, 'and', () => [type()], AND_TEXT);
  addField(where, 'or', () => [type()], OR_TEXT);
  addField(where, 'not', type, NOT_TEXT);
  return Object.assign(where, { table });
}

/** A part of a `where`, in which all conditions must hold. */
export function partOf<Fields extends Filters>(
  name: string,
  description: string,
  filters: Fields,
): Where<TestsOf<Fields>> {
  const where = Object.assign(class {}, { filter: {} });
  InputType(name, { description })(where);
  for (const [field, filter] of Object.entries(filters)) addFilter(where, field, filter);
  return where;
}

/** Adds a filter to the `where` of a table whose folder must not import what the filter leads to. */
export function addFilter(where: Where, name: string, filter: Filters[string]): void {
  addField(where, name, filter.type, filter.description);
  for (const decorate of filter.directives ?? []) decorate(where.prototype, name);
  where.filter[name] = filter.filterOf(name);
}

function addField(where: Where, name: string, type: () => unknown, description: string): void {
  Field(type as () => typeof String, { nullable: true, description })(where.prototype, name);
}

interface Options extends Pick<Filter, 'directives'> {
  /** Or an expression. By default the name of the field, as columns are named. */
  column?: string;
}

function onColumn<Tests extends object>(
  type: ClassType<Tests>,
  filter: (column: string) => FieldFilter,
  description: string,
  { column, directives = [] }: Options,
): Filter<Tests> {
  return { type: () => type, description, directives, filterOf: (field) => filter(column ?? columnOf(field)) };
}

/** How rows are found. Each takes the description of the field. */
export const by = {
  text: (text: string, options: Options = {}) => onColumn(StringFilter, textFilter, text, options),
  integer: (text: string, options: Options = {}) => onColumn(IntFilter, intFilter, text, options),
  float: (text: string, options: Options = {}) => onColumn(FloatFilter, intFilter, text, options),
  boolean: (text: string, options: Options = {}) => onColumn(BooleanFilter, exactFilter, text, options),
  time: (text: string, options: Options = {}) => onColumn(DateTimeFilter, timeFilter, text, options),
  optionalTime: (text: string, options: Options = {}) => onColumn(OptionalDateTimeFilter, timeFilter, text, options),
  texts: (text: string, options: Options = {}) => onColumn(StringListFilter, listFilter, text, options),
  /** The id of a row of this type. */
  id: (node: NodeName, text: string) => onColumn(IDFilter, (column) => idFilter(node, column), text, {}),
  /** The time in the id. */
  idTime: (text: string) => onColumn(DateTimeFilter, idTimeFilter, text, {}),
  /** One of the values of an enum. @param type of enumFilter() */
  value: <Tests extends object>(type: ClassType<Tests>, text: string) => onColumn(type, exactFilter, text, {}),
  /** @param type of optionalEnumFilter() */
  optionalValue: <Tests extends object>(type: ClassType<Tests>, text: string) =>
    onColumn(type, (column) => optionalFilter(column, exactFilter(column)), text, {}),
  /** @param type of enumListFilter() */
  values: <Tests extends object>(type: ClassType<Tests>, text: string) => onColumn(type, listFilter, text, {}),
  /** Tests that are no comparison of one column. */
  tests: <Tests extends object>(
    type: ClassType<Tests>,
    filter: FieldFilter,
    description: string,
    directives: readonly PropertyDecorator[] = [],
  ): Filter<Tests> => ({ type: () => type, description, directives, filterOf: () => filter }),
  /** The row of another table whose id a column has: by default the name of the field and `_id`. */
  link: <Tests>(where: () => TableWhere<Tests>, description: string, options: Pick<Options, 'column'> = {}) => ({
    type: where,
    description,
    filterOf: (field: string): FieldFilter => {
      const column = options.column ?? `${columnOf(field)}_id`;
      return (tests, path) => linkFilter(column, where().table, () => where().filter)(tests, path);
    },
  }),
  /** The row of a side table whose column `key` has the id of the row. */
  side: <Tests>(where: Where<Tests>, table: string, key: string, description: string) => ({
    type: () => where,
    description,
    filterOf: () => sideTableFilter(table, key, () => where.filter),
  }),
  /** Columns of the same row. */
  part: <Tests>(where: Where<Tests>, description: string) => ({
    type: () => where,
    description,
    filterOf: (): FieldFilter => (tests, path) => conditionOf(tests, where.filter, path),
  }),
};
