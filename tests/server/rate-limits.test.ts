import { randomBytes } from 'node:crypto';
import { makeToken } from '../../src/users/api-keys/key-form';
import { startTestApp, type TestApp } from '../support/app';
import { SAME_ORIGIN } from '../support/browser-session';
import { type RawAnswer, sendRaw } from '../support/raw-http';
import { waitFor } from '../support/wait-for';
import { createKeyOf, createUserOf } from '../users/user-keys';

let app: TestApp;

afterEach(async () => {
  // of a test that failed while it held a lock
  await app.database.query('rollback');
  await app.stop();
});

const OLD_SESSION = `__Host-hl_session=${'x'.repeat(43)}`;
const VIEWER = JSON.stringify({ query: '{ viewer { name } }' });

/** @param key null: none */
function send(
  key: string | null = app.adminKey,
  body = VIEWER,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const all = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }), ...headers };
  return sendRaw(`${app.url}/graphql`, { headers: all, body });
}

function expectTooMany(answer: RawAnswer, message: RegExp): void {
  expect(answer.status).toBe(429);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(answer.json.errors).toEqual([
    {
      message: expect.stringMatching(message),
      extensions: { code: 'LIMIT_EXCEEDED', requestId: answer.headers['x-request-id'] },
    },
  ]);
}

describe('RATE_LIMIT_COST_PER_MINUTE', () => {
  test('is spent by a body of many small parts before it is read, and not by a long text', async () => {
    app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_COST_PER_MINUTE: '600' });
    const bodyWith = (value: string) => `{"query":"{ __typename }","variables":{"a":${value}}}`;
    const listOf = (count: number) => `[${Array(count).fill('{"a":0}').join()}]`;
    const text = JSON.stringify('{"a":[1]}'.repeat(20_000));
    const answers: RawAnswer[] = [];
    const numbers = `[${'0,'.repeat(60_000)}0]`;
    for (const value of [text, listOf(12_000), listOf(27_000), numbers])
      answers.push(await send(app.adminKey, bodyWith(value)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 429]);
    expectTooMany(answers[2] as RawAnswer, /^The request costs 1221, more than is left of the 600 points a minute\./);
  });

  test('is spent by each key for itself, and the refusal says what is left and when there is more', async () => {
    app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_COST_PER_MINUTE: '600' });
    const auditor = await app.keyFor('AUDITOR');
    const users = 'users(first: 100) { totalCount nodes { id } }';
    const page = JSON.stringify({ query: `{ ${users} again: ${users} }` });
    const answers: RawAnswer[] = [];
    const begun = performance.now();
    for (let i = 0; i < 3; i += 1) answers.push(await send(auditor, page));
    // 10 points a second come back
    const returned = ((performance.now() - begun) / 1_000) * 10;
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    const left = answers.map(({ json }) => json.extensions.cost.remaining);
    expect(left[0]).toBe(300);
    expect(left[1]).toBeLessThanOrEqual(returned);
    const refused = answers[2] as RawAnswer;
    expectTooMany(
      refused,
      /^The request costs 300, more than is left of the 600 points a minute\. Try again in \d+ s\.$/,
    );
    expect(refused.json.data).toBeUndefined();
    expect(refused.json.extensions.cost).toMatchObject({ requested: 300, perMinute: 600 });
    expect(left[2]).toBeLessThan(300);
    expect(left[2]).toBeGreaterThanOrEqual(left[1]);
    expect(Math.abs(Number(refused.headers['retry-after']) - (300 - left[2]) / 10)).toBeLessThanOrEqual(1);
    // what is cheap still passes, and so does another key
    expect((await send(await app.keyFor('AUDITOR'), page)).status).toBe(200);
  });

  test('an address without a key has a tenth of it', async () => {
    app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_COST_PER_MINUTE: '200' });
    const page = JSON.stringify({ query: '{ users(first: 12) { nodes { id } } }' });
    expect((await send(null, page)).json.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expectTooMany(await send(null, page), /20 points a minute/);
    expect((await send(app.adminKey, page)).status).toBe(200);
  });

  test('0 is no limit, and then nothing is said of it', async () => {
    app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_COST_PER_MINUTE: '0' });
    const { json } = await send();
    expect(json.extensions).toEqual({ cost: { requested: 1, limit: 100_000 } });
  });
});

