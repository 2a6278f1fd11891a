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
  return [compares('document_type', '=', documentType), compares('reference_document', '=', name)];
}

/** Only the newest events of a document are considered, up to this number. */
export const MAX_EVENTS = 1_000;
const MAX_WEBHOOKS = 100;

/** What became of the newest event of a document for one webhook. */
export interface Latest {
  /** The name of the event. */
  event: string;
  /** null: it is not known which webhooks the event matches. */
  webhook: WebhookRow | null;
  /** null: none was made. */
  delivery: DeliveryRow | null;
  /** The last one that was made for the delivery. */
  request: RequestRow | null;
  /** Why nothing is sent; null: something is. */
  stuck: Stuck | null;
  /** The reason for which all deliveries are paused; null: they are not. */
  pause: string | null;
}

export interface Stuck {
  /** Of a dead letter. */
  code: string;
  /** Whether this is not the delivery itself, but one that it waits for. */
  ahead: boolean;
}

/** One for each webhook, and one for an event that cannot be fanned out; newest first. Tests are left out. */
export async function latestOf(db: Db, { documentType, name }: DocumentName): Promise<Latest[]> {
  const rows = await rowsOf<Latest>(
    db,
    statement(`with events as (
       select id as event_id, event from business_events where reference_document = $2 and document_type = $1
       order by id desc limit ${MAX_EVENTS}
     ), undelivered as (
       select l.webhook_id, event_id, l.code from events join dead_letters l on l.business_event_id = event_id
       where l.retry_at is not null or case l.kind
         when 'EVENT' then exists (select from outbox o where o.event_id = l.business_event_id)
         else exists (select from pending_decisions p where p.webhook_id = l.webhook_id and p.business_event_id = l.business_event_id) end
     ), latest as (
       select distinct on (webhook_id) * from (
         select d.webhook_id, event_id, d.id as delivery_id, null as code
         from events join deliveries d on d.business_event_id = event_id where not d.test
         union all select webhook_id, event_id, null, code from undelivered
       ) as each_one order by webhook_id, event_id desc
     )
     select e.event, row_to_json(w) as webhook, row_to_json(d) as delivery, row_to_json(r) as request, row_to_json(s) as stuck,
       (select reason from deliveries_pause) as pause
     from (select * from latest order by coalesce(delivery_id, event_id) desc limit ${MAX_WEBHOOKS}) as each_one
     cross join lateral (select event from events e where e.event_id = each_one.event_id) as e
     left join lateral (select ${WEBHOOKS.columns} from webhooks where id = each_one.webhook_id) as w on true
     left join lateral (select ${DELIVERIES.columns} from deliveries where id = each_one.delivery_id) as d on true
     left join lateral (
       select ${REQUEST_LOG.columns} from webhook_request_logs where delivery_id = each_one.delivery_id order by id desc limit 1
     ) as r on true
     left join lateral (
       select each_one.code, false as ahead where each_one.code is not null
       union all select l.code, own.id <> each_one.delivery_id from (
         select each_one.delivery_id as id
         union all select b.id from blocking_deliveries b where d."waitsFor" = 'PREDECESSOR' and b.webhook_id = each_one.webhook_id
           and b.document_type = $1 and b.reference_document = $2 and b.id < each_one.delivery_id
       ) as own join deliveries x on x.id = own.id join dead_letters l on l.delivery_id = x.id and l.work_id = x.job_id
       limit 1
     ) as s on true
     order by coalesce(delivery_id, event_id) desc`),
    [documentType, name],
  );
  return rows.map(({ webhook, delivery, request, ...rest }) => ({
    ...rest,
    webhook: webhook && withTimes(webhook),
    delivery: delivery && withTimes(delivery),
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
