// What the rows are drawn from: users, webhooks, hours with their share of the traffic, pieces of documents.
import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';

const DAYS = 90;
const HOUR_MS = 3_600_000;
export const SLOTS = 4096;

/** Kinds of documents: type, the prefix of its numbers, how many of the webhooks ask for it. */
const TYPES: readonly (readonly [string, string, number])[] = [
  ['Sales Invoice', 'SINV', 34],
  ['Payment Entry', 'PAY', 26],
  ['Sales Order', 'SO', 20],
  ['Delivery Note', 'DN', 16],
  ['Purchase Invoice', 'PINV', 12],
  ['Stock Entry', 'STE', 8],
  ['Customer', 'CUST', 4],
];
const USERS = 200;
const OWNERS = 30;

/** Beside the ordinary ones: a webhook that is told of about 40 events in all, and one that was never told of any. */
export const RARE_WEBHOOK = 'Rare partner';
export const EMPTY_WEBHOOK = 'Silent partner';
const RARE_EVENTS = 40;

export interface Plan {
  events: number;
  /** One event in so many goes to the rare webhook. */
  rareEvery: number;
  /** In ms since 1970: nothing is later. */
  until: number;
}

/** Makes the schema `bench_generator`; `dropLookup` takes it away. @param rows requests wanted, about */
export async function makeLookup(sql: Client, rows: number, now: number): Promise<Plan> {
  const until = Math.floor(now / HOUR_MS) * HOUR_MS;
  await sql.query('drop schema if exists bench_generator cascade');
  await sql.query('create schema bench_generator');
  await insertUsers(sql, until);
  await insertWebhooks(sql, until);
  await makeSlots(sql);
  await makeItems(sql);
  const events = await makeHours(sql, Math.ceil(rows / REQUESTS_PER_EVENT), until);
  await sql.query(
    'analyze bench_generator.hours, bench_generator.webhook_slots, bench_generator.user_slots, bench_generator.items',
  );
  return { events, rareEvery: Math.max(1, Math.floor(events / RARE_EVENTS)), until };
}

/** One event in seven is told to two webhooks; a failure brings further attempts. Measured on what is generated. */
const REQUESTS_PER_EVENT = 1.157;

export async function dropLookup(sql: Client): Promise<void> {
  await sql.query('drop schema bench_generator cascade');
}

