// Rows that several indexes find, many of each, but few of all together. PostgreSQL takes the values for independent of each
// other: it reads what one index finds, the newest rows first, and expects that a page is soon full.
import {
  bindings,
  type Condition,
  conjunctsOf,
  everything,
  type LinkedIds,
  type SqlTest,
  type Subset,
  type SubsetSource,
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
/** Up to this number of rows are found together, before the page is read. */
const MAX_TOGETHER = 1_000;

/** What indexes find. */
interface Found {
  /** By a value of a column of the table. */
  parts: readonly (SqlTest | LinkedIds)[];
  /** By a smaller table that has the ids, and not all of these columns. */
  subset: Subset | undefined;
}

/** Whether `withFoundTogether` would read something. */
export function isFoundTogether(condition: Condition, filtered: Filtered): boolean {
  return foundIn(condition, filtered) !== null;
}

/** The condition; if few rows are found together, with their ids instead of what finds them. Its links must have been read. */
export async function withFoundTogether(db: Db, condition: Condition, filtered: Filtered): Promise<Condition> {
  const found = foundIn(condition, filtered);
  if (!found) return condition;
  const { parts, subset } = found;
  const conjuncts = conjunctsOf(condition);
  const bounds = conjuncts.filter(({ kind }) => kind === 'idBound');
  const { met, ids } = await readTogether(db, found, bounds, filtered.table);
  if (ids && ids.length <= MAX_TOGETHER) {
    const finding = new Set<Condition>(subset ? [...parts, subset] : parts);
    const others = conjuncts.filter((each) => !finding.has(each));
    return { kind: 'and', parts: [{ kind: 'linkedIds', column: 'id', ids }, ...others] };
  }
  // if more of a part are in the subset than of the subset in the part, the part is read, and each of its rows is tested
  if (!subset || Math.max(...met.slice(0, -1)) <= (met.at(-1) as number)) return condition;
  return { kind: 'and', parts: conjuncts.map((each) => (each === subset ? subset.whole : each)) };
}

function foundIn(condition: Condition, { indexed = [], parts = [] }: Filtered): Found | null {
  const conjuncts = conjunctsOf(condition);
  const columns = conjuncts.flatMap((each) => columnFound(each) ?? []);
  // a value that few rows have
  if (columns.some((column) => indexed.includes(column) && !parts.includes(column))) return null;
  const ofParts = conjuncts.filter(isOneValue).filter(({ column }) => column !== null && parts.includes(column));
  const [subset, ...others] = conjuncts.filter((each) => each.kind === 'subset');
  if (others.length > 0 || (subset && !isPart(subset, ofParts))) return null;
  return ofParts.length > (subset ? 0 : 1) ? { parts: ofParts, subset } : null;
}

function columnFound(condition: Condition): string | null {
  if (condition.kind === 'linkedIds') return condition.column;
  return condition.kind === 'sql' && condition.names !== 'NONE' ? condition.column : null;
}

// of several values an index does not have the newest rows first
function isOneValue(condition: Condition): condition is SqlTest | LinkedIds {
  if (condition.kind === 'linkedIds') return condition.ids.length === 1;
  return condition.kind === 'sql' && condition.names === 'ONE';
}

// smaller tables that have all of the columns are read in order, without the rows
function isPart({ isLarge, hasMost, rest, sources }: Subset, parts: Found['parts']): boolean {
  if (isLarge || hasMost || rest.kind !== 'everything' || sources.length === 0) return false;
  const hasAll = ({ columns }: SubsetSource) => parts.every(({ column }) => columns.includes(column ?? ''));
  return sources.every((each) => each.columns.length > 0 && !hasAll(each));
}

interface Together {
  /** Of the sample of each part, and of the subset, those that all find. */
  met: number[];
  /** At most one more than MAX_TOGETHER; null: many of a sample are found by all. */
  ids: string[] | null;
}

async function readTogether(
  db: Db,
  { parts, subset }: Found,
  bounds: readonly Condition[],
  table: string,
): Promise<Together> {
  const { values, bind } = bindings();
  const meeting = (conditions: readonly Condition[]) =>
    toSql({ kind: 'and', parts: [everything, ...conditions] }, bind);
  const rows = (of: string, conditions: readonly Condition[]) =>
    `from ${of} where ${meeting([...conditions, ...bounds])}${andNotToCome(of)}`;
  const newest = `order by id desc limit ${SAMPLE}`;
  const sources = (subset?.sources ?? []).map((each) => `select id ${rows(each.table, [each.within])}`);
  const samples = parts.map((part) => {
    const others = [...parts, ...(subset ? [subset] : [])].filter((each) => each !== part);
    return `from (select * ${rows(table, [part])} ${newest}) as newest where ${meeting(others)}`;
  });
  if (subset) {
    const ofSubset = sources.map((each) => `(${each} ${newest})`).join(' union all ');
    samples.push(`from (${ofSubset}) as newest (newest_id)
      join ${table} on id ${equalsByIndex('newest_id')} where ${meeting(parts)}`);
  }
  const inSubset = subset ? ` and id in (${sources.join(' union all ')})` : '';
  // WITH, so that it is planned as if all of them were read. With the limits of ids inside, PostgreSQL would not combine two
  // indexes: both would test them.
  const together = `with together as materialized (select id from ${table} where ${meeting(parts)}${inSubset})
    select id from together where ${meeting(bounds)} limit ${MAX_TOGETHER + 1}`;
  const counts = samples.map((sample) => `(select count(*) ${sample})`);
  const text = `select met, case when (select max(each) from unnest(met) as each) < ${DENSE} then array(${together}) end as ids
    from (select array[${counts.join(', ')}]::integer[] as met offset 0) as sampled`;
  return (await rowOf<Together>(db, text, values)) as Together;
}
