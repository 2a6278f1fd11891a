// How much of a body is read, of whom, and at once.
import fastify, { type FastifyInstance } from 'fastify';
import type { Viewer } from '../../src/access/viewer';
import { answerErrorsAsJson } from '../../src/server/edge/http-errors';
import { heldWith, readJsonBodies } from '../../src/server/edge/read-body';
import { openCall, type RawCall } from '../incoming/bodies/raw-call';
import { shareTestApi, startTestApp, type TestApp } from '../support/app';
import { waitFor } from '../support/wait-for';

const JSON_TYPE = 'content-type: application/json';
const KIB = 1024;

const open: RawCall[] = [];
function call(address: string, lines: string[], method = 'POST'): RawCall {
  const made = openCall(address, [JSON_TYPE, ...lines], { method });
  open.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.destroy()));
});
const statusOf = (made: RawCall) => Number(/^HTTP\/1\.1 (\d+)/.exec(made.heard())?.[1] ?? 0);
const answered = (made: RawCall) => waitFor('an answer', () => statusOf(made), 20_000);

describe('before the first byte of a body has come', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await shareTestApi();
  });
  afterAll(() => app.stop());

  test.each(['/graphql', '/graphql/stream'])('more than 64 KiB for %s without a key is refused', async (path) => {
    const made = call(`${app.url}${path}`, [`content-length: ${16 * KIB * KIB}`]);
    expect(await answered(made)).toBe(401);
    expect(await made.over).toMatch(/connection: close/i);
  });

  test.each([
    ['POST', '/nothing', 404],
    ['PUT', '/graphql', 405],
    ['POST', '/healthz', 405],
    ['PATCH', '/in', 404],
  ])('%s %s, which leads nowhere, is answered', async (method, path, status) => {
    const made = call(`${app.url}${path}`, [`content-length: ${KIB * KIB}`], method);
    expect(await answered(made)).toBe(status);
    expect(await made.over).toMatch(/connection: close/i);
  });

  test('a wrong key is refused', async () => {
    const made = call(`${app.url}/graphql`, ['authorization: Bearer wrong', `content-length: ${KIB * KIB}`]);
    expect(await answered(made)).toBe(401);
    expect(await made.over).toMatch(/connection: close/i);
  });
});

test('of a body without a length no more than 64 KiB are read without a key', async () => {
  const app = await shareTestApi();
  const made = call(`${app.url}/graphql`, ['transfer-encoding: chunked']);
  made.write(`${(64 * KIB + 1).toString(16)}\r\n${' '.repeat(64 * KIB + 1)}\r\n`);
  expect(await answered(made)).toBe(401);
  await made.over;
  await app.stop();
});

describe('the place of a request', () => {
  let app: TestApp;
  afterEach(async () => {
    await app.database.query('rollback');
    await app.stop();
  });
  const QUERY = JSON.stringify({ query: '{ __typename }' });
  const length = `content-length: ${QUERY.length}`;

  test('is shared by all addresses of one /64', async () => {
    app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_REQUESTS_AT_ONCE: '1', TRUSTED_PROXIES: '127.0.0.1/32' });
    const from = (address: string) =>
      call(`${app.url}/graphql`, [length, `x-forwarded-for: ${address}`, 'connection: close']);
    const first = from('2001:db8:1:2::1');
    first.write(QUERY.slice(0, 5));
    const second = from('2001:db8:1:2::9');
    second.write(QUERY);
    for (const other of ['2001:db8:1:3::1', '203.0.113.7']) {
      const made = from(other);
      made.write(QUERY);
      expect(await answered(made)).toBe(200);
    }
    expect(statusOf(second)).toBe(0);
    first.write(QUERY.slice(5));
    expect([await answered(first), await answered(second)]).toEqual([200, 200]);
  });

  test('is given back by a caller who is gone before the key is known', async () => {
    app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_REQUESTS_AT_ONCE: '1' });
    const key = await app.keyFor('AUDITOR');
    await app.database.query('begin');
    await app.database.query('lock table api_keys in access exclusive mode');
    const lines = [`content-length: ${KIB}`, `authorization: Bearer ${key}`];
    const gone = call(`${app.url}/graphql`, lines);
    gone.write('{');
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await waitFor('the key to be looked up', async () => {
      await app.database.query('select pg_stat_clear_snapshot()');
      return (await app.database.query(waiting)).length > 0;
    });
    await gone.destroy();
    await gone.over;
    // the server has seen it once it has answered a later connection
    await fetch(`${app.url}/healthz`);
    await app.database.query('commit');
    expect((await app.ask('{ viewer { name } }', {}, key)).status).toBe(200);
  });
});

