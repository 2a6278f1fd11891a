// Finds the rows of one document in the tables of events, deliveries and requests.
import { DELIVERIES, type DeliveryRow } from '../delivery/delivery.store';
import { REQUEST_LOG, type RequestRow } from '../request-log/request-log.store';
import { type Condition, compares } from '../sql/condition';
import { type Db, rowsOf, statement } from '../sql/db';
import { WEBHOOKS, type WebhookRow } from '../webhooks/webhook.store';

export interface DocumentName {
  documentType: string;
  name: string;
}

/** Those of these documents that an event or a request names. */
export async function knownDocuments(db: Db, documents: readonly DocumentName[]): Promise<DocumentName[]> {
  return rowsOf<DocumentName>(
    db,
    // no plan but the look-up in the index: there are a few documents, and each may have any number of rows
    statement(`select asked.type as "documentType", asked.name from unnest($1::text[], $2::text[]) as asked (type, name)
      where exists (select from business_events where reference_document = asked.name and document_type = asked.type offset 0)
         or exists (select from webhook_request_logs where reference_document = asked.name and document_type = asked.type offset 0)`),
    [documents.map(({ documentType }) => documentType), documents.map(({ name }) => name)],
  );
}

/** Rows with the type and name of the document. */
export function ofDocument({ documentType, name }: DocumentName): readonly Condition[] {
  // no plan fits both a document with three events and one with a million
  const isNamed: Condition = { ...compares('reference_document', '=', name), variesByValue: true };
  return [compares('document_type', '=', documentType), isNamed];
}

/** Only the newest events of a document are considered, up to this number. */
export const MAX_EVENTS = 1_000;
const MAX_WEBHOOKS = 100;

/** The newest delivery of a document to one webhook, and the last request that was made for it. */
export interface LatestDelivery {
  webhook: WebhookRow;
  delivery: DeliveryRow;
  request: RequestRow | null;
}

/** One for each webhook, ordered by the newest delivery. Tests are left out. */
export async function latestDeliveries(db: Db, { documentType, name }: DocumentName): Promise<LatestDelivery[]> {
  const rows = await rowsOf<LatestDelivery>(
    db,
    statement(`with events as (
       select id as event_id from business_events where reference_document = $2 and document_type = $1
       order by id desc limit ${MAX_EVENTS}
     ), latest as (
       select distinct on (d.webhook_id) d.webhook_id as webhook, d.id as delivery
       from events join deliveries d on d.business_event_id = event_id where not d.test
       order by d.webhook_id, d.id desc
     )
     select row_to_json(w) as webhook, row_to_json(d) as delivery, row_to_json(r) as request
     from (select * from latest order by delivery desc limit ${MAX_WEBHOOKS}) as each_one
     cross join lateral (select ${WEBHOOKS.columns} from webhooks where id = each_one.webhook) as w
     cross join lateral (select ${DELIVERIES.columns} from deliveries where id = each_one.delivery) as d
     left join lateral (
       select ${REQUEST_LOG.columns} from webhook_request_logs where delivery_id = each_one.delivery order by id desc limit 1
     ) as r on true
     order by each_one.delivery desc`),
    [documentType, name],
  );
  return rows.map(({ webhook, delivery, request }) => ({
    webhook: withTimes(webhook),
    delivery: withTimes(delivery),
    request: request && withTimes(request),
  }));
}

// JSON contains times as text; the names of time columns end in At
function withTimes<Row extends object>(row: Row): Row {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    name.endsWith('At') && typeof value === 'string' ? new Date(value) : value,
  ]);
  return Object.fromEntries(entries) as Row;
}
