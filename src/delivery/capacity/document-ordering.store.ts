// Deliveries of one document to one webhook, one after the other.
import { idBounds } from '../../ids';
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import { DELIVERIES, type DeliveryRow } from '../delivery.store';

/** What is kept in order: the deliveries of one document to one webhook. */
export interface Sequence {
  webhookId: string;
  documentType: string;
  referenceDocument: string;
}

/** Those sequences in which a delivery holds back the next one. */
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

/** The deliveries that are next in the sequences of these, and wait for nothing but them. */
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

/** What holds these deliveries back: the first of their sequences. Those that wait for nothing are left out. */
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

/** Nothing of this webhook is in order any more: what waited for a predecessor waits for capacity. */
export async function endOrder(db: Db, webhookId: string): Promise<void> {
  await changedBy(
    db,
    statement(`update deliveries set blocks = false,
       waits_for = case when waits_for = 'PREDECESSOR' then 'CAPACITY' else waits_for end
     where webhook_id = $1 and blocks`),
    [webhookId],
  );
}

/** Given up ones hold back nobody any more. @returns their ids */
export async function passOverExhausted(db: Db, webhookId: string): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`update deliveries set blocks = false where webhook_id = $1 and blocks and status = 'EXHAUSTED'
     returning id`),
    [webhookId],
  );
  return rows.map((row) => row.id);
}

/**
 * While a webhook asks for order, events are fanned out by one relay at a time: of two, the one with the later events
 * could be done first.
 */
export async function waitForTurn(db: Db): Promise<void> {
  await rowsOf(
    db,
    statement(`select pg_advisory_xact_lock(hashtext('hookledger.order'))
     where exists (select from webhooks where ordering is not null and status <> 'ARCHIVED')`),
  );
}
