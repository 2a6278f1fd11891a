import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { READ } from '../../src/database/pools';
import { BY_END, BY_NEXT_ATTEMPT, deliveryStatusFilter } from '../../src/delivery/delivery-states';
import { outcomeFilter, statusFilter } from '../../src/request-log/api/request-log.inputs';
import { ORDERED_REQUEST_LOG } from '../../src/request-log/request-log.store';
import { foundInIndex } from '../../src/request-log/search/word-conditions.store';
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
import type { Listing, Order, PageRequest } from '../../src/sql/listing';
import { firstIds } from '../../src/sql/walks/ids-to-end';
import { count, type Page, page, pagesByParent } from '../../src/sql/walks/keyset';
import { needsResolving, resolveCondition } from '../../src/sql/walks/resolve-condition';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { BEGIN, HOUR, makeWalkedTables, ROWS, uuid } from './walked-tables';

// Pages that look at few rows: page by page, they have the rows of plain SQL.

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase('template1');
  await makeWalkedTables(database);
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
  (random) => ({ kind: 'idsLink', column: 'user_id', ids: some(random, 28) }),
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

// How far a page, a count and an act look.

const BY_ID: Order = { column: null, descending: true };

test('a page without a match says how far it looked, and the last one that there are no others', async () => {
  const request = { order: BY_ID, backward: false, size: 10, lookedAt: 500, cursor: null };
  const first = await page<{ id: string }>(source.manager, REQUESTS, compares('n', '=', 1), request);
  expect(first).toMatchObject({ rows: [], hasNextPage: true, hasPreviousPage: false });
  let cursor: PageRequest['cursor'] = first.end && { id: first.end.id, value: null };
  const lengths: number[] = [];
  while (cursor) {
    const next: Page<{ id: string }> = await page(source.manager, REQUESTS, compares('n', '=', 1), {
      ...request,
      cursor,
    });
    lengths.push(next.rows.length);
    cursor = next.end && { id: next.end.id, value: null };
  }
  expect(lengths).toEqual([0, 1]);
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

test('the walks of several values together look at as many rows as one', async () => {
  const tenUsers = isAnyOf(
    'user_id',
    'uuid',
    Array.from({ length: 10 }, (_, n) => uuid(n)),
  );
  const condition = all([tenUsers, compares('n', '=', 0)]);
  const asked = { listing: REQUESTS, condition, order: BY_ID, backward: false, size: 10, lookedAt: 100 };
  // each user has 40 rows
  expect((await walked(asked)).pages).toBeGreaterThanOrEqual(4);
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
  const [only] = await database.query<{ id: string }>('select id from webhook_request_logs order by id desc limit 1');
  expect(await firstIds(source.manager, REQUESTS, compares('n', '=', ROWS), 10, { lookedAt: 100 })).toEqual([only?.id]);
  await expect(firstIds(source.manager, REQUESTS, oldest, 10, { lookedAt: 100, maxMs: -1 })).rejects.toMatchObject({
    errors: [{ field: ['where'], code: 'TOO_LARGE', message: expect.stringMatching(/until 20.*Z alone\. Narrow it/) }],
  });
});
