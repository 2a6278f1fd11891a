// The timeline of a document: events, deliveries and requests in one order.
import type { DeliveryStatus, SkipReason } from '../delivery/delivery.entity';
import type { RequestStatus } from '../request-log/webhook-request-log.entity';
import { type Db, rowOf, rowsOf, type Statement, statement } from '../sql/db';
import type { Count, Page, PageRequest } from '../sql/walks/keyset';
import { FIRST_ID, LAST_ID } from '../values/ids';
import { type DocumentName, MAX_EVENTS } from './document.store';

export const TIMELINE_KINDS = [
  'EVENT_PUBLISHED',
  'DELIVERY_MADE',
  'DELIVERY_SKIPPED',
  'ATTEMPT_MADE',
  'CALL_RECEIVED',
  'DELIVERED',
  'GIVEN_UP',
  'CANCELLED',
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

export interface TimelineRow {
  /** The id of the event, delivery or request. */
  id: string;
  /** The time in milliseconds, followed by one digit that orders causes before their effects within a millisecond. */
  place: string;
  at: Date;
  kind: TimelineKind;
  event: string | null;
  businessEventId: string | null;
  deliveryId: string | null;
  requestId: string | null;
  webhookId: string | null;
  webhookName: string | null;
  userName: string | null;
  wantedBy: number | null;
  test: boolean;
  attempts: number | null;
  deliveryStatus: DeliveryStatus | null;
  skipReason: SkipReason | null;
  skipMessage: string | null;
  requestStatus: RequestStatus | null;
  responseStatus: number | null;
  durationMs: number | null;
  error: string | null;
}

const IS_IT = 'reference_document = $2 and document_type = $1';

// This many rows on each side of the cursor ($3): an entry was usually caused by rows shortly before it.
function around(columns: string, table: string, most: string): string {
  return `(select ${columns} from ${table} where ${IS_IT} and id < $3::uuid order by id desc limit ${most})
    union all (select ${columns} from ${table} where ${IS_IT} and id >= $3::uuid order by id limit ${most})`;
}

function entries(most: string): string {
  return `with events as (
      ${around('id, event, user_id, wanted_by, created_at', 'business_events', most)}
    ), own_deliveries as (
      select d.id, d.business_event_id, d.webhook_id, d.event, d.test, d.status, d.attempts, d.skip_reason, d.skip_message,
        d.created_at, d.finished_at, d.delivered_at
      from events join deliveries d on d.business_event_id = events.id
    ), calls as (
      ${around(
        `id, business_event_id, delivery_id, webhook_id, direction, event, test, attempt_number, status, response_status,
        duration_ms, error, started_at`,
        'webhook_request_logs',
        most,
      )}
    ), facts (at, step, id, kind, event, business_event_id, delivery_id, request_id, webhook_id, user_id, wanted_by, test,
      attempts, delivery_status, skip_reason, skip_message, request_status, response_status, duration_ms, error) as (
      select created_at, 0, id, 'EVENT_PUBLISHED', event, id, null::uuid, null::uuid, null::uuid, user_id, wanted_by, false,
        null::integer, null::text, null::text, null::text, null::text, null::integer, null::integer, null::text
      from events
      union all select created_at, 1, id, case status when 'SKIPPED' then 'DELIVERY_SKIPPED' else 'DELIVERY_MADE' end, event,
        business_event_id, id, null, webhook_id, null, null, test, null, status, skip_reason, skip_message, null, null, null,
        null
      from own_deliveries
      union all select started_at, 2, id, case direction when 'INCOMING' then 'CALL_RECEIVED' else 'ATTEMPT_MADE' end, event,
        business_event_id, delivery_id, id, webhook_id, null, null, test, attempt_number, null, null, null, status,
        response_status, duration_ms, error
      from calls
      union all select delivered_at, 3, id, 'DELIVERED', event, business_event_id, id, null, webhook_id,
        null, null, test, attempts, status, null, null, null, null, null, null
      from own_deliveries where delivered_at is not null
      union all select finished_at, 4, id, case status when 'EXHAUSTED' then 'GIVEN_UP' else 'CANCELLED' end, event,
        business_event_id, id, null, webhook_id, null, null, test, attempts, status, null, null, null, null, null, null
      from own_deliveries where status in ('EXHAUSTED', 'CANCELLED')
    )`;
}

const PLACE = '(extract(epoch from at) * 1000)::bigint * 10 + step';

// Only four different statements, so that each is prepared.
function pageStatement(descending: boolean, hasCursor: boolean): Statement {
  const [operator, direction] = descending ? ['<', 'desc'] : ['>', 'asc'];
  const beyond = hasCursor ? `where (place, id) ${operator} ($5::bigint, $6::uuid)` : '';
  return statement(`${entries(String(MAX_EVENTS))}
    select page.id, place, at, kind, event, business_event_id as "businessEventId", delivery_id as "deliveryId",
      request_id as "requestId", webhook_id as "webhookId", w.name as "webhookName",
      coalesce(u.full_name, u.name) as "userName", wanted_by as "wantedBy", test, attempts,
      delivery_status as "deliveryStatus", skip_reason as "skipReason", skip_message as "skipMessage",
      request_status as "requestStatus", response_status as "responseStatus", duration_ms as "durationMs", error
    from (
      select * from (select facts.*, ${PLACE} as place from facts) as placed ${beyond}
      order by place ${direction}, id ${direction} limit $4
    ) as page left join webhooks w on w.id = page.webhook_id left join users u on u.id = page.user_id
    order by place ${direction}, page.id ${direction}`);
}

/** @param edge the first id that is later than the cursor's time; null without a cursor */
export async function pageOfTimeline(
  db: Db,
  { documentType, name }: DocumentName,
  request: PageRequest,
  edge: string | null,
): Promise<Page<TimelineRow>> {
  const { size, backward, cursor, order } = request;
  const descending = order.descending !== backward;
  const values = [documentType, name, edge ?? (descending ? LAST_ID : FIRST_ID), size + 1];
  const found = await rowsOf<TimelineRow>(
    db,
    pageStatement(descending, cursor !== null),
    cursor ? [...values, cursor.value, cursor.id] : values,
  );
  // one more row than requested shows whether there is another page
  const [more, rows] = [found.length > size, found.slice(0, size)];
  const last = rows.at(-1);
  const end = more && last ? { id: last.id, value: last.place } : null;
  if (backward) return { rows: rows.reverse(), backward, hasPreviousPage: more, hasNextPage: cursor !== null, end };
  return { rows, backward, hasNextPage: more, hasPreviousPage: cursor !== null, end };
}

const MAX_COUNTED = 10_000;

export async function countTimeline(db: Db, { documentType, name }: DocumentName): Promise<Count> {
  const row = await rowOf<{ n: number }>(
    db,
    statement(`${entries(String(MAX_COUNTED))}
      select count(*)::int as n from (select from facts limit ${MAX_COUNTED + 1}) as counted`),
    [documentType, name, LAST_ID],
  );
  const n = row?.n ?? 0;
  return n > MAX_COUNTED ? { count: MAX_COUNTED, exact: false } : { count: n, exact: true };
}
