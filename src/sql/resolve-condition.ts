import { AppError } from '../errors';
import { bindings, type Condition } from './condition';
import { type Db, rowsOf } from './db';

/** How many linked rows a filter may find: each is a page of its own to read. */
export const MAX_LINKED = 1_000;

/**
 * Looks up which rows the filters through links mean, once, before the big tables are read: joined to them they would
 * cost hundreds of milliseconds where the linked rows are rare, since no plan fits both the rare and the busy.
 * @throws AppError LIMIT_EXCEEDED when a filter finds more than 1,000 rows
 */
export async function resolveLinks(db: Db, condition: Condition): Promise<void> {
  await Promise.all((condition.parts ?? []).map((part) => resolveLinks(db, part)));
  await condition.settle?.(db);
  const { link } = condition;
  if (!link || link.ids) return;
  const { values, bind } = bindings();
  const sql = `select id from ${link.table} where ${link.condition(bind)} limit ${MAX_LINKED + 1}`;
  const rows = await rowsOf<{ id: string }>(db, sql, values);
  if (rows.length > MAX_LINKED) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `${link.path.join('.')} finds more than ${MAX_LINKED} rows. Narrow it, for example to one by its id.`,
      link.path,
    );
  }
  link.ids = rows.map((row) => row.id);
}

/** Whether anything is left to look up. */
export function hasOpenLinks(condition: Condition): boolean {
  if (condition.settle || condition.link?.ids === null) return true;
  return condition.parts?.some(hasOpenLinks) ?? false;
}
