import { FIRST_ID, LAST_ID } from '../values/ids';

/**
 * `d.id ${equalsByIndex('s.id')}` is `d.id = s.id`, written so that PostgreSQL looks the row up in the index for each `s`,
 * in one partition. With a plain `=`, a plan that is made while tables are small joins by comparing every row of a range
 * with every `s`.
 */
export function equalsByIndex(expression: string): string {
  return `= any (array[${expression}])`;
}

/**
 * `d.id = s.id` for a join with `s`, the rows of parameters or of a WITH query, so that PostgreSQL looks each row of `d` up. With
 * `equalsByIndex` alone, a plan that is made while tables are small may read a range of `d` and compare each of its rows with each
 * `s`, since PostgreSQL expects ten rows of an array. Between two ids it expects half a percent of these: one row.
 */
export function joinsByIndex(id: string, sourceId: string): string {
  return `${id} ${equalsByIndex(sourceId)} and ${sourceId} between '${FIRST_ID}' and '${LAST_ID}'`;
}

/**
 * `and d.id between ...`, beside a condition that finds the rows: the statement then opens only the monthly partitions of
 * these ids, so that it does not cost more with each month. Its two parameters are the values of `idBounds`. The upper bound has an
 * ANY, because PostgreSQL expects half a percent of a table between two parameters, and would rather read all rows between them
 * than look each up.
 * @param first the number of the first one
 */
export function andIdBetween(expression: string, first: number): string {
  return `and ${expression} >= $${first}::uuid and ${expression} <= any (array[$${first + 1}::uuid])`;
}

/**
 * Whether a column has one of these values, as $1. With `=` for a single one: PostgreSQL keeps the plan. For an array it plans at
 * each execution, because the plan that it could keep is for ten values and looks more expensive.
 */
export function isOneOf<Value>(
  column: string,
  type: string,
  values: readonly Value[],
): { sql: string; value: Value | readonly Value[] } {
  return values.length === 1
    ? { sql: `${column} = $1::${type}`, value: values[0] as Value }
    : { sql: `${column} = any($1::${type}[])`, value: values };
}

/**
 * The bytes of the values in the rows before a row. A statement that selects the rows below a limit reads no value beyond it: the
 * length of a stored value is known without reading it.
 */
export const BYTES_BEFORE = (value: string, order: string) =>
  `coalesce(sum(coalesce(octet_length(${value}), 0)) over (order by ${order} rows between unbounded preceding and 1 preceding), 0)::float8`;

/** One of `of` parts of a set, by the hash of the ids. */
export interface HashPart {
  index: number;
  of: number;
}

export const WHOLE: HashPart = { index: 0, of: 1 };

/** Whether the UUID of a column is in a part. @param index, of the numbers of the parameters */
export function isInPartSql(column: string, index: number, of: number): string {
  return `mod(uuid_hash(${column})::bigint + 2147483648, $${of}::bigint) = $${index}::bigint`;
}
