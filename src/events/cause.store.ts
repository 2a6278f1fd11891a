import { idBounds } from '../ids';
import { type Db, rowsOf, statement } from '../sql/db';

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
