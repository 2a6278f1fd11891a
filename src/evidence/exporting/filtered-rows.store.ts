// The sealed requests that an export chooses by a filter.
import { InputError } from '../../errors/errors';
import { REQUEST_LOG } from '../../request-log/request-log.store';
import type { Condition } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { firstIds } from '../../sql/walks/ids-to-end';
import { withCommas } from '../../values/text';
import type { SignedHead } from '../head.store';
import { leafPlaces } from '../sealed-rows.store';

const MAX_FILTERED = 10_000;

export interface FilteredRows {
  rows: { kind: 'request'; id: string; leafIndex: number }[];
  /** Requests that meet the condition, and that the head does not contain. */
  notSealed: number;
}

/**
 * The requests that meet the condition, oldest first.
 * @throws InputError if they are none, or more than `atMost`
 */
export async function filteredRows(
  db: Db,
  condition: Condition,
  head: SignedHead | null,
  atMost = MAX_FILTERED,
): Promise<FilteredRows> {
  const ids = await firstRequests(db, condition, atMost + 1);
  if (ids.length > atMost) {
    const limit = withCommas(atMost);
    const message =
      `More than ${limit} requests meet the filter, and a bundle has at most ${limit}: ` +
      'narrow it, as with startedAt, and export in parts.';
    throw new InputError([{ field: ['where'], code: 'TOO_LARGE', message }]);
  }
  const places = await leafPlaces(db, 'request', ids);
  const rows = ids.flatMap((id): FilteredRows['rows'] => {
    const leafIndex = places.get(id)?.leafIndex ?? null;
    const isSealed = leafIndex !== null && head !== null && leafIndex < head.treeSize;
    return isSealed ? [{ kind: 'request', id, leafIndex }] : [];
  });
  if (rows.length === 0) {
    const message =
      ids.length === 0
        ? 'No request meets the filter.'
        : `The number of requests that meet the filter is ${ids.length}, and none of them is sealed. A finished request ` +
          'is sealed after about a second: try again then.';
    throw new InputError([{ field: ['where'], code: ids.length === 0 ? 'NOT_FOUND' : 'INVALID', message }]);
  }
  return { rows, notSealed: ids.length - rows.length };
}

/**
 * The ids of the first requests that meet the condition, oldest first, sought to the end of the log.
 * @throws InputError TOO_LARGE if that takes too long
 */
export function firstRequests(db: Db, condition: Condition, limit: number): Promise<string[]> {
  return firstIds(db, REQUEST_LOG, condition, limit);
}
