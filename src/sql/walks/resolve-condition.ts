// Reads from the database what a condition needs before it is written as SQL.
import { bindings, type Condition, isSlow, type Link, type LinkedIds, type LinkedRow, type Span } from '../condition';
import { type Db, rowsOf } from '../db';
import { LOOKED_AT } from '../listing';
import { inIndexOrder } from '../session-pool';
import { pageSource } from './page-source';

/** Up to this number of linked rows, their ids are named. */
export const MAX_LINKED = 1_000;

/** The newest first, from the end of the list. */
export const FROM_NEWEST: Span = { descending: true, cursor: null, bounds: [] };

/**
 * The condition with the ids of its links, and with what other indexes find. Links are read before the large tables: no query plan of
 * a join fits both rare and frequent linked rows, and the wrong one takes hundreds of milliseconds.
 * @param span of the list
 */
export async function resolveCondition(db: Db, condition: Condition, span: Span): Promise<Condition> {
  const within = { ...span, bounds: [...span.bounds, ...boundsIn(condition)] };
  return replaced(db, condition, within);
}

function boundsIn(condition: Condition): Span['bounds'] {
  if (condition.kind === 'idBound') return [condition];
  return condition.kind === 'and' ? condition.parts.flatMap(boundsIn) : [];
}

/** Whether `resolveCondition` would read something. */
export function needsResolving(condition: Condition): boolean {
  switch (condition.kind) {
    case 'search':
    case 'link':
      return true;
    case 'and':
    case 'or':
      return condition.parts.some(needsResolving);
    case 'not':
      return needsResolving(condition.part);
    default:
      return false;
  }
}

async function replaced(db: Db, condition: Condition, span: Span): Promise<Condition> {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const parts = await Promise.all(condition.parts.map((part) => replaced(db, part, span)));
      return { ...condition, parts };
    }
    case 'not':
      return { ...condition, part: await testOf(db, condition.part) };
    case 'link':
      return resolvedLink(db, condition);
    case 'search':
      return condition.find(db, span);
    default:
      return condition;
  }
}

/** Of what must not hold, each row is tested. */
async function testOf(db: Db, condition: Condition): Promise<Condition> {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { ...condition, parts: await Promise.all(condition.parts.map((part) => testOf(db, part))) };
    case 'not':
      return { ...condition, part: await testOf(db, condition.part) };
    case 'link':
      return resolvedLink(db, condition);
    default:
      return condition;
  }
}

async function resolvedLink(db: Db, link: Link): Promise<LinkedIds | LinkedRow> {
  const { column, table } = link;
  const condition = await resolveCondition(db, link.condition, FROM_NEWEST);
  const ids = await idsOfLink(db, table, condition);
  return ids ? { kind: 'idsLink', column, ids } : { kind: 'joinLink', column, table, condition };
}

/** null: there are more, or it is not known whether there are. */
async function idsOfLink(db: Db, table: string, condition: Condition): Promise<string[] | null> {
  const { values, bind } = bindings();
  const order = { column: null, descending: true };
  const request = { order, size: MAX_LINKED, backward: false, cursor: null, lookedAt: looksAt(condition) };
  const sql = pageSource({ bind, listing: { table }, condition, request, limit: MAX_LINKED + 1 }, 'id');
  const rows = await rowsOf<{ looked_id: string; is_match: boolean; is_last: boolean }>(inIndexOrder(db), sql, values);
  if (rows.length > MAX_LINKED || rows.some((row) => row.is_last)) return null;
  return rows.map((row) => row.looked_id);
}

/** How many rows are looked at for a page of rows with this condition. */
export function looksAt(condition: Condition, atMost = LOOKED_AT): number {
  return isSlow(condition) ? Math.max(1, Math.floor(atMost / 10)) : atMost;
}