// ids of the time when the traffic began, and ascending: random enough, but the same order in every run
function idsFrom(ms: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const time = (ms + index).toString(16).padStart(12, '0');
    const random = randomBytes(10).toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(4, 7)}-${random.slice(7, 19)}`;
  });
}

async function insertUsers(sql: Client, until: number): Promise<void> {
  const ids = idsFrom(until - DAYS * 24 * HOUR_MS - 10 * HOUR_MS, USERS);
  await sql.query(
    `insert into users (id, name, full_name, roles, active, created_at, updated_at)
     select id, 'user' || n || '@example.com', (array['Amal', 'Badr', 'Chen', 'Dana', 'Eman', 'Farid', 'Grace', 'Huda'])[1 + n % 8]
         || ' ' || (array['Haddad', 'Khoury', 'Meyer', 'Novak', 'Osman', 'Silva', 'Tanaka'])[1 + n % 7],
       case when n <= $2 then '{INTEGRATION_MANAGER}' else '{}' end::text[], true, at, at
     from unnest($1::uuid[]) with ordinality as u (id, n),
       lateral (select to_timestamp(('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint / 1000.0) as at) as made`,
    [ids, OWNERS],
  );
}

async function insertWebhooks(sql: Client, until: number): Promise<void> {
  const all = TYPES.flatMap(([type, , count]) =>
    Array.from({ length: count }, (_, index) => `${type} partner ${index + 1}`),
  );
  // spread over the ranks, so that the busiest webhooks are of several types
  const spread = all.map((name, index) => ({ name, at: (index * 0.618_033_988) % 1 })).sort((a, b) => a.at - b.at);
  const names = [...spread.map(({ name }) => name), RARE_WEBHOOK, EMPTY_WEBHOOK];
  const ids = idsFrom(until - DAYS * 24 * HOUR_MS - 5 * HOUR_MS, names.length);
  const types = names.map((name) => TYPES.find(([type]) => name.startsWith(type))?.[0] ?? 'Sales Invoice');
  await sql.query(
    `insert into webhooks (id, name, direction, status, url, document_type, events, timeout_ms, owner_id, created_at, updated_at)
     select w.id, w.name, 'OUTGOING', case when n % 17 = 0 then 'PAUSED' else 'ACTIVE' end,
       'https://partner-' || n || '.example.com/hooks/' || replace(lower(type), ' ', '-'), type, '{}', 15000, owner.id, at, at
     from unnest($1::uuid[], $2::text[], $3::text[]) with ordinality as w (id, name, type, n)
     join users as owner on owner.name = 'user' || (1 + n % $4) || '@example.com',
       lateral (select to_timestamp(('x' || translate(left(w.id::text, 13), '-', ''))::bit(48)::bigint / 1000.0) as at) as made`,
    [ids, names, types, OWNERS],
  );
}

// Zipf: the n-th busiest gets 1/n^1.1 of the traffic. A slot is drawn for each event.
async function makeSlots(sql: Client): Promise<void> {
  await sql.query(
    `create unlogged table bench_generator.webhook_slots as
     with ranked as (
       select id, document_type, url, row_number() over (order by id) as rank from webhooks where name not in ($2, $3)
         and name like '% partner %'),
     shares as materialized (
       select *, sum(power(rank, -1.1)) over (order by rank) / sum(power(rank, -1.1)) over () as up_to,
         lead(id) over (partition by document_type order by rank) as next_id,
         first_value(id) over (partition by document_type order by rank) as first_id from ranked)
     select slot, s.id as webhook_id, s.document_type, s.rank, s.url,
       coalesce(s.next_id, s.first_id) as second_id, second.url as second_url
     from generate_series(0, $1::int - 1) as slot
     cross join lateral (select * from shares where up_to >= (slot + 0.5) / $1 order by rank limit 1) as s
     join webhooks as second on second.id = coalesce(s.next_id, s.first_id)
     union all
     select -1, id, document_type, 1000, url, id, url from webhooks where name = $2`,
    [SLOTS, RARE_WEBHOOK, EMPTY_WEBHOOK],
  );
  await sql.query(
    `create unlogged table bench_generator.user_slots as
     with shares as materialized (
       select id, sum(1.0 / n) over (order by n) / sum(1.0 / n) over () as up_to
       from (select id, row_number() over (order by id) as n from users where name like 'user%@example.com') as ranked)
     select slot, (select id from shares where up_to >= (slot + 0.5) / $1 order by up_to limit 1) as user_id
     from generate_series(0, $1::int - 1) as slot`,
    [SLOTS],
  );
  const prefixes = TYPES.map(([type, prefix]) => `('${type}', '${prefix}')`).join(', ');
  await sql.query(
    `create unlogged table bench_generator.prefixes as select * from (values ${prefixes}) as p (document_type, prefix)`,
  );
}

// The lines of documents, made once: level 0 to 24 is so many lines, each further level a tenth more on a log scale.
async function makeItems(sql: Client): Promise<void> {
  await sql.query(
    `create unlogged table bench_generator.items as
     select level, variant,
       coalesce((select string_agg(format('{"item_code":"SKU-%s","item_name":"%s","qty":%s,"rate":%s,"amount":%s,"uom":"%s"}',
           1000 + k, (array['Printer paper A4', 'Desk lamp', 'Office chair', 'Network cable 5 m', 'Toner black', 'Whiteboard',
             'USB hub', 'Monitor arm', 'Coffee beans 1 kg', 'Safety gloves', 'Steel bolt M8', 'Packing tape'])[1 + k % 12],
           1 + k % 9, (k % 97) * 3.5 + 1.25, (1 + k % 9) * ((k % 97) * 3.5 + 1.25), (array['Box', 'Nos', 'Kg'])[1 + k % 3]), ',')
         from (select (line * 37 + variant * 101 + level * 13) % 400 as k from generate_series(1, lines) as line) as picked), '')
         as text
     from generate_series(0, 55) as level cross join generate_series(0, 15) as variant
     cross join lateral (select case when level <= 24 then level else round(24 * exp((level - 24) / 10.0))::int end as lines) as l`,
  );
}

// More by day than by night, less on Fridays and Saturdays, and now and then an hour with eight times as much.
async function makeHours(sql: Client, events: number, until: number): Promise<number> {
  await sql.query('select setseed(0.42)');
  await sql.query(
    `create unlogged table bench_generator.hours as
     with shares as (
       select hour, ($2::bigint - ($3::int - hour) * 3600000::bigint) as start_ms,
         (1 + 0.8 * sin(2 * pi() * (hour % 24 - 7) / 24)) * case when (hour / 24) % 7 in (4, 5) then 0.4 else 1 end
           * (0.6 + 0.8 * random()) * case when random() < 0.01 then 8 else 1 end as share
       from generate_series(0, $3::int - 1) as hour),
     counted as (select *, sum(share) over (order by hour) / sum(share) over () as up_to from shares)
     select hour, start_ms, round($1 * coalesce(lag(up_to) over (order by hour), 0))::bigint as first_n,
       (round($1 * up_to) - round($1 * coalesce(lag(up_to) over (order by hour), 0)))::int as events,
       array[random(), random(), random()] as bursts
     from counted`,
    [events, until, DAYS * 24],
  );
  return events;
}
