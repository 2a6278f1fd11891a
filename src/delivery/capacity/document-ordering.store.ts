// Webhooks with an ordering: one delivery of a document at a time.

import { type Db, rowsOf, statement } from '../../sql/db';
import { equalsByIndex } from '../../sql/index-lookup';
import { idBounds } from '../../values/ids';
import { DELIVERIES, type DeliveryRow, deleteBlockingSql, moveSql } from '../delivery.store';

/** The deliveries of one document to one webhook, which are kept in order. */
export interface Sequence {
  webhookId: string;
  documentType: string;
  referenceDocument: string;
}

/** The sequences in which a delivery blocks the next one. */
export async function blockedSequences(db: Db, sequences: readonly Sequence[]): Promise<Sequence[]> {
  if (sequences.length === 0) return [];
  return rowsOf<Sequence>(
    db,
    statement(`select s.webhook_id as "webhookId", s.document_type as "documentType",
       s.reference_document as "referenceDocument"
     from unnest($1::uuid[], $2::text[], $3::text[]) as s (webhook_id, document_type, reference_document)
     where exists (select from blocking_deliveries b where b.webhook_id = s.webhook_id
       and b.document_type = s.document_type and b.reference_document = s.reference_document)`),
    [
      sequences.map((each) => each.webhookId),
      sequences.map((each) => each.documentType),
      sequences.map((each) => each.referenceDocument),
    ],
  );
}

/** The deliveries that block the document of the delivery `d`. */
const BLOCKING = `select b.id from blocking_deliveries b where b.webhook_id = d.webhook_id
  and b.document_type = d.document_type and b.reference_document = d.reference_document`;

/** The first delivery of each sequence that these deliveries belong to, if it still waits for a predecessor. */
export async function nextInOrder(db: Db, deliveryIds: readonly string[]): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`select distinct n.id from deliveries d cross join lateral (
       ${BLOCKING} order by b.id limit 1
     ) as first join deliveries n on n.id ${equalsByIndex('first.id')} and n.waits_for = 'PREDECESSOR'
     where d.id = any($1::uuid[]) and d.id between $2::uuid and $3::uuid`),
    [deliveryIds, ...idBounds(deliveryIds)],
  );
  return rows.map((row) => row.id);
}

/** The first delivery of the sequence of each delivery that waits for a predecessor. */
export async function predecessorsOf(db: Db, deliveryIds: readonly string[]): Promise<Map<string, DeliveryRow>> {
  const rows = await rowsOf<DeliveryRow & { successorId: string }>(
    db,
    statement(`select d.id as "successorId", n.* from deliveries d cross join lateral (
       ${BLOCKING} and b.id < d.id order by b.id limit 1
     ) as first cross join lateral (
       select ${DELIVERIES.columns} from deliveries where id ${equalsByIndex('first.id')}
     ) as n
     where d.id = any($1::uuid[]) and d.id between $2::uuid and $3::uuid and d.waits_for = 'PREDECESSOR'`),
    [deliveryIds, ...idBounds(deliveryIds)],
  );
  return new Map(rows.map((row) => [row.successorId, row]));
}

export async function webhooksOfDeliveries(db: Db, deliveryIds: readonly string[]): Promise<string[]> {
  const rows = await rowsOf<{ webhookId: string }>(
    db,
    statement(`select distinct webhook_id as "webhookId" from deliveries
     where id = any($1::uuid[]) and id between $2::uuid and $3::uuid`),
    [deliveryIds, ...idBounds(deliveryIds)],
  );
  return rows.map((row) => row.webhookId);
}

/** Removes the ordering: deliveries that waited for a predecessor wait for capacity. */
export async function endOrdering(db: Db, webhookId: string): Promise<void> {
  const update = `update deliveries as d set blocks = false,
      waits_for = case when d.waits_for = 'PREDECESSOR' then 'CAPACITY' else d.waits_for end
    from blocking_deliveries b where b.webhook_id = $1 and d.id ${equalsByIndex('b.id')}`;
  await rowsOf(db, statement(moveSql(update)), [webhookId]);
  await rowsOf(db, statement('delete from blocking_deliveries where webhook_id = $1'), [webhookId]);
}

/** EXHAUSTED deliveries of this webhook block no longer. @returns their ids */
export async function unblockExhausted(db: Db, webhookId: string): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`with freed as (
       update deliveries as d set blocks = false from blocking_deliveries b
       where b.webhook_id = $1 and d.id ${equalsByIndex('b.id')} and d.status = 'EXHAUSTED'
       returning d.id, d.webhook_id, d.document_type, d.reference_document
     ), unblocked as (${deleteBlockingSql('freed')})
     select id from freed`),
    [webhookId],
  );
  return rows.map((row) => row.id);
}

/** Removes deliveries that were updated to block no longer. */
export async function stopBlocking(db: Db, deliveryIds: readonly string[]): Promise<void> {
  if (deliveryIds.length === 0) return;
  await rowsOf(db, statement(deleteBlockingSql('deliveries', 'u.id = any($1::uuid[]) and not u.blocks')), [
    deliveryIds,
  ]);
}
