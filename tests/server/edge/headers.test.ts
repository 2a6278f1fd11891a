import { startTestApp, type TestApp, useTestApp } from '../../support/app';
import { type RawRequest, sendRaw } from '../../support/raw-http';
import { callAt, JSON_TYPE, NAME_OF_VIEWER, postGraphQL } from '../raw-calls';

const app = useTestApp({ PROCESSES: 'api' });

const at = (path: string, request?: RawRequest) => callAt(app, path, request);

const post = (body: string | Buffer, headers?: Record<string, string>) => postGraphQL(app, body, headers);

describe('every answer has a request id', () => {
  const ask = (id: string | undefined, query: string) =>
    post(JSON.stringify({ query }), { ...JSON_TYPE, ...(id !== undefined && { 'x-request-id': id }) });

  test.each([
    ['good', 'trace-42.A_b'],
    ['that of another request', '019cb6e2-f0a1-7b4c-8d5e-6f7a8b9c0d1e'],
    ['too long', 'a'.repeat(65)],
    ['empty', ''],
    ['with a space', 'a b'],
    ['with markup', '<script>'],
    ['with a quote', 'a"b'],
    ['not ASCII', 'caf\u00e9'],
    ['missing', undefined],
  ])('one of ours where the caller’s is %s', async (_what, id) => {
    const answer = await ask(id, '{ nothing }');
    const given = answer.headers['x-request-id'];
    expect(given).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(given).not.toBe(id);
    expect(answer.json.errors[0].extensions.requestId).toBe(given);
  });

  test.each([
    ['a syntax error', '{', 400],
    ['an unknown field', '{ nothing }', 400],
    ['a wrong key', null, 401],
  ])('also for %s', async (_what, query, status) => {
    const headers = { ...JSON_TYPE, ...(query === null && { authorization: 'Bearer nonsense' }) };
    const answer = await post(JSON.stringify({ query: query ?? NAME_OF_VIEWER }), headers);
    expect(answer.status).toBe(status);
    expect(answer.json.errors[0].extensions.requestId).toBe(answer.headers['x-request-id']);
  });
});

test('every answer forbids content sniffing', async () => {
  const answers = await Promise.all(
    ['/', '/healthz', '/readyz', '/metrics', '/schema.graphql', '/nothing', '/graphql', '/%'].map((path) =>
      at(path, { method: 'GET' }),
    ),
  );
  for (const answer of answers) expect(answer.headers['x-content-type-options']).toBe('nosniff');
});

describe('an installation behind a proxy and with a dashboard elsewhere', () => {
  const DASHBOARD = 'https://dashboard.example.com';
  let proxied: TestApp;

  beforeAll(async () => {
    proxied = await startTestApp({ CORS_ORIGINS: DASHBOARD, TRUSTED_PROXIES: '127.0.0.1/32' });
  });
  afterAll(() => proxied.stop());

  test('allows pages of its dashboard, and of no other site', async () => {
    const ask = (origin: string, method: string) =>
      sendRaw(`${proxied.url}/graphql`, {
        method,
        headers: {
          ...JSON_TYPE,
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
        body: method === 'POST' ? JSON.stringify({ query: NAME_OF_VIEWER }) : '',
      });
    const preflight = await ask(DASHBOARD, 'OPTIONS');
    expect(preflight.headers['access-control-allow-origin']).toBe(DASHBOARD);
    expect(preflight.headers['access-control-allow-headers']).toMatch(/authorization/);
    const call = await ask(DASHBOARD, 'POST');
    expect(call.headers['access-control-allow-origin']).toBe(DASHBOARD);
    expect(call.headers['access-control-expose-headers']).toMatch(/x-request-id/);
    expect(call.headers.vary).toMatch(/origin/i);
    for (const origin of [
      'https://evil.example',
      `${DASHBOARD}.evil.example`,
      'null',
      'http://dashboard.example.com',
    ]) {
      for (const method of ['OPTIONS', 'POST']) {
        expect((await ask(origin, method)).headers['access-control-allow-origin']).not.toBe(origin);
      }
    }
  });

  async function addressRecordedBy(which: TestApp, forwardedFor: string): Promise<unknown> {
    const name = `from ${forwardedFor} ${Math.random()}`;
    const query = 'mutation ($name: String!) { createUser(input: { name: $name, roles: [] }) { user { id } } }';
    const headers = { ...JSON_TYPE, authorization: `Bearer ${which.adminKey}`, 'x-forwarded-for': forwardedFor };
    await sendRaw(`${which.url}/graphql`, { headers, body: JSON.stringify({ query, variables: { name } }) });
    const [row] = await which.database.query(
      `select remote_address from audit_entries a join users u on u.id = a.subject_id where u.name = $1`,
      [name],
    );
    return row?.remote_address;
  }

  test('believes X-Forwarded-For as far as trusted proxies wrote it', async () => {
    expect(await addressRecordedBy(proxied, '203.0.113.7')).toBe('203.0.113.7');
    expect(await addressRecordedBy(proxied, '198.51.100.1, 203.0.113.7')).toBe('203.0.113.7');
    expect(await addressRecordedBy(proxied, '2001:db8::7')).toBe('2001:db8::7');
  });

  test('and without trusted proxies X-Forwarded-For is only a claim', async () => {
    expect(await addressRecordedBy(app, '203.0.113.7')).toBe('127.0.0.1');
  });

  test('without CORS_ORIGINS no page of another site is allowed', async () => {
    const headers = { ...JSON_TYPE, origin: DASHBOARD };
    const answer = await sendRaw(`${app.url}/graphql`, { headers, body: JSON.stringify({ query: NAME_OF_VIEWER }) });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});
