import { uuidOf } from '../../../src/values/ids';
import type { TestApp } from '../../support/app';
import type { TestDatabase } from '../../support/database';
import { createTestWebhook } from '../../support/webhooks';

export async function makeWebhooks(app: TestApp, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const { id } = await createTestWebhook(app, 'https://partner.example/', { name: `Partner ${n}` });
    ids.push(uuidOf('Webhook', id) as string);
  }
  return ids;
}

export interface SeededDeliveries {
  count: number;
  from: string;
  to: string;
  webhookIds: readonly string[];
}

const ID_AT = (at: string) =>
  `(lpad(to_hex((extract(epoch from ${at}) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3)
    || '8' || substr(md5(random()::text), 1, 15))::uuid`;

/** Deliveries of all kinds, at random times of a span. Their ids and times have the same milliseconds. */
export async function seedDeliveries(database: TestDatabase, rows: SeededDeliveries): Promise<void> {
  await database.query(
    `insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document, status,
       skip_reason, attempts, held, open_request_id, created_at, delivered_at, finished_at)
     select ${ID_AT('at')}, ${ID_AT(`at - (1000 * random() ^ 4)::integer * interval '1 ms'`)}, webhook_id,
       (select id from users limit 1), document_type, 'on_submit', 'INV-' || n, status,
       case when status = 'SKIPPED' then (array['CONDITION_FALSE', 'DUPLICATE', 'TEMPLATE_ERROR'])[1 + floor(random() * 3)::int] end,
       case when status = 'SKIPPED' then 0 else 1 + floor(random() * 3)::int end, false,
       case when status = 'PENDING' then gen_random_uuid() end, at,
       case when status = 'DELIVERED' or (status = 'PENDING' and random() < 0.1)
         then at + (case when random() < 0.01 then 400000 else 3000 end * random() ^ 3)::integer * interval '1 ms' end,
       case when status not in ('PENDING', 'RETRYING') then at + interval '1 second' end
     from (
       select n, date_trunc('milliseconds', $2::timestamptz + random() * ($3::timestamptz - $2::timestamptz)) as at,
         ($4::uuid[])[1 + floor(random() * cardinality($4::uuid[]))::int] as webhook_id,
         (array['Sales Invoice', 'Customer'])[1 + floor(random() * 2)::int] as document_type,
         (array['DELIVERED', 'DELIVERED', 'DELIVERED', 'EXHAUSTED', 'SKIPPED', 'CANCELLED', 'PENDING', 'RETRYING'])
           [1 + floor(random() * 8)::int] as status
       from generate_series(1, $1::int) as n
     ) as made`,
    [rows.count, rows.from, rows.to, rows.webhookIds],
  );
}

/** Moves some deliveries on: an attempt begins, or one ends in any way, or a finished delivery is replayed. */
export async function moveDeliveries(database: { query(sql: string): Promise<unknown> }, limit: number): Promise<void> {
  await database.query(
    `update deliveries as d set
       open_request_id = case when begins then gen_random_uuid() end,
       attempts = d.attempts + begins::integer,
       status = case when begins then d.status when d.finished_at is not null then 'PENDING' else next end,
       skip_reason = null,
       finished_at = case when begins or (d.finished_at is null and next <> 'RETRYING') then
         case when begins then d.finished_at else now() end end,
       delivered_at = case when not begins and d.finished_at is null and next = 'DELIVERED'
         then coalesce(d.delivered_at, d.created_at + interval '77 ms') else d.delivered_at end
     from (
       select id, open_request_id is null and finished_at is null as begins,
         (array['DELIVERED', 'EXHAUSTED', 'RETRYING', 'CANCELLED'])[1 + floor(random() * 4)::int] as next
       from deliveries order by random() limit ${limit} for update skip locked
     ) as moved
     where d.id = moved.id`,
  );
}

const COLUMNS = `count(*)::int as "deliveryCount", count(*) filter (where status = 'PENDING')::int as pending,
  count(*) filter (where status = 'RETRYING')::int as retrying, count(*) filter (where status = 'DELIVERED')::int as delivered,
  count(*) filter (where status = 'EXHAUSTED')::int as exhausted, count(*) filter (where status = 'SKIPPED')::int as skipped,
  count(*) filter (where status = 'CANCELLED')::int as cancelled,
  coalesce(sum(attempts - case when open_request_id is null then 0 else 1 end), 0)::int as "attemptCount",
  (count(*) filter (where status = 'DELIVERED'))::float8
    / nullif(count(*) filter (where status in ('DELIVERED', 'EXHAUSTED', 'CANCELLED')), 0) as "deliveredRate",
  json_build_object('count', count(arrival), 'p50Ms', percentile_disc(0.5) within group (order by arrival),
    'p95Ms', percentile_disc(0.95) within group (order by arrival),
    'p99Ms', percentile_disc(0.99) within group (order by arrival), 'maxMs', max(arrival)) as "timeToArrival"`;

/** The event's time is in its id: the first 48 bits. */
const ROWS = `(select *, (extract(epoch from delivered_at) * 1000)::bigint
  - ('x' || substr(replace(business_event_id::text, '-', ''), 1, 12))::bit(48)::bigint as arrival from deliveries) as d`;

/** Counted by SQL: deliveries that meet a condition, in groups. */
export function deliveriesBySql(database: TestDatabase, condition = 'true', group = 'null') {
  return database.query<Record<string, unknown> & { key: string | null; deliveryCount: number }>(
    `select (${group})::text as key, ${COLUMNS} from ${ROWS} where ${condition} group by 1 order by 1`,
  );
}

export const FIGURES = `deliveryCount pending retrying delivered exhausted skipped cancelled attemptCount deliveredRate
  timeToArrival { count p50Ms p95Ms p99Ms maxMs }`;
