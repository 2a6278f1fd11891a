import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/database/data-source';
import {
  endOfFeed,
  type FeedPosition,
  pruneFeed,
  readFeed,
  rebuildChangeFeed,
} from '../../../src/request-log/feed/read-feed.store';
import { firstIdAt, newId, uuidOf } from '../../../src/values/ids';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { waitFor } from '../../support/wait-for';
import { seedManyAt, seedRequest } from '../pages/seeded-log';

/** Before all that the feed holds: no transaction has a number below 3. */
const START_OF_FEED: FeedPosition = { from: '3:3:', to: null, afterId: '0' };

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  source = await createDataSource(database.servingUrl, { name: 'feed test', poolSize: 2 }).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

/** All that there is to read, in steps of `limit`. */
async function readAll(position: FeedPosition, limit = 100) {
  const read: string[] = [];
  let at = position;
  for (let more = true; more; ) {
    const step = await readFeed(source.manager, at, limit);
    for (const { kind, requestIds } of step.changes) read.push(...requestIds.map((id) => `${kind} ${id}`));
    ({ position: at, more } = step);
  }
  return { read, position: at };
}

const uuid = (nodeId: string) => uuidOf('WebhookRequestLog', nodeId) as string;

test('each opening and each closing is in the feed once, in the order in which they happened', async () => {
  const start = await endOfFeed(source.manager);
  const pending = uuid(await seedRequest(database, { status: 'PENDING' }));
  const closed = uuid(await seedRequest(database, {}));
  await database.query(`update webhook_request_logs set status = 'FAILED', finished_at = now() where id = $1`, [
    pending,
  ]);
  const { read, position } = await readAll(start);
  expect(read).toEqual([`OPENED ${pending}`, `CLOSED ${closed}`, `CLOSED ${pending}`]);
  expect((await readAll(position)).read).toEqual([]);
});

test('what began earlier and commits later is in the feed when it commits, and nothing twice', async () => {
  const start = await endOfFeed(source.manager);
  const late = new Client({ connectionString: database.servingUrl });
  await late.connect();
  await late.query('begin');
  const lateOne = await insertBy(late, Date.now() - 60_000);
  const early = uuid(await seedRequest(database, {}));
  const first = await readAll(start);
  expect(first.read).toEqual([`CLOSED ${early}`]);
  const next = uuid(await seedRequest(database, {}));
  await late.query('commit');
  await late.end();
  const second = await readAll(first.position);
  expect(second.read.sort()).toEqual([`CLOSED ${lateOne}`, `CLOSED ${next}`].sort());
  expect((await readAll(second.position)).read).toEqual([]);
});

test('nothing that was rolled back is in the feed', async () => {
  const start = await endOfFeed(source.manager);
  const client = new Client({ connectionString: database.servingUrl });
  await client.connect();
  await client.query('begin');
  await insertBy(client, Date.now());
  await client.query('rollback');
  await client.end();
  expect((await readAll(start)).read).toEqual([]);
});

test('a statement that changes many rows is in the feed in pieces of a thousand, which are read in small steps', async () => {
  const start = await endOfFeed(source.manager);
  await seedManyAt(database, Date.now(), 2_500, 'MANY-1');
  const { changes } = await readFeed(source.manager, start, 10);
  expect(changes.map((change) => change.requestIds.length)).toEqual([1_000, 1_000, 500]);
  const stepwise = await readAll(start, 1);
  expect(new Set(stepwise.read).size).toBe(2_500);
  expect(stepwise.read).toHaveLength(2_500);
});

test('in the middle of a step nothing that is committed meanwhile gets in between or is lost', async () => {
  const start = await endOfFeed(source.manager);
  const a = uuid(await seedRequest(database, {}));
  const b = uuid(await seedRequest(database, {}));
  const step = await readFeed(source.manager, start, 1);
  expect(step.changes.flatMap((change) => change.requestIds)).toEqual([a]);
  const c = uuid(await seedRequest(database, {}));
  expect((await readAll(step.position, 1)).read).toEqual([`CLOSED ${b}`, `CLOSED ${c}`]);
});

test('a request that did not succeed is listed when it is finished, by whichever statement', async () => {
  const at = Date.now();
  const pending = uuid(await seedRequest(database, { at: at - 1, status: 'PENDING' }));
  const failed = uuid(await seedRequest(database, { at, status: 'FAILED' }));
  const succeeded = uuid(await seedRequest(database, { status: 'SUCCEEDED' }));
  const listed = async () => {
    const ids = [pending, failed, succeeded];
    return database.query('select id, status from failed_requests where id = any($1) order by id', [ids]);
  };
  expect(await listed()).toEqual([{ id: failed, status: 'FAILED' }]);
  await database.query(`update webhook_request_logs set status = 'UNKNOWN', finished_at = now() where id = $1`, [
    pending,
  ]);
  expect(await listed()).toEqual([
    { id: pending, status: 'UNKNOWN' },
    { id: failed, status: 'FAILED' },
  ]);
});

test('old changes are forgotten, younger ones are not', async () => {
  await database.query(
    `update request_changes set at = now() - interval '2 days' where id = (select min(id) from request_changes)`,
  );
  expect(await pruneFeed(source.manager, new Date(Date.now() - 86_400_000), [await endOfFeed(source.manager)])).toBe(1);
  expect((await readAll(START_OF_FEED)).read.length).toBeGreaterThan(2_500);
});

test('what a reader has not yet read is not deleted, however old it is', async () => {
  const behind = await endOfFeed(source.manager);
  await seedRequest(database, {});
  await database.query(
    `update request_changes set at = now() - interval '9 days' where id = (select max(id) from request_changes)`,
  );
  const before = new Date(Date.now() - 86_400_000);
  expect(await pruneFeed(source.manager, before, [await endOfFeed(source.manager), behind])).toBe(0);
  expect(await pruneFeed(source.manager, before, [await endOfFeed(source.manager)])).toBe(1);
});

test('a database is not taken for a restored one because its counter saves a position meanwhile', async () => {
  const counter = new Client({ connectionString: database.servingUrl });
  await counter.connect();
  try {
    await counter.query('begin');
    await counter.query(`select from feed_positions where reader = 'counts' for update`);
    let answered = false;
    const rebuilding = rebuildChangeFeed(source.manager).finally(() => {
      answered = true;
    });
    await waitFor('an answer, or a wait for the position', async () => {
      const sql = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      return answered || (await database.query(sql)).length > 0;
    });
    for (let n = 0; n < 3; n += 1) await seedRequest(database, {});
    await counter.query(
      `update feed_positions set from_snapshot = pg_current_snapshot()::text where reader = 'counts'`,
    );
    await counter.query('commit');
    expect(await rebuilding).toBe('current');
  } finally {
    await counter.end();
  }
  expect(await rebuildChangeFeed(source.manager)).toBe('current');
});

test('who serves requests can neither write the feed nor the list of failures', async () => {
  await expect(
    source.query(`insert into request_changes (xid, kind, request_ids) values (1, 'CLOSED', '{}')`),
  ).rejects.toThrow('permission denied');
  await expect(source.query('delete from failed_requests')).rejects.toThrow('permission denied');
});

async function insertBy(client: Client, at: number): Promise<string> {
  const id = firstIdAt(at).slice(0, 13) + newId().slice(13);
  await client.query(
    `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at, finished_at)
     values ($1, 'OUTGOING', 'SUCCEEDED', 1, false, 'POST', 'https://partner.example/', $2, $2)`,
    [id, new Date(at)],
  );
  return id;
}
