// While the database is away, no 2xx is sent for a call that is not stored, and every call with 2xx is stored.
import { Client } from 'pg';
import { startTcpProxy, type TcpProxy } from '../../database/database-outage/tcp-proxy';
import { startTestApp, type TestApp } from '../../support/app';
import { type Program, startProgram } from '../../support/program';
import { waitFor } from '../../support/wait-for';
import { type Agreed, agree, callStandard, callUnsigned, eventsOf, newCallId, receivedBy } from '../callers';

let app: TestApp;
let program: Program;
let proxy: TcpProxy;
let agreed: Agreed;
let away = false;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  const { servingUrl } = app.database;
  proxy = await startTcpProxy(() => (away ? null : Number(new URL(servingUrl).port)));
  const through = proxy.through(servingUrl);
  program = await startProgram({ ...app.env, PROCESSES: 'api', DATABASE_URL: through });
  const made = await agree(app);
  agreed = { ...made, address: `${program.url}/in/${made.token}` };
});
afterAll(async () => {
  await program?.kill('SIGKILL');
  await proxy?.stop();
  await app.stop();
});

const BODY = '{"type":"paid"}';

test('while it is away calls are answered 503 and when to come again, and nothing is kept', async () => {
  expect((await callStandard(agreed, BODY)).status).toBe(200);
  away = true;
  proxy.heal(); // drops every connection
  for (const answer of [
    await callStandard(agreed, BODY),
    await callUnsigned(agreed, BODY),
    await callStandard(agreed, BODY),
  ]) {
    expect([answer.status, answer.headers['retry-after'], answer.json.errors[0].extensions.code]).toEqual([
      503,
      '5',
      'UNAVAILABLE',
    ]);
  }
  // metrics of before are kept for a moment
  const metrics = await waitFor('metrics of an outage', async () => {
    const text = await (await fetch(`${program.url}/metrics`)).text();
    return text.includes('hookledger_ready{check="database"} 0') && text;
  });
  expect(metrics).toContain('hookledger_incoming_calls_total{outcome="UNAVAILABLE",recorded="false"} 3');
  expect(metrics).not.toMatch(/^hookledger_dead_letters/m);
  away = false;
  await waitFor('it to be back', async () => (await callStandard(agreed, BODY)).status === 200);
  expect((await receivedBy(app, agreed)).filter(({ status }) => status === 'REFUSED')).toEqual([]);
});

test('when it goes while calls are under way, everything that was answered 2xx is kept, and everything once', async () => {
  const ids = Array.from({ length: 200 }, newCallId);
  const acceptedIds = new Set<string>();
  for (let round = 0; round < 3; round += 1) {
    const calls = ids.map(async (id) => {
      const { status } = await callStandard(agreed, BODY, { id });
      expect([200, 503]).toContain(status);
      if (status === 200) acceptedIds.add(id);
    });
    proxy.heal();
    await Promise.all(calls);
  }
  const before = await eventsOf(app, agreed);
  expect(before.length).toBeGreaterThanOrEqual(acceptedIds.size);
  await waitFor('it to be back', async () => (await callStandard(agreed, BODY)).status === 200);
  for (const id of ids) expect((await callStandard(agreed, BODY, { id })).status).toBe(200);
  const rows = await receivedBy(app, agreed);
  const firsts = rows.filter((row) => !row.duplicate);
  expect(new Set(firsts.map((row) => row.headers.find(([name]) => name === 'webhook-id')?.[1])).size).toBe(
    firsts.length,
  );
});

test('a table that is locked for long is answered 503, and the call that comes again is accepted once', async () => {
  const client = new Client({ connectionString: app.database.superuserUrl });
  await client.connect();
  await client.query('begin; lock table incoming_ids in access exclusive mode');
  const id = newCallId();
  const answer = await callStandard(agreed, BODY, { id });
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
  await client.end();
  expect((await callStandard(agreed, BODY, { id })).status).toBe(200);
  const rows = (await receivedBy(app, agreed)).filter((row) => row.headers.some(([, value]) => value === id));
  expect(rows.filter((row) => !row.duplicate)).toHaveLength(1);
});
