import { type Db, rowsOf, statement } from '../../sql/db';

/** What a delivery would repeat, if there is anything like it within `dedupeSeconds` of its event. */
export interface Original {
  webhookId: string;
  eventId: string;
  documentType: string;
  event: string;
  referenceDocument: string;
  sha256: Buffer;
  /** The ids of events that are near enough: `from` inclusive, `until` exclusive. */
  from: string;
  until: string;
}

/**
 * For each of these, by its place in the list, the nearest event that it repeats and that did go to the webhook or is
 * on its way. What was given up or cancelled does not count: whoever publishes it again wants it to arrive.
 */
export async function earlierOf(db: Db, wanted: readonly Original[]): Promise<Map<number, string>> {
  const column = <Key extends keyof Original>(key: Key) => wanted.map((each) => each[key]);
  const rows = await rowsOf<{ place: number; eventId: string }>(
    db,
    statement(`select w.place::integer as place, found.id as "eventId"
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::uuid[], $8::uuid[])
       with ordinality as w (webhook_id, event_id, document_type, event, reference, sha256, "from", until, place)
     cross join lateral (
       select e.id from business_events e
       join payloads p on p.id = e.payload_id
       join deliveries d on d.business_event_id = e.id and d.webhook_id = w.webhook_id
       where e.reference_document = w.reference and e.id >= w."from" and e.id < w.until and e.id <> w.event_id
         and e.document_type = w.document_type and e.event = w.event and p.sha256 = w.sha256
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
  return new Map(rows.map((row) => [row.place - 1, row.eventId]));
}
