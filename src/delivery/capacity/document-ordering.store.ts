// Webhooks with an ordering: one delivery of a document at a time.
import { idBounds } from '../../ids';
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import { DELIVERIES, type DeliveryRow } from '../delivery.store';

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
     where exists (select from deliveries d where d.blocks and d.webhook_id = s.webhook_id
       and d.document_type = s.document_type and d.reference_document = s.reference_document)`),
    [
      sequences.map((each) => each.webhookId),
      sequences.map((each) => each.documentType),
      sequences.map((each) => each.referenceDocument),
    ],
  );
}

/** The first delivery of each sequence that these deliveries belong to, if it still waits for a predecessor. */
export async function nextInOrder(db: Db, deliveryIds: readonly string[]): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`select distinct n.id from deliveries d join lateral (
       select id, waits_for from deliveries b where b.blocks and b.webhook_id = d.webhook_id
         and b.document_type = d.document_type and b.reference_document = d.reference_document order by b.id limit 1
     ) as n on n.waits_for = 'PREDECESSOR'
     where d.id = any($1::uuid[]) and d.id between $2::uuid and $3::uuid`),
    [deliveryIds, ...idBounds(deliveryIds)],
  );
  return rows.map((row) => row.id);
}

/** The first delivery of the sequence of each delivery that waits for a predecessor. */
export async function predecessorsOf(db: Db, deliveryIds: readonly string[]): Promise<Map<string, DeliveryRow>> {
  const rows = await rowsOf<DeliveryRow & { successorId: string }>(
    db,
    statement(`select d.id as "successorId", first.* from deliveries d cross join lateral (
       select ${DELIVERIES.columns} from deliveries where blocks and webhook_id = d.webhook_id
         and document_type = d.document_type and reference_document = d.reference_document and id < d.id
       order by id limit 1
     ) as first
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
  await changedBy(
    db,
    statement(`update deliveries set blocks = false,
       waits_for = case when waits_for = 'PREDECESSOR' then 'CAPACITY' else waits_for end
     where webhook_id = $1 and blocks`),
    [webhookId],
  );
}

/** EXHAUSTED deliveries of this webhook block no longer. @returns their ids */
export async function unblockExhausted(db: Db, webhookId: string): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`update deliveries set blocks = false where webhook_id = $1 and blocks and status = 'EXHAUSTED'
     returning id`),
    [webhookId],
  );
  return rows.map((row) => row.id);
}
