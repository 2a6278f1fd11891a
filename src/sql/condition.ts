// Conditions on rows, as immutable values. `toSql` alone writes them as SQL.
import { firstIdAt } from '../values/ids';
import type { Db } from './db';
import { equalsByIndex } from './index-lookup';

/** Adds a value to a statement. @returns its placeholder, `$1`, `$2` ... */
export type Bind = (value: unknown) => string;

/** What must hold for a row of a table. */
export type Condition =
  | { kind: 'everything' }
  | SqlTest
  | IdBound
  | { kind: 'and'; parts: readonly Condition[] }
  | Either
  | { kind: 'not'; part: Condition }
  | Link
  | LinkedIds
  | LinkedRow
  | Side
  | FoundIds
  | Search;

/** A piece of SQL. Values reach it through `bind` alone. */
export interface SqlTest {
  kind: 'sql';
  write: (bind: Bind) => string;
  /** The only column that it reads; null: several, or not known. */
  column: string | null;
  /** What it demands of the column, if an index on the column finds that; null: no index does. */
  match: Match | null;
  /** Whether it takes as long as reading ten rows, such as parsing a body. */
  isSlow: boolean;
  /** Whether the caller may see no other rows. Then only rows that meet it are looked at. */
  isOwner?: true;
}

export type Match =
  | { kind: 'ONE'; value: (bind: Bind) => string }
  | { kind: 'SOME'; values: readonly unknown[]; type: 'text' | 'uuid' | 'integer' }
  | { kind: 'PREFIX'; prefix: string };

/** A limit on `id`, which contains a time. */
export interface IdBound {
  kind: 'idBound';
  operator: '>=' | '<';
  id: string;
}

/** At least one of the parts. */
export interface Either {
  kind: 'or';
  parts: readonly Condition[];
  /** The same as one test of a row; null: the tests of the parts are. */
  test: Condition | null;
}

/** `column` is the id of a row of `table` that meets `condition`, a filter of the caller. `resolveCondition` reads the ids first. */
export interface Link {
  kind: 'link';
  column: string;
  table: string;
  condition: Condition;
}

/** A link whose ids were read. */
export interface LinkedIds {
  kind: 'idsLink';
  column: string;
  ids: readonly string[];
}

/** A link to more rows than may be named: the linked row of each row is looked up and tested. */
export interface LinkedRow extends Omit<Link, 'kind'> {
  kind: 'joinLink';
}

/** Rows that a smaller table names. */
export interface Side {
  kind: 'side';
  table: string;
  /** What its rows meet. */
  within: SqlTest;
  /** The condition on a row of the whole table. */
  test: Condition;
  /** Whether each row of `within` meets `test`. */
  isExact: boolean;
  /** Two of one family have no row in common, unless they have the same key. */
  family: string;
  key: string;
  /** A table that has none of its rows. */
  apartFrom?: string;
  /** Whether most rows are among them: they are not walked for tests of their own, since a look-up costs more than a row. */
  isMost?: boolean;
  /** The column whose order its indexes have; null: that of ids. */
  orderedBy: string | null;
}

/** Rows whose ids an index found that is not in the order of the list, such as that of words. */
export interface FoundIds {
  kind: 'foundIds';
  ids: readonly string[];
  /** The ids are complete up to this one, in the direction in which they were sought; null: they are all. */
  upTo: string | null;
  /** The condition on a row. */
  test: Condition;
}

/** In which direction rows are sought, and where that begins. */
export interface Span {
  descending: boolean;
  /** null: at the end of the list. */
  cursor: string | null;
  bounds: readonly IdBound[];
}

/** A condition that another index may answer, which depends on the rows. `resolveCondition` asks it. */
export interface Search {
  kind: 'search';
  /** The condition on a row. */
  test: Condition;
  find: (db: Db, span: Span) => Promise<Condition>;
}

/** The condition as a piece of a WHERE clause: a test of each row. */
export function toSql(condition: Condition, bind: Bind): string {
  const sqlOf = (part: Condition) => toSql(part, bind);
  switch (condition.kind) {
    case 'everything':
      return 'true';
    case 'sql':
      return condition.write(bind);
    case 'idBound':
      return `id ${condition.operator} ${bind(condition.id)}::uuid`;
    case 'and':
      return condition.parts.length === 0 ? 'true' : `(${condition.parts.map(sqlOf).join(' and ')})`;
    case 'or':
      return condition.test ? sqlOf(condition.test) : `(${condition.parts.map(sqlOf).join(' or ')})`;
    case 'not':
      // also true if the part is null: a missing value is not the wanted one
      return `(${sqlOf(condition.part)}) is not true`;
    case 'link':
    case 'joinLink':
      return meetsLink(condition.column, condition.table, sqlOf(condition.condition));
    case 'idsLink': {
      const [only, ...others] = condition.ids;
      // as a parameter, an empty array would be compared with every row
      if (only === undefined) return 'false';
      return others.length === 0
        ? `${condition.column} = ${bind(only)}::uuid`
        : `${condition.column} = any(${bind(condition.ids)}::uuid[])`;
    }
    case 'side':
    case 'foundIds':
    case 'search':
      return sqlOf(condition.test);
  }
}

