// All rows that meet a condition, for acts, which never stop early: they look at as many rows as there are, some at a time.
import { InputError } from '../../errors/errors';
import { timeOfId } from '../../values/ids';
import type { Condition } from '../condition';
import { type Db, rowsOf } from '../db';
import type { Listing, PageRequest } from '../listing';
import { type Page, page } from './keyset';
import { looksAt, resolveCondition } from './resolve-condition';

export interface ToEnd {
  /** Rows that one statement looks at. */
  lookedAt?: number;
  /** The most ids that are read at once. */
  atOnce?: number;
  /** A caller waits for it. */
  maxMs?: number;
}

/**
 * The ids of the rows, oldest first.
 * @throws InputError TOO_LARGE for the field `where`, if it takes too long
 */
export async function* idsToEnd(
  db: Db,
  { table }: Pick<Listing, 'table'>,
  condition: Condition,
  { lookedAt = 50_000, atOnce = 10_000, maxMs = 20_000 }: ToEnd = {},
): AsyncGenerator<string[]> {
  const end = performance.now() + maxMs;
  const order = { column: null, descending: false };
  const most = { size: atOnce, lookedAt: Math.max(atOnce, looksAt(condition, lookedAt)) };
  for (let after: string | null = null; ; ) {
    const cursor: PageRequest['cursor'] = after === null ? null : { id: after, value: null };
    await inOrderOfIndex(db, 'off');
    const resolved = await resolveCondition(db, condition, { descending: false, cursor: after, bounds: [] });
    const request: PageRequest = { order, ...most, backward: false, cursor };
    const found: Page<{ id: string }> = await page(db, { table, columns: 'id' }, resolved, request);
    await inOrderOfIndex(db, 'on');
    yield found.rows.map(({ id }) => id);
    if (found.end === null) return;
    if (performance.now() > end) throw tooLarge(timeOfId(found.end.id));
    after = found.end.id;
  }
}

/** The ids of the first rows, at most `limit`. @throws InputError TOO_LARGE as idsToEnd() */
export async function firstIds(
  db: Db,
  listing: Pick<Listing, 'table'>,
  condition: Condition,
  limit: number,
  how: ToEnd = {},
): Promise<string[]> {
  const ids: string[] = [];
  for await (const some of idsToEnd(db, listing, condition, { atOnce: limit, ...how })) {
    ids.push(...some);
    if (ids.length >= limit) break;
  }
  return ids.slice(0, limit);
}

function tooLarge(searchedTo: Date): InputError {
  const message =
    `The filter takes too long: it was tested on the rows until ${searchedTo.toISOString()} alone. Narrow it to a shorter range of time, or by ` +
    'referenceDocument or webhook, and act in parts.';
  return new InputError([{ field: ['where'], code: 'TOO_LARGE', message }]);
}

/** In a transaction of the caller, whose other statements are planned as before. */
async function inOrderOfIndex(db: Db, enableSort: 'on' | 'off'): Promise<void> {
  if (db.queryRunner) await rowsOf(db, `select set_config('enable_sort', $1, true)`, [enableSort]);
}
