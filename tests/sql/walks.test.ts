// Pages that look at few rows: page by page, they have the rows of plain SQL.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { READ } from '../../src/database/pools';
import { BY_END, BY_NEXT_ATTEMPT, deliveryStatusFilter } from '../../src/delivery/delivery-states';
import { firstIdAt } from '../../src/ids';
import { ORDERED_REQUEST_LOG } from '../../src/request-log/request-log.store';
import { foundInIndex } from '../../src/request-log/search/words.store';
import { outcomeFilter, statusFilter } from '../../src/request-log/status-filter';
import {
  all,
  any,
  bindings,
  type Condition,
  compares,
  contains,
  idTime,
  isAnyOf,
  not,
  ofOwner,
  sqlTest,
  startsWith,
  toSql,
} from '../../src/sql/condition';
import { count, type Page, page, pagesByParent } from '../../src/sql/keyset';
import type { Listing, Order, PageRequest } from '../../src/sql/listing';
import { firstIds } from '../../src/sql/resolving/ids-to-end';
import { needsResolving, resolveCondition } from '../../src/sql/resolving/resolve-condition';
import { createTestDatabase, type TestDatabase } from '../support/database';

const ROWS = 1_200;
const HOUR = 3_600_000;
const NOW = Date.now();
const BEGIN = NOW - ROWS * 2 * HOUR;

let database: TestDatabase;
let source: DataSource;

const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