/**
 * Whether the linked row of one row meets a condition. `offset 0` and the array keep PostgreSQL from joining the tables.
 * In a FROM of its own, `column` is that of the row outside.
 */
function meetsLink(column: string, table: string, where: string): string {
  return `exists (select from (values (${column})) as asked (linked_id)
    join ${table} on ${table}.id ${equalsByIndex('asked.linked_id')} where ${where} offset 0)`;
}

/** Collects the values of one statement. */
export function bindings(): { values: unknown[]; bind: Bind } {
  const values: unknown[] = [];
  return { values, bind: (value) => `$${values.push(value)}` };
}

/** The conditions that this one requires together. */
export function conjunctsOf(condition: Condition): Condition[] {
  return condition.kind === 'and' ? condition.parts.flatMap(conjunctsOf) : [condition];
}

/** Whether a row takes as long to test as reading ten rows. */
export function isSlow(condition: Condition): boolean {
  switch (condition.kind) {
    case 'sql':
      return condition.isSlow;
    case 'and':
    case 'or':
      return condition.parts.some(isSlow);
    case 'not':
      return isSlow(condition.part);
    case 'link':
    case 'joinLink':
      return isSlow(condition.condition);
    case 'side':
    case 'foundIds':
    case 'search':
      return isSlow(condition.test);
    default:
      return false;
  }
}

export const everything: Condition = { kind: 'everything' };

export function all(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? everything : { kind: 'and', parts: conditions };
}

/** @param test the same as one test of a row, if there is a shorter one than the tests of all conditions */
export function any(conditions: readonly Condition[], test: Condition | null = null): Condition {
  return { kind: 'or', parts: conditions, test };
}

export function not(part: Condition): Condition {
  return { kind: 'not', part };
}

/** A condition that only SQL can express. */
export function sqlTest(write: (bind: Bind) => string, { isSlow = false }: { isSlow?: boolean } = {}): SqlTest {
  return { kind: 'sql', write, column: null, match: null, isSlow };
}

function columnTest(column: string, write: (bind: Bind) => string, match: Match | null = null): SqlTest {
  return { kind: 'sql', write, column, match, isSlow: false };
}

export function compares(column: string, operator: '=' | '>' | '>=' | '<' | '<=', value: unknown): SqlTest {
  const match: Match | null = operator === '=' ? { kind: 'ONE', value: (bind) => bind(value) } : null;
  return columnTest(column, (bind) => `${column} ${operator} ${bind(value)}`, match);
}

export function isAnyOf(column: string, type: 'text' | 'uuid' | 'integer', values: readonly unknown[]): SqlTest {
  return columnTest(column, (bind) => `${column} = any(${bind(values)}::${type}[])`, { kind: 'SOME', values, type });
}

export function equalsId(column: string, id: string): SqlTest {
  const value = (bind: Bind) => `${bind(id)}::uuid`;
  return columnTest(column, (bind) => `${column} = ${value(bind)}`, { kind: 'ONE', value });
}

/** The rows of the caller, who may see no others. */
export function ofOwner(column: string, id: string): SqlTest {
  return { ...equalsId(column, id), isOwner: true };
}

export function startsWith(column: string, prefix: string): SqlTest {
  return columnTest(column, (bind) => `${column} like ${bind(`${escaped(prefix)}%`)}`, { kind: 'PREFIX', prefix });
}

export function contains(column: string, part: string, lower: 'lower' | '' = ''): SqlTest {
  return sqlTest((bind) => `${lower}(${column}) like ${lower}(${bind(`%${escaped(part)}%`)}::text)`);
}

// for a pattern of LIKE
function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

export function isNull(column: string, yes: boolean): SqlTest {
  return columnTest(column, () => `${column} is ${yes ? '' : 'not '}null`);
}

/** The ids of the large tables contain times, so a filter by time is a range of the primary key. */
export function idTime(operator: '>' | '>=' | '<' | '<=', time: Date): IdBound {
  const ms = time.getTime();
  const id = firstIdAt(operator === '>' || operator === '<=' ? ms + 1 : ms);
  return { kind: 'idBound', operator: operator.startsWith('>') ? '>=' : '<', id };
}
