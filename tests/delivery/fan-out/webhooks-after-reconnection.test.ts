// What a process keeps of webhooks is forgotten with its connection: behind the new one may be another database.
import { createDataSource } from '../../../src/database/data-source';
import { createWebhookDirectory, fillDirectory, readStates } from '../../../src/delivery/engine/matching-webhooks';
import { uuidOf } from '../../../src/values/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';

let app: TestApp;
let partner: Receiver;

beforeAll(async () => {
  partner = await startReceiver();
  app = await startTestApp();
});
afterAll(async () => {
  await app.stop();
  await partner.stop();
});

const pathsCalled = () => partner.calls.map(({ path }) => path);

test('after the listener has connected again, an event goes to the URL that the database has', async () => {
  const { id } = await createTestWebhook(app, partner.url);
  await publish(app, [invoice('INV-1')]);
  await waitFor('the first event', () => pathsCalled().includes('/hook'));
  // as a restored database: its webhooks were changed by transactions that a snapshot of the other database takes for old
  await app.database.query('alter table webhooks disable trigger webhooks_note_their_change');
  await app.database.query('update webhooks set url = $1 where id = $2', [
    `${partner.url}/restored`,
    uuidOf('Webhook', id),
  ]);
  await app.database.query('alter table webhooks enable trigger webhooks_note_their_change');
  await app.database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'hookledger notify listener'`,
  );
  let events = 1;
  await waitFor(
    'an event at the restored URL',
    async () => {
      events += 1;
      await publish(app, [invoice(`INV-${events}`)]);
      await waitFor('the event', () => partner.calls.length >= events);
      return pathsCalled().includes('/hook/restored');
    },
    60_000,
  );
});

test('what was read in another run of the database is read again: the numbers of transactions may be given again', async () => {
  const source = await createDataSource(app.database.servingUrl, { name: 'directory test', poolSize: 1 }).initialize();
  try {
    const directory = createWebhookDirectory();
    await fillDirectory(source.manager, directory);
    expect(await readStates(source.manager, directory, [])).not.toBeNull();
    const [run, snapshot] = (directory.snapshot() as string).split(' ');
    expect(run).toMatch(/^[0-9a-f]{8}$/);
    directory.apply({ snapshot: `00000000 ${snapshot}`, webhooks: [] });
    expect(await readStates(source.manager, directory, [])).toBeNull();
    expect(directory.snapshot()).toBeNull();
  } finally {
    await source.destroy();
  }
});
