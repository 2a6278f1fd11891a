// Reads from the database what a condition needs before it is written as SQL.
import { AppError } from '../errors';
import { bindings, type Condition, type Link, type LinkedIds, toSql } from './condition';
import { type Db, rowsOf } from './db';

/** The maximum number of linked rows of a filter: a page is read for each of them. */
export const MAX_LINKED = 1_000;

/**
 * The condition with the ids of its links and with its plans. Links are read before the large tables: no query plan of
 * a join fits both rare and frequent linked rows, and the wrong one takes hundreds of milliseconds.
 * @throws AppError LIMIT_EXCEEDED if a filter finds more than 1,000 linked rows
 */
export function resolveCondition(db: Db, condition: Condition): Promise<Condition> {
  return replaced(condition, async (part) => {
    if (part.kind === 'unplanned') return part.resolvePlan(db);
    return part.kind === 'link' ? withIds(db, part) : part;
  });
}

/** The condition with its plans; links stay subqueries, which may find any number of rows. */
export function resolvePlans(db: Db, condition: Condition): Promise<Condition> {
  return replaced(condition, async (part) => {
    if (part.kind === 'unplanned') return part.resolvePlan(db);
    return part.kind === 'link' ? { ...part, condition: await resolvePlans(db, part.condition) } : part;
  });
}

/** Whether `resolveCondition` would read something. */
export function needsResolving(condition: Condition): boolean {
  switch (condition.kind) {
    case 'unplanned':
    case 'link':
      return true;
    case 'and':
    case 'or':
      return condition.parts.some(needsResolving);
    case 'not':
      return needsResolving(condition.part);
    case 'linkedRow':
      return needsResolving(condition.condition);
    default:
      return false;
  }
}

type Replace = (part: Condition) => Promise<Condition>;

async function replaced(condition: Condition, replace: Replace): Promise<Condition> {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { ...condition, parts: await Promise.all(condition.parts.map((part) => replaced(part, replace))) };
    case 'not':
      return { ...condition, part: await replaced(condition.part, replace) };
    case 'linkedRow':
      return { ...condition, condition: await replaced(condition.condition, replace) };
    default:
      return replace(condition);
  }
}

async function withIds(db: Db, { column, table, condition, path }: Link): Promise<LinkedIds> {
  const { values, bind } = bindings();
  const sql = `select id from ${table} where ${toSql(condition, bind)} limit ${MAX_LINKED + 1}`;
  const rows = await rowsOf<{ id: string }>(db, sql, values);
  if (rows.length > MAX_LINKED) {
    const name = path.join('.');
    const message = `${name} finds more than ${MAX_LINKED} rows. Narrow it, for example to one by its id.`;
    throw new AppError('LIMIT_EXCEEDED', message, path);
  }
  return { kind: 'linkedIds', column, ids: rows.map((row) => row.id) };
}
