// Conditions on words. Of the newest rows it is counted how many have the words: if there are several, a page is soon full, or the
// next one continues, by a test of each row. If there are few, the index on words has them all, of whatever age.

import {
  all,
  type Bind,
  bindings,
  type Condition,
  everything,
  type Search,
  type Span,
  sqlTest,
  toSql,
} from '../../sql/condition';
import { type Db, rowOf, rowsOf } from '../../sql/db';
import { LOOKED_AT } from '../../sql/listing';
import { firstIdAt, timeOfId } from '../../values/ids';

export type JsonSide = 'data' | 'response';

/** A condition on the words of a row. All terms must match. Each is a text of PostgreSQL's type tsquery. */
export interface IndexQuery {
  terms: readonly string[];
}

/**
 * The index has scalars with their paths, but not which of them are in the same object. The stored bytes are checked
 * too.
 */
export interface JsonQuery extends IndexQuery {
  side: JsonSide;
  /** JSON; or a jsonpath and the values of its variables as a JSON object. */
  exact: { contains: string } | { jsonpath: string; values: string };
}

/** With this number of matches among the newest rows, each row is tested. */
const FREQUENT = 25;
/** The index is not asked for a term with this number of matches among the newest rows: it would read all of its rows. */
const SELECTIVE = 200;

/** Rows of the log that have the words and meet `exact`. */
export function foundInIndex({ terms }: IndexQuery, exact: Condition = everything): Search {
  const whole = conjunction(terms);
  const test = testedEach(whole, exact);
  return { kind: 'search', test, find: (db, span) => find(db, terms, test, span) };
}

function conjunction(terms: readonly string[]): string {
  return terms.join(' & ');
}

// In a FROM of its own, `id` is the id of the row outside. Bodies of rows that do not have the words are not read.
function testedEach(whole: string, exact: Condition): Condition {
  return sqlTest(
    (bind) => `case when (select ${toSql(holds(whole, 'found.words'), bind)} from (values (id)) as asked (row_id)
      join request_index as found on found.id = asked.row_id) then ${toSql(exact, bind)} else false end`,
    { isSlow: exact.kind !== 'everything' },
  );
}

// PostgreSQL may use the index on words for this operator.
function matches(query: string): Condition {
  return sqlTest((bind) => `words @@ ${bind(query)}::tsquery`);
}

// A function instead of the operator, so that each row is tested and the index on words is not used.
function holds(query: string, words = 'words'): Condition {
  return sqlTest((bind) => `ts_match_vq(${words}, ${bind(query)}::tsquery)`);
}

async function find(db: Db, terms: readonly string[], test: Condition, span: Span): Promise<Condition> {
  const { together, each } = await countNewest(db, terms);
  const narrowing = terms.filter((_, index) => (each[index] ?? 0) < SELECTIVE);
  if (together >= FREQUENT || narrowing.length === 0) return test;
  const words = all([
    matches(conjunction(narrowing)),
    ...(narrowing.length < terms.length ? [holds(conjunction(terms))] : []),
  ]);
  const ids = await idsWith(db, all([words, ...span.bounds]), LOOKED_AT + 1);
  if (ids.length <= LOOKED_AT) return { kind: 'foundIds', ids, upTo: null, test };
  return foundByMonth(db, words, test, span);
}

/** How many of the newest rows have all terms, and each of them. */
async function countNewest(db: Db, terms: readonly string[]): Promise<{ together: number; each: number[] }> {
  const { values, bind } = bindings();
  const counts = [conjunction(terms), ...terms].map(
    (query) => `count(*) filter (where ${toSql(holds(query), bind)})::int`,
  );
  const row = await rowOf<{ met: number[] }>(
    db,
    `select array[${counts.join(', ')}] as met from (
      select words from request_index order by id desc limit ${LOOKED_AT}) as newest`,
    values,
  );
  const [together = 0, ...each] = row?.met ?? [];
  return { together, each };
}

function limitsOf({ descending, cursor, bounds }: Span): Condition[] {
  const beyond = sqlTest((bind) => `id ${descending ? '<' : '>'} ${bind(cursor)}::uuid`);
  return [...bounds, ...(cursor === null ? [] : [beyond])];
}

async function idsWith(db: Db, condition: Condition, limit: number): Promise<string[]> {
  const { values, bind } = bindings();
  const sql = `select id from request_index where ${toSql(condition, bind)} limit ${limit}`;
  return (await rowsOf<{ id: string }>(db, sql, values)).map(({ id }) => id);
}

/** Month by month in the order of the list, as many months as have no more rows than a page looks at. */
async function foundByMonth(db: Db, words: Condition, test: Condition, span: Span): Promise<Condition> {
  const ids: string[] = [];
  let upTo: string | null = null;
  for (const { from, to } of await monthsOf(db, span)) {
    const ofMonth: Condition[] = [
      { kind: 'idBound', operator: '>=', id: from },
      { kind: 'idBound', operator: '<', id: to },
    ];
    const found = await idsWith(db, all([words, ...limitsOf(span), ...ofMonth]), LOOKED_AT + 1 - ids.length);
    if (ids.length + found.length > LOOKED_AT) break;
    ids.push(...found);
    upTo = span.descending ? from : to;
  }
  // the first month alone has more: a page is found by testing row by row
  return upTo === null ? test : { kind: 'foundIds', ids, upTo, test };
}

/** The ids of each month of requests that is part of the span, in its direction. */
async function monthsOf(db: Db, { descending, cursor, bounds }: Span): Promise<{ from: string; to: string }[]> {
  const ends = await rowOf<{ first: string | null; last: string | null }>(
    db,
    `select (select id from request_index order by id limit 1) as first,
       (select id from request_index order by id desc limit 1) as last`,
  );
  if (!ends?.first || !ends.last) return [];
  const lower = [ends.first, ...bounds.filter(({ operator }) => operator === '>=').map(({ id }) => id)];
  const upper = [ends.last, ...bounds.filter(({ operator }) => operator === '<').map(({ id }) => id)];
  if (cursor !== null) (descending ? upper : lower).push(cursor);
  const [first, last] = [timeOfId(lower.sort().at(-1) as string), timeOfId(upper.sort()[0] as string)];
  const months: { from: string; to: string }[] = [];
  for (let month = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), 1)); month <= last; ) {
    const next = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1));
    months.push({ from: firstIdAt(month.getTime()), to: firstIdAt(next.getTime()) });
    month = next;
  }
  return descending ? months.reverse() : months;
}

/** Rows whose stored JSON meets the query. JSON that PostgreSQL does not accept, such as with NUL, meets no query. */
export function meetsJson({ side, exact }: JsonQuery): Condition {
  if (side === 'response')
    return sqlTest((bind) => jsonTest('json_or_null(response_body)', exact, bind), { isSlow: true });
  return sqlTest(
    (bind) =>
      `coalesce((select ${jsonTest('json_or_null(p.body)', exact, bind)} from payloads as p where p.id = payload_id), false)`,
    { isSlow: true },
  );
}

function jsonTest(json: string, exact: JsonQuery['exact'], bind: Bind): string {
  if ('contains' in exact) return `coalesce(${json} @> ${bind(exact.contains)}::jsonb, false)`;
  const { jsonpath, values } = exact;
  return `coalesce(jsonb_path_exists(${json}, ${bind(jsonpath)}::jsonpath, ${bind(values)}::jsonb, true), false)`;
}