beforeAll(async () => {
  database = await createTestDatabase('template1');
  const ids = Array.from({ length: ROWS }, (_, n) =>
    firstIdAt(Math.round(BEGIN + n * 2 * HOUR)).replace(/0{4}-0{12}$/, `8000-${String(n).padStart(12, '0')}`),
  );
  await database.query(
    `create table webhook_request_logs as
    select id, n, ('00000000-0000-7000-8000-' || lpad((case when n % 3 = 0 then 0 else n % 7 end)::text, 12, '0'))::uuid as webhook_id,
      ('00000000-0000-7000-8000-' || lpad((n % 30)::text, 12, '0'))::uuid as user_id, 'Type ' || n % 4 as document_type,
      case when n % 50 = 9 then null else 'INV-' || n / 100 || '-' || n % 5 end as reference_document,
      case when n % 40 = 3 then 'FAILED' when n % 100 = 4 then 'UNKNOWN' when n % 300 = 5 then 'REFUSED' else 'SUCCEEDED' end as status,
      nullif(n * 7919 % 997, 5) as duration_ms, n % 11 as code
    from unnest($1::uuid[]) with ordinality as given (id, n)`,
    [ids],
  );
  await database.query(`alter table webhook_request_logs add primary key (id);
    create index on webhook_request_logs (webhook_id, id); create index on webhook_request_logs (user_id, id);
    create index on webhook_request_logs (document_type, id); create index on webhook_request_logs (reference_document text_pattern_ops, id);
    create table failed_requests as select id, webhook_id, document_type, status from webhook_request_logs where status <> 'SUCCEEDED';
    create index on failed_requests (webhook_id, id); create index on failed_requests (status, id);
    create table request_index as select id, status as outcome, coalesce(duration_ms, -1) as took_ms,
      array_to_tsvector(array['Mall', 'Mcode' || code, 'Mrare' || n % 400]) as words from webhook_request_logs where n % 97 <> 1;
    alter table request_index add primary key (id); create index on request_index (outcome, id); create index on request_index (took_ms, id);
    create index on request_index using gin (words);
    create table deliveries as select id, webhook_id, document_type, code, n,
      (array['DELIVERED', 'DELIVERED', 'EXHAUSTED', 'PENDING', 'RETRYING', 'SKIPPED', 'CANCELLED', 'DELIVERED'])[n % 8 + 1] as status,
      case when n % 8 in (3, 4) then null else timestamptz '2026-01-01' + (n * 7919 % 10007) * interval '1 minute' end as finished_at,
      case when n % 8 in (3, 4) then timestamptz '2026-01-01' + (n * 31 % 499) * interval '1 minute' end as next_attempt_at from webhook_request_logs;
    alter table deliveries add primary key (id); create index on deliveries (webhook_id, id);
    create table open_deliveries as select id, webhook_id, document_type, status, false as held, null::text as waits_for, next_attempt_at from deliveries where finished_at is null;
    create table finished_deliveries as select id, webhook_id, document_type, status, finished_at from deliveries where finished_at is not null;
    create index on open_deliveries (status, id); create index on open_deliveries (webhook_id, status, id);
    create index on open_deliveries (next_attempt_at, id) where next_attempt_at is not null;
    create index on open_deliveries (webhook_id, next_attempt_at, id) where next_attempt_at is not null;
    create index on finished_deliveries (status, id); create index on finished_deliveries (webhook_id, status, id);
    create index on finished_deliveries (status, finished_at, id); create index on finished_deliveries (webhook_id, status, finished_at, id);
    analyze`);
  source = await createDataSource(database.superuserUrl, { ...READ, poolSize: 3 }).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

/** A generator of numbers that are the same in each run. */
function randomFrom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

type Random = (below: number) => number;

const pick = <Value>(random: Random, values: readonly Value[]): Value => values[random(values.length)] as Value;

const some = (random: Random, most: number) => Array.from({ length: 1 + random(most) }, () => uuid(random(30)));

const REQUESTS: Listing = { table: 'webhook_request_logs', columns: 'id, took_ms, status'.replace(' took_ms,', '') };
const REQUEST_TESTS: ((random: Random) => Condition)[] = [
  (random) => compares('webhook_id', '=', uuid(random(8))),
  (random) => isAnyOf('user_id', 'uuid', some(random, 4)),
  (random) => ({ kind: 'linkedIds', column: 'user_id', ids: some(random, 28) }),
  (random) => compares('document_type', '=', `Type ${random(5)}`),
  (random) => compares('reference_document', '=', `INV-${random(13)}-${random(6)}`),
  (random) => startsWith('reference_document', pick(random, ['INV-1', 'INV-11', 'INV-', 'none', ''])),
  (random) => statusFilter({ eq: pick(random, ['FAILED', 'REFUSED', 'SUCCEEDED']) }, ['status']),
  () => statusFilter({ in: ['FAILED', 'UNKNOWN'] }, ['status']),
  (random) => compares('code', '=', random(12)),
  (random) => idTime(pick(random, ['>', '<='] as const), new Date(BEGIN + random(ROWS) * 2 * HOUR)),
  (random) => foundInIndex({ terms: [pick(random, ["'Mrare7'", "'Mcode3'", "'Mall'", "'Mnone'", "'Mcode':*"])] }),
  () => foundInIndex({ terms: ["'Mall'", "'Mrare9'"] }),
  () => contains('reference_document', '-3'),
  () => sqlTest(() => 'n % 17 = 0', { isSlow: true }),
];

function conditionBy(random: Random, tests: typeof REQUEST_TESTS, depth = 0): Condition {
  const parts = Array.from({ length: 1 + random(3) }, () => {
    const kind = random(6);
    if (kind === 0 && depth < 2)
      return any(Array.from({ length: 1 + random(3) }, () => conditionBy(random, tests, depth + 1)));
    return kind === 1 ? not(pick(random, tests)(random)) : pick(random, tests)(random);
  });
  return all(parts);
}

const BY_ID: Order = { column: null, descending: true };

interface Asked {
  listing: Listing;
  condition: Condition;
  order: Order;
  backward: boolean;
  size: number;
  lookedAt: number;
}

/** All pages; the last rows first if it is read backward. */
async function walked({
  listing,
  condition,
  order,
  backward,
  size,
  lookedAt,
}: Asked): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = [];
  let cursor: PageRequest['cursor'] = null;
  for (let pages = 1; pages < 3_000; pages += 1) {
    const descending = order.descending !== backward;
    const span = { descending, cursor: order.column ? null : (cursor?.id ?? null), bounds: [] };
    const resolved = await resolveCondition(source.manager, condition, span);
    expect(needsResolving(resolved) && condition.kind !== 'not').toBe(needsResolving(resolved));
    const found: Page<{ id: string }> = await page(source.manager, listing, resolved, {
      order,
      backward,
      size,
      lookedAt,
      cursor,
    });
    expect(found.rows.length).toBeLessThanOrEqual(size);
    const rows = found.rows.map(({ id }) => id);
    if (backward) ids.unshift(...rows);
    else ids.push(...rows);
    expect(backward ? found.hasPreviousPage : found.hasNextPage).toBe(found.end !== null);
    if (found.end === null) return { ids, pages };
    const { id, value } = found.end;
    cursor = { id, value: value === null ? null : value instanceof Date ? value.toISOString() : String(value) };
  }
  throw new Error('it does not end');
}

async function plain(from: string, condition: Condition, order: string): Promise<string[]> {
  const { values, bind } = bindings();
  const where = toSql(condition, bind);
  return (await database.query<{ id: string }>(`select id from ${from} where ${where} order by ${order}`, values)).map(
    ({ id }) => id,
  );
}

test.each(Array.from({ length: 60 }, (_, seed) => seed))('random filters of requests, %s', async (seed) => {
  const random = randomFrom(seed * 7 + 1);
  const condition = conditionBy(random, REQUEST_TESTS);
  const asked = {
    listing: REQUESTS,
    condition,
    size: 5 + random(20),
    lookedAt: 40 + random(400),
    backward: random(2) === 0,
  };
  const descending = random(2) === 0;
  const { ids } = await walked({ ...asked, order: { column: null, descending } });
  expect(ids).toEqual(await plain('webhook_request_logs', condition, `id ${descending ? 'desc' : 'asc'}`));
});

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  'random filters in the order of the index, %s',
  async (seed) => {
    const random = randomFrom(seed * 13 + 5);
    const tests = [
      ...REQUEST_TESTS.slice(0, 6),
      ...REQUEST_TESTS.slice(8),
      (next: Random) => outcomeFilter({ eq: pick(next, ['FAILED', 'SUCCEEDED']) }, ['status']),
      () => outcomeFilter({ in: ['FAILED', 'UNKNOWN'] }, ['status']),
      (next: Random) => compares('took_ms', pick(next, ['>=', '<', '='] as const), next(997)),
    ];
    const condition = conditionBy(random, tests);
    const [sql, type] = pick(random, [
      ['took_ms', 'integer'],
      ['outcome', 'text'],
    ] as const);
    const descending = random(2) === 0;
    const order: Order = { column: { sql, property: sql, type }, descending };
    const listing: Listing = {
      table: ORDERED_REQUEST_LOG.table,
      columns: 'id',
      ...(ORDERED_REQUEST_LOG.ordered && { ordered: ORDERED_REQUEST_LOG.ordered }),
    };
    const { ids } = await walked({
      listing,
      condition,
      order,
      size: 5 + random(20),
      lookedAt: 40 + random(400),
      backward: random(2) === 0,
    });
    const direction = descending ? 'desc' : 'asc';
    const from = `(select *, status as outcome_ from webhook_request_logs join request_index using (id)) as webhook_request_logs`;
    expect(ids).toEqual(await plain(from, condition, `${sql} ${direction}, id ${direction}`));
  },
);

