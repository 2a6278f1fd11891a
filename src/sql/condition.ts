// Conditions on rows, as immutable values. `toSql` alone writes them as SQL.
import { firstIdAt } from '../ids';
import type { Db } from './db';
import { equalsByIndex } from './index-lookup';
import { andNotToCome } from './months-to-come';

/** Adds a value to a statement. @returns its placeholder, `$1`, `$2` ... */
export type Bind = (value: unknown) => string;

/** Whether a statement reads the rows in the order of a list, or only counts them. */
export type Purpose = 'ROWS' | 'COUNT';

/** What must hold for a row of a table. */
export type Condition =
  | { kind: 'everything' }
  | SqlTest
  | IdBound
  | { kind: 'and' | 'or'; parts: readonly Condition[] }
  | { kind: 'not'; part: Condition }
  | RowOf
  | Link
  | LinkedIds
  | LinkedWalk
  | Subset
  | Unplanned;

/** A piece of SQL. Values reach it through `bind` alone. */
export interface SqlTest {
  kind: 'sql';
  write: (bind: Bind) => string;
  /** The only column that it reads; null: several, or not known. */
  column: string | null;
  /** How many values of the column it names. Of ONE, an index on the column has the rows in the order of their ids. */
  names: 'ONE' | 'SOME' | 'NONE';
  /** Whether an index on the column finds the rows: by values or by their beginning. */
  isIndexable: boolean;
  /** Whether the number of rows that meet it depends so much on its value that each value needs its own query plan. */
  variesByValue: boolean;
  /** Whether it parses a body of each row, which takes as long as reading ten rows. */
  parsesBody: boolean;
}

/** A limit on `id`, which contains a time. It also limits the ids that are read from the table of a subset. */
export interface IdBound {
  kind: 'idBound';
  operator: '>=' | '<';
  id: string;
}

/** `column` is the id of a row of `table` that meets `condition`: a subquery, which may find any number of rows. */
export interface RowOf {
  kind: 'linkedRow';
  column: string;
  table: string;
  condition: Condition;
}

/** The same, for a filter of the caller. `resolveCondition` reads the ids first. */
export interface Link extends Omit<RowOf, 'kind'> {
  kind: 'link';
}

/** A link whose ids were read. */
export interface LinkedIds {
  kind: 'linkedIds';
  column: string;
  ids: readonly string[];
}

/** A link that many rows of the list meet. A page tests each row of the list in turn; a count joins the tables. */
export interface LinkedWalk extends Omit<RowOf, 'kind'> {
  kind: 'linkedWalk';
}

/** Rows that are also found through smaller tables that have their ids. */
export interface Subset {
  kind: 'subset';
  /** The condition on the row itself. */
  whole: Condition;
  /** The one with which such rows are counted; null: they are counted through the sources. */
  counted: Condition | null;
  /** Each row is in one of them. */
  sources: readonly SubsetSource[];
  /** What else must hold for a row that a source has. */
  rest: Condition;
  /** It may have nearly all rows. Its tables are then only read first if nothing else limits the rows. */
  isLarge: boolean;
  /** Most rows are in the sources, which are then not read for tests that they lack: each look-up costs more than a row. */
  hasMost?: boolean;
  /** The column by which the sources are ordered through an index, beside the id. */
  orderedBy?: string;
  /** Columns of the whole table with an index that finds fewer rows, if a condition names their value. */
  yieldsTo?: readonly string[];
}

/** Rows of a smaller table. */
export interface SubsetSource {
  table: string;
  within: Condition;
  /** The columns that it shares with the whole table. */
  columns: readonly string[];
  /** Sources of different conditions with the same key have the same rows. */
  key: string;
  /** Another table with ids of the same rows, none of which it has. */
  apartFrom?: string;
}

/** A condition whose plan depends on the content of the database. `resolveCondition` chooses the plan. */
export interface Unplanned {
  kind: 'unplanned';
  /** The condition without such a plan. */
  plain: Condition;
  /** @returns the same condition with a plan */
  resolvePlan: (db: Db) => Promise<Condition>;
}

/** The condition as a piece of a WHERE clause. An alternative is part of an `or` or a `not`, where PostgreSQL cannot join a linked table. */
export function toSql(condition: Condition, bind: Bind, purpose: Purpose = 'ROWS', isAlternative = false): string {
  const sqlOf = (part: Condition) => toSql(part, bind, purpose, isAlternative);
  const linkedSql = (part: Condition) => toSql(part, bind, purpose);
  const alternative = (part: Condition) => toSql(part, bind, purpose, true);
  switch (condition.kind) {
    case 'everything':
      return 'true';
    case 'sql':
      return condition.write(bind);
    case 'idBound':
      return `id ${condition.operator} ${bind(condition.id)}::uuid`;
    case 'and':
      return `(${condition.parts.map(sqlOf).join(' and ')})`;
    case 'or':
      return `(${condition.parts.map(alternative).join(' or ')})`;
    case 'not':
      // also true if the part is null: a missing value is not the wanted one
      return `(${alternative(condition.part)}) is not true`;
    case 'link':
      return isAmong(condition, linkedSql);
    case 'linkedRow':
    case 'linkedWalk': {
      const { kind, column, table } = condition;
      if (!isAlternative && (kind === 'linkedRow' || purpose === 'COUNT')) return isAmong(condition, linkedSql);
      return meetsLink(column, table, linkedSql(condition.condition));
    }
    case 'linkedIds': {
      const [only, ...others] = condition.ids;
      // as a parameter, an empty array would be compared with every row
      if (only === undefined) return 'false';
      return others.length === 0
        ? `${condition.column} = ${bind(only)}::uuid`
        : `${condition.column} = any(${bind(condition.ids)}::uuid[])`;
    }
    case 'subset':
      return sqlOf((purpose === 'COUNT' && condition.counted) || condition.whole);
    case 'unplanned':
      return sqlOf(condition.plain);
  }
}

