// A standby that was behind is promoted: it lacks the outcomes that were committed last. The worker that lives on makes these attempts again.
import { randomBytes } from 'node:crypto';
import { type App, startApp } from '../../../src/app/app';
import { readConfig } from '../../../src/config/config';
import { createLog } from '../../../src/logging/log';
import { createPostgresServer, type PostgresServer, type StandbyServer } from '../../chaos/postgres-server';
import { startTcpProxy, type TcpProxy } from '../../database/database-outage/tcp-proxy';
import { askAt, type TestApp } from '../../support/app';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';

const KEY = `test-administrator-${randomBytes(12).toString('hex')}`;
const LOST = 5;

let primary: PostgresServer;
let standby: StandbyServer | undefined;
let proxy: TcpProxy;
let partner: Receiver;
let app: App;
let port: () => number | null;

beforeAll(async () => {
  [primary, partner] = await Promise.all([createPostgresServer(), startReceiver()]);
  port = primary.port;
  proxy = await startTcpProxy(() => port());
  const urls = primary.urlsAt(proxy.port);
  const config = readConfig({
    DATABASE_URL: urls.servingUrl,
    MIGRATION_DATABASE_URL: urls.migrationUrl,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: KEY,
    PORT: '0',
    ALLOW_HTTP_TARGETS: 'on',
    ALLOWED_TARGET_NETWORKS: '127.0.0.0/8',
  });
  app = await startApp(config, createLog('silent'));
});
afterAll(async () => {
  await partner?.stop();
  await app?.stop();
  await proxy?.stop();
  await standby?.remove();
  await primary?.remove();
});

const statuses = async (query: PostgresServer['query']) => {
  const rows = await query<{ status: string }>('select status from deliveries order by id');
  return rows.map(({ status }) => status);
};

test('deliveries whose outcome is lost are closed, while another one keeps their lease', async () => {
  const ask: TestApp['ask'] = (query, variables, key = KEY) => askAt(app.url as string, query, variables, key);
  const client = { ask } as TestApp;
  await createTestWebhook(client, partner.url, { documentType: 'Sales Invoice', timeoutMs: 30_000 });
  const answered = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  partner.answerWith((_call, n) => ({ after: n === 1 ? ended.promise : answered.promise }));
  await publish(client, [invoice('KEEPS-THE-LEASE')]);
  await waitFor('the first call', () => partner.calls.length === 1);
  await publish(
    client,
    Array.from({ length: LOST }, (_, n) => invoice(`LOST-${n}`)),
  );
  await waitFor('all calls', () => partner.calls.length === LOST + 1);
  standby = await primary.startStandby();
  await standby.fallBehind();
  answered.resolve();
  await waitFor('the outcomes', async () => {
    return (await statuses(primary.query)).filter((each) => each === 'DELIVERED').length === LOST;
  });
  await primary.stop('SIGKILL');
  const { query, promote, port: promoted } = standby;
  await promote();
  expect(await statuses(query)).toEqual(Array(LOST + 1).fill('PENDING'));
  port = () => promoted;
  proxy.heal(); // drops the connections
  const delivered = () => statuses(query).then((all) => all.filter((each) => each === 'DELIVERED').length === LOST);
  await waitFor('the lost outcomes', delivered, 30_000);
  // each was sent again, and the lease is still that of the first one
  expect(partner.calls).toHaveLength(2 * LOST + 1);
  const unknown = await query(`select from webhook_request_logs where status = 'UNKNOWN'`);
  expect(unknown).toHaveLength(LOST);
  ended.resolve();
  await waitFor('the first one', async () => (await statuses(query)).every((each) => each === 'DELIVERED'));
});
