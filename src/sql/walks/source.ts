// What a page is made from, and the parts of statements that all ways of reading it share.
import { all, type Bind, bindings, type Condition, type Search, type SqlTest, toSql } from '../condition';
import { rowsOf } from '../db';
import { equalsByIndex } from '../index-lookup';
import { beyondCursor, type Listing, LOOKED_AT, nameOf, type PageRequest } from '../listing';
import { boundsOf, isValue } from './scan-text';

export interface Source {
  bind: Bind;
  listing: Pick<Listing, 'table' | 'ordered'>;
  conjuncts: readonly Condition[];
  request: PageRequest;
  /** The maximum number of rows that meet the condition. */
  limit: number;
}

export function columnOf({ request }: Pick<Source, 'request'>): string | null {
  return request.order.column?.sql ?? null;
}

/** Of a row, beside its columns. */
const FLAGS = 'looked_id, looked_value, is_match, is_last';
const FLAGS_BY_ID = 'looked_id, is_match, is_last';

export function flagsOf({ request }: Pick<Source, 'request'>): string {
  return request.order.column ? FLAGS : FLAGS_BY_ID;
}

/** The part of an index in the order of the request that is read, and the conditions that limit it. */
export function rangeOf({ conjuncts, request }: Source): { range: Condition[]; limits: Condition[] } {
  const { column } = request.order;
  const bounds = boundsOf(conjuncts);
  if (!column) return { range: [...bounds, beyondCursor(request)], limits: bounds };
  const limits = conjuncts.filter((each) => limitOf(each, column.sql) !== null);
  const range = limits.flatMap((each) => limitOf(each, column.sql) ?? []);
  return { range: [...range, beyondCursor(request)], limits };
}

/** What a condition demands of the column of the order. */
function limitOf(condition: Condition, column: string): Condition | null {
  if (condition.kind === 'side') return condition.orderedBy === null ? limitOf(condition.test, column) : null;
  if (condition.kind !== 'sql' || condition.column !== column) return null;
  if (condition.match === null) return condition;
  return condition.match.kind === 'ONE' ? isValue({ column, sql: condition.match.value }) : null;
}

/** What is tested of each row that is looked at. */
export function testsOf(source: Source, used: readonly Condition[], limits: readonly Condition[]): Condition[] {
  return source.conjuncts.filter(
    (each) => each.kind !== 'everything' && !used.includes(each) && !limits.includes(each),
  );
}

export function matchText(bind: Bind, tests: readonly Condition[]): string {
  return tests.length === 0 ? 'true' : `coalesce(${toSql(all(tests), bind)}, false)`;
}

/** The row with `looked_id`. */
export function rowText({ listing }: Pick<Source, 'listing'>): string {
  const { table, ordered } = listing;
  const values = Object.entries(ordered?.values ?? {}).map(([column, value]) => `, ${value} as ${column}`);
  const where = `id ${equalsByIndex('looked_id')}`;
  return `(select *${values.join('')} from ${table} where ${where} offset 0) as ${nameOf(listing)}`;
}

// Rows that an index finds which is not in the order of ids.

/** If they are no more than a page looks at, their ids are read first; otherwise each row is tested. */
export function foundByIndex(table: string, test: SqlTest): Search {
  return {
    kind: 'search',
    test,
    async find(db, { bounds }) {
      const { values, bind } = bindings();
      const where = toSql({ kind: 'and', parts: [...bounds, test] }, bind);
      const sql = `select id from ${table} where ${where} limit ${LOOKED_AT + 1}`;
      const ids = (await rowsOf<{ id: string }>(db, sql, values)).map(({ id }) => id);
      return ids.length > LOOKED_AT ? test : { kind: 'foundIds', ids, upTo: null, test };
    },
  };
}
