// Who cancelled a delivery, and why: the newest entry about it, or about its webhook, whose archiving cancels deliveries.
import { type Db, rowsOf, statement } from '../sql/db';

export interface Cancellation {
  deliveryId: string;
  reason: string | null;
  actorId: string | null;
}

/** SQL of a column of the entry. @param delivery gives the SQL of a column of the delivery */
export function ofCancellation(column: 'reason' | 'actor_id', delivery: (column: string) => string): string {
  const isCancelled = `${delivery('status')} = 'CANCELLED' or ${delivery('cancel_requested')}`;
  // a webhook that was archived after the delivery had ended did not cancel it
  const isFromThen = `${delivery('finished_at')} is null
      or cancelling.id < first_id_at(${delivery('finished_at')} + interval '1 millisecond')`;
  // entries about a delivery are newer than it, so older months are not searched
  return `case when ${isCancelled} then (
    select cancelling.${column} from audit_entries as cancelling
    where cancelling.subject_id in (${delivery('id')}, ${delivery('webhook_id')}) and cancelling.id > ${delivery('id')}
      and (cancelling.action = 'delivery.cancelled' or (cancelling.action = 'webhook.archived' and (${isFromThen})))
    order by cancelling.id desc limit 1) end`;
}

export async function cancellationsById(db: Db, ids: readonly string[]): Promise<Map<string, Cancellation>> {
  const column = (name: string) => `d.${name}`;
  const rows = await rowsOf<Cancellation>(
    db,
    statement(`select d.id as "deliveryId", ${ofCancellation('reason', column)} as reason,
       ${ofCancellation('actor_id', column)} as "actorId"
     from deliveries as d where d.id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.deliveryId, row]));
}