// The planner expects every row to have a link unless the test says so: of events, few are caused by a delivery.
function isAmong({ column, table, condition }: RowOf | Link | LinkedWalk, sqlOf: (part: Condition) => string): string {
  return `(${column} is not null and ${column} in (${idsOf(table, condition, sqlOf)}))`;
}

/** The ids of the rows, from smaller tables that have them if these test the whole condition. */
function idsOf(table: string, condition: Condition, sqlOf: (part: Condition) => string): string {
  const [only, ...others] = conjunctsOf(condition);
  const isWhole = only?.kind === 'subset' && others.length === 0 && only.rest.kind === 'everything';
  const sources = isWhole && only.sources.length > 0 ? only.sources : [{ table, within: condition }];
  return sources
    .map((each) => `select id from ${each.table} where ${sqlOf(each.within)}${andNotToCome(each.table)}`)
    .join(' union all ');
}

/**
 * Whether the linked row of one row meets a condition. `offset 0` and the array keep PostgreSQL from joining the tables.
 * In a FROM of its own, `column` is that of the row outside.
 */
export function meetsLink(column: string, table: string, where: string): string {
  return `exists (select from (values (${column})) as asked (linked_id)
    join ${table} on ${table}.id ${equalsByIndex('asked.linked_id')}${andNotToCome(table, `${table}.id`)} where ${where} offset 0)`;
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

/** Whether a query plan for one value of the condition may be bad for another value. */
export function variesByValue(condition: Condition): boolean {
  switch (condition.kind) {
    case 'sql':
      return condition.variesByValue;
    case 'and':
    case 'or':
      return condition.parts.some(variesByValue);
    case 'not':
      return variesByValue(condition.part);
    case 'subset':
      return variesByValue(condition.whole);
    case 'linkedRow':
    case 'linkedWalk':
    case 'unplanned':
      return true;
    default:
      return false;
  }
}

/** Whether the condition reads no columns other than these. */
export function readsOnly(condition: Condition, columns: readonly string[]): boolean {
  switch (condition.kind) {
    case 'sql':
    case 'link':
    case 'linkedIds':
    case 'linkedRow':
    case 'linkedWalk':
      return condition.column !== null && columns.includes(condition.column);
    case 'and':
    case 'or':
      return condition.parts.every((part) => readsOnly(part, columns));
    case 'not':
      return readsOnly(condition.part, columns);
    case 'subset':
      return readsOnly(condition.whole, columns);
    default:
      return false;
  }
}

export const everything: Condition = { kind: 'everything' };

export function all(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? everything : { kind: 'and', parts: conditions };
}

export function any(conditions: readonly Condition[]): Condition {
  return { kind: 'or', parts: conditions };
}

export function not(part: Condition): Condition {
  return { kind: 'not', part };
}

/** A condition that only SQL can express. */
export function sqlTest(
  write: (bind: Bind) => string,
  { variesByValue = false, parsesBody = false }: { variesByValue?: boolean; parsesBody?: boolean } = {},
): SqlTest {
  return { kind: 'sql', write, column: null, names: 'NONE', isIndexable: false, variesByValue, parsesBody };
}

function columnTest(column: string, write: (bind: Bind) => string, names: SqlTest['names'] = 'NONE'): SqlTest {
  const isIndexable = names !== 'NONE';
  return { kind: 'sql', write, column, names, isIndexable, variesByValue: false, parsesBody: false };
}

export function compares(column: string, operator: '=' | '>' | '>=' | '<' | '<=', value: unknown): SqlTest {
  return columnTest(column, (bind) => `${column} ${operator} ${bind(value)}`, operator === '=' ? 'ONE' : 'NONE');
}

export function isAnyOf(column: string, type: 'text' | 'uuid' | 'integer', values: readonly unknown[]): SqlTest {
  return columnTest(column, (bind) => `${column} = any(${bind(values)}::${type}[])`, 'SOME');
}

export function equalsId(column: string, id: string): SqlTest {
  return columnTest(column, (bind) => `${column} = ${bind(id)}::uuid`, 'ONE');
}

export function startsWith(column: string, prefix: string): SqlTest {
  const test = columnTest(column, (bind) => `${column} like ${bind(`${escaped(prefix)}%`)}`);
  // PostgreSQL finds the beginning in an index only if it knows the value when it plans
  return { ...test, isIndexable: true, variesByValue: true };
}

export function contains(column: string, part: string, lower: 'lower' | '' = ''): SqlTest {
  return sqlTest((bind) => `${lower}(${column}) like ${lower}(${bind(`%${escaped(part)}%`)}::text)`, {
    variesByValue: true,
  });
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
