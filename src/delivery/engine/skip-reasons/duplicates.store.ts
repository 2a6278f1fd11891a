import { documentSql } from '../../../events/data/envelope';
import { type Db, rowsOf, statement } from '../../../sql/db';

/** The event that a delivery would repeat, if one was published within `dedupeSeconds` of its event. */
export interface Original {
  webhookId: string;
  eventId: string;
  documentType: string;
  event: string;
  referenceDocument: string;
  sha256: Buffer;
  /** The range of ids of events within that time: `from` inclusive, `until` exclusive. */
  from: string;
  until: string;
}

/**
 * For each of these, by its index, the latest event that it repeats and whose delivery to the webhook is open or
 * DELIVERED. An exhausted or cancelled delivery does not count: the publisher who repeats its event wants it to arrive.
 */
export async function earlierOf(db: Db, originals: readonly Original[]): Promise<Map<number, string>> {
  const column = <Key extends keyof Original>(key: Key) => originals.map((each) => each[key]);
  const rows = await rowsOf<{ index: number; eventId: string }>(
    db,
    statement(`select w.index::integer as index, found.id as "eventId"
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::uuid[], $8::uuid[])
       with ordinality as w (webhook_id, event_id, document_type, event, reference, sha256, "from", until, index)
     cross join lateral (
       select e.id from business_events e
       join payloads p on p.id = e.payload_id
       join deliveries d on d.business_event_id = e.id and d.webhook_id = w.webhook_id
       where e.reference_document = w.reference and e.id >= w."from" and e.id < w.until and e.id <> w.event_id
         and e.document_type = w.document_type and e.event = w.event and sha256(${documentSql('e.enveloped', 'p.body')}) = w.sha256
         and d.status in ('PENDING', 'RETRYING', 'DELIVERED') and not d.test
       order by e.id desc limit 1
     ) as found`),
    [
      column('webhookId'),
      column('eventId'),
      column('documentType'),
      column('event'),
      column('referenceDocument'),
      column('sha256'),
      column('from'),
      column('until'),
    ],
  );
  return new Map(rows.map((row) => [row.index - 1, row.eventId]));
}
