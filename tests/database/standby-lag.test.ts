// How far the standby is behind from which queries read, as each place says it.
import { randomBytes } from 'node:crypto';
import { type App, startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { createPostgresServer, type PostgresServer, type StandbyServer } from '../chaos/postgres-server';
import { askAt } from '../support/app';
import { waitFor } from '../support/wait-for';

/** The application name of a standby is the `cluster_name` of its settings. */
const CONNECTED = '{standby="hookledger"}';
const KEY = `test-administrator-${randomBytes(12).toString('hex')}`;

let primary: PostgresServer;
let standby: StandbyServer;
let app: App;

/** Without workers and indexers, nothing is written but what a test writes. */
function start(more: Record<string, string> = {}): Promise<App> {
  const urls = primary.urlsAt(primary.port() as number);
  const config = readConfig({
    DATABASE_URL: urls.servingUrl,
    MIGRATION_DATABASE_URL: urls.migrationUrl,
    ENCRYPTION_KEY,
    ADMIN_API_KEY: KEY,
    PORT: '0',
    PROCESSES: 'api',
    ...more,
  });
  return startApp(config, createLog('silent'));
}
const ENCRYPTION_KEY = randomBytes(32).toString('base64');

beforeAll(async () => {
  primary = await createPostgresServer();
  const first = await start();
  await first.stop();
  standby = await primary.startStandby();
  app = await start({ DATABASE_REPLICA_URL: primary.urlsAt(standby.port).servingUrl });
});
afterAll(async () => {
  await app?.stop();
  await standby?.remove();
  await primary?.remove();
});

const metrics = async () => (await fetch(`${app.url}/metrics`)).text();

/** The value of a metric; null: it is absent. */
function valueIn(text: string, metric: string): number | null {
  const found = text.split('\n').find((line) => line.startsWith(`${metric} `));
  return found === undefined ? null : Number(found.slice(metric.length));
}

/** What is read is kept for a second or two: asks until it is so. */
function metric(name: string, is: (value: number | null) => boolean): Promise<string> {
  return waitFor(name, async () => {
    const text = await metrics();
    return is(valueIn(text, name)) && text;
  });
}

async function said() {
  const query = '{ systemHealth { standby { state since behindSeconds message } } }';
  const { data } = await askAt(app.url as string, query, {}, KEY);
  const { standby: ready } = (await (await fetch(`${app.url}/readyz`)).json()) as { standby: string };
  return { ...data.systemHealth.standby, ready };
}

const write = () => primary.query(`update users set updated_at = now()`);

test('a standby that has everything is up to date', async () => {
  await write();
  await metric('hookledger_replica_lag_bytes', (bytes) => bytes === 0);
  expect(await said()).toEqual({ state: 'OK', since: null, behindSeconds: 0, message: null, ready: 'up to date' });
  const text = await metrics();
  expect(valueIn(text, 'hookledger_replica_up')).toBe(1);
  expect(valueIn(text, 'hookledger_replica_lag_seconds')).toBe(0);
});

test('the primary tells of its standbys only where the login may see them', async () => {
  const seen = `hookledger_standby_lag_bytes${CONNECTED}`;
  expect(valueIn(await metrics(), seen)).toBeNull();
  await primary.query('grant pg_read_all_stats to hookledger');
  await metric(seen, (bytes) => bytes === 0);
  expect(valueIn(await metrics(), `hookledger_standby_lag_seconds${CONNECTED}`)).toBe(0);
});

test('what it has not replayed is counted, and for how long; once it has, it is level', async () => {
  await standby.query('select pg_wal_replay_pause()');
  await write();
  const text = await metric('hookledger_replica_lag_seconds', (seconds) => (seconds ?? 0) > 2);
  expect(valueIn(text, 'hookledger_replica_lag_bytes')).toBeGreaterThan(0);
  expect(valueIn(text, `hookledger_standby_lag_bytes${CONNECTED}`)).toBeGreaterThan(0);
  const { state, behindSeconds } = await said();
  expect(state).toBe('OK');
  expect(behindSeconds).toBeGreaterThan(2);
  await standby.query('select pg_wal_replay_resume()');
  await metric('hookledger_replica_lag_bytes', (bytes) => bytes === 0);
});

test('one that gets nothing more is behind', async () => {
  await standby.fallBehind();
  await write();
  await metric('hookledger_replica_lag_seconds', (seconds) => (seconds ?? 0) > 0);
  // the primary does not know it any more
  await metric(`hookledger_standby_lag_bytes${CONNECTED}`, (bytes) => bytes === null);
});

test('one that was promoted follows no primary', async () => {
  await standby.promote();
  await metric('hookledger_replica_up', (up) => up === 0);
  const message = 'is no standby: it does not follow a primary';
  expect(await said()).toMatchObject({ state: 'STOPPED', message, ready: `stopped: ${message}` });
  expect(valueIn(await metrics(), 'hookledger_replica_lag_bytes')).toBeNull();
});

test('one that is away says so', async () => {
  await standby.remove();
  const text = await waitFor('/readyz', async () => {
    const { standby: ready } = (await (await fetch(`${app.url}/readyz`)).json()) as { standby: string };
    return ready === 'stopped: cannot be reached' && ready;
  });
  expect(text).toBeTruthy();
  await metric('hookledger_replica_up', (up) => up === 0);
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
});
