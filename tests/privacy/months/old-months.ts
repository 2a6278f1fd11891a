// Months of the past, with rows that belong together, and limits that have applied for a day.
import { seal } from '../../../src/evidence/seal';
import { FIRST_ID, newId } from '../../../src/values/ids';
import { addAuditor, openStore, type Store, startStore, tamperWith } from '../../evidence/stored-tree';
import { connectTo, createTestDatabase, type TestDatabase } from '../../support/database';

const TABLES = [
  'payloads',
  'business_events',
  'deliveries',
  'finished_deliveries',
  'delivery_decisions',
  'webhook_request_logs',
  'request_index',
  'evidence_leaves',
];
/** What is dropped at once. */
export const DROPPED_TABLES = TABLES.filter((table) => table !== 'payloads' && table !== 'evidence_leaves');

/** The first day of the month so many months ago, in ISO 8601. */
export async function monthAgo(database: TestDatabase, months: number): Promise<string> {
  const [row] = await database.query<{ month: string }>(
    `select to_char(date_trunc('month', now() at time zone 'UTC') - make_interval(months => $1), 'YYYY-MM-DD') as month`,
    [months],
  );
  return row?.month as string;
}

const suffixOf = (month: string) => month.slice(0, 7).replace('-', '_');

/** As the program made them then. */
export async function addPartitions(database: TestDatabase, month: string): Promise<void> {
  await database.query('set role hookledger_owner');
  for (const table of TABLES) {
    const partition = `${table}_${suffixOf(month)}`;
    await database.query(`create table ${partition} (like ${table} including all)`);
    const [bounds] = await database.query<{ first: string; past: string }>(
      'select first_id_of($1::date) as first, first_id_of(next_month($1::date)) as past',
      [month],
    );
    await database.query(
      `alter table ${table} attach partition ${partition} for values from ('${bounds?.first}') to ('${bounds?.past}')`,
    );
  }
  await database.query('reset role');
}

/** Which tables have a partition for this month. */
export async function tablesWith(database: TestDatabase, month: string): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `select p as name from unnest($1::text[]) as p where to_regclass(p || '_' || $2) is not null order by 1`,
    [TABLES, suffixOf(month)],
  );
  return rows.map(({ name }) => name);
}

export interface Family {
  event: string;
  delivery: string;
  /** One for each month that was given. */
  requests: string[];
  payload: string;
}

/**
 * An event of this month that was delivered, with a request in each of these months. The first one failed, and a decision that
 * another delivery was skipped.
 */
