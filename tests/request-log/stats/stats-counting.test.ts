// Each request is counted once, whatever happens to the process that counts.
import { Client } from 'pg';
import { readPosition } from '../../../src/request-log/feed/feed-position.store';
import { endOfFeed, pruneFeed } from '../../../src/request-log/feed/read-feed.store';
import { countStep } from '../../../src/request-log/stats/update-rollups';
import { uuidOf } from '../../../src/values/ids';
import { startTestApp, useTestApp } from '../../support/app';
import { duringFile } from '../../support/during-file';
import { keepRows, restoreRows } from '../../support/empty-database';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook } from '../../support/webhooks';
import { seedRequest } from '../pages/seeded-log';
import { type Counter, makeMonths, seedRandomRows, startCounter } from './counted-log';

const app = useTestApp({ PROCESSES: 'api' });
const counter = duringFile(() => startCounter(app.database));
let webhookIds: (string | null)[];

beforeAll(async () => {
  const { id } = await createTestWebhook(app, 'https://partner.example/');
  webhookIds = [uuidOf('Webhook', id), null];
  await keepRows(app.database);
});
beforeEach(() => restoreRows(app.database));

const DAY_MS = 24 * 3600_000;
const seed = (count: number, withOpen = true) => {
  const [from, to] = [Date.now() - DAY_MS, Date.now()].map((ms) => new Date(ms).toISOString()) as [string, string];
  return seedRandomRows(app.database, { count, from, to, webhookIds, withOpen });
};

/** From kept counts alone: whole days, counted from today. */
async function stats([first, last] = [-2, 2]) {
  const at = (days: number) => new Date((Math.floor(Date.now() / DAY_MS) + days) * DAY_MS).toISOString();
  const { data, errors } = await app.ask(
    `query ($range: DateTimeRange!) { webhookRequestLogStats(range: $range, bucket: DAY) {
      uncounted countedUntil total { requestCount pending succeeded duration { count } } byWebhook: figures(by: WEBHOOK) { requestCount pending } } }`,
    { range: { from: at(first as number), to: at(last as number) } },
  );
  expect(errors).toBeUndefined();
  return data.webhookRequestLogStats;
}

/** From the rows: as `stats().total`. */
async function rows() {
  const [row] = await app.database.query(
    `select count(*)::int as "requestCount", count(*) filter (where status = 'PENDING')::int as pending,
       count(*) filter (where status = 'SUCCEEDED')::int as succeeded,
       json_build_object('count', count(duration_ms)) as duration from webhook_request_logs`,
  );
  return row;
}

/** The counts of every grain, of all and by webhook, say the same as the rows. */
async function expectAllCounted() {
  const { total, uncounted, byWebhook } = await stats();
  expect(total).toEqual(await rows());
  expect(uncounted).toBe(0);
  const ofWebhooks = byWebhook.reduce((sum: number, each: { requestCount: number }) => sum + each.requestCount, 0);
  expect(ofWebhooks).toBe(total.requestCount);
  const grains = await app.database.query<{ detailed: boolean; grain: number; requests: number }>(
    `select s.detailed, c.grain, sum(c.requests)::int as requests
     from request_stats c join request_stats_series s on s.id = c.series_id group by 1, 2 order by 1, 2`,
  );
  const over = total.requestCount - total.pending;
  expect(grains.map(({ requests }) => requests)).toEqual([1, 15, 60, 1440, 15, 60, 1440].map(() => over));
}

const close = (limit: number) =>
  app.database.query(
    `update webhook_request_logs set status = 'SUCCEEDED', finished_at = now(), duration_ms = 5 where id in (
       select id from webhook_request_logs where finished_at is null limit ${limit})`,
  );

test('what was opened is pending until it is closed, and counted once', async () => {
  await seed(300);
  await counter.countAll();
  await expectAllCounted();
  expect((await rows())?.pending).toBeGreaterThan(10);
  await close(5);
  await counter.countAll();
  await expectAllCounted();
  await seed(100);
  await close(1_000);
  await counter.countAll();
  await expectAllCounted();
  expect((await stats()).total.pending).toBe(0);
});

