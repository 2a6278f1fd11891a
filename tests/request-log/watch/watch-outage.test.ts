import { Client } from 'pg';
import { type App, startApp } from '../../../src/app/app';
import { readConfig } from '../../../src/config/config';
import { createLog } from '../../../src/logging/log';
import { startTcpProxy, type TcpProxy } from '../../database/database-outage/tcp-proxy';
import { startTestApp, type TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { seedRequest } from '../pages/seeded-log';
import { openStream } from './event-source';

let app: TestApp;
let proxy: TcpProxy;
let behindProxy: App;
let isAway = false;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  const { DATABASE_URL = '', MIGRATION_DATABASE_URL = '' } = app.env;
  proxy = await startTcpProxy(() => (isAway ? null : Number(new URL(DATABASE_URL).port)));
  behindProxy = await startApp(
    readConfig({
      ...app.env,
      DATABASE_URL: proxy.through(DATABASE_URL),
      MIGRATION_DATABASE_URL: proxy.through(MIGRATION_DATABASE_URL),
    }),
    createLog('silent'),
  );
});
afterAll(async () => {
  await behindProxy.stop();
  await proxy.stop();
  await app.stop();
});

test('who watches while the database is away gets what happened meanwhile when it is back', async () => {
  const query = `subscription ($where: WebhookRequestLogWhere) {
    webhookRequestLogChanged(where: $where) { dropped webhookRequestLog { referenceDocument webhook { name } } } }`;
  const stream = await openStream(behindProxy.url as string, {
    query,
    variables: { where: { referenceDocument: { startsWith: 'OUTAGE-' } } },
    key: app.adminKey,
  });
  const seed = (n: number) => seedRequest(app.database, { referenceDocument: `OUTAGE-${n}` });
  const documents = () => stream.changes().map((change) => change.webhookRequestLog.referenceDocument);
  await seed(1);
  await stream.next(1);
  isAway = true;
  proxy.heal(); // drops the connections
  for (let n = 2; n <= 50; n += 1) await seed(n);
  isAway = false;
  await seed(51);
  await stream.next(51);
  expect(documents()).toEqual(Array.from({ length: 51 }, (_, index) => `OUTAGE-${index + 1}`));
  expect(stream.ended).toBe(false);
  stream.close();
});

const watch = (where: object) =>
  openStream(app.url, {
    query: `subscription ($where: WebhookRequestLogWhere) {
      webhookRequestLogChanged(where: $where) { webhookRequestLog { referenceDocument } } }`,
    variables: { where },
    key: app.adminKey,
  });

test('a filter that a busy database stopped once is tried again', async () => {
  const stream = await watch({ not: { businessEvent: { event: { eq: 'on_submit' } } } });
  const other = await watch({ referenceDocument: { startsWith: 'BUSY' } });
  const locking = new Client({ connectionString: app.database.superuserUrl });
  await locking.connect();
  const triesOf = new Set<string>();
  try {
    await locking.query('begin; lock table business_events in access exclusive mode');
    await seedRequest(app.database, { referenceDocument: 'BUSY-1' });
    await other.next(1);
    await waitFor('the second try', async () => {
      const rows = await app.database.query<{ begun: string }>(
        `select query_start::text as begun from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and query like '%business_events%'`,
      );
      for (const { begun } of rows) triesOf.add(begun);
      return triesOf.size > 1;
    });
  } finally {
    await locking.query('rollback');
    await locking.end();
  }
  await waitFor('the answer of the filter', () => stream.changes().length > 0 || stream.ended);
  expect(stream.ended).toBe(false);
  stream.close();
  other.close();
});

test('a filter that takes too long ends its own streams, and delays no others', async () => {
  const slow = await watch({ businessEvent: { event: { eq: 'on_submit' } } });
  const quick = await watch({ referenceDocument: { startsWith: 'QUICK' } });
  const locking = new Client({ connectionString: app.database.superuserUrl });
  await locking.connect();
  await locking.query('begin; lock table business_events in access exclusive mode');
  await seedRequest(app.database, { referenceDocument: 'QUICK-1' });
  await quick.next(1);
  expect(slow.ended).toBe(false);
  await waitFor('the end of the slow one', () => slow.ended).finally(() => locking.query('rollback'));
  await locking.end();
  expect(slow.events).toMatchObject([
    { event: 'next', data: { errors: [{ extensions: { code: 'LIMIT_EXCEEDED' } }] } },
    { event: 'complete' },
  ]);
  await seedRequest(app.database, { referenceDocument: 'QUICK-2' });
  await quick.next(2);
  quick.close();
});
