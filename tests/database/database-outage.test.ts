import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded-postgres/embedded-postgres';
import { isDatabaseUnavailable } from '../../src/sql/database-errors';
import { rowsOf } from '../../src/sql/db';
import { askAt, type GraphQLAnswer } from '../support/app';
import { type Program, startProgram } from '../support/program';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { invoice } from '../support/webhooks';
import { startTcpProxy, type TcpProxy } from './database-outage/tcp-proxy';

const ADMIN_KEY = `test-administrator-${randomBytes(12).toString('hex')}`;
const ENCRYPTION_KEY = randomBytes(32).toString('base64');

let dataDir: string;
let postgres: EmbeddedPostgres | null;
let dataPath: string;
let proxy: TcpProxy;
let partner: Receiver;
let program: Program;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hookledger-outage-'));
  [postgres, partner] = await Promise.all([startPostgres(), startReceiver()]);
  dataPath = postgres.dataPath;
  proxy = await startTcpProxy(() => (postgres ? Number(new URL(postgres.servingUrl).port) : null));
  program = await startProgram({
    DATABASE_URL: proxy.through(postgres.servingUrl),
    MIGRATION_DATABASE_URL: proxy.through(postgres.migrationUrl),
    ENCRYPTION_KEY,
    ADMIN_API_KEY: ADMIN_KEY,
    PORT: '0',
    ALLOW_HTTP_TARGETS: 'on',
    ALLOWED_TARGET_NETWORKS: '127.0.0.0/8',
  });
  const created = await ask(CREATE, { input: { name: 'Partner', url: partner.url, retrySchedule: [0, 1, 1, 1] } });
  expect(created.data.createWebhook.userErrors).toEqual([]);
});
beforeEach(() => {
  partner.calls.length = 0;
  partner.answerWith(() => ({}));
});
afterAll(async () => {
  await program?.kill('SIGKILL');
  await proxy?.stop();
  await partner?.stop();
  await postgres?.stop();
  for (const path of [dataDir, dataPath]) await rm(path, { recursive: true, force: true });
});

const CREATE = 'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { userErrors { message } } }';
const PUBLISH = `mutation ($input: PublishEventsInput!) {
  publishEvents(input: $input) { events { id duplicate } userErrors { message } }
}`;

function startPostgres(): Promise<EmbeddedPostgres> {
  const settings = { fsync: 'off' };
  return startEmbeddedPostgres({ dataDir, binaries: process.env.TEST_POSTGRES_BINARIES, settings });
}

async function stopPostgres(): Promise<void> {
  const stopping = postgres;
  postgres = null;
  await stopping?.stop();
}

const ask = (query: string, variables?: object) => askAt(program.url as string, query, variables, ADMIN_KEY);
const publishOne = (reference: string) =>
  ask(PUBLISH, { input: { events: [invoice(reference, { idempotencyKey: reference })] } });
const statusOf = async (path: string) => (await fetch(`${program.url}${path}`)).status;
const isReady = async () => (await statusOf('/readyz')) === 200;

/** How a caller is refused who asks while the database is away. */
const refusal = async (asking: Promise<GraphQLAnswer>) => (await asking).errors?.[0]?.extensions.code;

async function queryDirectly<Row extends object>(sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: postgres?.superuserUrl.replace(/\/[^/]*$/, '/hookledger') });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

function everythingIsOver(): Promise<unknown> {
  return waitFor('everything to be over', async () => {
    const [left] = await queryDirectly<{ n: number }>(
      `select (select count(*) from business_events where fanned_out_at is null)
         + (select count(*) from deliveries where finished_at is null)
         + (select count(*) from webhook_request_logs where finished_at is null) as n`,
    );
    return Number(left?.n) === 0;
  });
}

test('while PostgreSQL is stopped requests are refused as UNAVAILABLE, and afterwards everything goes on by itself', async () => {
  partner.answerWith(() => ({ delayMs: 400 }));
  const accepted = await ask(PUBLISH, {
    input: { events: Array.from({ length: 100 }, (_, n) => invoice(`BEFORE-${n}`)) },
  });
  expect(accepted.data.publishEvents.events).toHaveLength(100);
  await waitFor('calls on the wire', () => partner.calls.length > 20);

  const during = Array.from({ length: 40 }, (_, n) => publishOne(`DURING-${n}`));
  await stopPostgres();
  const meanwhile: (string | undefined)[] = [];
  for (const end = Date.now() + 3_000; Date.now() < end; await wait(100)) {
    meanwhile.push(...(await Promise.all([refusal(publishOne('NEVER')), refusal(ask('{ viewer { id } }'))])));
  }
  expect(new Set(meanwhile)).toEqual(new Set(['UNAVAILABLE']));
  expect(await statusOf('/healthz')).toBe(200);
  const unready = await fetch(`${program.url}/readyz`);
  expect(unready.status).toBe(503);
  expect(await unready.json()).toMatchObject({ checks: { database: 'cannot be reached' }, publishing: 'unknown' });
  expect((await publishOne('NEVER')).status).toBe(503);

  const answers = await Promise.all(during);
  const codes = new Set(answers.map((answer) => answer.errors?.[0]?.extensions.code));
  expect([...codes].filter((code) => code !== undefined && code !== 'UNAVAILABLE')).toEqual([]);

  postgres = await startPostgres();
  await waitFor('the program to be ready again', isReady);
  partner.answerWith(() => ({}));
  // whoever was refused asks again under the same key; what had been accepted all the same is known
  const again = await Promise.all(Array.from({ length: 40 }, (_, n) => publishOne(`DURING-${n}`)));
  expect(again.every((answer) => answer.data?.publishEvents.events?.length === 1)).toBe(true);
  await everythingIsOver();

  const [counts] = await queryDirectly<{ events: number; delivered: number; deliveries: number }>(
    `select count(*)::int as deliveries, count(distinct business_event_id)::int as events,
       count(*) filter (where status = 'DELIVERED')::int as delivered from deliveries`,
  );
  expect(counts).toEqual({ events: 140, deliveries: 140, delivered: 140 });
  expect(new Set(partner.calls.map((call) => call.headers['webhook-id'])).size).toBe(140);
  const statuses = await queryDirectly<{ status: string }>(
    'select distinct status from webhook_request_logs order by 1',
  );
  expect(statuses.filter(({ status }) => status !== 'SUCCEEDED' && status !== 'UNKNOWN')).toEqual([]);
  expect(program.lives()).toBe(true);
});