test('the counts of days stand apart, so that a month of all webhooks is few pages', async () => {
  await seed(50, false);
  await counter.countAll();
  const tables = await app.database.query(
    `select tableoid::regclass::text as "table", array_agg(distinct grain order by grain) as grains
     from request_stats group by 1 order by 1`,
  );
  expect(tables).toEqual([
    { table: 'request_stats_days', grains: [1440] },
    { table: 'request_stats_hours', grains: [1, 15, 60] },
  ]);
});

test('what is not counted yet is said, and since when', async () => {
  await seed(200, false);
  const before = await stats();
  expect(before).toMatchObject({ uncounted: 200, countedUntil: null, total: { requestCount: 0 } });
  await counter.countAll();
  const counted = Date.now();
  expect(await stats()).toMatchObject({ uncounted: 0, total: { requestCount: 200 } });
  await seedRequest(app.database, {});
  await seedRequest(app.database, { status: 'PENDING' });
  const behind = await stats();
  expect(behind).toMatchObject({ uncounted: 2, total: { requestCount: 200 } });
  expect(Date.parse(behind.countedUntil)).toBeLessThanOrEqual(counted + 1_000);
  expect(Date.parse(behind.countedUntil)).toBeGreaterThan(counted - 60_000);
  await counter.countAll();
  const after = await stats();
  expect(after).toMatchObject({ uncounted: 0, total: { requestCount: 202, pending: 1 } });
  expect(Date.parse(after.countedUntil)).toBeGreaterThan(Date.parse(behind.countedUntil));
});

test('what happened outside of the range is not said to be missing in it', async () => {
  await counter.countAll();
  await seedRequest(app.database, { at: Date.now() - 10 * DAY_MS });
  expect(await stats()).toMatchObject({ uncounted: 0, total: { requestCount: 0 } });
  expect(await stats([-12, -11])).toMatchObject({ uncounted: 0, total: { requestCount: 0 } });
  expect(await stats([-11, -8])).toMatchObject({ uncounted: 1, total: { requestCount: 0 } });
});

test('a transaction that was open while others were counted is counted when it commits', async () => {
  const late = new Client({ connectionString: app.database.superuserUrl });
  await late.connect();
  try {
    await late.query('begin');
    await late.query(
      `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at, finished_at)
       values (new_id(), 'OUTGOING', 'SUCCEEDED', 1, false, 'POST', 'https://partner.example/', now(), now())`,
    );
    await seed(50);
    await counter.countAll();
    expect((await stats()).total.requestCount).toBe(50);
    await seed(10);
    await counter.countAll();
    await late.query('commit');
    expect(await stats()).toMatchObject({ uncounted: 1, total: { requestCount: 60 } });
    await counter.countAll();
    await expectAllCounted();
    expect((await stats()).total.requestCount).toBe(61);
  } finally {
    await late.end();
  }
});

test('a step that is killed at any of its statements has counted nothing, and is done again', async () => {
  await seed(400);
  const killed: string[] = [];
  const tables = ['request_stats_open', 'request_stats_series', 'request_stats', 'feed_positions'];
  for (const table of tables) {
    await app.database.query(`create or replace function fail_now() returns trigger language plpgsql as
      $$ begin raise exception 'killed at %', tg_table_name; end $$`);
    const when = table === 'feed_positions' ? 'update' : 'insert';
    await app.database.query(`create trigger kill before ${when} on ${table} execute function fail_now()`);
    await counter.transaction((db) => countStep(db)).catch((error: Error) => killed.push(error.message));
    await app.database.query(`drop trigger kill on ${table}`);
    expect((await stats()).total.requestCount).toBe(0);
  }
  expect(killed).toEqual(tables.map((table) => `killed at ${table}`));
  await counter.countAll();
  await expectAllCounted();
});

