// After a dump was restored into another cluster: the feed, the counts and the index begin anew, beside all that goes on.
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/database/data-source';
import { BY_ID_PLANS } from '../../../src/database/pools';
import { startCountingRequests } from '../../../src/jobs/change-feed-loops';
import { createLog } from '../../../src/logging/log';
import { backfillRemaining } from '../../../src/request-log/feed/backfill.store';
import { rebuildChangeFeed } from '../../../src/request-log/feed/read-feed.store';
import { type IndexBatch, indexNextBatch } from '../../../src/request-log/search/index-requests';
import { COUNTED_REQUESTS, countedState } from '../../../src/request-log/stats/counting-lag.store';
import { countStep } from '../../../src/request-log/stats/update-rollups';
import { pipelinedTransactions, type Transaction } from '../../../src/sql/transactions';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { waitFor } from '../../support/wait-for';
import { seedRandomRows } from '../stats/counted-log';

const HOUR_MS = 3600_000;

let database: TestDatabase;
let source: DataSource;
let transaction: Transaction;
let other: Client;

beforeEach(async () => {
  database = await createTestDatabase();
  const options = { name: 'rebuilding test', poolSize: 3, settings: BY_ID_PLANS, pipeline: true };
  source = await createDataSource(database.servingUrl, options).initialize();
  transaction = pipelinedTransactions(source);
  other = new Client({ connectionString: database.servingUrl });
  await other.connect();
});
afterEach(async () => {
  await other.end();
  await source.destroy();
  await database.drop();
});

const rebuild = () => rebuildChangeFeed(source.manager);
const count = (atMost: number) => transaction((db) => countStep(db, atMost));

async function countAll(atMost = 50_000): Promise<void> {
  while ((await count(atMost)).more);
}

async function indexAll(atMost = 500): Promise<number> {
  let indexed = 0;
  for (let more = true; more; ) {
    const batch = (await transaction((db) => indexNextBatch(db, atMost))) as IndexBatch;
    indexed += batch.indexed;
    more = batch.more;
  }
  return indexed;
}

async function seed(rows: number, hoursAgo = 24): Promise<void> {
  const [from, to] = [Date.now() - hoursAgo * HOUR_MS, Date.now()].map((ms) => new Date(ms).toISOString());
  await seedRandomRows(database, {
    count: rows,
    from: from as string,
    to: to as string,
    webhookIds: [null],
    withOpen: true,
  });
}

/** Closes open requests of all ages that no other transaction is closing. */
const close = (db: { query(sql: string): Promise<unknown> }, limit: number) =>
  db.query(`update webhook_request_logs set status = 'FAILED', error_code = 'DNS', finished_at = now(), duration_ms = 7
    where id in (select id from webhook_request_logs where finished_at is null order by md5(id::text)
      limit ${limit} for update skip locked)`);

/** As if all positions and changes were written by a cluster with a longer life. */
async function restore(): Promise<void> {
  await database.query('update request_changes set xid = xid + 1000000000');
  await database.query(`update feed_positions
    set from_snapshot = '1000000000:1000000000:', to_snapshot = '1000000009:1000000009:', after_id = 7`);
}

/** All that is counted, as it would be read. */
function counts() {
  return database.query(
    `select encode(s.digest, 'hex') as series, c.grain, c.bucket, c.requests, c.retries, encode(c.durations, 'hex') as durations
     from request_stats c join request_stats_series s on s.id = c.series_id
     union all select request_id::text, 0, started_at, 1, attempt_number, direction from request_stats_open
     order by 1, 2, 3`,
  );
}

/** The count of the log's rows while nothing else runs. */
async function freshCounts() {
  await database.query('truncate request_stats, request_stats_open');
  await database.query(`update feed_positions set from_snapshot = pg_current_snapshot()::text, to_snapshot = null,
    after_id = 0, backfill_before = 'ffffffff-ffff-ffff-ffff-ffffffffffff' where reader = 'counts'`);
  await countAll();
  return counts();
}

