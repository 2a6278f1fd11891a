import { idBounds } from '../ids';
import { type Db, rowsOf, statement } from '../sql/db';

/** As many webhooks as a path names. An event at the end of such a path goes nowhere. */
export const MAX_CAUSE_PATH = 16;

/** The path of what each of these deliveries causes: that of its own event, and its webhook. Unknown ones are left out. */
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