test('a connection that is lost in the middle of a step leaves nothing behind', async () => {
  await seed(400);
  await counter
    .transaction(async (db) => {
      await countStep(db);
      await app.database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'hookledger counter test'
           and state = 'idle in transaction'`,
      );
    })
    .catch(() => undefined);
  expect((await stats()).total.requestCount).toBe(0);
  await counter.countAll();
  await expectAllCounted();
});

test('two that count at once, while others write, count each request once', async () => {
  const other = await startCounter(app.database);
  let writing = true;
  const count = async ({ transaction }: Counter) => {
    while (writing) await transaction((db) => countStep(db));
  };
  try {
    const counting = Promise.all([count(counter), count(other)]);
    for (let n = 0; n < 15; n += 1) {
      await seed(40);
      await close(10);
    }
    writing = false;
    await counting;
  } finally {
    await other.stop();
  }
  await counter.countAll();
  await expectAllCounted();
});

test('while one counts, another does not wait', async () => {
  await seed(10);
  await counter.transaction(async (db) => {
    await countStep(db);
    // this transaction ends after the other
    expect(await counter.transaction((db) => countStep(db))).toEqual({ more: false, backfilled: null, oldest: null });
  });
  await expectAllCounted();
});

test('a backlog is counted in several steps, each of which says how much is left', async () => {
  for (let n = 0; n < 100; n += 1) await seed(60, false);
  const totals: number[] = [];
  for (let more = true; more; ) {
    ({ more } = await counter.transaction((db) => countStep(db, 1_000)));
    const { total, uncounted } = await stats();
    expect(total.requestCount + uncounted).toBe(6_000);
    totals.push(total.requestCount);
  }
  // 50 changes at once, of 60 requests each
  expect(totals.slice(0, 2)).toEqual([3_000, 6_000]);
  await expectAllCounted();
});

test('a plan that was made while there was nothing stays good for a large backlog', async () => {
  await seed(1);
  await counter.countAll();
  // each of these is about alone in its quarter of an hour
  await makeMonths(app.database, '2024-01-01', '2024-07-01');
  await seedRandomRows(app.database, { count: 20_000, from: '2024-01-01Z', to: '2024-06-30Z', webhookIds });
  // comparing each with each would reach the limit of a statement
  await counter.countAll();
  // one that saves all would be sent after all are computed, for longer than a transaction may be idle on a busy machine
  const [saved] = await app.database.query<{ statements: number }>(
    `select count(distinct (xmin::text, cmin::text))::int as statements from request_stats where grain = 15`,
  );
  expect(saved?.statements).toBeGreaterThan(3);
});

test('many small transactions are counted too', async () => {
  await app.database.query(`do $$ begin
    for n in 1..3000 loop
      insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at, finished_at)
        values (new_id(), 'OUTGOING', 'SUCCEEDED', 1, false, 'POST', 'https://partner.example/', now(), now());
      if n % 100 = 0 then commit; end if;
    end loop; end $$`);
  await counter.countAll();
  await expectAllCounted();
  expect((await stats()).total.requestCount).toBe(3_000);
});

test('the feed keeps what is not counted, however old it is', async () => {
  await seed(20);
  await counter.countAll();
  await seed(30);
  const everything = await app.database.query('select 1 from request_changes');
  const future = new Date(Date.now() + DAY_MS);
  const pruned = await counter.transaction(async (manager) => {
    const position = await readPosition(manager, 'counts');
    return pruneFeed(manager, future, position ? [position.feed] : []);
  });
  expect(pruned).toBeGreaterThan(0);
  expect(pruned).toBeLessThan(everything.length);
  await counter.countAll();
  await expectAllCounted();
  await counter.transaction(async (manager) => {
    // another reader that has seen nothing of it keeps it all
    const { length } = await app.database.query('select 1 from request_changes');
    expect(length).toBeGreaterThan(0);
    const start = { from: '3:3:', to: null, afterId: '0' };
    expect(await pruneFeed(manager, future, [await endOfFeed(manager), start])).toBe(0);
  });
});

test('the worker counts by itself', async () => {
  const other = await startTestApp();
  try {
    await seedRequest(other.database, {});
    await waitFor('the count', async () => {
      const [row] = await other.database.query<{ n: number }>(
        'select coalesce(sum(requests), 0)::int as n from request_stats where grain = 1',
      );
      return row?.n === 1;
    });
  } finally {
    await other.stop();
  }
});
