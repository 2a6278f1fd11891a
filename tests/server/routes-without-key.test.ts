// What is served without a key: it is asked often, by anyone, and must hold up nothing.
import { startTestApp, type TestApp } from '../support/app';
import { type RawAnswer, sendRaw } from '../support/raw-http';
import { waitFor } from '../support/wait-for';

const KEYS = '/.well-known/webhook-keys';

let app: TestApp;
const get = (path: string, headers: Record<string, string> = {}): Promise<RawAnswer> =>
  sendRaw(`${app.url}${path}`, { method: 'GET', headers });

/** Who waits for a lock, by the names of the connections. */
async function waitingForLocks(): Promise<string[]> {
  // within a transaction it would be what it was before
  await app.database.query('select pg_stat_clear_snapshot()');
  const rows = await app.database.query<{ name: string }>(
    `select application_name as name from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.map(({ name }) => name);
}

describe('beside all else', () => {
  beforeAll(async () => {
    app = await startTestApp({ PROCESSES: 'api' });
  });
  afterEach(() => app.database.query('rollback'));
  afterAll(() => app.stop());

  test('are answered while every connection that serves is taken', async () => {
    await app.database.query('begin');
    await app.database.query('lock table audit_entries in access exclusive mode');
    const create = (n: number) =>
      app.ask(`mutation { createUser(input: { name: "waits-${n}", roles: [] }) { user { id } } }`);
    const waiting = Array.from({ length: 20 }, (_, n) => create(n));
    await waitFor('all connections to be taken', async () => (await waitingForLocks()).length === 12);
    for (const path of ['/metrics', '/readyz', KEYS, `${KEYS}?webhook=whk_${'0'.repeat(32)}`]) {
      expect([path, (await get(path)).status]).toEqual([path, 200]);
    }
    await app.database.query('rollback');
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(20).fill(200));
  });

  test.each([
    ['/metrics', 'deliveries_pause'],
    ['/readyz', 'migrations'],
    [KEYS, 'webhook_secrets'],
  ])('however many ask for %s at once, the database is asked once', async (path, table) => {
    // what was found before is kept for a moment
    await app.database.query('begin');
    await app.database.query(`lock table ${table} in access exclusive mode`);
    const answers: Promise<RawAnswer>[] = [];
    await waitFor('one that waits', async () => {
      answers.push(get(path));
      return (await waitingForLocks()).length > 0;
    });
    answers.push(...Array.from({ length: 50 }, () => get(path)));
    // they have arrived when one that came later is answered
    await get('/healthz');
    const waiting = await waitingForLocks();
    expect(waiting.filter((name) => name !== 'hookledger monitor')).toEqual([]);
    expect(waiting.length).toBeLessThanOrEqual(1);
    await app.database.query('rollback');
    await Promise.all(answers);
    // it may have waited too long for the lock
    await waitFor('an answer', async () => (await get(path)).status === 200);
  });

  test('GraphiQL is sent packed, once, and to those who take no gzip as it is', async () => {
    const packed = await get('/graphiql', { 'accept-encoding': 'br;q=1, gzip' });
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(Number(packed.headers['content-length'])).toBeLessThan(3_000_000);
    const [plain, refused] = [await get('/graphiql'), await get('/graphiql', { 'accept-encoding': 'gzip;q=0' })];
    expect([plain.headers['content-encoding'], refused.text === plain.text]).toEqual([undefined, true]);
    const response = await fetch(`${app.url}/graphiql`);
    expect((await response.text()) === plain.text).toBe(true);
    const again = await get('/graphiql', { 'if-none-match': String(packed.headers.etag) });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  test('GraphiQL may be shown in no frame, and talks to this server alone', async () => {
    const policy = String((await get('/graphiql')).headers['content-security-policy']).split('; ');
    for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "connect-src 'self'", "base-uri 'none'"]) {
      expect(policy).toContain(rule);
    }
  });
});

describe('by address', () => {
  afterEach(() => app.stop());

  test('are limited, apart from what an address asks of the API, and whether the process runs is always said', async () => {
    app = await startTestApp({
      PROCESSES: 'api',
      RATE_LIMIT_REQUESTS_PER_SECOND: '1',
      TRUSTED_PROXIES: '127.0.0.1/32',
    });
    const from = (address: string, path: string) => get(path, { 'x-forwarded-for': address });
    for (const [n, path] of ['/metrics', '/readyz', KEYS, '/graphiql'].entries()) {
      // at once: what one answer takes may be a second, in which another one is allowed
      const [first, second] = await Promise.all([1, 2].map(() => from(`203.0.113.${n}`, path)));
      const [served, refused] = (first?.status === 429 ? [second, first] : [first, second]) as [RawAnswer, RawAnswer];
      expect([path, served.status]).toEqual([path, 200]);
      expect([path, refused.status, refused.json?.errors[0].extensions.code]).toEqual([path, 429, 'LIMIT_EXCEEDED']);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect((await from(`203.0.113.${n}`, '/healthz')).status).toBe(200);
    }
    const headers = { 'x-forwarded-for': '203.0.113.0', 'content-type': 'application/json' };
    const body = JSON.stringify({ query: '{ __typename }' });
    expect((await sendRaw(`${app.url}/graphql`, { headers, body })).status).toBe(200);
    // one subscriber has a /64
    const ofOne = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9'].map((address) => from(address, '/readyz'));
    expect((await Promise.all(ofOne)).map(({ status }) => status).sort()).toEqual([200, 429]);
  });
});

test('the log names a request by our id, and beside it by the caller’s', async () => {
  const lines: string[] = [];
  app = await startTestApp({ PROCESSES: 'api', LOG_LEVEL: 'debug' }, { write: (line) => void lines.push(line) });
  const answers = await Promise.all(
    ['trace-42', 'trace-42', 'not good'].map((id) => get('/healthz', { 'x-request-id': id })),
  );
  await app.stop();
  const logged = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'answered');
  const ids = answers.map(({ headers }) => headers['x-request-id']);
  expect(new Set(ids).size).toBe(3);
  const given = ids.map((id) => logged.find(({ reqId }) => reqId === id)?.callerRequestId);
  expect(given).toEqual(['trace-42', 'trace-42', undefined]);
});
