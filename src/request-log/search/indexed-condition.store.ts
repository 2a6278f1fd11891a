// What the index answers, as a piece of a WHERE on the log. The way to the rows is chosen by a look at the newest ones: where
// many of them meet the query, walking back from the newest fills a page at once, and reading millions of entries of the
// index would not; where few do, it is the other way round.
import { all, type Bind, bindings, type Condition, everything, sqlTest, toSql } from '../../sql/condition';
import { type Db, rowOf } from '../../sql/db';

export type JsonSide = 'data' | 'response';

/** A condition on the words of one row: all of its terms hold. Each is a text of Postgres's type tsquery. */
export interface IndexQuery {
  terms: readonly string[];
}

/** The index knows scalars and the keys that lead to them, not what stands beside what: that is asked of the bytes. */
export interface JsonQuery extends IndexQuery {
  side: JsonSide;
  /** JSON; or a jsonpath and the values of its variables as a JSON object. */
  exact: { contains: string } | { jsonpath: string; values: string };
}

/** Rows that are looked at to choose. */
const SAMPLE = 2_000;
/** So many of them meet a query for which the walk is chosen: a page is full after ten times the sample. */
const DENSE = 5;
/** A term that more of them meet narrows nothing: it is asked of the rows that the others find. */
const FREQUENT = 40;

/** So many of them: to find ten thousand rows, reading on takes no longer than asking the index for all there are. */
const FOUND_BY_READING_ON = 100;

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
  return all([sqlTest((bind) => `id in (select id from request_index where ${toSql(found, bind)})`), exact]);
}

function planned(plan: Plan, whole: string, exact: Condition): Condition {
  const subset = { kind: 'subset', table: 'request_index', columns: [], rest: exact } as const;
  if (plan.kind === 'index') {
    const found = ofIndex(plan.narrowing, whole);
    const both = all([found, exact]);
    return { ...subset, whole: both, counted: both, within: found, isLarge: false };
  }
  const counted = foundBy(plan.met >= FOUND_BY_READING_ON ? holds(whole) : matches(whole), exact);
  return { ...subset, whole: testedEach(whole, exact), counted, within: holds(whole), isLarge: true };
}

// In a FROM of its own, `id` is the id of the row outside. Bodies of rows that do not meet the query are not read.
function testedEach(whole: string, exact: Condition): Condition {
  return sqlTest(
    (bind) => `case when (select ${toSql(holds(whole, 'found.words'), bind)} from (values (id)) as asked (row_id)
      join request_index as found on found.id = asked.row_id) then ${toSql(exact, bind)} else false end`,
    { variesByValue: true },
  );
}

// An array, so that Postgres asks the index and nothing else, and takes the newest of it first.
function ofIndex(narrowing: string, whole: string): Condition {
  const found = narrowing === whole ? matches(whole) : all([matches(narrowing), holds(whole)]);
  return sqlTest((bind) => `id = any(array(select id from request_index where ${toSql(found, bind)}))`, {
    variesByValue: true,
  });
}

// By the index on words, where that is cheaper.
function matches(query: string): Condition {
  return sqlTest((bind) => `words @@ ${bind(query)}::tsquery`);
}

// As a function, not as an operator: of each row, never by the index on words.
function holds(query: string, words = 'words'): Condition {
  return sqlTest((bind) => `ts_match_vq(${words}, ${bind(query)}::tsquery)`);
}

async function choosePlan(db: Db, terms: readonly string[]): Promise<Plan> {
  const { values, bind } = bindings();
  const counts = [conjunction(terms), ...terms].map(
    (query) => `count(*) filter (where ${toSql(holds(query), bind)})::int`,
  );
  const row = await rowOf<{ met: number[] }>(
    db,
    `select array[${counts.join(', ')}] as met
     from (select words from request_index order by id desc limit ${SAMPLE}) as newest`,
    values,
  );
  const [together = 0, ...each] = row?.met ?? [];
  const narrowing = terms.filter((_, index) => (each[index] ?? 0) < FREQUENT);
  // where every term is frequent, and all of them together are not, what there is of them is still found sooner by walking
  if (together >= DENSE || (narrowing.length === 0 && together > 0)) return { kind: 'walk', met: together };
  return { kind: 'index', narrowing: conjunction(narrowing.length > 0 ? narrowing : terms) };
}

/** Rows of which the bytes say so too. JSON that Postgres cannot take (with NUL, say) meets nothing. */
export function meetsJson({ side, exact }: JsonQuery): Condition {
  if (side === 'response') return sqlTest((bind) => jsonTest('json_or_null(response_body)', exact, bind));
  return sqlTest(
    (bind) =>
      `coalesce((select ${jsonTest('json_or_null(p.body)', exact, bind)} from payloads as p where p.id = payload_id), false)`,
  );
}

function jsonTest(json: string, exact: JsonQuery['exact'], bind: Bind): string {
  if ('contains' in exact) return `coalesce(${json} @> ${bind(exact.contains)}::jsonb, false)`;
  const { jsonpath, values } = exact;
  return `coalesce(jsonb_path_exists(${json}, ${bind(jsonpath)}::jsonpath, ${bind(values)}::jsonb, true), false)`;
}

/** Rows of which a column is this id. */
export function hasId(column: string, id: string): Condition {
  return sqlTest((bind) => `${column} = ${bind(id)}::uuid`);
}
