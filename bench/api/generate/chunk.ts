// The rows of some hours: events, what was owed for them, and every attempt. One transaction.
import type { Client } from 'pg';
import type { Plan } from './lookup';

/** Once for each connection. Past foreign keys and triggers for each row, as the superuser: the rows are made to fit. */
export async function prepareSession(sql: Client): Promise<void> {
  await sql.query(
    "set session_replication_role = replica; set synchronous_commit = off; set work_mem = '256MB'; set jit = off",
  );
  // a UUIDv7 of that millisecond
  await sql.query(
    `create function pg_temp.id_at(ms bigint) returns uuid language sql volatile as $$
       select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing substring(int8send(ms) from 3)
         from 1 for 6), 52, 1), 53, 1), 'hex')::uuid $$`,
  );
}

/** @returns how many requests were written */
export async function writeHours(sql: Client, plan: Plan, from: number, to: number): Promise<number> {
  await sql.query('begin');
  await sql.query('select setseed($1)', [(from % 1000) / 1000]);
  await sql.query(EVENTS, [from, to, plan.rareEvery]);
  await sql.query(DELIVERIES, [plan.until]);
  await sql.query(ATTEMPTS);
  await sql.query(INSERT_PAYLOADS);
  await sql.query(INSERT_EVENTS);
  await sql.query(INSERT_DELIVERIES);
  await sql.query(INSERT_FINISHED);
  const { rowCount } = await sql.query(INSERT_REQUESTS);
  await sql.query('commit');
  return rowCount ?? 0;
}

// Two in five events come in one of three bursts of twenty seconds. Documents have several events, close to one another.
// Bodies are lognormal: 600 bytes at the median, 8 kB at p99.
const EVENTS = `create temp table e on commit drop as
  with drawn as materialized (
    select h.first_n + i as n,
      h.start_ms + least(3599999, case when random() < 0.4
        then h.bursts[1 + floor(random() * 3)::int] * 3580000 + random() * 20000 else random() * 3600000 end)::bigint as ms,
      case when (h.first_n + i) % $3::bigint = 0 then -1 else floor(random() * 4096)::int end as webhook_slot,
      floor(random() * 4096)::int as user_slot,
      600 * exp(1.113 * random_normal()) as size, floor(random() * 16)::int as variant, random() as of_event,
      floor(random() * 64)::int as jitter, floor(power(random(), 2) * 2000)::int as customer, random() as of_currency,
      random() as of_status, random() < 0.14 as two
    from bench_generator.hours h cross join lateral generate_series(0, h.events - 1) as i
    where h.hour >= $1 and h.hour < $2),
  sized as materialized (
    select *, case when size < 2890 then greatest(0, round((size - 290) / 108))
      else least(55, 24 + round(10 * ln(((size - 290) / 108) / 24))) end::int as level from drawn)
  select pg_temp.id_at(s.ms) as event_id, pg_temp.id_at(s.ms) as payload_id, s.n, s.ms, to_timestamp(s.ms / 1000.0) as at,
    s.two, s.webhook_slot, w.document_type, w.rank, w.webhook_id, w.url, w.second_id, w.second_url, u.user_id,
    case when s.of_event < 0.5 then 'on_submit' when s.of_event < 0.8 then 'on_update' when s.of_event < 0.92 then 'on_change'
      else 'on_cancel' end as event,
    doc.name as reference_document,
    convert_to('{"doctype":"' || w.document_type || '","name":"' || doc.name || '","company":"Example Trading LLC","customer":"CUST-'
      || lpad(s.customer::text, 5, '0') || '","customer_name":"'
      || (array['Al Noor', 'Blue Harbour', 'Cedar', 'Delta', 'Evergreen', 'Falcon', 'Golden Gate', 'Horizon'])[1 + s.customer % 8]
      || ' Trading ' || s.customer || '","po_no":"PO-' || substr(md5(s.n::text), 1, 10) || '","posting_date":"'
      || to_char(to_timestamp(s.ms / 1000.0), 'YYYY-MM-DD') || '","currency":"'
      || case when s.of_currency < 0.7 then 'SAR' when s.of_currency < 0.9 then 'USD' when s.of_currency < 0.98 then 'EUR' else 'AED' end
      || '","status":"' || case when s.of_status < 0.5 then 'Paid' when s.of_status < 0.9 then 'Unpaid' else 'Overdue' end
      || '","grand_total":' || round((s.size * 3.17)::numeric, 2) || ',"total_taxes_and_charges":' || round((s.size * 0.41)::numeric, 2)
      || ',"items":[' || items.text || ']}', 'UTF8') as body
  from sized s
  join bench_generator.webhook_slots w on w.slot = s.webhook_slot
  join bench_generator.user_slots u on u.slot = s.user_slot
  join bench_generator.prefixes p on p.document_type = w.document_type
  join bench_generator.items on items.level = s.level and items.variant = s.variant
  cross join lateral (select p.prefix || '-2026-' || lpad(((s.n + s.jitter) / 16)::text, 7, '0') as name) as doc`;

