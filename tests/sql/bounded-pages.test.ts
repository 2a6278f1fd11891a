// How far a page, a count and an act look.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { READ } from '../../src/database/pools';
import { statusFilter } from '../../src/request-log/status-filter';
import { all, compares, ofOwner, startsWith } from '../../src/sql/condition';
import type { Listing, Order, PageRequest } from '../../src/sql/listing';
import { firstIds } from '../../src/sql/walks/ids-to-end';
import { count, type Page, page, pagesByParent } from '../../src/sql/walks/keyset';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { makeWalkedTables, ROWS, uuid } from './walked-tables';

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

const REQUESTS: Listing = { table: 'webhook_request_logs', columns: 'id' };
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