describe('RATE_LIMIT_REQUESTS_PER_SECOND', () => {
  test('lets ten seconds of them through at once, and no more, before a body is read', async () => {
    app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_REQUESTS_PER_SECOND: '1' });
    // at once: each second one more is allowed. A body that is read is refused for what it is
    const answers = await Promise.all(Array.from({ length: 30 }, () => send(app.adminKey, '{ not JSON')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 400).length).toBe(30 - refused.length);
    expect(refused.length).toBeLessThanOrEqual(20);
    const [first] = refused as [RawAnswer];
    expectTooMany(first, /^This API key sends more than 1 requests a second\. Try again in 1 s\.$/);
  });

  test('an address without a key has a tenth of it', async () => {
    app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_REQUESTS_PER_SECOND: '1' });
    const body = JSON.stringify({ query: '{ __typename }' });
    const answers = await Promise.all([1, 2].map(() => send(null, body)));
    const [refused, other] = answers.sort((one, another) => another.status - one.status) as [RawAnswer, RawAnswer];
    expectTooMany(refused, /^This address sends more than 0\.1 requests a second\. Try again in \d+ s\.$/);
    expect(other.status).toBe(200);
    expect((await send()).status).toBe(200);
  });

  test('the address of the client is taken from a trusted proxy, and from no other', async () => {
    app = await startTestApp({
      PROCESSES: 'api',
      RATE_LIMIT_REQUESTS_PER_SECOND: '1',
      TRUSTED_PROXIES: '127.0.0.1/32',
    });
    // at once: a second after the first another one is allowed
    const statusesFrom = async (...addresses: string[]) => {
      const asked = addresses.map((address) => send(null, VIEWER, { 'x-forwarded-for': address }));
      return (await Promise.all(asked)).map(({ status }) => status).sort();
    };
    expect(await statusesFrom('203.0.113.7', '203.0.113.7')).toEqual([200, 429]);
    expect(await statusesFrom('203.0.113.8', '203.0.113.9')).toEqual([200, 200]);
    // one subscriber has a /64
    expect(await statusesFrom('2001:db8:1:2::1', '2001:db8:1:2:ffff::9')).toEqual([200, 429]);
    expect(await statusesFrom('2001:db8:1:3::1', '2001:db8:1:4::1')).toEqual([200, 200]);
    expect(await statusesFrom('2001:db8::5:1:2:3:4', '2001:db8:0:5::9')).toEqual([200, 429]);
  });

  test('keys from another network and sessions that are not there count for their address', async () => {
    app = await startTestApp({
      PROCESSES: 'api',
      RATE_LIMIT_REQUESTS_PER_SECOND: '1',
      TRUSTED_PROXIES: '127.0.0.1/32',
    });
    const userId = await createUserOf(app, 'bound', ['AUDITOR']);
    const { token } = await createKeyOf(app, { userId, networks: ['203.0.113.0/24'] });
    const atOnce = async (headers: Record<string, string>) => {
      const answers = await Promise.all([1, 2].map(() => send(null, VIEWER, headers)));
      return answers.map(({ status }) => status).sort();
    };
    expect(await atOnce({ 'x-forwarded-for': '198.51.100.7', authorization: `Bearer ${token}` })).toEqual([403, 429]);
    expect(await atOnce({ 'x-forwarded-for': '198.51.100.8', cookie: OLD_SESSION, ...SAME_ORIGIN })).toEqual([
      401, 429,
    ]);
  });
});

