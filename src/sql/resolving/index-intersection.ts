// The intersection of what several indexes find: many rows each, but few that all of them find. PostgreSQL takes the values for
// independent of each other: it reads what one index finds, the newest rows first, and expects that a page is soon full.
import {
  bindings,
  type Condition,
  conjunctsOf,
  everything,
  isAnyOf,
  type LinkedIds,
  type SqlTest,
  type Subset,
  type SubsetSource,
  sqlTest,
  toSql,
} from '../condition';
import { type Db, rowOf } from '../db';
import { equalsByIndex } from '../index-lookup';
import type { Listing } from '../listing';
import { andNotToCome } from '../months-to-come';

/** A list, and how its rows are found. */
export type Filtered = Pick<Listing, 'table' | 'indexed' | 'parts'>;

/** Newest rows that each index finds, of which those are counted that all find. */
const SAMPLE = 1_000;
/** From this number on, a page is full after ten times the sample. */
const DENSE = 5;
/** An intersection of up to this number of rows is read before the page. */
const MAX_INTERSECTION = 1_000;

type Finding = SqlTest | LinkedIds;

/** What indexes find. */
interface Found {
  /** By a value, or by the ids of linked rows: an index has the newest rows of each first. */
  parts: readonly Finding[];
  /** By several values, or by a beginning. */
  unordered: readonly Finding[];
  /** By a smaller table that has the ids, and not all of these columns. */
  subset: Subset | undefined;
}

/** Whether `withIntersection` would read something. */
export function needsIntersection(condition: Condition, filtered: Filtered): boolean {
  return foundIn(condition, filtered) !== null;
}

/** The condition; if few rows are in the intersection, with their ids instead of what finds them. Its links must have been read. */
export async function withIntersection(db: Db, condition: Condition, filtered: Filtered): Promise<Condition> {
  const found = foundIn(condition, filtered);
  if (!found) return condition;
  const { parts, unordered, subset } = found;
  const conjuncts = conjunctsOf(condition);
  const bounds = conjuncts.filter(({ kind }) => kind === 'idBound');
  const { met, ids } = await readIntersection(db, found, bounds, filtered.table);
  if (ids && ids.length <= MAX_INTERSECTION) {
    const finding = new Set<Condition>([...parts, ...unordered, ...(subset ? [subset] : [])]);
    const others = conjuncts.filter((each) => !finding.has(each));
    return { kind: 'and', parts: [{ kind: 'linkedIds', column: 'id', ids }, ...others] };
  }
  const best = bestOf(found, met);
  // the rows of each of several links that also have a beginning may be far apart, those of all of them are not
  return { kind: 'and', parts: readIn(isOfMany(best) && unordered.length > 0 ? null : best, conjuncts) };
}

/** The part of whose newest rows the most are found by all: a page is full after the fewest rows. */
function bestOf({ parts, subset }: Found, met: readonly number[]): Condition {
  const most = Math.max(...met);
  // of the same number, the smaller table
  return subset && met.at(-1) === most ? subset : (parts[met.indexOf(most)] as Condition);
}

/** The others are tests of each row. Which of two values PostgreSQL reads is left to its statistics. */
function readIn(best: Condition | null, conjuncts: readonly Condition[]): Condition[] {
  return conjuncts.map((each) => {
    if (each === best) return each;
    if (each.kind === 'subset') return each.whole;
    return isOfMany(each) ? isAnyOf(each.column, 'uuid', each.ids) : each;
  });
}

function isOfMany(condition: Condition): condition is LinkedIds {
  return condition.kind === 'linkedIds' && condition.ids.length > 1;
}

function foundIn(condition: Condition, { indexed = [], parts = [] }: Filtered): Found | null {
  const conjuncts = conjunctsOf(condition);
  const finding = conjuncts.filter((each) => isFinding(each)).filter(({ column }) => indexed.includes(column ?? ''));
  // a value that few rows have, or none
  if (finding.some((each) => namesValues(each) && (hasNoRows(each) || !parts.includes(each.column ?? '')))) return null;
  const ofParts = finding.filter(isOrdered);
  const unordered = finding.filter((each) => !isOrdered(each));
  const [subset, ...others] = conjuncts.filter((each) => each.kind === 'subset');
  if (ofParts.length === 0 || others.length > 0 || (subset && !isPart(subset, ofParts))) return null;
  return ofParts.length + unordered.length > (subset ? 0 : 1) ? { parts: ofParts, unordered, subset } : null;
}