const inIndex = async () => {
  const rows = await database.query<{ id: string }>('select id from request_index order by id');
  return rows.map(({ id }) => id);
};
const closedInLog = async () => {
  const rows = await database.query<{ id: string }>(
    'select id from webhook_request_logs where finished_at is not null order by id',
  );
  return rows.map(({ id }) => id);
};

test('a restored database is noticed once, and what it holds is counted and indexed', async () => {
  await seed(3_000);
  expect(await rebuild()).toBe('current');
  await countAll();
  await indexAll();
  const before = await counts();
  await restore();
  expect(await rebuild()).toBe('rebuilt');
  expect(await rebuild()).toBe('current');
  await countAll();
  expect(await counts()).toEqual(before);
  // none of them is read again that is there already
  expect(await indexAll()).toBe(0);
  expect(await inIndex()).toEqual(await closedInLog());
});

test('statistics of months that were dropped stay', async () => {
  await seed(300);
  await countAll();
  const finished = async () => (await counts()).filter(({ grain }) => grain !== 0);
  const before = await finished();
  expect(before.length).toBeGreaterThan(0);
  const months = await database.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'webhook_request_logs'::regclass`,
  );
  for (const { name } of months) await database.query(`drop table ${name}`);
  await restore();
  expect(await rebuild()).toBe('rebuilt');
  await countAll();
  expect(await finished()).toEqual(before);
});

test('what counts and indexes a restored database before that is noticed leaves it to be noticed', async () => {
  await seed(300);
  await restore();
  await database.query('delete from request_changes');
  await countAll();
  expect(await transaction((db) => indexNextBatch(db, 500))).toBeNull();
  expect(await rebuild()).toBe('rebuilt');
  await countAll();
  await indexAll();
  expect(await inIndex()).toEqual(await closedInLog());
  const counted = await counts();
  expect(counted).toEqual(await freshCounts());
});

test('counted in steps while requests open and close between them, the log comes to the same as counted at rest', async () => {
  await seed(4_000);
  await countAll();
  await restore();
  expect(await rebuild()).toBe('rebuilt');
  const late = new Client({ connectionString: database.superuserUrl });
  await late.connect();
  let steps = 0;
  try {
    for (let more = true; more; steps += 1) {
      // one transaction spans several steps, and closes what is counted and what is not
      if (steps % 4 === 0) {
        await late.query('begin');
        await close(late, 15);
      }
      ({ more } = await count(300));
      await seed(20);
      await database.query(`insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at)
        values (new_id(), 'INCOMING', 'PENDING', 2, false, 'POST', 'https://partner.example/', now())`);
      await close(other, 10);
      if (steps % 4 === 3) await late.query('commit');
    }
    await late.query('commit');
  } finally {
    await late.end();
  }
  await countAll();
  expect(steps).toBeGreaterThan(10);
  const counted = await counts();
  expect(counted).toEqual(await freshCounts());
  const [row] = await database.query(
    `select count(*)::int as rows, (select sum(requests)::int from request_stats where grain = 1)
       + (select count(*)::int from request_stats_open) as counted from webhook_request_logs`,
  );
  expect(row?.counted).toBe(row?.rows);
});

test('several that count a large log anew, while others write, count each request once', async () => {
  await seed(3_000);
  await restore();
  await rebuild();
  let writing = true;
  const counting = Promise.all(
    [1, 2].map(async () => {
      while (writing) await count(200);
    }),
  );
  for (let n = 0; n < 10; n += 1) {
    await seed(30);
    await close(other, 20);
  }
  writing = false;
  await counting;
  await countAll();
  const counted = await counts();
  expect(counted).toEqual(await freshCounts());
});

test('a step that dies has counted nothing, those before it stay, and no step holds up who opens requests', async () => {
  await seed(2_000);
  await restore();
  await rebuild();
  expect(await count(500)).toMatchObject({ more: true, backfilled: 500 });
  const before = await counts();
  const dying = transaction(async (db) => {
    await countStep(db, 500);
    await other.query(`set lock_timeout = '20s'`);
    await close(other, 5);
    throw new Error('the process ends');
  });
  await expect(dying).rejects.toThrow('the process ends');
  expect(await counts()).toEqual(before);
  await countAll(500);
  const counted = await counts();
  expect(counted).toEqual(await freshCounts());
});

test('while a request is being written, rebuilding gives up after a moment instead of holding up all others', async () => {
  await seed(100);
  await restore();
  await other.query('begin');
  await close(other, 1);
  expect(await rebuild()).toBe('locked');
  await other.query('commit');
  expect(await rebuild()).toBe('rebuilt');
  expect(await database.query('select from request_changes')).toHaveLength(0);
});

test('how much of a range is not counted yet is said, and about how much there is in all', async () => {
  await seed(2_000);
  await database.query('analyze webhook_request_logs');
  const span = { from: Date.now() - 30 * HOUR_MS, to: Date.now() + HOUR_MS };
  const state = (of = span) => countedState(source.manager, COUNTED_REQUESTS, of);
  await restore();
  await rebuild();
  expect(await state()).toEqual({ countedUntil: null, uncounted: 2_000 });
  const middle = Date.now() - 12 * HOUR_MS;
  const earlier = await state({ ...span, to: middle });
  const later = await state({ ...span, from: middle });
  expect(Math.min(earlier.uncounted, later.uncounted)).toBeGreaterThan(0);
  expect(earlier.uncounted + later.uncounted).toBe(2_000);
  await count(500);
  expect(await state()).toEqual({ countedUntil: null, uncounted: 1_500 });
  const remaining = await backfillRemaining(source.manager);
  expect(remaining.counts).toBeGreaterThan(1_000);
  expect(remaining.counts).toBeLessThan(remaining.index);
  await seed(10);
  expect((await state()).uncounted).toBeGreaterThanOrEqual(1_500);
  await countAll();
  await indexAll();
  expect(await state()).toEqual({ countedUntil: expect.anything(), uncounted: 0 });
  expect(await backfillRemaining(source.manager)).toMatchObject({ counts: 0, index: 0 });
});

test('the log of the process says how far it has come, and that it is finished', async () => {
  await seed(5_000);
  await restore();
  await rebuild();
  const lines: { msg: string; backfill: string; rows: number; remaining?: number }[] = [];
  const log = createLog('info', { write: (line) => lines.push(JSON.parse(line)) });
  const counting = startCountingRequests({ db: source.manager, transaction, log, isDelivering: async () => true });
  try {
    await waitFor('the end of it', () => lines.some(({ remaining }) => remaining === undefined));
  } finally {
    await counting.stop();
  }
  expect(lines[0]).toMatchObject({ msg: 'processing older rows', backfill: 'counts', rows: 2_000 });
  expect(lines[0]?.remaining).toBeGreaterThan(0);
  expect(lines.at(-1)).toMatchObject({ msg: 'all older rows are processed', rows: 5_000 });
});

test('what the index lacks is found in the log, in short batches too, beside what is closed meanwhile', async () => {
  await seed(1_500);
  await indexAll();
  await database.query('delete from request_index where took_ms % 3 = 0');
  const lacking = (await closedInLog()).length - (await inIndex()).length;
  expect(lacking).toBeGreaterThan(200);
  await restore();
  await rebuild();
  const first = (await transaction((db) => indexNextBatch(db, 50))) as IndexBatch;
  expect(first).toMatchObject({ indexed: 50, backfilled: 50, more: true });
  await close(other, 40);
  expect(await indexAll(50)).toBe(lacking - 50 + 40);
  expect(await inIndex()).toEqual(await closedInLog());
});
