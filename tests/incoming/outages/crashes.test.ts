// A process that dies with calls on their way: what was answered 2xx is there once, what was not is not there.
import { Client } from 'pg';
import { uuidOf } from '../../../src/values/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { type Program, startProgram } from '../../support/program';
import { sendRaw } from '../../support/raw-http';
import { waitFor } from '../../support/wait-for';
import { openCall } from '../bodies/raw-call';
import {
  type Agreed,
  agree,
  callStandard,
  eventsOf,
  JSON_TYPE,
  newCallId,
  receivedBy,
  standardHeaders,
} from '../callers';
import { startCommitProxy } from './commit-proxy';

let app: TestApp;
let agreed: Agreed;
const programs: Program[] = [];

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
});
beforeEach(async () => {
  agreed = await agree(app);
});
afterEach(() => Promise.all(programs.splice(0).map((program) => program.kill('SIGKILL'))));
afterAll(() => app.stop());

const BODY = '{"type":"paid"}';

async function startProcess(env: Record<string, string> = {}): Promise<{ program: Program; address: string }> {
  const program = await startProgram({ ...app.env, PROCESSES: 'api', ...env });
  programs.push(program);
  return { program, address: `${program.url}/in/${agreed.token}` };
}

/** Locks the id of this call, until it is released. */
async function holdIds(): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: app.database.superuserUrl });
  await client.connect();
  await client.query('begin; lock table incoming_ids in access exclusive mode');
  return () => client.end();
}

const waiting = () =>
  waitFor('a statement that waits', async () => {
    const [row] = await app.database.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
       and query like '%incoming_ids%'`,
    );
    return (row?.n ?? 0) > 0;
  });

test('killed between verification and commit: no 2xx was sent, nothing is stored, and the same call again is accepted once', async () => {
  const { program, address } = await startProcess();
  const letGo = await holdIds();
  const id = newCallId();
  const headers = standardHeaders(agreed.secret as string, BODY, { id });
  const call = openCall(address, [
    `content-length: ${BODY.length}`,
    ...Object.entries({ ...JSON_TYPE, ...headers }).map((pair) => pair.join(': ')),
  ]);
  call.write(BODY);
  await waiting();
  await program.kill('SIGKILL');
  expect(await call.over).toBe('');
  await letGo();
  await waitFor('its connections to be gone', async () => {
    const [row] = await app.database.query<{ n: number }>(
      `select count(*)::int as n from pg_locks where relation = 'incoming_ids'::regclass
         and database = (select oid from pg_database where datname = current_database())`,
    );
    return row?.n === 0;
  });
  expect([await receivedBy(app, agreed), await eventsOf(app, agreed)]).toEqual([[], []]);

  for (let n = 0; n < 2; n += 1) expect((await callStandard(agreed, BODY, { id })).status).toBe(200);
  expect((await receivedBy(app, agreed)).map((row) => row.duplicate)).toEqual([false, true]);
  expect(await eventsOf(app, agreed)).toHaveLength(1);
});

test('killed after the commit, before the answer: the event is there once, and the same call again is a duplicate', async () => {
  const proxy = await startCommitProxy(app.database.servingUrl);
  const { program, address } = await startProcess({ DATABASE_URL: proxy.through(app.database.servingUrl) });
  proxy.muteCommits();
  const id = newCallId();
  const headers = { ...JSON_TYPE, ...standardHeaders(agreed.secret as string, BODY, { id }) };
  const lines = Object.entries(headers).map((pair) => pair.join(': '));
  const call = openCall(address, [`content-length: ${BODY.length}`, ...lines]);
  call.write(BODY);
  await waitFor('the commit', async () => (await receivedBy(app, agreed)).length > 0);
  await program.kill('SIGKILL');
  expect(await call.over).toBe('');
  await proxy.stop();
  expect(await eventsOf(app, agreed)).toHaveLength(1);

  expect((await callStandard(agreed, BODY, { id })).status).toBe(200);
  expect((await receivedBy(app, agreed)).map((row) => row.duplicate)).toEqual([false, true]);
  expect(await eventsOf(app, agreed)).toHaveLength(1);
});

test('killed under load again and again: everything that was answered 2xx is there, and everything is there once', async () => {
  const ids = Array.from({ length: 120 }, newCallId);
  const acceptedIds = new Set<string>();
  for (let round = 0; round < 2; round += 1) {
    const { program, address } = await startProcess();
    const sent = ids.map(async (id) => {
      const headers = { ...JSON_TYPE, ...standardHeaders(agreed.secret as string, BODY, { id }) };
      const answer = await sendRaw(address, { headers, body: BODY }).catch(() => null);
      if (answer?.status === 200) acceptedIds.add(id);
    });
    await waitFor('some to be kept', async () => (await receivedBy(app, agreed)).length > 10 + 60 * round);
    await program.kill('SIGKILL');
    await Promise.all(sent);
    const known = await app.database.query<{ n: number }>(
      'select count(*)::int as n from incoming_ids where webhook_id = $1',
      [uuidOf('Webhook', agreed.id)],
    );
    expect(known[0]?.n).toBeGreaterThanOrEqual(acceptedIds.size);
  }
  for (const id of ids) expect((await callStandard(agreed, BODY, { id })).status).toBe(200);
  expect(await eventsOf(app, agreed)).toHaveLength(120);
  expect((await receivedBy(app, agreed)).filter((row) => !row.duplicate)).toHaveLength(120);
});

test('a process that receives SIGTERM answers all calls that it has begun', async () => {
  const { program, address } = await startProcess();
  const letGo = await holdIds();
  const calls = Array.from({ length: 20 }, () => {
    const headers = { ...JSON_TYPE, ...standardHeaders(agreed.secret as string, BODY), expect: '100-continue' };
    const lines = Object.entries(headers).map((pair) => pair.join(': '));
    return openCall(address, [`content-length: ${BODY.length}`, ...lines]);
  });
  // by that one knows that the process has them
  for (const call of calls) await waitFor('100', () => call.heard().startsWith('HTTP/1.1 100 '));
  for (const call of calls.slice(1)) call.write(BODY);
  await waiting();
  const stopped = program.kill('SIGTERM');
  await letGo();
  calls[0]?.write(BODY);
  for (const call of calls) expect(await call.over).toContain('HTTP/1.1 200 OK');
  await stopped;
  expect(program.child.exitCode).toBe(0);
  expect(await eventsOf(app, agreed)).toHaveLength(20);
  expect(await receivedBy(app, agreed)).toHaveLength(20);
});
