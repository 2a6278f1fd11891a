// Conditions that the search index answers. How rows are found is chosen by a sample of the newest rows: if many of
// them match, a scan of the log from the newest row fills a page at once, while the index would return millions of
// entries. If few match, the index is faster.
import {
  all,
  type Bind,
  bindings,
  type Condition,
  everything,
  type SubsetSource,
  sqlTest,
  toSql,
} from '../../sql/condition';
import { type Db, rowOf } from '../../sql/db';

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

/** Size of a sample. */
const SAMPLE = 2_000;
/** Matches in a sample from which the log may be scanned. The requests of one event alone may be as many. */
const DENSE = 5;
/** Newer rows than those of a second sample, which is taken where the first one is dense: its matches may be all of one moment. */
const OLDER = 10 * SAMPLE;
/**
 * Of both samples together, matches from which a scan reads fewer blocks than the index, times the square root of the rows. With
 * a share p of all rows, a scan reads about 26 / p rows, 5 blocks each, until a page is full, and the index p of all rows, a block each.
 */
const MATCHES = 2 * SAMPLE * Math.sqrt(26 * 5);
/** If PostgreSQL does not know the number of rows yet. */
const ASSUMED_ROWS = 1_000_000;
/** A term with at least this number of matches is not selective. It is checked on the rows that other terms find. */
const FREQUENT = 40;

/** Matches in the sample from which counting ten thousand rows by a scan is as fast as by the index. */
const COUNT_BY_SCAN = 100;

type Plan =
  /** Reads the log from the newest row on, and tests each row; `met` of the sample meet the query. */
  | { kind: 'walk'; met: number }
  /** Reads the index on words with the terms that find the fewest rows. */
  | { kind: 'index'; narrowing: string };

/** Rows of the log that the index finds and that meet `exact`. */
export function foundInIndex({ terms }: IndexQuery, exact: Condition = everything): Condition {
  const whole = conjunction(terms);
  return {
    kind: 'unplanned',
    plain: foundBy(matches(whole), exact),
    resolvePlan: async (db) => planned(await choosePlan(db, terms), whole, exact),
  };
}

function conjunction(terms: readonly string[]): string {
  return terms.join(' & ');
}

function foundBy(found: Condition, exact: Condition): Condition {
  return all([{ kind: 'linkedRow', column: 'id', table: 'request_index', condition: found }, exact]);
}

function planned(plan: Plan, whole: string, exact: Condition): Condition {
  const subset = { kind: 'subset', rest: exact } as const;
  if (plan.kind === 'index') {
    const found = ofIndex(plan.narrowing, whole);
    const both = all([found, exact]);
    return { ...subset, whole: both, counted: both, sources: [indexed(found)], isLarge: false };
  }
  const counted = foundBy(plan.met >= COUNT_BY_SCAN ? holds(whole) : matches(whole), exact);
  return { ...subset, whole: testedEach(whole, exact), counted, sources: [indexed(holds(whole))], isLarge: true };
}

function indexed(within: Condition): SubsetSource {
  return { table: 'request_index', within, columns: [], key: 'request_index' };
}

// In a FROM of its own, `id` is the id of the row outside. Bodies of rows that do not meet the query are not read.
function testedEach(whole: string, exact: Condition): Condition {
  return sqlTest(
    (bind) => `case when (select ${toSql(holds(whole, 'found.words'), bind)} from (values (id)) as asked (row_id)
      join request_index as found on found.id = asked.row_id) then ${toSql(exact, bind)} else false end`,
    { variesByValue: true },
  );
}

// An array, so that PostgreSQL uses the index on words and then reads the newest matches first.
function ofIndex(narrowing: string, whole: string): Condition {
  const found = narrowing === whole ? matches(whole) : all([matches(narrowing), holds(whole)]);
  return sqlTest((bind) => `id = any(array(select id from request_index where ${toSql(found, bind)}))`, {
    variesByValue: true,
  });
}

// PostgreSQL may use the index on words for this operator.
function matches(query: string): Condition {
  return sqlTest((bind) => `words @@ ${bind(query)}::tsquery`);
}

// A function instead of the operator, so that each row is tested and the index on words is not used.
function holds(query: string, words = 'words'): Condition {
  return sqlTest((bind) => `ts_match_vq(${words}, ${bind(query)}::tsquery)`);
}

async function choosePlan(db: Db, terms: readonly string[]): Promise<Plan> {
  const newest = await sampled(db, terms, 0);
  const narrowing = selective(terms, newest);
  if (newest.together >= DENSE) {
    const older = await sampled(db, terms, OLDER);
    const met = older.together < DENSE ? 0 : newest.together + older.together;
    if (older.rows < SAMPLE || met * Math.sqrt(await rowsInIndex(db)) >= MATCHES)
      return { kind: 'walk', met: newest.together };
    if (narrowing.length === 0) narrowing.push(...selective(terms, older));
  }
  // the index combines terms that are frequent each, but not together
  return { kind: 'index', narrowing: conjunction(narrowing.length > 0 ? narrowing : terms) };
}

/** About: what PostgreSQL counted when it last cleaned up. */
async function rowsInIndex(db: Db): Promise<number> {
  const row = await rowOf<{ rows: number }>(
    db,
    `select sum(greatest(reltuples, 0))::float8 as rows from pg_inherits join pg_class on oid = inhrelid
     where inhparent = 'request_index'::regclass`,
  );
  return row?.rows || ASSUMED_ROWS;
}

interface Sampled {
  rows: number;
  /** Rows that meet all terms. */
  together: number;
  /** Rows that meet each term. */
  each: number[];
}

/** @param before the number of newer rows than those of the sample */
async function sampled(db: Db, terms: readonly string[], before: number): Promise<Sampled> {
  const { values, bind } = bindings();
  const counts = [conjunction(terms), ...terms].map(
    (query) => `count(*) filter (where ${toSql(holds(query), bind)})::int`,
  );
  const within =
    before === 0 ? '' : `where id <= (select id from request_index order by id desc offset ${before} limit 1)`;
  const row = await rowOf<{ rows: number; met: number[] }>(
    db,
    `select count(*)::int as rows, array[${counts.join(', ')}] as met
     from (select words from request_index ${within} order by id desc limit ${SAMPLE}) as sample`,
    values,
  );
  const [together = 0, ...each] = row?.met ?? [];
  return { rows: row?.rows ?? 0, together, each };
}

function selective(terms: readonly string[], { each }: Sampled): string[] {
  return terms.filter((_, index) => (each[index] ?? 0) < FREQUENT);
}

/** Rows whose stored JSON meets the query. JSON that PostgreSQL does not accept, such as with NUL, meets no query. */
export function meetsJson({ side, exact }: JsonQuery): Condition {
  if (side === 'response')
    return sqlTest((bind) => jsonTest('json_or_null(response_body)', exact, bind), { parsesBody: true });
  return sqlTest(
    (bind) =>
      `coalesce((select ${jsonTest('json_or_null(p.body)', exact, bind)} from payloads as p where p.id = payload_id), false)`,
    { parsesBody: true },
  );
}

function jsonTest(json: string, exact: JsonQuery['exact'], bind: Bind): string {
  if ('contains' in exact) return `coalesce(${json} @> ${bind(exact.contains)}::jsonb, false)`;
  const { jsonpath, values } = exact;
  return `coalesce(jsonb_path_exists(${json}, ${bind(jsonpath)}::jsonpath, ${bind(values)}::jsonb, true), false)`;
}

/** Rows in which a column is this id. */
export function hasId(column: string, id: string): Condition {
  return sqlTest((bind) => `${column} = ${bind(id)}::uuid`);
}