export async function addFamily(
  { database, user, webhook }: Months,
  name: string,
  month: string,
  requestMonths: readonly string[] = [month],
): Promise<Family> {
  const at = (first: string, n: number) => new Date(Date.parse(`${first}T00:00:00Z`) + 86_400_000 + n * 1_000);
  const idAt = (first: string, n: number) => {
    const time = at(first, n).getTime().toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}${newId().slice(13)}`;
  };
  const family = {
    payload: idAt(month, 0),
    event: idAt(month, 1),
    delivery: idAt(month, 2),
    requests: requestMonths.map((each, index) => idAt(each, 3 + index)),
  };
  const { payload, event, delivery } = family;
  await database.query(
    `insert into payloads (id, body, byte_length, content_type)
     select $1, body, length(body), 'application/json' from convert_to($2, 'UTF8') as body`,
    [payload, JSON.stringify({ name })],
  );
  await database.query(
    `insert into business_events (id, document_type, event, reference_document, payload_id, user_id, published_by, created_at,
       fanned_out_at, wanted_by) values ($1, 'Sales Invoice', 'on_submit', $2, $3, $4, $4, $5, $5, 1)`,
    [event, name, payload, user, at(month, 1)],
  );
  const skipped = idAt(month, 5);
  await tamperWith(database, [
    ...[
      [delivery, 'DELIVERED', 'null'],
      [skipped, 'SKIPPED', `'CONDITION'`],
    ].flatMap(([id, status, reason]) => [
      `insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document, status,
         skip_reason, method, url, headers, payload_id, attempts, held, created_at, finished_at)
       values ('${id}', '${event}', '${webhook}', '${user}', 'Sales Invoice', 'on_submit', '${name}', '${status}', ${reason}, 'POST',
         'https://partner.example.com/', '[]', '${payload}', ${status === 'SKIPPED' ? 0 : requestMonths.length}, false,
         '${at(month, 2).toISOString()}', '${at(month, 9).toISOString()}')`,
      `insert into finished_deliveries select id, webhook_id, document_type, status, finished_at from deliveries where id = '${id}'`,
    ]),
  ]);
  await database.query(
    `with made as (
       insert into delivery_decisions (id, delivery_id, business_event_id, webhook_id, status, reason, attempts, at, leaf_hash)
       values ($1, $2, $3, $4, 'SKIPPED', 'CONDITION', 0, $5, '') returning id
     ) select from made`,
    [idAt(month, 6), skipped, event, webhook, at(month, 9)],
  );
  await tamperWith(database, [
    `update delivery_decisions d set leaf_hash = decision_leaf_hash(d) where leaf_hash = ''`,
    `insert into evidence_queue (kind, subject_ids, leaf_hashes)
     select 4, array[id], leaf_hash from delivery_decisions where delivery_id = '${skipped}'`,
  ]);
  for (const [index, request] of family.requests.entries()) {
    const first = requestMonths[index] as string;
    await database.query(
      `insert into webhook_request_logs (id, webhook_id, direction, status, document_type, event, reference_document,
         business_event_id, delivery_id, user_id, attempt_number, duplicate, method, url, headers, payload_id, started_at,
         finished_at)
       values ($1, $2, 'OUTGOING', $3, 'Sales Invoice', 'on_submit', $4, $5, $6, $7, $8, false, 'POST',
         'https://partner.example.com/', '[]', $9, $10, $10)`,
      [
        request,
        webhook,
        index === requestMonths.length - 1 ? 'SUCCEEDED' : 'FAILED',
        name,
        event,
        delivery,
        user,
        index + 1,
        payload,
        at(first, 3 + index),
      ],
    );
  }
  return family;
}

export interface Months {
  database: TestDatabase;
  store: Store;
  user: string;
  webhook: string;
}

/** Two months, six and three months ago, in a database of its own. */
export interface OldMonths extends Months {
  old: string;
  later: string;
}

interface Made<T> {
  database: string;
  what: T;
}

const made = new Map<unknown, Promise<Made<unknown>>>();
afterAll(async () => {
  for (const each of made.values()) await (await connectTo((await each).database)).drop();
});

/** What this makes in a database of its own, which is made once for all tests of a file: each gets a copy. */
export async function copyOf<T extends Months>(make: (store: Store) => Promise<T>): Promise<T> {
  const found = (made.get(make) ?? makeFirst(make)) as Promise<Made<T>>;
  made.set(make, found);
  const { database, what } = await found;
  const store = await openStore(await createTestDatabase(database));
  return { ...what, store, database: store.database };
}

async function makeFirst<T extends Months>(make: (store: Store) => Promise<T>): Promise<Made<T>> {
  const store = await startStore();
  const what = await make(store);
  // nothing may be connected to what is copied
  await store.source.destroy();
  await store.database.close();
  return { database: store.database.name, what };
}

export const startMonths = (): Promise<OldMonths> => copyOf(makeMonths);

export async function makeMonths(store: Store): Promise<OldMonths> {
  await addAuditor(store);
  return addMonths(store);
}

export interface MonthsWithFamilies extends OldMonths {
  /** All of its rows are in the old month. */
  alone: Family;
  /** Its second attempt was made in the later month. */
  across: Family;
}

/** All rows are sealed. */
export const startMonthsWithFamilies = (): Promise<MonthsWithFamilies> => copyOf(makeMonthsWithFamilies);

async function makeMonthsWithFamilies(store: Store): Promise<MonthsWithFamilies> {
  const months = await makeMonths(store);
  const { old, later } = months;
  const alone = await addFamily(months, 'SINV-1', old);
  const across = await addFamily(months, 'SINV-2', old, [old, later]);
  await sealAll(months.store);
  return { ...months, alone, across };
}

/** @param store with a user */
export async function addMonths(store: Store): Promise<OldMonths> {
  const { database } = store;
  const [row] = await database.query<{ user: string; webhook: string }>(
    `insert into webhooks (id, name, direction, status, url, events, timeout_ms, owner_id, created_at, updated_at)
     select new_id(), 'Partner', 'OUTGOING', 'ACTIVE', 'https://partner.example.com/', '{}', 1000, id, now(), now() from users limit 1
     returning owner_id as user, id as webhook`,
  );
  const [old, later] = [await monthAgo(database, 6), await monthAgo(database, 3)];
  for (const month of [old, later]) await addPartitions(database, month);
  return { database, store, old, later, ...(row as { user: string; webhook: string }) };
}

export async function sealAll({ transaction, keyring }: Store): Promise<void> {
  while (await seal(transaction, keyring, 'erp.example.com'));
}

/** A limit as if it was set two days ago; null: none. */
export async function keepRowsFor(months: Months, rowMonths: number | null): Promise<void> {
  await months.database.query(
    `insert into retention_limits (id, row_months, reason, changed_by, changed_at) values ('${FIRST_ID}', $1, 'Our policy', $2, now() - interval '2 days')
     on conflict (id) do update set row_months = $1, changed_at = now() - interval '2 days'`,
    [rowMonths, months.user],
  );
  await recordLimits(months);
}

/** Writes the entry of each limit, as setRetention does. */
export const RECORD_LIMITS = `insert into audit_entries (id, at, action, actor_kind, subject_type, subject_id, details)
  select new_id(), date_trunc('milliseconds', clock_timestamp()), 'retention.changed', 'SYSTEM', 'Retention', id,
    json_build_object('after', json_build_object('contentDays', content_days, 'minimumDays', minimum_days,
      'minimumReason', minimum_reason, 'rowMonths', row_months))::text from retention_limits`;

/** Has the limits of now in the audit trail, in a head that was signed so long ago. */
export async function recordLimits({ database, store }: Months, ago = '2 days'): Promise<void> {
  await database.query(RECORD_LIMITS);
  await sealAll(store);
  await signedAgo(database, ago);
}

/** As if each head was signed so long ago. */
export function signedAgo(database: TestDatabase, ago: string): Promise<void> {
  return tamperWith(database, [`update evidence_heads set signed_at = now() - interval '${ago}'`]);
}
