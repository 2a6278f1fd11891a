// SIGTERM: each running request ends with its answer or an error, whatever the database does.
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { Client } from 'pg';
import { startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { startTcpProxy, type TcpProxy } from '../database/database-outage/tcp-proxy';
import { askAt, startTestApp, type TestApp } from '../support/app';
import { type Program, startProgram } from '../support/program';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

let app: TestApp;
let proxy: TcpProxy;
let partner: Receiver;
let isAway = false;
const programs: Program[] = [];

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp({ PROCESSES: 'api' }), startReceiver()]);
  proxy = await startTcpProxy(() => (isAway ? null : Number(new URL(app.database.servingUrl).port)));
});
beforeEach(() => {
  isAway = false;
  partner.calls.length = 0;
});
afterAll(async () => {
  for (const program of programs) await program.kill('SIGKILL');
  await proxy?.stop();
  await Promise.all([app.stop(), partner.stop()]);
});

async function startBehindProxy(): Promise<Program> {
  const { DATABASE_URL = '', MIGRATION_DATABASE_URL = '' } = app.env;
  const program = await startProgram({
    ...app.env,
    PROCESSES: 'api,worker,indexer',
    DATABASE_URL: proxy.through(DATABASE_URL),
    MIGRATION_DATABASE_URL: proxy.through(MIGRATION_DATABASE_URL),
  });
  programs.push(program);
  return program;
}

/** Ends by itself, before anything else would make it: a statement is given up after 35 s. */
const endingOf = (program: Program) =>
  waitFor('the program to end', () => (program.lives() ? null : { code: program.child.exitCode }), 30_000);

test('SIGTERM ends a program whose database has gone silent', async () => {
  const program = await startBehindProxy();
  proxy.goSilent();
  const asking = askAt(program.url as string, '{ viewer { id } }', {}, app.adminKey).catch(() => null);
  program.child.kill('SIGTERM');
  await endingOf(program);
  proxy.heal();
  await asking;
});

test('a program that cannot write all outcomes ends with 1, and says how many those are', async () => {
  const program = await startBehindProxy();
  await createTestWebhook(app, partner.url, { documentType: 'Unwritten' });
  partner.answerWith(() => {
    isAway = true;
    proxy.heal(); // drops every connection
    return {};
  });
  await publish(app, [invoice('INV-1', { documentType: 'Unwritten' })]);
  await waitFor('the call', () => partner.calls.length > 0);
  program.child.kill('SIGTERM');
  expect(await endingOf(program)).toEqual({ code: 1 });
  // a machine that stands still leaves no time to count them
  expect(program.output()).toMatch(
    /The outcomes of 1 attempts could not be written|not everything has stopped in time/,
  );
});

async function isWaitingForUsers(): Promise<boolean> {
  // a table has the same number in each database that was copied from the template
  const sql = `select 1 from pg_locks where not granted and relation = 'users'::regclass
    and database = (select oid from pg_database where datname = current_database())`;
  return (await app.database.query(sql)).length > 0;
}

test('requests on a kept connection of a process that stops are refused in the form of all errors, with one line', async () => {
  const lines: string[] = [];
  const other = await startApp(
    readConfig({ ...app.env, PROCESSES: 'api' }),
    createLog('info', { write: (line) => lines.push(line) }),
  );
  const locking = new Client({ connectionString: app.database.superuserUrl });
  await locking.connect();
  await locking.query('begin; lock table users');
  const { host, port } = new URL(other.url as string);
  const socket = connect(Number(port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  const body = JSON.stringify({ query: '{ viewer { id } }' });
  const text = (more = '') =>
    `POST /graphql HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n${more}` +
    `authorization: Bearer ${app.adminKey}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  // the first waits for the lock, so that its connection is kept
  socket.write(text());
  await waitFor('it to wait', isWaitingForUsers);
  const stopping = other.stop();
  // those that come behind it on the same connection
  await waitFor('the refusals to be said', () => {
    if (!socket.writableEnded && lines.length < 50) socket.write(text());
    return lines.some((line) => line.includes('refused as UNAVAILABLE'));
  });
  await locking.query('rollback');
  await locking.end();
  await waitFor('a refusal', () => answer.includes('503 Service Unavailable') && answer.includes('requestId'));
  await stopping;
  socket.destroy();
  const refusal = answer.slice(answer.indexOf('HTTP/1.1 503'));
  expect(refusal.toLowerCase()).toMatch(/\r\nretry-after: 1\r\n/);
  expect(refusal.toLowerCase()).toMatch(/\r\nconnection: close\r\n/);
  expect(refusal).toContain(
    '{"errors":[{"message":"This process is stopping. Send it again, on another connection.","extensions":{"code":"UNAVAILABLE"',
  );
  expect(answer).not.toContain('"error":"Service Unavailable"');
  expect(lines.filter((line) => /refus/.test(line))).toHaveLength(1);
});

test('a process stops though a request was under way and its caller keeps the connection', async () => {
  const other = await startApp(readConfig({ ...app.env, PROCESSES: 'api' }), createLog('silent'));
  const locking = new Client({ connectionString: app.database.superuserUrl });
  await locking.connect();
  await locking.query('begin; lock table users');
  const { port } = new URL(other.url as string);
  const agent = new Agent({ keepAlive: true });
  const asking = new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` };
    const asked = request({ port, method: 'POST', path: '/graphql', agent, headers }, resolve).on('error', reject);
    asked.end(JSON.stringify({ query: '{ viewer { id } }' }));
  });
  await waitFor('it to wait', isWaitingForUsers);
  const stopping = other.stop();
  await locking.query('rollback');
  await locking.end();
  const answer = await asking;
  expect([answer.statusCode, answer.headers.connection]).toEqual([200, 'close']);
  answer.resume();
  expect(await stopping).toEqual([]);
  agent.destroy();
});
