import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { startTestApp, type TestApp } from '../support/app';
import { type RawAnswer, type RawRequest, sendRaw } from '../support/raw-http';
import { waitFor } from '../support/wait-for';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const JSON_TYPE = { 'content-type': 'application/json' };
const NAME_OF_VIEWER = '{ viewer { name } }';

function at(path: string, request: RawRequest = {}): Promise<RawAnswer> {
  const headers = { authorization: `Bearer ${app.adminKey}`, ...request.headers };
  return sendRaw(`${app.url}${path}`, { ...request, headers });
}

const post = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE) => at('/graphql', { body, headers });

function expectError(answer: RawAnswer, status: number, code: string, message: RegExp): void {
  expect([answer.status, answer.text]).toEqual([status, expect.any(String)]);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  const requestId = answer.headers['x-request-id'];
  expect(requestId).toEqual(expect.any(String));
  expect(answer.json).toEqual({
    errors: [expect.objectContaining({ message: expect.stringMatching(message), extensions: { code, requestId } })],
  });
}

describe('a body that cannot be read is refused in the one form of errors', () => {
  const query = JSON.stringify({ query: NAME_OF_VIEWER });
  test.each<[string, string | Buffer, string, number, string, RegExp]>([
    ['JSON that ends too early', '{\n  "query": ', 'application/json', 400, 'BAD_USER_INPUT', /line 2, column 12/],
    ['JSON with a comma too many', '{"query":"{a}",}', 'application/json', 400, 'BAD_USER_INPUT', /line 1, column 16/],
    ['nothing at all', '', 'application/json', 400, 'BAD_USER_INPUT', /line 1, column 1.*end of the text/],
    [
      'bytes that are not UTF-8',
      Buffer.from('7b22ff223a317d', 'hex'),
      'application/json',
      400,
      'BAD_USER_INPUT',
      /UTF-8/,
    ],
    ['a surrogate in UTF-8', Buffer.from('22eda08022', 'hex'), 'application/json', 400, 'BAD_USER_INPUT', /UTF-8/],
    ['UTF-16', Buffer.from(query, 'utf16le'), 'application/json; charset=utf-16', 400, 'BAD_USER_INPUT', /utf-16/],
    ['latin 1', query, 'application/json; charset="iso-8859-1"', 400, 'BAD_USER_INPUT', /iso-8859-1/],
    ['text', query, 'text/plain', 415, 'BAD_USER_INPUT', /application\/json/],
    ['a form', 'query=%7Ba%7D', 'application/x-www-form-urlencoded', 415, 'BAD_USER_INPUT', /application\/json/],
    ['a multipart form', query, 'multipart/form-data; boundary=x', 415, 'BAD_USER_INPUT', /application\/json/],
    ['a type that only begins like JSON', query, 'application/jsonp', 415, 'BAD_USER_INPUT', /application\/json/],
    ['a type that is none', query, 'json', 415, 'BAD_USER_INPUT', /application\/json/],
  ])('%s', async (_what, body, type, status, code, message) => {
    expectError(await post(body, { 'content-type': type }), status, code, message);
  });

  test('no content type', async () => {
    expectError(await post(query, {}), 415, 'BAD_USER_INPUT', /application\/json/);
  });

  test('a GraphQL request that is none', async () => {
    const bodies = ['[]', '{}', 'null', '1', '{"query":1}', '{"query":"{a}","variables":"{}"}', '{"variables":{}}'];
    for (const body of bodies) {
      const answer = await post(body);
      expect([body, answer.status]).toEqual([body, 400]);
      expect(answer.json.errors[0].extensions).toEqual({
        code: 'BAD_REQUEST',
        requestId: answer.headers['x-request-id'],
      });
    }
  });

  test('several requests in a list', async () => {
    const answer = await post(JSON.stringify([{ query: NAME_OF_VIEWER }, { query: NAME_OF_VIEWER }]));
    expectError(answer, 400, 'BAD_REQUEST', /batching/i);
  });
});

test.each(['application/json', 'application/json; charset=utf-8', 'application/json;charset=UTF8', 'APPLICATION/JSON'])(
  'the content type %s is read',
  async (type) => {
    const answer = await post(JSON.stringify({ query: NAME_OF_VIEWER }), { 'content-type': type });
    expect(answer.json).toMatchObject({ data: { viewer: { name: 'Administrator' } } });
  },
);

