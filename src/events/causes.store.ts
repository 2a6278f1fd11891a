import { InputError, quoted, type UserError } from '../errors/errors';
import { type Db, rowsOf, statement } from '../sql/db';
import { idBounds, uuidOf } from '../values/ids';

/** The maximum length of a path in webhooks. An event with a path of this length is not delivered. */
export const MAX_CAUSE_PATH = 16;

/**
 * For each of these deliveries, the path of the events that it causes: the path of its own event, then its webhook.
 * Unknown deliveries are left out.
 */
export async function pathsBehind(db: Db, deliveryIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await rowsOf<{ id: string; path: string[] }>(
    db,
    statement(`select d.id, (coalesce(e.cause_path, '{}') || d.webhook_id)[:${MAX_CAUSE_PATH}] as path
     from deliveries d left join business_events e on e.id = d.business_event_id
     where d.id = any($1::uuid[]) and d.id between $2::uuid and $3::uuid`),
    [deliveryIds, ...idBounds(deliveryIds)],
  );
  return new Map(rows.map((row) => [row.id, row.path]));
}

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

/** The paths behind the deliveries that these events name, by delivery. Sends no statement when none is named. */
export async function pathsOfCauses(
  db: Db,
  events: readonly { causedBy: string | null }[],
): Promise<ReadonlyMap<string, string[]>> {
  const ids = new Set(events.map(deliveryOf).filter((id) => id !== null));
  return ids.size > 0 ? pathsBehind(db, [...ids]) : new Map();
}

/**
 * What caused each of these events, in the same order.
 * @param paths of `pathsOfCauses`, for these events and perhaps others
 * @throws InputError INVALID for each event that names a delivery which does not exist
 */
export function causesOf(
  events: readonly { causedBy: string | null }[],
  paths: ReadonlyMap<string, string[]>,
): Cause[] {
  const ids = events.map(deliveryOf);
  const faults = ids.flatMap((id, index) => (id && !paths.has(id) ? [unknown(index, events[index]?.causedBy)] : []));
  if (faults.length > 0) throw new InputError(faults);
  return ids.map((id) => ({ causedBy: id, causePath: (id && paths.get(id)) || [] }));
}

function deliveryOf({ causedBy }: { causedBy: string | null }): string | null {
  return causedBy && uuidOf('Delivery', causedBy);
}

function unknown(index: number, causedBy?: string | null): UserError {
  const field = ['events', String(index), 'causedBy'];
  return { field, code: 'INVALID', message: `There is no delivery ${quoted(causedBy)}. ${WHAT_IT_TAKES}` };
}