const DELIVERY_TESTS: ((random: Random) => Condition)[] = [
  (random) => deliveryStatusFilter({ eq: pick(random, ['EXHAUSTED', 'PENDING', 'DELIVERED', 'SKIPPED']) }, ['status']),
  (random) =>
    deliveryStatusFilter(
      {
        in: pick(random, [
          ['EXHAUSTED', 'PENDING'],
          ['DELIVERED', 'RETRYING'],
          ['CANCELLED', 'SKIPPED'],
        ]),
      },
      ['status'],
    ),
  (random) => compares('webhook_id', '=', uuid(random(8))),
  (random) => compares('code', '=', random(12)),
  (random) => idTime(pick(random, ['>', '<='] as const), new Date(BEGIN + random(ROWS) * 2 * HOUR)),
];

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  'random filters of deliveries in each order, %s',
  async (seed) => {
    const random = randomFrom(seed * 11 + 3);
    const descending = random(2) === 0;
    const [sql, ordered] = pick(random, [
      [null, null],
      ['finished_at', BY_END],
      ['next_attempt_at', BY_NEXT_ATTEMPT],
    ] as const);
    const order: Order = { column: sql && { sql, property: sql, type: 'timestamptz' }, descending };
    const condition = all([...(ordered ? [ordered] : []), conditionBy(random, DELIVERY_TESTS)]);
    const asked = {
      listing: { table: 'deliveries', columns: 'id' },
      condition,
      order,
      size: 5 + random(20),
      lookedAt: 40 + random(400),
    };
    const direction = descending ? 'desc' : 'asc';
    const expected = await plain('deliveries', condition, `${sql ? `${sql} ${direction}, ` : ''}id ${direction}`);
    expect((await walked({ ...asked, backward: random(2) === 0 })).ids).toEqual(expected);
  },
);

