import { firstIdAt } from '../ids';

/** Adds a value to the statement and gives back its placeholder, `$1`, `$2` ... */
export type Bind = (value: unknown) => string;

/** A piece of a WHERE clause. Values reach SQL through `bind` alone. */
export type Condition = (bind: Bind) => string;

/** Collects the values of one statement. */
export function bindings(): { values: unknown[]; bind: Bind } {
  const values: unknown[] = [];
  return { values, bind: (value) => `$${values.push(value)}` };
}

export const everything: Condition = () => 'true';

export function all(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? everything : (bind) => `(${conditions.map((c) => c(bind)).join(' and ')})`;
}

export function any(conditions: readonly Condition[]): Condition {
  return (bind) => `(${conditions.map((c) => c(bind)).join(' or ')})`;
}

/** Rows of which the condition is false or unknown: a missing value is not the wanted one. */
export function not(condition: Condition): Condition {
  return (bind) => `(${condition(bind)}) is not true`;
}

export function compares(column: string, operator: '=' | '>' | '>=' | '<' | '<=', value: unknown): Condition {
  return (bind) => `${column} ${operator} ${bind(value)}`;
}

export function isAnyOf(column: string, type: 'text' | 'uuid' | 'integer', values: readonly unknown[]): Condition {
  return (bind) => `${column} = any(${bind(values)}::${type}[])`;
}

export function startsWith(column: string, prefix: string): Condition {
  return (bind) => `${column} like ${bind(`${literal(prefix)}%`)}`;
}

export function contains(column: string, part: string): Condition {
  return (bind) => `${column} like ${bind(`%${literal(part)}%`)}`;
}

// a text that LIKE takes as it stands
function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

export function isNull(column: string, yes: boolean): Condition {
  return () => `${column} is ${yes ? '' : 'not '}null`;
}

/** Times are in the ids of the big tables, so a time filter is a range of the primary key. */
export function idTime(column: string, operator: '>' | '>=' | '<' | '<=', time: Date): Condition {
  const ms = time.getTime();
  const bound = firstIdAt(operator === '>' || operator === '<=' ? ms + 1 : ms);
  return (bind) => `${column} ${operator.startsWith('>') ? '>=' : '<'} ${bind(bound)}::uuid`;
}

/** Rows whose link points at a row that meets the other table's condition. */
export function linksTo(column: string, table: string, condition: Condition): Condition {
  return (bind) => `${column} in (select id from ${table} where ${condition(bind)})`;
}