describe('RATE_LIMIT_WRONG_KEYS_PER_MINUTE', () => {
  test('stops guessing: after too many wrong keys even the right one is not looked up', async () => {
    app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_WRONG_KEYS_PER_MINUTE: '2' });
    const guess = () => send(`guess-${randomBytes(16).toString('hex')}`);
    for (let i = 0; i < 2; i += 1) expect((await guess()).status).toBe(401);
    expectTooMany(await guess(), /^Too many wrong API keys came from this address\. Try again in \d+ s\.$/);
    expectTooMany(await send(makeToken()), /Too many wrong API keys/);
    expectTooMany(await send(app.adminKey), /Too many wrong API keys/);
    // requests without a key are not affected
    expect((await send(null, JSON.stringify({ query: '{ __typename }' }))).status).toBe(200);
  });

  test('a key that was right before goes on working beside a program with a wrong one', async () => {
    app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_WRONG_KEYS_PER_MINUTE: '2' });
    const auditor = await app.keyFor('AUDITOR');
    expect((await send(auditor)).status).toBe(200);
    for (let i = 0; i < 2; i += 1) expect((await send('an-old-key-that-was-replaced')).status).toBe(401);
    expect((await send('an-old-key-that-was-replaced')).status).toBe(429);
    expect([(await send(auditor)).status, (await send()).status]).toEqual([200, 200]);
  });
});

const openSockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

describe('RATE_LIMIT_REQUESTS_AT_ONCE', () => {
  const createUser = (name: string) =>
    JSON.stringify({ query: `mutation { createUser(input: { name: "${name}", roles: [] }) { user { id } } }` });

  async function heldUp(): Promise<number> {
    // within a transaction it would be what it was before
    await app.database.query('select pg_stat_clear_snapshot()');
    const [row] = await app.database.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return row?.n ?? 0;
  }

  test('the requests of one key wait for each other, and no other key waits for them', async () => {
    app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_REQUESTS_AT_ONCE: '2' });
    const auditor = await app.keyFor('AUDITOR');
    await app.database.query('begin');
    await app.database.query('lock table audit_entries in exclusive mode');
    const answers = Array.from({ length: 6 }, (_, i) => send(app.adminKey, createUser(`waiting-${i}`)));
    await waitFor('two that are held up', async () => (await heldUp()) === 2);
    // a place is free for another key, at once, and the other four have not come as far as the database
    for (let i = 0; i < 10; i += 1) expect((await send(auditor)).status).toBe(200);
    expect(await heldUp()).toBe(2);
    await app.database.query('commit');
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(6).fill(200));
    // and every place was given back
    expect((await Promise.all(Array.from({ length: 6 }, () => send()))).map(({ status }) => status)).toEqual(
      Array(6).fill(200),
    );
  });

  test('a client that disconnects leaves the queue; a request that already runs is finished', async () => {
    app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_REQUESTS_AT_ONCE: '2' });
    await app.database.query('begin');
    await app.database.query('lock table audit_entries in exclusive mode');
    const gone = new AbortController();
    const leaving = Array.from({ length: 8 }, (_, i) =>
      fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` },
        body: createUser(`leaving-${i}`),
        signal: gone.signal,
      }).catch(() => null),
    );
    await waitFor('two that are held up', async () => (await heldUp()) === 2);
    const open = openSockets();
    gone.abort();
    await Promise.all(leaving);
    // each connection has both of its ends in this process
    await waitFor('the server to see them leave', async () => openSockets() <= open - 2 * leaving.length);
    const staying = send(app.adminKey, createUser('staying'));
    await app.database.query('commit');
    expect((await staying).status).toBe(200);
    const arrived = () => app.database.query<{ name: string }>(`select name from users where name like 'leaving-%'`);
    // the answer may come while the second of the two is being finished
    await waitFor('both that ran', async () => (await arrived()).length >= 2);
    expect(await arrived()).toHaveLength(2);
  });

  test('a request that is refused gives its place back', async () => {
    app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_REQUESTS_AT_ONCE: '1' });
    for (let i = 0; i < 3; i += 1) {
      expect((await send(app.adminKey, '{ not JSON')).status).toBe(400);
      expect((await send(app.adminKey, VIEWER, { accept: 'text/csv' })).status).toBe(406);
      expect((await send(app.adminKey, VIEWER, { 'content-type': 'text/plain' })).status).toBe(415);
      expect((await send(app.adminKey, JSON.stringify({ documentId: 'sha256:x' }))).status).toBe(400);
      expect((await send()).status).toBe(200);
    }
  });
});