function isFinding(condition: Condition): condition is Finding {
  return condition.kind === 'linkedIds' || (condition.kind === 'sql' && condition.isIndexable);
}

/** Whether it names values; otherwise a beginning, which many rows may have. */
function namesValues(finding: Finding): boolean {
  return finding.kind === 'linkedIds' || finding.names !== 'NONE';
}

function hasNoRows(finding: Finding): boolean {
  return finding.kind === 'linkedIds' && finding.ids.length === 0;
}

// the values of SOME are not known here, and those of a beginning nowhere
function isOrdered(finding: Finding): boolean {
  return finding.kind === 'linkedIds' || finding.names === 'ONE';
}

// smaller tables that have all of the columns are read in order, without the rows
function isPart({ isLarge, hasMost, rest, sources }: Subset, parts: Found['parts']): boolean {
  if (isLarge || hasMost || rest.kind !== 'everything' || sources.length === 0) return false;
  const hasAll = ({ columns }: SubsetSource) => parts.every(({ column }) => columns.includes(column ?? ''));
  return sources.every((each) => each.columns.length > 0 && !hasAll(each));
}

interface Intersection {
  /** Of the sample of each part, and of the subset, those that all find. */
  met: number[];
  /** At most one more than MAX_INTERSECTION; null: many of a sample are found by all. */
  ids: string[] | null;
}

async function readIntersection(
  db: Db,
  { parts, unordered, subset }: Found,
  bounds: readonly Condition[],
  table: string,
): Promise<Intersection> {
  const { values, bind } = bindings();
  const finding = [...parts, ...unordered];
  const meeting = (conditions: readonly Condition[]) =>
    toSql({ kind: 'and', parts: [everything, ...conditions] }, bind);
  const rows = (of: string, conditions: readonly Condition[]) =>
    `from ${of} where ${meeting([...conditions, ...bounds])}${andNotToCome(of)}`;
  const newest = `order by id desc limit ${SAMPLE}`;
  // of several links as many of each: an index does not have the newest rows of all of them
  const newestOf = (part: Finding) => {
    if (part.kind !== 'linkedIds' || part.ids.length === 1) return `select * ${rows(table, [part])} ${newest}`;
    const ofLink = sqlTest(() => `${part.column} = link_id`);
    return `select page.* from unnest(${bind(part.ids)}::uuid[]) as links (link_id) cross join lateral (
      select * ${rows(table, [ofLink])} order by id desc limit ${Math.ceil(SAMPLE / part.ids.length)}) as page`;
  };
  const sources = (subset?.sources ?? []).map((each) => `select id ${rows(each.table, [each.within])}`);
  const samples = parts.map((part) => {
    const others = [...finding, ...(subset ? [subset] : [])].filter((each) => each !== part);
    return `from (${newestOf(part)}) as newest where ${meeting(others)}`;
  });
  if (subset) {
    const ofSubset = sources.map((each) => `(${each} ${newest})`).join(' union all ');
    samples.push(`from (${ofSubset}) as newest (newest_id)
      join ${table} on id ${equalsByIndex('newest_id')} where ${meeting(finding)}`);
  }
  const inSubset = subset ? ` and id in (${sources.join(' union all ')})` : '';
  // WITH, so that it is planned as if all of them were read. With the limits of ids inside, PostgreSQL would not combine two
  // indexes: both would test them.
  const intersection = `with intersection as materialized (select id from ${table} where ${meeting(finding)}${inSubset})
    select id from intersection where ${meeting(bounds)} limit ${MAX_INTERSECTION + 1}`;
  const counts = samples.map((sample) => `(select count(*) ${sample})`);
  const text = `select met, case when (select max(each) from unnest(met) as each) < ${DENSE} then array(${intersection}) end as ids
    from (select array[${counts.join(', ')}]::integer[] as met offset 0) as sampled`;
  return (await rowOf<Intersection>(db, text, values)) as Intersection;
}