test('a page without a match says how far it looked, and the last one that there are no others', async () => {
  const request = { order: BY_ID, backward: false, size: 10, lookedAt: 500, cursor: null };
  const first = await page<{ id: string }>(source.manager, REQUESTS, compares('n', '=', 1), request);
  expect(first).toMatchObject({ rows: [], hasNextPage: true, hasPreviousPage: false });
  const { ids, pages } = await walked({ ...request, listing: REQUESTS, condition: compares('n', '=', 1) });
  expect([ids.length, pages]).toEqual([1, 3]);
});

test('a full page ends at its last row, a short one at the last row that was looked at', async () => {
  const request = { order: BY_ID, backward: false, size: 10, lookedAt: 100, cursor: null };
  const full = await page<{ id: string }>(source.manager, REQUESTS, compares('code', '=', 3), { ...request, size: 5 });
  expect([full.rows.length, full.end?.id]).toEqual([5, full.rows.at(-1)?.id]);
  const short = await page<{ id: string; n: number }>(
    source.manager,
    { ...REQUESTS, columns: 'id, n' },
    compares('code', '=', 3),
    request,
  );
  const [hundredth] = await database.query<{ id: string }>(
    'select id from webhook_request_logs order by id desc offset 99 limit 1',
  );
  expect([short.rows.length, short.end?.id]).toEqual([9, hundredth?.id]);
});

test('only rows of their owner are looked at, whatever else has an index', async () => {
  const owner = ofOwner('user_id', uuid(4));
  const condition = all([owner, compares('webhook_id', '=', uuid(1)), compares('code', '=', 20)]);
  const request = { order: BY_ID, backward: false, size: 10, lookedAt: 15, cursor: null };
  const { end } = await page<{ id: string }>(source.manager, REQUESTS, condition, request);
  const [row] = await database.query<{ user_id: string }>('select user_id from webhook_request_logs where id = $1', [
    end?.id,
  ]);
  expect(row?.user_id).toBe(uuid(4));
});

test('below rows, each has its own page', async () => {
  const request = { order: BY_ID, backward: false, size: 3, lookedAt: 60, cursor: null };
  const ids = [uuid(0), uuid(5), uuid(99)];
  const pages = await pagesByParent<{ id: string }>(
    source.manager,
    REQUESTS,
    { column: 'webhook_id', ids },
    compares('code', '=', 3),
    request,
  );
  const [most, few, none] = ids.map((id) => pages.get(id));
  expect([most?.rows.length, few?.rows.length, none?.rows.length]).toEqual([3, 3, 0]);
  expect([most?.end?.id, none?.end]).toEqual([most?.rows.at(-1)?.id, null]);
});

test.each([
  [compares('code', '=', 3), 100, { count: 9, exact: false }],
  [compares('code', '=', 3), ROWS, { count: 109, exact: true }],
  [all([]), ROWS, { count: ROWS, exact: true }],
  [all([]), ROWS - 1, { count: ROWS - 1, exact: false }],
  [statusFilter({ eq: 'REFUSED' }, []), 10, { count: 4, exact: true }],
  [startsWith('reference_document', 'INV-11-'), 500, { count: 98, exact: true }],
])('a count looks as far as a page, %#', async (condition, lookedAt, expected) => {
  expect(await count(source.manager, REQUESTS, condition, { order: BY_ID, lookedAt })).toEqual(expected);
});

test('an act looks at all rows, or says how far it got', async () => {
  const oldest = compares('n', '=', 1);
  const [only] = await plain('webhook_request_logs', compares('n', '=', ROWS), 'id');
  expect(await firstIds(source.manager, REQUESTS, compares('n', '=', ROWS), 10, { lookedAt: 100 })).toEqual([only]);
  await expect(firstIds(source.manager, REQUESTS, oldest, 10, { lookedAt: 100, maxMs: -1 })).rejects.toMatchObject({
    errors: [{ field: ['where'], code: 'TOO_LARGE', message: expect.stringMatching(/until 20.*Z alone\. Narrow it/) }],
  });
});
