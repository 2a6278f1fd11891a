import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { createNotifier } from '../../src/jobs/notifier';
import { createLog, type Log } from '../../src/logging/log';
import type { Db } from '../../src/sql/db';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { collectGarbage } from '../support/live-memory';
import { waitFor } from '../support/wait-for';

let database: TestDatabase;
let source: DataSource;
let listener: Client;
const heard: (string | undefined)[] = [];

beforeAll(async () => {
  // of its own: an API would announce events as well
  database = await createTestDatabase();
  source = await createDataSource(database.servingUrl, { name: 'notifier test' }).initialize();
  listener = new Client({ connectionString: database.superuserUrl });
  await listener.connect();
  await listener.query('listen hookledger');
  listener.on('notification', ({ payload }) => heard.push(payload));
});
beforeEach(() => {
  heard.length = 0;
});
afterAll(async () => {
  await listener.end();
  await source.destroy();
  await database.drop();
});

const notifierFor = () => createNotifier(source.manager, createLog('silent'));

/** What the listener has heard of all that was committed before. */
async function allHeard(): Promise<(string | undefined)[]> {
  await listener.query('select');
  return heard;
}

test('each announcement is followed by a notification', async () => {
  const notifier = notifierFor();
  for (let n = 1; n <= 5; n += 1) {
    notifier.announce(1);
    await waitFor('the notification', () => heard.length === n);
  }
  await notifier.stop();
  expect(await allHeard()).toEqual(Array(5).fill('new events'));
});

test('events that are announced together have two notifications: one at once, and one for the others', async () => {
  const notifier = notifierFor();
  for (let n = 0; n < 200; n += 1) notifier.announce(1);
  await notifier.stop();
  await waitFor('both', () => heard.length >= 2);
  expect(await allHeard()).toEqual(['new events', 'new events']);
});

test('keeps nothing of earlier notifications', async () => {
  const kept: WeakRef<object>[] = [];
  // what each notification resolves to: the database is away, and this is what its log entry returns
  const debug = () => {
    const result = {};
    kept.push(new WeakRef(result));
    return result;
  };
  const query = () => Promise.reject(new Error('away'));
  const db = { dataSource: { driver: { master: { query } } } } as unknown as Db;
  const notifier = createNotifier(db, { ...createLog('silent'), debug } as unknown as Log);
  for (let n = 1; n <= 3; n += 1) {
    notifier.announce(1);
    await waitFor('the notification', () => kept.length === n);
  }
  collectGarbage();
  expect(kept.slice(0, -1).map((each) => each.deref())).toEqual([undefined, undefined]);
  await notifier.stop();
});
