import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type App, startApp } from '../../../src/app/app';
import { readConfig } from '../../../src/config/config';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/database/embedded-postgres/embedded-postgres';
import { createLog } from '../../../src/logging/log';
import { startTcpProxy, type TcpProxy } from '../../database/database-outage/tcp-proxy';
import { askAt, type TestApp } from '../../support/app';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { strays } from '../attempt/invariants';
import { attemptsOf, countByStatus, deliveriesOf } from '../attempt/stored-attempts';
import { createOwnWebhook } from '../capacity/circuit-states';

const ADMIN_KEY = `test-administrator-${randomBytes(12).toString('hex')}`;

let dataDir: string;
let postgres: EmbeddedPostgres | null;
let dataPath: string;
let proxy: TcpProxy;
let partner: Receiver;
let workers: App[];
/** As far as the tests' tools need it. */
let app: TestApp;

function startPostgres(): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir,
    binaries: process.env.TEST_POSTGRES_BINARIES,
    settings: { fsync: 'off' },
  });
}

async function queryDirectly<Row>(sql: string, values?: unknown[]): Promise<Row[]> {
  const client = new Client({ connectionString: postgres?.superuserUrl.replace(/\/[^/]*$/, '/hookledger') });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hookledger-restart-'));
  [postgres, partner] = await Promise.all([startPostgres(), startReceiver()]);
  dataPath = postgres.dataPath;
  proxy = await startTcpProxy(() => (postgres ? Number(new URL(postgres.servingUrl).port) : null));
  const env = {
    DATABASE_URL: proxy.through(postgres.servingUrl),
    MIGRATION_DATABASE_URL: proxy.through(postgres.migrationUrl),
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: ADMIN_KEY,
    PORT: '0',
    ALLOW_HTTP_TARGETS: 'on',
    ALLOWED_TARGET_NETWORKS: '127.0.0.0/8',
  };
  const log = createLog('silent');
  const first = await startApp(readConfig(env), log);
  workers = [first, await startApp(readConfig({ ...env, PROCESSES: 'worker', PORT: '' }), log)];
  const ask: TestApp['ask'] = (query, variables) => askAt(first.url as string, query, variables, ADMIN_KEY);
  app = { ask, database: { query: queryDirectly, prepared: queryDirectly } } as unknown as TestApp;
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await Promise.all([proxy.stop(), partner.stop(), postgres?.stop()]);
  await Promise.all([dataDir, dataPath].map((path) => rm(path, { recursive: true, force: true })));
});

test('a database that restarts in the middle of a batch loses nothing, and limits and orders are kept', async () => {
  const open = new Map<string, number>();
  let most = 0;
  partner.answerWith(({ path }) => {
    const now = (open.get(path) ?? 0) + 1;
    open.set(path, now);
    if (path === narrow.path) most = Math.max(most, now);
    setTimeout(() => open.set(path, (open.get(path) ?? 0) - 1), 18);
    return { delayMs: 20 };
  });
  // the partner is this process, which a busy machine holds up
  const slow = { timeoutMs: 30_000 };
  const plain = await createOwnWebhook(app, partner.url, slow);
  const narrow = await createOwnWebhook(app, partner.url, { ...slow, maxConcurrency: 3 });
  const ordered = await createOwnWebhook(app, partner.url, { ...slow, ordering: 'HOLD' });
  await Promise.all([plain.publishMany(400), narrow.publishMany(80)]);
  await ordered.publishFor(Array.from({ length: 80 }, (_, n) => `INV-${n % 10}`));
  const all = 400 + 80 + 80;
  await waitFor('a part of it', () => partner.calls.length > 200);

  for (let round = 0; round < 2; round += 1) {
    const before = partner.calls.length;
    const stopping = postgres;
    postgres = null;
    await stopping?.stop();
    postgres = await startPostgres();
    // a fast machine may have sent all of it before the second restart
    await waitFor('more of it', () => partner.calls.length >= Math.min(before + 100, all));
  }

  const expected = new Map([
    [plain, 400],
    [narrow, 80],
    [ordered, 80],
  ]);
  for (const [webhook, count] of expected) {
    const isOver = async () => countByStatus(await deliveriesOf(app, webhook.id)).DELIVERED === count;
    await waitFor('everything', isOver);
    const ids = partner.calls.filter(({ path }) => path === webhook.path).map((call) => call.headers['webhook-id']);
    expect(new Set(ids).size).toBe(count);
    const attempts = await attemptsOf(app, webhook.id);
    const { SUCCEEDED, UNKNOWN = 0, ...others } = countByStatus(attempts);
    expect([SUCCEEDED, others]).toEqual([count, {}]);
    // each call that arrived is in the log
    expect(ids.length).toBeLessThanOrEqual(count + UNKNOWN);
  }
  expect(most).toBeLessThanOrEqual(3);
  const came = partner.calls.filter(({ path }) => path === ordered.path);
  const numbers = came.map((call) => JSON.parse(call.body.toString()).data.n as number);
  for (let document = 0; document < 10; document += 1) {
    const own = [...new Set(numbers.filter((n) => n % 10 === document))];
    expect(own).toEqual([...own].sort((a, b) => a - b));
  }
  expect(await strays(app)).toEqual([]);
  expect(await queryDirectly('select * from webhook_slots')).toEqual([]);
});