// About 2 % of the requests fail; some webhooks are worse than others, and one hour in fifty is an outage of theirs.
const DELIVERIES = `create temp table d on commit drop as
  with owed as (
    select event_id, payload_id, ms, at, document_type, event, reference_document, user_id, rank,
      webhook_id as to_id, url as to_url from e
    union all
    select event_id, payload_id, ms, at, document_type, event, reference_document, user_id, rank, second_id, second_url
    from e where two and webhook_slot >= 0),
  drawn as materialized (
    select *, random() as trouble, random() as of_fails, 20 + 15 * (rank % 12) as base_ms,
      0.007 * case when rank % 10 = 3 then 4 else 1 end * case when (ms / 3600000 + rank * 7) % 50 = 0 then 6 else 1 end as odds
    from owed)
  select pg_temp.id_at(ms + 5) as delivery_id, event_id, payload_id, ms, at, document_type, event, reference_document, user_id,
    to_id, to_url, base_ms, case when trouble > odds or ms > $1::bigint - 2700000 then 0
      when of_fails < 0.5 then 1 when of_fails < 0.75 then 2 else 4 end as fails
  from drawn`;

const ATTEMPTS = `create temp table r on commit drop as
  with drawn as materialized (
    select d.*, attempt, attempt <= fails as failed, random() as of_error,
      ms + 8 + floor(random() * 40)::bigint + (array[0, 5000, 305000, 2105000])[attempt] as started_ms,
      base_ms * exp(0.5 * random_normal()) as usual_ms
    from d cross join lateral generate_series(1, case fails when 4 then 4 else fails + 1 end) as attempt),
  coded as materialized (
    select *, case when not failed then null when of_error < 0.55 then 'HTTP_STATUS' when of_error < 0.75 then 'TIMEOUT'
      when of_error < 0.85 then 'CONNECT' when of_error < 0.91 then 'RESET' when of_error < 0.95 then 'TLS'
      when of_error < 0.98 then 'DNS' else 'PROCESS_DIED' end as error_code from drawn)
  select pg_temp.id_at(started_ms) as request_id, *,
    case when error_code = 'TIMEOUT' then 15000 else least(14000, greatest(1, usual_ms))::int end as duration_ms,
    case when not failed then (array[200, 200, 200, 202, 204])[1 + floor(of_error * 5)::int]
      when error_code = 'HTTP_STATUS' then (array[500, 502, 503, 429, 404, 400])[1 + floor(of_error / 0.55 * 6)::int] end as answered
  from coded`;

// Triggers are off: digests of bodies and leaves are of the right size only. Nothing here reads them.
const INSERT_PAYLOADS = `insert into payloads (id, body, byte_length, content_type, body_digest)
  select payload_id, body, octet_length(body), 'application/json', sha256(body) from e order by payload_id`;

const INSERT_EVENTS = `insert into business_events (id, document_type, event, reference_document, payload_id, user_id, published_by,
    created_at, fanned_out_at, wanted_by, body_digest, leaf_hash)
  select event_id, document_type, event, reference_document, payload_id, user_id, user_id, at, at + interval '5 ms',
    case when two and webhook_slot >= 0 then 2 else 1 end, sha256(body), sha256(uuid_send(event_id))
  from e order by event_id`;

