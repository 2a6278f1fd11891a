import { InputError, quoted, type UserError } from '../errors';
import { uuidOf } from '../ids';
import type { Db } from '../sql/db';
import { pathsBehind } from './cause.store';

/** What caused an event; `causedBy` null and an empty path: no known delivery. */
export interface Cause {
  causedBy: string | null;
  causePath: string[];
}

const WHAT_IT_TAKES = 'Give the webhook-id header of a request that Hookledger sent.';

/** What is wrong with the form of a `causedBy`, or null. */
export function causeFault(causedBy: string, field: string[]): UserError | null {
  if (uuidOf('Delivery', causedBy) !== null) return null;
  const message = `${field.join('.')} ${quoted(causedBy)} is not the id of a delivery. ${WHAT_IT_TAKES}`;
  return { field, code: 'INVALID', message };
}

/**
 * What caused each of these events, in the same order. Sends no statement when no event names a cause.
 * @throws InputError INVALID for each that names a delivery which does not exist
 */
export async function causesOf(db: Db, events: readonly { causedBy: string | null }[]): Promise<Cause[]> {
  const ids = events.map(({ causedBy }) => causedBy && uuidOf('Delivery', causedBy));
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  const paths = wanted.length > 0 ? await pathsBehind(db, wanted) : new Map<string, string[]>();
  const faults = ids.flatMap((id, index) => (id && !paths.has(id) ? [unknown(index, events[index]?.causedBy)] : []));
  if (faults.length > 0) throw new InputError(faults);
  return ids.map((id) => ({ causedBy: id, causePath: (id && paths.get(id)) || [] }));
}

function unknown(index: number, causedBy?: string | null): UserError {
  const field = ['events', String(index), 'causedBy'];
  return { field, code: 'INVALID', message: `There is no delivery ${quoted(causedBy)}. ${WHAT_IT_TAKES}` };
}