describe('a body of more than 16 MiB', () => {
  const seventeenMiB = Buffer.alloc(17 * 1024 * 1024, ' ');

  test('is refused as too large, whether its length was announced', async () => {
    expectError(await post(seventeenMiB), 413, 'LIMIT_EXCEEDED', /16 MiB/);
  });

  test('or not', async () => {
    const answer = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { ...JSON_TYPE, authorization: `Bearer ${app.adminKey}` },
      body: new Blob([seventeenMiB]).stream(),
      duplex: 'half',
    } as RequestInit).catch((error: Error) => error);
    // a sender who does not listen while sending may see the connection end instead
    if (!(answer instanceof Error)) expect(answer.status).toBe(413);
  });

  test('does not leave its connection hanging', async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    const lines = [
      'host: x',
      'content-type: application/json',
      `authorization: Bearer ${app.adminKey}`,
      `content-length: ${17 * 1024 * 1024}`,
    ];
    const head = `POST /graphql HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    socket.write(`${head}{"query":`);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(Buffer.concat(received).toString()).toMatch(/^HTTP\/1\.1 413 /);
  });
});

test('without a key no large body is read', async () => {
  const body = JSON.stringify({ query: NAME_OF_VIEWER, variables: { padding: 'x'.repeat(64 * 1024) } });
  const answer = await sendRaw(`${app.url}/graphql`, { headers: JSON_TYPE, body });
  expectError(answer, 401, 'UNAUTHENTICATED', /64 KiB needs an API key/);
  expect((await post(body)).status).toBe(200);
});

describe('the wrong address or method', () => {
  test.each([
    ['GET', '/nothing'],
    ['POST', '/graphql/'],
    ['GET', '/graphql/../etc/passwd'],
    ['PUT', '/graphql'],
    ['DELETE', '/graphql'],
    ['PATCH', '/graphql'],
    ['POST', '/healthz'],
    ['TRACE', '/'],
  ])('%s %s answers 404 as JSON', async (method, path) => {
    expectError(
      await at(path, { method, headers: JSON_TYPE, body: '{}' }),
      404,
      'NOT_FOUND',
      /nothing at this address/,
    );
  });

  test.each(['/%', '/%zz', '/%ff', '/graphql%'])(
    'GET %s, which cannot be decoded, answers 400 as JSON',
    async (path) => {
      expectError(await at(path, { method: 'GET' }), 400, 'BAD_USER_INPUT', /could not be read/);
    },
  );
});

describe('GET /graphql', () => {
  const get = (params: Record<string, string>, headers: Record<string, string> = {}) =>
    at(`/graphql?${new URLSearchParams(params)}`, { method: 'GET', headers });
  const PREFLIGHT = { 'apollo-require-preflight': 'true' };

  test('answers a query with variables', async () => {
    const answer = await get(
      { query: 'query ($id: ID!) { node(id: $id) { id } }', variables: '{"id":"usr_nobody"}' },
      PREFLIGHT,
    );
    expect([answer.status, answer.json.data]).toEqual([200, { node: null }]);
  });

  test('is refused where a page of another site could have made it', async () => {
    const url = `${app.url}/graphql?${new URLSearchParams({ query: NAME_OF_VIEWER })}`;
    expectError(await sendRaw(url, { method: 'GET' }), 400, 'BAD_REQUEST', /CSRF/);
    const asText = await sendRaw(url, { method: 'GET', headers: { 'content-type': 'text/plain' } });
    expect([asText.status, asText.json.errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
  });

  test('with a key is nothing that a page of another site could have made: what urql sends by default', async () => {
    const accept =
      'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed';
    const answer = await get({ query: '{ viewer { name } }' }, { accept, authorization: `Bearer ${app.adminKey}` });
    expect([answer.status, answer.json.data]).toEqual([200, { viewer: { name: expect.any(String) } }]);
    // a browser sends these by itself
    const basic = await get({ query: '{ viewer { name } }' }, { accept, authorization: 'Basic eDp5' });
    expectError(basic, 401, 'UNAUTHENTICATED', /Bearer hl_/);
  });

  test('makes no changes', async () => {
    const mutation = 'mutation { createUser(input: { name: "x", roles: [] }) { user { id } } }';
    const answer = await get({ query: mutation }, PREFLIGHT);
    expectError(answer, 405, 'BAD_REQUEST', /mutation/);
    expect(answer.headers.allow).toBe('POST');
    expect(await app.database.query(`select from users where name = 'x'`)).toHaveLength(0);
  });

  test('with variables that are no JSON is refused', async () => {
    const answer = await get({ query: NAME_OF_VIEWER, variables: '{' }, PREFLIGHT);
    expectError(answer, 400, 'BAD_REQUEST', /variables/);
  });
});

describe('persisted queries', () => {
  const persisted = (query: string) => ({
    persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
  });
  const viaGet = (extensions: object, more: Record<string, string> = {}) =>
    at(`/graphql?${new URLSearchParams({ extensions: JSON.stringify(extensions), ...more })}`, {
      method: 'GET',
      headers: { 'apollo-require-preflight': 'true' },
    });

  test('are asked for by their hash over POST, after they were sent once', async () => {
    const query = '{ viewer { name active } }';
    const extensions = persisted(query);
    const unknown = await post(JSON.stringify({ extensions }));
    expect(unknown.json.errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
    const data = { viewer: { name: 'Administrator', active: true } };
    expect((await post(JSON.stringify({ query, extensions }))).json).toMatchObject({ data });
    expect((await post(JSON.stringify({ extensions }))).json).toMatchObject({ data });
  });

  test('and over GET', async () => {
    const query = 'query ($id: ID!) { user(id: $id) { name } }';
    const extensions = persisted(query);
    const variables = JSON.stringify({ id: 'usr_nobody' });
    expect((await viaGet(extensions, { variables })).json.errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await viaGet(extensions, { query, variables })).json).toMatchObject({ data: { user: null } });
    expect((await viaGet(extensions, { variables })).json).toMatchObject({ data: { user: null } });
  });

  test('are not stored under a hash that is not theirs', async () => {
    const extensions = persisted('{ viewer { id } }');
    const answer = await post(JSON.stringify({ query: NAME_OF_VIEWER, extensions }));
    expectError(answer, 400, 'BAD_REQUEST', /sha/i);
    expect((await post(JSON.stringify({ extensions }))).json.errors[0].extensions.code).toBe(
      'PERSISTED_QUERY_NOT_FOUND',
    );
  });
});

describe('the Accept header', () => {
  test.each([
    ['application/json', 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
    ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
    ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json; charset=utf-8'],
  ])('%s is answered with %s', async (accept, type) => {
    const answer = await post(JSON.stringify({ query: NAME_OF_VIEWER }), { ...JSON_TYPE, accept });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, type]);
  });

  test('text/csv cannot be served, and a mutation that asks for it changes nothing', async () => {
    const query = 'mutation { createUser(input: { name: "csv", roles: [] }) { user { id } } }';
    const answer = await post(JSON.stringify({ query }), { ...JSON_TYPE, accept: 'text/csv' });
    expectError(answer, 406, 'BAD_USER_INPUT', /application\/json/);
    expect(await app.database.query(`select from users where name = 'csv'`)).toHaveLength(0);
  });
});

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

test('no answer is guessed to be something else by a browser', async () => {
  const answers = await Promise.all(
    ['/', '/healthz', '/readyz', '/metrics', '/schema.graphql', '/nothing', '/graphql', '/%'].map((path) =>
      at(path, { method: 'GET' }),
    ),
  );
  for (const answer of answers) expect(answer.headers['x-content-type-options']).toBe('nosniff');
});

describe('beside GraphQL there is', () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    sendRaw(`${app.url}${path}`, { method: 'GET', headers });

  test('/healthz', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
  });

  test('/readyz, which says what is missing', async () => {
    expect(await get('/readyz')).toMatchObject({
      status: 200,
      json: { status: 'ok', checks: { database: null, migrations: null, queue: null } },
    });
    await app.database.query(`delete from migrations where id = (select max(id) from migrations)`);
    // what was found is kept for a moment
    const unready = await waitFor('what is missing', async () => {
      const answer = await get('/readyz');
      return answer.status !== 200 && answer;
    });
    expect(unready).toMatchObject({
      status: 503,
      json: { status: 'not ready', checks: { database: null, migrations: expect.stringMatching(/^\d+ of \d+/) } },
    });
  });

  test('/metrics, for Prometheus', async () => {
    const answer = await get('/metrics');
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect(answer.text).toMatch(/^hookledger_outbox_events 0$/m);
    expect(answer.text).toMatch(/^# TYPE hookledger_attempts_total counter$/m);
  });

  test('/schema.graphql, for whoever may introspect, the API with its guards', async () => {
    expectError(await get('/schema.graphql'), 401, 'UNAUTHENTICATED', /API key/);
    const auditor = await app.keyFor('AUDITOR');
    expect((await get('/schema.graphql', { authorization: `Bearer ${auditor}` })).status).toBe(200);
    const { text } = await get('/schema.graphql', { authorization: `Bearer ${app.adminKey}` });
    expect(text).toMatch(
      /publishEvents\([^)]*\): PublishEventsPayload! @hasRole\(roles: \[PUBLISHER, SYSTEM_MANAGER\]\)/,
    );
  });

  test('GraphiQL at /, which loads nothing from elsewhere', async () => {
    const { text, headers } = await get('/');
    expect(headers['content-type']).toMatch(/^text\/html/);
    const withoutCode = text.replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, (whole) =>
      whole.slice(0, whole.indexOf('>') + 1),
    );
    expect(withoutCode).toContain('<script');
    expect(withoutCode.match(/<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=\s*["'](?!data:)[^>]*/g)).toBeNull();
    expect(text).toMatch(/\/graphql/);
  });
});

describe('an installation behind a proxy and with a dashboard elsewhere', () => {
  const DASHBOARD = 'https://dashboard.example.com';
  let proxied: TestApp;

  beforeAll(async () => {
    proxied = await startTestApp({ CORS_ORIGINS: DASHBOARD, TRUSTED_PROXIES: '127.0.0.1/32' });
  });
  afterAll(() => proxied.stop());

  test('lets pages of its dashboard in, and of no other site', async () => {
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

  test('without CORS_ORIGINS no page of another site is let in', async () => {
    const headers = { ...JSON_TYPE, origin: DASHBOARD };
    const answer = await sendRaw(`${app.url}/graphql`, { headers, body: JSON.stringify({ query: NAME_OF_VIEWER }) });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});