const INSERT_DELIVERIES = `insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document,
    status, method, url, headers, payload_id, attempts, held, created_at, finished_at, delivered_at)
  select d.delivery_id, d.event_id, d.to_id, d.user_id, d.document_type, d.event, d.reference_document,
    case when fails = 4 then 'EXHAUSTED' else 'DELIVERED' end, 'POST', d.to_url,
    '[["content-type","application/json"],["user-agent","Hookledger"]]', d.payload_id, last.attempts, false,
    to_timestamp((d.ms + 5) / 1000.0), last.at, case when fails < 4 then last.at end
  from d join (
    select delivery_id, max(attempt) as attempts, to_timestamp(max(started_ms + duration_ms) / 1000.0) as at from r group by 1
  ) as last using (delivery_id) order by d.delivery_id`;

const INSERT_FINISHED = `insert into finished_deliveries (id, webhook_id, document_type, status, finished_at)
  select d.delivery_id, d.to_id, d.document_type, case when d.fails = 4 then 'EXHAUSTED' else 'DELIVERED' end, last.at
  from d join (
    select delivery_id, to_timestamp(max(started_ms + duration_ms) / 1000.0) as at from r group by 1
  ) as last using (delivery_id) order by d.delivery_id`;

const INSERT_REQUESTS = `insert into webhook_request_logs (id, webhook_id, direction, status, document_type, event, reference_document,
    business_event_id, delivery_id, user_id, attempt_number, duplicate, method, url, headers, payload_id, started_at,
    finished_at, duration_ms, response_status, response_headers, response_body, response_bytes, response_truncated, error,
    error_code, remote_address, body_digest, leaf_hash)
  select request_id, to_id, 'OUTGOING', case when not failed then 'SUCCEEDED' when error_code = 'PROCESS_DIED' then 'UNKNOWN' else 'FAILED' end,
    document_type, event, reference_document, event_id, delivery_id, user_id, attempt, false, 'POST', to_url,
    '[["content-type","application/json"],["user-agent","Hookledger"],["webhook-id","dlv_' || replace(delivery_id::text, '-', '')
      || '"],["webhook-timestamp","' || started_ms / 1000 || '"],["webhook-signature","v1,' || md5(request_id::text) || '/2t8Lq0='
      || '"]]',
    payload_id, to_timestamp(started_ms / 1000.0), to_timestamp((started_ms + duration_ms) / 1000.0), duration_ms, answered,
    case when answered is not null then '[["content-type","application/json"],["server","nginx"],["x-request-id","'
      || substr(md5(delivery_id::text), 1, 16) || '"]]' end,
    answer.body, octet_length(answer.body), case when answer.body is not null then false end,
    case error_code when 'HTTP_STATUS' then 'The partner answered ' || answered || '.'
      when 'TIMEOUT' then 'No answer within 15000 ms.' when 'CONNECT' then 'The connection was refused.'
      when 'RESET' then 'The connection ended before the answer.' when 'TLS' then 'The certificate has expired.'
      when 'DNS' then 'The host name could not be resolved.' when 'PROCESS_DIED' then 'The process ended before the outcome was known.' end,
    error_code, case when error_code is null or error_code not in ('DNS', 'CONNECT') then '203.0.113.' || 1 + base_ms % 200 end,
    sha256(uuid_send(payload_id)), sha256(uuid_send(request_id))
  from r cross join lateral (select case
      when not failed and answered <> 204 then convert_to('{"ok":true,"document":"' || reference_document || '","receipt":"' || substr(md5(request_id::text), 1, 12) || '"}', 'UTF8')
      when answered is not null and failed then convert_to('{"error":"' || case when answered >= 500 then 'temporarily out of service' else 'refused' end
        || '","trace":"' || md5(request_id::text) || '"}', 'UTF8') end as body) as answer
  order by request_id`;
