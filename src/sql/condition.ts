import { firstIdAt } from '../ids';
import type { Db } from './db';

/** Adds a value to the statement and gives back its placeholder, `$1`, `$2` ... */
export interface Bind {
  (value: unknown): string;
  /** Rows are only counted, in whatever order. */
  isForCount?: boolean;
}

/** A piece of a WHERE clause. Values reach SQL through `bind` alone. */
export interface Condition {
  (bind: Bind): string;
  /** What `and` (`all`), `or` or `not` is made of. */
  parts?: readonly Condition[];
  /** The only column that it looks at. */
  column?: string;
  /** Whether all of its parts hold where it does: only these may lead the way to the rows. */
  isConjunction?: boolean;
  /** A condition on a linked row. */
  link?: Link;
  /** Rows of this kind stand in a small table of their own, by id. */
  subset?: Subset;
  /** A bound on `id`, so on time: also for the tables that lead to the rows. */
  bound?: { operator: '>=' | '<'; id: string };
  /** How many rows meet it depends so much on its value that each one wants a plan of its own. */
  variesByValue?: boolean;
  /** Chooses how its rows are reached, by a look at the database: once, before it becomes SQL (`resolveLinks`). */
  settle?: (db: Db) => Promise<void>;
}

/** `column` holds the id of a row of `table` that meets `condition`. */
export interface Link {
  column: string;
  table: string;
  condition: Condition;
  /** Where the caller asked it. */
  path: readonly string[];
  /** Those rows, once somebody has looked (`resolveLinks`). */
  ids: string[] | null;
}

/** The rows whose ids stand in `table` with this `condition` on it. `columns` are those that it shares with the whole. */
export interface Subset {
  table: string;
  columns: readonly string[];
  condition: Condition;
  /** What must still hold for such a row; left out: the condition that led to it. */
  rest?: Condition;
  /** It may be nearly all rows: it leads only where nothing else narrows them. */
  isLarge?: boolean;
}

/** Whether a plan that fits one value of it may be bad for another. */
export function variesByValue(condition: Condition): boolean {
  return condition.variesByValue === true || (condition.parts?.some(variesByValue) ?? false);
}

/** What must hold for a row, one by one. */
export function conjunctsOf(condition: Condition): Condition[] {
  return condition.isConjunction && condition.parts ? condition.parts.flatMap(conjunctsOf) : [condition];
}

/** Whether a condition looks at no other columns than these. */
export function looksOnlyAt(condition: Condition, columns: readonly string[]): boolean {
  if (condition.parts) return condition.parts.every((part) => looksOnlyAt(part, columns));
  return condition.column !== undefined && columns.includes(condition.column);
}

function about(column: string, render: (bind: Bind) => string): Condition {
  return Object.assign(render, { column });
}

function compound(parts: readonly Condition[], render: (bind: Bind) => string, isConjunction = false): Condition {
  return Object.assign(render, { parts, isConjunction });
}

/** The same values, for the part of a statement that counts. */
export function forCount(bind: Bind): Bind {
  return Object.assign((value: unknown) => bind(value), { isForCount: true });
}

/** Collects the values of one statement. */
export function bindings(): { values: unknown[]; bind: Bind } {
  const values: unknown[] = [];
  return { values, bind: (value) => `$${values.push(value)}` };
}

export const everything: Condition = () => 'true';

export function all(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return everything;
  return compound(conditions, (bind) => `(${conditions.map((c) => c(bind)).join(' and ')})`, true);
}

export function any(conditions: readonly Condition[]): Condition {
  return compound(conditions, (bind) => `(${conditions.map((c) => c(bind)).join(' or ')})`);
}

/** Rows of which the condition is false or unknown: a missing value is not the wanted one. */
export function not(condition: Condition): Condition {
  return compound([condition], (bind) => `(${condition(bind)}) is not true`);
}

export function compares(column: string, operator: '=' | '>' | '>=' | '<' | '<=', value: unknown): Condition {
  return about(column, (bind) => `${column} ${operator} ${bind(value)}`);
}

export function isAnyOf(column: string, type: 'text' | 'uuid' | 'integer', values: readonly unknown[]): Condition {
  return about(column, (bind) => `${column} = any(${bind(values)}::${type}[])`);
}

export function startsWith(column: string, prefix: string): Condition {
  return about(column, (bind) => `${column} like ${bind(`${literal(prefix)}%`)}`);
}

export function contains(column: string, part: string): Condition {
  const condition: Condition = (bind) => `${column} like ${bind(`%${literal(part)}%`)}`;
  return Object.assign(condition, { variesByValue: true });
}

// a text that LIKE takes as it stands
function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

export function isNull(column: string, yes: boolean): Condition {
  return about(column, () => `${column} is ${yes ? '' : 'not '}null`);
}

/** Times are in the ids of the big tables, so a time filter is a range of the primary key. */
export function idTime(column: string, operator: '>' | '>=' | '<' | '<=', time: Date): Condition {
  const ms = time.getTime();
  const bound = firstIdAt(operator === '>' || operator === '<=' ? ms + 1 : ms);
  const direction = operator.startsWith('>') ? '>=' : '<';
  const condition: Condition = (bind) => `${column} ${direction} ${bind(bound)}::uuid`;
  return column === 'id' ? Object.assign(condition, { bound: { operator: direction, id: bound } as const }) : condition;
}

/** Rows whose link points at a row that meets the other table's condition. */
export function linksTo(column: string, table: string, condition: Condition, path: readonly string[]): Condition {
  const link: Link = { column, table, condition, path, ids: null };
  const render: Condition = (bind) => {
    if (link.ids === null) return `${column} in (select id from ${table} where ${condition(bind)})`;
    const [only, ...others] = link.ids;
    return only !== undefined && others.length === 0
      ? `${column} = ${bind(only)}::uuid`
      : `${column} = any(${bind(link.ids)}::uuid[])`;
  };
  return Object.assign(render, { link, column });
}