test.each([
  { heap: 1_632, withKey: 256, ofOneKey: 64, withoutKey: 32 },
  { heap: 288, withKey: 48, ofOneKey: 36, withoutKey: 6 },
])('with a heap of $heap MiB, $withKey MiB of bodies are held, $ofOneKey of one key', ({ heap, ...held }) => {
  const mib = ({ ofOneAddress: _, ...bytes }: ReturnType<typeof heldWith>) =>
    Object.fromEntries(Object.entries(bytes).map(([name, value]) => [name, value / KIB / KIB]));
  expect(mib(heldWith(heap * KIB * KIB))).toEqual(held);
});

describe('bodies that are held at once', () => {
  let server: FastifyInstance;
  let url: string;
  let answer: () => void;

  beforeAll(async () => {
    server = fastify({ forceCloseConnections: true });
    server.decorateRequest('viewer', null);
    answerErrorsAsJson(server);
    readJsonBodies(server, {
      withKey: 200 * KIB,
      ofOneKey: 100 * KIB,
      withoutKey: 100 * KIB,
      ofOneAddress: 50 * KIB,
    });
    server.addHook('onRequest', async (request) => {
      const key = request.headers.authorization;
      if (key) request.viewer = { apiKeyId: key } as Viewer;
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    answer = resolve;
    server.post('/at-once', async () => 'ok');
    server.post('/later', async () => promise.then(() => 'ok'));
    url = await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => server.close());

  const text = (bytes: number) => JSON.stringify(' '.repeat(bytes - 2));
  function send(path: string, bytes: number, key?: string): RawCall {
    const lines = [`content-length: ${bytes}`, 'connection: close', ...(key ? [`authorization: ${key}`] : [])];
    const made = call(`${url}${path}`, lines);
    made.write(text(bytes));
    return made;
  }
  const status = (bytes: number, key?: string) => answered(send('/at-once', bytes, key));

  test('have a share for each key and one for those without, until they are answered', async () => {
    const held = [send('/later', 90 * KIB, 'a'), send('/later', 90 * KIB, 'b'), send('/later', 45 * KIB)];
    await waitFor('the budgets to be used up', async () => {
      const statuses = await Promise.all([status(15 * KIB, 'a'), status(25 * KIB, 'c'), status(10 * KIB)]);
      return statuses.every((each) => each === 429);
    });
    expect([await status(5 * KIB, 'a'), await status(5 * KIB, 'c'), await status(2 * KIB)]).toEqual([200, 200, 200]);
    answer();
    expect(await Promise.all(held.map(answered))).toEqual([200, 200, 200]);
    await Promise.all(held.map(({ over }) => over));
    await waitFor('room again', async () => (await status(95 * KIB, 'a')) === 200);
    await waitFor('room again', async () => (await status(45 * KIB)) === 200);
  });

  test('give back what they held when they break off', async () => {
    const broken = [1, 2, 3].map(() => {
      const made = call(`${url}/at-once`, [`content-length: ${60 * KIB}`, 'authorization: a']);
      made.write(text(55 * KIB));
      return made;
    });
    await waitFor('one of them to find no room', () => broken.some((made) => statusOf(made) === 429));
    await Promise.all(broken.map((made) => made.destroy()));
    await waitFor('room again', async () => (await status(95 * KIB, 'a')) === 200);
  });
});
