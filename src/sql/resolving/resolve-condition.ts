// Reads from the database what a condition needs before it is written as SQL.
import { pageSource } from '../access-path';
import { all, bindings, type Condition, conjunctsOf, everything, type Link, meetsLink, toSql } from '../condition';
import { type Db, rowOf, rowsOf } from '../db';
import { andNotToCome } from '../months-to-come';
import { type Filtered, needsIntersection, withIntersection } from './index-intersection';

/** Up to this number of linked rows, a page is read for each of them. */
export const MAX_LINKED = 1_000;
/** Newest rows of the list, of those that an index finds, that are tested where more rows are linked. */
const SAMPLE = 2_000;
/** From this number of matches in the sample on, a page is found by testing row by row: after ten times the sample. */
const DENSE = 5;
/**
 * Newer rows than those of a second sample, which is taken where the first one is dense. If nothing of it matches, the matches of the
 * first one are all of one moment, and a page may never be full.
 */
const OLDER = 10 * SAMPLE;

/**
 * The condition with the ids of its links and with its plans. Links are read before the large tables: no query plan of
 * a join fits both rare and frequent linked rows, and the wrong one takes hundreds of milliseconds.
 * @param filtered the rows that the condition is about
 */
export async function resolveCondition(db: Db, condition: Condition, filtered: Filtered): Promise<Condition> {
  const conjuncts = conjunctsOf(condition);
  const resolved = await replaced(condition, filtered.table, async (part, of) => {
    if (part.kind === 'unplanned') return part.resolvePlan(db);
    if (part.kind !== 'link') return part;
    return resolveLink(db, part, of, conjuncts.includes(part) ? besides(conjuncts, filtered) : ALONE);
  });
  return withIntersection(db, resolved, filtered);
}

/** What rows of a list must meet beside a link. */
interface Besides {
  /** An index finds the newest of these rows. */
  within: readonly Condition[];
  tests: readonly Condition[];
}

const ALONE: Besides = { within: [], tests: [] };

// without what takes long for each row
function besides(conjuncts: readonly Condition[], { indexed = [], parts = [] }: Filtered): Besides {
  const tests = conjuncts.filter((each) => each.kind === 'subset' || (each.kind === 'sql' && !each.parsesBody));
  const found = tests.filter(
    (each) => each.kind === 'sql' && each.names === 'ONE' && indexed.includes(each.column ?? ''),
  );
  const fewest = found.find((each) => each.kind === 'sql' && !parts.includes(each.column ?? '')) ?? found[0];
  const bounds = conjuncts.filter(({ kind }) => kind === 'idBound');
  return { within: fewest ? [...bounds, fewest] : bounds, tests: tests.filter((each) => each !== fewest) };
}

/** The condition with its plans; links stay subqueries, which may find any number of rows. */
export function resolvePlans(db: Db, condition: Condition): Promise<Condition> {
  return replaced(condition, '', async (part) => {
    if (part.kind === 'unplanned') return part.resolvePlan(db);
    return part.kind === 'link' ? { ...part, condition: await resolvePlans(db, part.condition) } : part;
  });
}

/** Whether `resolveCondition` would read something. */
export function needsResolving(condition: Condition, filtered: Filtered): boolean {
  return hasUnread(condition) || needsIntersection(condition, filtered);
}

function hasUnread(condition: Condition): boolean {
  switch (condition.kind) {
    case 'unplanned':
    case 'link':
      return true;
    case 'and':
    case 'or':
      return condition.parts.some(hasUnread);
    case 'not':
      return hasUnread(condition.part);
    case 'linkedRow':
      return hasUnread(condition.condition);
    default:
      return false;
  }
}

/** @param of the table of the rows that the part is about */
type Replace = (part: Condition, of: string) => Promise<Condition>;

async function replaced(condition: Condition, of: string, replace: Replace): Promise<Condition> {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { ...condition, parts: await Promise.all(condition.parts.map((part) => replaced(part, of, replace))) };
    case 'not':
      return { ...condition, part: await replaced(condition.part, of, replace) };
    case 'linkedRow':
      return { ...condition, condition: await replaced(condition.condition, condition.table, replace) };
    default:
      return replace(condition, of);
  }
}

async function resolveLink(db: Db, link: Link, of: string, others: Besides): Promise<Condition> {
  const { column, table, condition } = link;
  const ids = await linkedIds(db, link);
  if (ids.length <= MAX_LINKED) return { kind: 'linkedIds', column, ids };
  // of many linked rows PostgreSQL joins the tables, unless a page is full after a few rows
  const kind = (await isDense(db, link, of, others)) ? 'linkedWalk' : 'linkedRow';
  return { kind, column, table, condition };
}

/** At most one more than MAX_LINKED. */
async function linkedIds(db: Db, { table, condition }: Link): Promise<string[]> {
  const { values, bind } = bindings();
  const hasSubset = conjunctsOf(condition).some(({ kind }) => kind === 'subset');
  const newest = { order: { column: null, descending: true }, size: MAX_LINKED, backward: false, cursor: null };
  const sql = hasSubset
    ? pageSource(bind, { table }, 'id', condition, newest, MAX_LINKED + 1)
    : `select id from ${table} where ${toSql(condition, bind)}${andNotToCome(table)} limit ${MAX_LINKED + 1}`;
  const rows = await rowsOf<{ id: string }>(db, sql, values);
  return rows.map((row) => row.id);
}

async function isDense(db: Db, link: Link, of: string, others: Besides): Promise<boolean> {
  const newest = await sampled(db, link, of, others, 0);
  if (newest.met < DENSE) return false;
  const older = await sampled(db, link, of, others, OLDER);
  return older.rows < SAMPLE || older.met > 0;
}

/** @param before the number of newer rows than those of the sample */
async function sampled(
  db: Db,
  { column, table, condition }: Link,
  of: string,
  { within, tests }: Besides,
  before: number,
): Promise<{ rows: number; met: number }> {
  const { values, bind } = bindings();
  const met = meetsLink(column, table, toSql(condition, bind));
  const [found, others] = [within, tests].map((conditions) => toSql(all([everything, ...conditions]), bind));
  const rows = `from ${of} where ${found}${andNotToCome(of)}`;
  const end = before === 0 ? '' : ` and id <= (select id ${rows} order by id desc offset ${before} limit 1)`;
  const row = await rowOf<{ rows: number; met: number }>(
    db,
    `select count(*)::int as rows, count(*) filter (where ${others} and ${met})::int as met
     from (select * ${rows}${end} order by id desc limit ${SAMPLE}) as sample`,
    values,
  );
  return row ?? { rows: 0, met: 0 };
}
