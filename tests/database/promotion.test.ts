// The primary is lost under load, and its standby is promoted: the processes that are running find it in their list of hosts.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type App, startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { createPostgresServer, type PostgresServer, type StandbyServer } from '../chaos/postgres-server';
import { runHookledger } from '../programs/run-hookledger';
import { askAt, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

const KEY = `test-administrator-${randomBytes(12).toString('hex')}`;
const PUBLISHERS = 8;
const PACE_MS = 10;

let folder: string;
let primary: PostgresServer;
let standby: StandbyServer;
let partner: Receiver;
let app: App;
let client: TestApp;
let env: Record<string, string>;

/** One URL for both servers. */
function listOf(ports: readonly number[], url: string): string {
  const { username, password, pathname } = new URL(url);
  const hosts = ports.map((port) => `127.0.0.1:${port}`);
  return `postgres://${username}:${password}@${hosts}${pathname}?target_session_attrs=read-write`;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookledger-promotion-'));
  [primary, partner] = await Promise.all([createPostgresServer(), startReceiver()]);
  env = {
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: KEY,
    PORT: '0',
    ALLOW_HTTP_TARGETS: 'on',
    ALLOWED_TARGET_NETWORKS: '127.0.0.0/8',
    PUBLIC_URL: 'https://erp.example.com',
    EVIDENCE_HEAD_FILE: join(folder, 'head.txt'),
  };
  standby = await primary.startStandby();
  const port = primary.port() as number;
  const { servingUrl, migrationUrl } = primary.urlsAt(port);
  env.DATABASE_URL = listOf([port, standby.port], servingUrl);
  env.MIGRATION_DATABASE_URL = listOf([port, standby.port], migrationUrl);
  app = await startApp(readConfig(env), createLog('silent'));
  const ask: TestApp['ask'] = (query, variables, key = KEY) => askAt(app.url as string, query, variables, key);
  client = { ask } as TestApp;
  await createTestWebhook(client, partner.url, { documentType: 'Sales Invoice' });
});
afterEach(async () => {
  await app?.stop();
  await partner?.stop();
  await standby?.remove();
  await primary?.remove();
  await rm(folder, { recursive: true, force: true });
});

interface Load {
  /** The documents whose events were acknowledged, with the time of each answer. */
  acknowledged: Map<string, number>;
  refused(): number;
  stop(): Promise<void>;
}

const eventOf = (name: string) => invoice(name, { idempotencyKey: name });

function startLoad(): Load {
  const acknowledged = new Map<string, number>();
  let refused = 0;
  let stopping = false;
  const publishers = Array.from({ length: PUBLISHERS }, async (_, publisher) => {
    for (let n = 0; !stopping; n += 1) {
      const name = `INV-${publisher}-${n}`;
      try {
        await publish(client, [eventOf(name)]);
        acknowledged.set(name, performance.now());
      } catch {
        refused += 1;
      }
      await wait(PACE_MS);
    }
  });
  return {
    acknowledged,
    refused: () => refused,
    async stop() {
      stopping = true;
      await Promise.all(publishers);
    },
  };
}

async function missingOf(names: Iterable<string>): Promise<string[]> {
  const rows = await standby.query<{ name: string }>(
    `select name from unnest($1::text[]) as name
     where not exists (select from business_events e where e.reference_document = name)`,
    [[...names]],
  );
  return rows.map(({ name }) => name);
}

const undelivered = async () => {
  const rows = await standby.query<{ n: number }>(
    `select count(*)::int as n from deliveries where status <> 'DELIVERED'`,
  );
  return rows[0]?.n;
};

/** @returns when the standby was promoted */
async function loseThePrimary(): Promise<number> {
  await primary.stop('SIGKILL');
  await wait(500);
  const at = performance.now();
  await standby.promote();
  return at;
}

/** The first event that was accepted afterwards. */
function acceptedAfter({ acknowledged }: Load, at: number): Promise<number> {
  return waitFor(
    'events to be accepted',
    () => [...acknowledged.values()].find((time) => time > at + 1) ?? null,
    30_000,
  );
}

test('with synchronous replication, no event is lost that was acknowledged', async () => {
  await primary.query(`alter system set synchronous_standby_names = '*'`);
  await primary.query('select pg_reload_conf()');
  await waitFor('a synchronous standby', async () => {
    const rows = await primary.query(`select from pg_stat_replication where sync_state = 'sync'`);
    return rows.length === 1;
  });
  const load = startLoad();
  await waitFor('the load', () => load.acknowledged.size > 200);
  const before = load.acknowledged.size;
  const at = await loseThePrimary();
  const accepted = await acceptedAfter(load, at);
  await wait(1_000);
  await load.stop();
  const { size } = load.acknowledged;
  expect(await missingOf(load.acknowledged.keys())).toEqual([]);
  await waitFor('the deliveries', async () => (await undelivered()) === 0, 240_000);
  process.stdout.write(
    `promotion: ${before} events before, ${size - before} after, ${load.refused()} refused, 0 of ${size} lost; ` +
      `accepted ${Math.round(accepted - at)} ms after the promotion began\n`,
  );
});

test('with asynchronous replication, what was lost shows: sealing stops, and continues once it was restarted', async () => {
  await publish(client, [eventOf('KEPT')]);
  const status = async () => {
    const { data } = await client.ask('{ evidenceStatus { origin waitingCount head { treeSize } stops { code } } }');
    return data?.evidenceStatus;
  };
  const headFile = () => readFile(env.EVIDENCE_HEAD_FILE as string, 'utf8').catch(() => '');
  await waitFor('a sealed delivery', async () => (await status())?.waitingCount === 0 && (await headFile()) !== '');
  await standby.fallBehind();
  const known = await headFile();
  const load = startLoad();
  await waitFor(
    'heads that the standby lacks',
    async () => (await headFile()) !== known && load.acknowledged.size > 50,
  );
  const before = new Set(load.acknowledged.keys());
  await acceptedAfter(load, await loseThePrimary());
  await load.stop();
  const lost = await missingOf(before);
  expect(lost.length).toBeGreaterThan(0);
  expect(await missingOf(['KEPT'])).toEqual([]);
  // docs/standby.md, step by step
  await waitFor('sealing to stop', async () => (await status())?.stops[0]?.code === 'NEWER', 30_000);
  const restarted = await runHookledger(['evidence', 'restart', '--because', 'The standby lagged'], env, folder);
  expect(restarted).toMatchObject({ code: 0 });
  await waitFor('sealing', async () => {
    const { origin, stops, waitingCount } = await status();
    return origin === 'erp.example.com/evidence/2' && stops.length === 0 && waitingCount === 0;
  });
  for (const name of before) await publish(client, [eventOf(name)]);
  expect(await missingOf(before)).toEqual([]);
  await waitFor('the deliveries', async () => (await undelivered()) === 0, 240_000);
});
