// Reads the deliveries that changes of the feed are about: those of the requests that were opened or closed, and those that changed
// otherwise (write_moved_deliveries() of migrations/5-statistics-and-search.sql).

import type { RequestChange } from '../../request-log/feed/read-feed.store';
import type { Watched } from '../../request-log/watch/watched';
import { bindings, type Condition, toSql } from '../../sql/condition';
import { type Db, rowsOf, statement } from '../../sql/db';
import { idBounds } from '../../values/ids';
import { DELIVERIES, type DeliveryRow } from '../delivery.store';

async function idsOfDeliveries(db: Db, changes: readonly RequestChange[]): Promise<(string | null)[][]> {
  const deliveryOf = await deliveriesOfRequests(db, [...new Set(changes.flatMap(({ requestIds }) => requestIds))]);
  return changes.map(
    ({ requestIds, deliveryIds }) => deliveryIds ?? requestIds.map((id) => deliveryOf.get(id) ?? null),
  );
}

/** Those that were received have none. */
async function deliveriesOfRequests(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await rowsOf<{ id: string; deliveryId: string }>(
    db,
    statement(`select id, delivery_id as "deliveryId" from webhook_request_logs
      where id = any($1::uuid[]) and id between $2 and $3 and delivery_id is not null`),
    [ids, ...idBounds(ids)],
  );
  return new Map(rows.map(({ id, deliveryId }) => [id, deliveryId]));
}

async function changedDeliveries(db: Db, ids: readonly string[]): Promise<Map<string, DeliveryRow>> {
  const rows = await rowsOf<DeliveryRow>(
    db,
    statement(`select ${DELIVERIES.columns} from deliveries where id = any($1::uuid[]) and id between $2 and $3`),
    [ids, ...idBounds(ids)],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

async function deliveriesMeeting(
  db: Db,
  ids: readonly string[],
  condition: Condition,
): Promise<Map<string, DeliveryRow>> {
  const { values, bind } = bindings();
  const [smallest, largest] = idBounds(ids);
  const rows = await rowsOf<DeliveryRow>(
    db,
    `select ${DELIVERIES.columns} from deliveries where id = any(${bind(ids)}::uuid[])
       and id between ${bind(smallest)}::uuid and ${bind(largest)}::uuid and ${toSql(condition, bind)}`,
    values,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

export const WATCHED_DELIVERIES: Watched<DeliveryRow> = {
  field: 'deliveryChanged',
  idsOf: idsOfDeliveries,
  rowsById: changedDeliveries,
  rowsMeeting: deliveriesMeeting,
  isSame: (one, other) => JSON.stringify(one) === JSON.stringify(other),
};
