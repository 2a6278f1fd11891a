// A scan of one index, as SQL. A scan for a value is written as a range of this value, in the order of the whole index: only that
// index has this order, so that PostgreSQL has no other plan, whatever it expects of the value. (`enable_sort = off`: see database/pools.ts.)
import { all, type Bind, type Condition, type IdBound, sqlTest, toSql } from '../condition';
import { type Direction, directionOf, type PageRequest } from '../listing';
import { BY_BYTES } from './walked-indexes';
import type { Value } from './ways';

export interface Scan {
  table: string;
  /** The columns before that of the order. */
  values: readonly Value[];
  /** What else limits the part of the index that is read: the cursor, and limits of the column of the order. */
  within: readonly Condition[];
  /** The column of the order; null: the id. */
  column: string | null;
}

/** The first `limit` rows of a scan, in order. `limit` is part of the text: PostgreSQL would plan a parameter for a tenth of the rows. */
export function scanText(bind: Bind, select: string, scan: Scan, direction: Direction, limit: number): string {
  const { table, values, within, column } = scan;
  const where = toSql(all([...values.map(isValue), ...within]), bind);
  const columns = [...values.map((value) => value.column), ...(column === null ? [] : [column]), 'id'];
  const order = columns.map((each) => inDirection(each, direction)).join(', ');
  return `select ${select} from ${table} where ${where} order by ${order} limit ${limit}`;
}

/** The rows with a value, as a range. */
export function isValue({ column, sql }: Value): Condition {
  const [from, to] = BY_BYTES.has(column) ? ['~>=~', '~<=~'] : ['>=', '<='];
  return sqlTest((bind) => {
    const value = sql(bind);
    return `${column} ${from} ${value} and ${column} ${to} ${value}`;
  });
}

function inDirection(column: string, direction: Direction): string {
  if (!BY_BYTES.has(column)) return `${column} ${direction}`;
  return `${column} using ${direction === 'desc' ? '~>~' : '~<~'}`;
}

/** The rows whose column begins with a text, in whatever order. */
export function beginningText(bind: Bind, table: string, column: string, prefix: string, limit: number): string {
  const end = afterBeginning(prefix);
  const until = end === null ? '' : ` and ${column} ~<~ ${bind(end)}`;
  return `select id from ${table} where ${column} ~>=~ ${bind(prefix)}${until}
    order by ${column} using ~<~ limit ${limit}`;
}

const LAST = 0x10ffff;

/** The first text, by bytes, after all that begin with this one; null: there is none. */
function afterBeginning(prefix: string): string | null {
  const points = [...prefix].map((character) => character.codePointAt(0) as number);
  while (points.at(-1) === LAST) points.pop();
  const last = points.pop();
  if (last === undefined) return null;
  // UTF-8 has no surrogates
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...points, next);
}

/** The limits of ids that a scan in the order of ids has. */
export function boundsOf(conjuncts: readonly Condition[]): IdBound[] {
  return conjuncts.filter((each): each is IdBound => each.kind === 'idBound');
}

/** By the order of a smaller table or of a page. */
export function orderText(request: Pick<PageRequest, 'order' | 'backward'>, of = ''): string {
  const direction = directionOf(request);
  return request.order.column
    ? `${of}looked_value ${direction}, ${of}looked_id ${direction}`
    : `${of}looked_id ${direction}`;
}
