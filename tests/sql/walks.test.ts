// Pages that look at few rows: page by page, they have the rows of plain SQL.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { READ } from '../../src/database/pools';
import { BY_END, BY_NEXT_ATTEMPT, deliveryStatusFilter } from '../../src/delivery/delivery-states';
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
  sqlTest,
  startsWith,
  toSql,
} from '../../src/sql/condition';
import type { Listing, Order, PageRequest } from '../../src/sql/listing';
import { type Page, page } from '../../src/sql/walks/keyset';
import { needsResolving, resolveCondition } from '../../src/sql/walks/resolve-condition';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { BEGIN, HOUR, makeWalkedTables, ROWS, uuid } from './walked-tables';

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
