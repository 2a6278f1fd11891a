import { randomBytes } from 'node:crypto';
import { makeIncomingToken } from '../../src/webhooks/incoming/incoming-agreement.store';
import { askAt } from '../support/app';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type Program, startProgram } from '../support/program';
import { waitFor } from '../support/wait-for';
import { type DyingServer, startDyingServer } from './database-outage/dying-server';
import { startTcpProxy, type TcpProxy } from './database-outage/tcp-proxy';

const ADMIN_KEY = `test-administrator-${randomBytes(12).toString('hex')}`;

/** Sessions of a program that serves and works, and those of its start. */
const RUNNING = ['serve', 'deliver', 'read', 'monitor', 'notify listener'];
const STARTING = ['migrate lock', 'migrate'];

let database: TestDatabase;
let dying: DyingServer;
let proxy: TcpProxy;
let program: Program;
/** Whose connections end at once. */
let dyingName: string | null = null;

beforeAll(async () => {
  [database, dying] = await Promise.all([createTestDatabase(), startDyingServer()]);
  // so that the start opens all its sessions
  await database.query('delete from prepared_logins');
  proxy = await startTcpProxy(({ application_name }) =>
    application_name === dyingName ? dying.port : Number(new URL(database.servingUrl).port),
  );
  program = await startProgram({
    DATABASE_URL: proxy.through(database.servingUrl),
    MIGRATION_DATABASE_URL: proxy.through(database.migrationUrl),
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: ADMIN_KEY,
    PORT: '0',
  });
});
afterAll(async () => {
  await program?.kill('SIGKILL');
  await proxy?.stop();
  await dying?.stop();
  await database?.drop();
});

const ask = (query: string) => askAt(program.url as string, query, {}, ADMIN_KEY);

async function useEachPool(): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}` };
  const subscription = JSON.stringify({
    query: 'subscription { webhookRequestLogChanged { id webhookRequestLog { id } } }',
  });
  await Promise.all([
    ask('{ viewer { id } }'),
    fetch(`${program.url}/readyz`),
    ask('{ __typename ... { viewer { id } } }'),
    fetch(`${program.url}/in/${makeIncomingToken()}`, { method: 'POST' }),
    fetch(`${program.url}/graphql/stream`, { method: 'POST', headers, body: subscription }).then((answer) =>
      answer.body?.cancel(),
    ),
  ]);
}

test.each(RUNNING)('a server that lets %s in and ends the connection in one packet ends no process', async (name) => {
  dyingName = `hookledger ${name}`;
  proxy.heal(); // drops every connection
  await waitFor('it to be met', async () => {
    if (program.lives()) await useEachPool();
    return !program.lives() || dying.names().has(`hookledger ${name}`);
  });
  dyingName = null;
  await waitFor('the program to be ready again', async () => {
    if (!program.lives()) throw new Error(`it has ended:\n${program.output()}`);
    return (await fetch(`${program.url}/readyz`)).status === 200;
  });
  expect((await ask('{ viewer { id } }')).errors).toBeUndefined();
});

test('no session compiles statements', () => {
  const compiling = proxy.startups.filter(({ options }) => !/(^| )-c jit=off( |$)/.test(options ?? ''));
  expect(compiling).toEqual([]);
  const names = new Set(proxy.startups.map((each) => each.application_name?.replace('hookledger ', '')));
  expect(names).toEqual(new Set([...RUNNING, ...STARTING]));
});
