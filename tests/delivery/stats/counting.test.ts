// Each delivery is counted once, in the state that it is in, whatever happens to the process that counts.
import { Client } from 'pg';
import { countDeliveriesStep, forgetCounted } from '../../../src/delivery/stats/count-deliveries';
import { rebuildChangeFeed } from '../../../src/request-log/feed/read-feed.store';
import { type Counter, startCounter } from '../../request-log/stats/counted-log';
import { startTestApp, type TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { deliveriesBySql, FIGURES, makeWebhooks, moveDeliveries, seedDeliveries } from './counted-deliveries';

let app: TestApp;
let counter: Counter;
let webhookIds: string[];

const startDeliveryCounter = (atMost?: number) => startCounter(app.database, (db) => countDeliveriesStep(db, atMost));

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  counter = await startDeliveryCounter();
  webhookIds = await makeWebhooks(app, 3);
});
afterAll(async () => {
  await counter.stop();
  await app.stop();
});
beforeEach(async () => {
  // without the triggers that protect the record
  await app.database.query(`set session_replication_role = replica; truncate deliveries, delivery_changes, delivery_stats;
    set session_replication_role = origin; update feed_positions set counted_at = null where reader = 'deliveries'`);
});

const DAY_MS = 24 * 3600_000;
const seed = (count: number) => {
  const [from, to] = [Date.now() - DAY_MS, Date.now()].map((ms) => new Date(ms).toISOString()) as [string, string];
  return seedDeliveries(app.database, { count, from, to, webhookIds });
};
const move = (limit: number) => moveDeliveries(app.database, limit);

/** From kept counts alone: whole days, counted from today. */
async function stats([first, last] = [-2, 2]) {
  const at = (days: number) => new Date((Math.floor(Date.now() / DAY_MS) + days) * DAY_MS).toISOString();
  const { data, errors } = await app.ask(
    `query ($range: DateTimeRange!) { deliveryStats(range: $range, bucket: DAY) {
      fromStoredCounts uncounted countedUntil total { ${FIGURES} } } }`,
    { range: { from: at(first as number), to: at(last as number) } },
  );
  expect(errors).toBeUndefined();
  return data.deliveryStats;
}

/** All rollups, as they are read. */
function rollups() {
  return app.database.query(
    `select encode(s.digest, 'hex') as series, c.grain, c.bucket, c.deliveries, c.attempts, encode(c.durations, 'hex') as durations
     from delivery_stats c join delivery_stats_series s on s.id = c.series_id order by 1, 2, 3`,
  );
}

/** The counts say the same as the rows, in every grain, and those of no delivery are gone. */
async function expectAllCounted() {
  const { total, uncounted, fromStoredCounts } = await stats();
  const [{ key: _key, ...rows } = { key: null }] = await deliveriesBySql(app.database);
  expect(total).toEqual(rows);
  expect([uncounted, fromStoredCounts]).toEqual([0, true]);
  const grains = await app.database.query<{ deliveries: number; least: number }>(
    `select sum(c.deliveries)::int as deliveries, min(c.deliveries) as least
     from delivery_stats c join delivery_stats_series s on s.id = c.series_id
     group by s.detailed, c.grain order by s.detailed, c.grain`,
  );
  expect(grains.map(({ deliveries }) => deliveries)).toEqual(Array(7).fill(total.deliveryCount));
  expect(Math.min(...grains.map(({ least }) => least))).toBeGreaterThan(0);
}

test('deliveries are counted in the state that they are in, through attempts, ends and replays', async () => {
  await seed(300);
  await counter.countAll();
  await expectAllCounted();
  for (let n = 0; n < 6; n += 1) {
    await move(120);
    if (n % 2 === 0) await counter.countAll();
  }
  await counter.countAll();
  await expectAllCounted();
});

test('what begins and ends an attempt at once, or changes nothing that is counted, changes no count', async () => {
  await seed(50);
  await counter.countAll();
  const before = await rollups();
  await app.database.query(`update deliveries set held = not held, next_attempt_at = now()`);
  await app.database.query(`update deliveries set attempts = attempts + 1, open_request_id = gen_random_uuid()
    where open_request_id is null and finished_at is null`);
  await counter.countAll();
  expect(await rollups()).toEqual(before);
});

test('what is not counted yet is said, and since when', async () => {
  await seed(200);
  expect(await stats()).toMatchObject({ uncounted: 200, countedUntil: null, total: { deliveryCount: 0 } });
  await counter.countAll();
  const counted = Date.now();
  expect(await stats()).toMatchObject({ uncounted: 0, total: { deliveryCount: 200 } });
  await seed(3);
  const behind = await stats();
  expect(behind).toMatchObject({ uncounted: 3, total: { deliveryCount: 200 } });
  expect(Date.parse(behind.countedUntil)).toBeLessThanOrEqual(counted + 1_000);
  await counter.countAll();
  expect(await stats()).toMatchObject({ uncounted: 0, total: { deliveryCount: 203 } });
});

test('what is not counted yet is said of the range alone', async () => {
  await seed(20);
  expect((await stats([-9, -3])).uncounted).toBe(0);
  expect((await stats([3, 9])).uncounted).toBe(0);
  expect((await stats()).uncounted).toBe(20);
});

test('a transaction that was open while others were counted is counted when it commits', async () => {
  await seed(60);
  const late = new Client({ connectionString: app.database.superuserUrl });
  await late.connect();
  try {
    await late.query('begin');
    await moveDeliveries(late, 20);
    await seed(50);
    await counter.countAll();
    await move(30);
    await counter.countAll();
    await late.query('commit');
    await counter.countAll();
    await expectAllCounted();
  } finally {
    await late.end();
  }
});