test('a second outage is survived as well, also one that cuts connections in the middle of everything', async () => {
  const accepted: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    const references = Array.from({ length: 25 }, (_, n) => `CUT-${round}-${n}`);
    const publishing = Promise.all(references.map(publishOne));
    proxy.heal(); // drops every connection
    const answers = await publishing;
    const codes = answers.map((answer) => answer.errors?.[0]?.extensions.code).filter((code) => code !== undefined);
    expect(codes.filter((code) => code !== 'UNAVAILABLE')).toEqual([]);
    accepted.push(...references.filter((_, n) => !answers[n]?.errors));
  }
  await everythingIsOver();
  const arrived = new Set(partner.calls.map((call) => JSON.parse(call.body.toString()).data.name));
  expect(accepted.filter((reference) => !arrived.has(reference))).toEqual([]);
  expect(program.lives()).toBe(true);
});

test('a network that goes silent is answered for, and once it heals everything goes on by itself', async () => {
  partner.answerWith(() => ({ delayMs: 300 }));
  const references = Array.from({ length: 60 }, (_, n) => `SILENT-${n}`);
  await Promise.all(references.slice(0, 30).map(publishOne));
  const during = references.slice(30).map(publishOne);
  proxy.goSilent();
  const late = Array.from({ length: 30 }, () => refusal(ask('{ viewer { id } }')));
  expect(await statusOf('/healthz')).toBe(200);
  const unready = await fetch(`${program.url}/readyz`);
  expect(unready.status).toBe(503);
  expect(await unready.json()).toMatchObject({ checks: { database: 'cannot be reached' }, publishing: 'unknown' });
  // long enough for its leases to expire
  await queryDirectly('update worker_leases set expires_at = now()');
  proxy.heal();

  const answers = await Promise.all(during);
  const codes = [...answers.map((answer) => answer.errors?.[0]?.extensions.code)];
  expect(codes.filter((code) => code !== undefined && code !== 'UNAVAILABLE')).toEqual([]);
  // refused, or answered by a connection that was made after the network had healed
  const lateCodes = await Promise.all(late);
  expect(lateCodes.filter((code) => code !== undefined && code !== 'UNAVAILABLE')).toEqual([]);
  expect(lateCodes).toContain('UNAVAILABLE');
  await waitFor('the program to be ready again', isReady);
  const again = await Promise.all(references.map(publishOne));
  expect(again.every((answer) => answer.data?.publishEvents.events?.length === 1)).toBe(true);
  await everythingIsOver();
  const arrived = new Set(partner.calls.map((call) => JSON.parse(call.body.toString()).data.name));
  expect(references.filter((reference) => !arrived.has(reference))).toEqual([]);
  expect(program.lives()).toBe(true);
});

test('after all that, it still stops in order', async () => {
  await program.kill('SIGTERM');
  expect(program.child.exitCode).toBe(0);
});

describe('a connection', () => {
  let source: DataSource;

  beforeEach(async () => {
    const url = proxy.through(postgres?.servingUrl as string);
    source = await createDataSource(url, { name: 'outage', poolSize: 3, statementTimeoutMs: 500 }).initialize();
  });
  afterEach(async () => {
    proxy.heal();
    await source.destroy();
  });

  const failureOf = (asking: Promise<unknown>) =>
    asking.then(
      () => null,
      (error: unknown) => error,
    );

  test('that no longer responds is closed, and is not used again', async () => {
    const begun = await new Promise<{ end: () => void; over: Promise<unknown> }>((resolve) => {
      const over = failureOf(
        source.transaction(async (db) => {
          await new Promise<void>((end) => resolve({ end, over }));
          await rowsOf(db, 'select 1');
        }),
      );
    });
    proxy.goSilent();
    begun.end();
    const asked = [
      failureOf(source.query('select 1')),
      failureOf(source.transaction((db) => db.query('select 1'))),
      failureOf(source.query('select 1')),
      begun.over,
    ];
    for (const error of await Promise.all(asked)) expect([error, isDatabaseUnavailable(error)]).toEqual([error, true]);
    proxy.heal();
    const rows = await Promise.all(Array.from({ length: 6 }, () => source.query('select 1 as one')));
    expect(rows).toEqual(Array(6).fill([{ one: 1 }]));
  });

  test.each(['the next statement', 'the commit'])(
    'that is lost in a transaction makes %s fail as UNAVAILABLE',
    async (what) => {
      const error = await failureOf(
        source.transaction(async (db) => {
          await rowsOf(db, 'select 1');
          proxy.heal(); // drops it
          await wait(100);
          if (what === 'the next statement') await rowsOf(db, 'select 1');
        }),
      );
      expect([error, isDatabaseUnavailable(error)]).toEqual([error, true]);
    },
  );
});
