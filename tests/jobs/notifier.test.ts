import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { createNotifier } from '../../src/jobs/notifier';
import { createLog } from '../../src/log';
import { shareTestApi, type TestApp } from '../support/app';
import { waitFor } from '../support/wait-for';

let app: TestApp;
let source: DataSource;
let listener: Client;
const heard: (string | undefined)[] = [];

beforeAll(async () => {
  app = await shareTestApi();
  source = await createDataSource(app.database.servingUrl, { name: 'notifier test' }).initialize();
  listener = new Client({ connectionString: app.database.superuserUrl });
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
  await app.stop();
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