test('a change that is rolled back is not counted', async () => {
  await seed(20);
  await counter.countAll();
  const before = await rollups();
  await app.database.query('begin');
  await move(20);
  await app.database.query('rollback');
  await counter.countAll();
  expect(await rollups()).toEqual(before);
});

test('a step that is killed at any of its statements has counted nothing, and is done again', async () => {
  await seed(200);
  await counter.countAll();
  await move(200);
  const before = await rollups();
  const killed: string[] = [];
  const statements = ['insert on delivery_stats', 'delete on delivery_stats', 'update on feed_positions'];
  await app.database.query(`create or replace function fail_now() returns trigger language plpgsql as
    $$ begin raise exception 'killed at %', tg_table_name; end $$`);
  for (const statement of statements) {
    await app.database.query(`create trigger kill before ${statement} for each row execute function fail_now()`);
    await counter.transaction((db) => countDeliveriesStep(db)).catch((error: Error) => killed.push(error.message));
    await app.database.query(`drop trigger kill on ${statement.split(' on ')[1]}`);
    expect(await rollups()).toEqual(before);
  }
  expect(killed).toEqual(statements.map((statement) => `killed at ${statement.split(' on ')[1]}`));
  await counter.countAll();
  await expectAllCounted();
});

test('two that count at once, while deliveries move, count each once', async () => {
  const other = await startDeliveryCounter(50);
  let writing = true;
  const count = async ({ transaction }: Counter) => {
    while (writing) await transaction((db) => countDeliveriesStep(db, 50));
  };
  try {
    const counting = Promise.all([count(counter), count(other)]);
    for (let n = 0; n < 10; n += 1) {
      await seed(40);
      await move(30);
    }
    writing = false;
    await counting;
  } finally {
    await other.stop();
  }
  await counter.countAll();
  await expectAllCounted();
});

test('changes that are counted are deleted, and others stay', async () => {
  const rest = async () => (await app.database.query('select from delivery_changes')).length;
  // a transaction that is open while the changes are made holds the snapshot's xmin back
  const open = new Client({ connectionString: app.database.superuserUrl });
  await open.connect();
  try {
    await open.query('begin; select pg_current_xact_id()');
    await seed(30);
    await counter.countAll();
    await move(10);
    await counter.transaction(forgetCounted);
    expect(await rest()).toBeGreaterThan(0);
    await counter.countAll();
    await counter.transaction(forgetCounted);
    expect(await rest()).toBe(0);
  } finally {
    await open.end();
  }
  await expectAllCounted();
});

async function restore(): Promise<void> {
  await app.database.query('update delivery_changes set xid = xid + 1000000000');
  await app.database.query(
    `update feed_positions set from_snapshot = '1000000000:1000000000:' where reader = 'deliveries'`,
  );
  expect(await counter.transaction(async (db) => rebuildChangeFeed(db))).toBe('rebuilt');
}

test('after a restore into another cluster all is counted again in slices, beside what moves meanwhile', async () => {
  await seed(3_000);
  await counter.countAll();
  const before = await rollups();
  await restore();
  const first = await counter.transaction((db) => countDeliveriesStep(db, 500));
  expect(first.more).toBe(true);
  expect(first.backfilled).toBeGreaterThanOrEqual(500);
  expect((await stats()).uncounted).toBe(3_000 - (first.backfilled as number));
  await counter.countAll();
  expect(await rollups()).toEqual(before);
  await restore();
  for (let more = true; more; ) {
    await move(100);
    ({ more } = await counter.transaction((db) => countDeliveriesStep(db, 400)));
  }
  await counter.countAll();
  await expectAllCounted();
});

test('changes of deliveries that are still to be counted are not said to be uncounted beside them', async () => {
  await seed(300);
  await counter.countAll();
  await restore();
  const { backfilled } = await counter.transaction((db) => countDeliveriesStep(db, 100));
  const rest = 300 - (backfilled as number);
  await app.database.query(`update deliveries set attempts = attempts + 1 from feed_positions
    where reader = 'deliveries' and id < backfill_before`);
  expect((await stats()).uncounted).toBe(rest);
  await counter.countAll();
  await expectAllCounted();
});

test('what changes between reading the feed and counting a slice is counted once', async () => {
  await seed(300);
  await counter.countAll();
  await restore();
  const other = new Client({ connectionString: app.database.superuserUrl });
  await other.connect();
  try {
    // the slice waits for it, and the feed does not
    await other.query('begin; lock table deliveries in access exclusive mode');
    const step = counter.transaction((db) => countDeliveriesStep(db, 100));
    await waitFor('the slice waits', async () => {
      const waiting = await app.database.query(
        `select from pg_locks where not granted and relation = 'deliveries'::regclass`,
      );
      return waiting.length > 0;
    });
    await moveDeliveries(other, 300);
    await other.query('commit');
    expect((await step).backfilled).toBeGreaterThanOrEqual(100);
  } finally {
    await other.end();
  }
  await counter.countAll();
  await expectAllCounted();
});

test('a month that is dropped keeps its counts, also after a restore, and its deliveries are in them until then', async () => {
  await seed(100);
  await counter.countAll();
  const before = await rollups();
  for (const { name } of await app.database.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'deliveries'::regclass`,
  )) {
    await app.database.query(`alter table deliveries detach partition ${name}`);
    await app.database.query(`drop table ${name}`);
  }
  await counter.countAll();
  expect(await rollups()).toEqual(before);
  await restore();
  await counter.countAll();
  expect(await rollups()).toEqual(before);
});
