import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { useTestApi } from '../../support/app';
import { type RawRequest, sendRaw } from '../../support/raw-http';
import { callAt, expectError, JSON_TYPE, NAME_OF_VIEWER, postGraphQL } from '../raw-calls';

const app = useTestApi();

const at = (path: string, request?: RawRequest) => callAt(app, path, request);

const post = (body: string | Buffer, headers?: Record<string, string>) => postGraphQL(app, body, headers);

test('a compressed body is refused, and the answer says how to send it', async () => {
  const body = gzipSync(JSON.stringify({ query: NAME_OF_VIEWER }));
  const answer = await post(body, { ...JSON_TYPE, 'content-encoding': 'gzip' });
  expectError(answer, 415, 'BAD_USER_INPUT', /"gzip"; send the body as it is/);
});

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
    ['two charsets', query, 'application/json; charset=utf-8; charset=utf-16', 400, 'BAD_USER_INPUT', /utf-16/],
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

test.each([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=UTF8',
  'application/json; charset=utf-8; charset=UTF-8',
  'APPLICATION/JSON',
])('the content type %s is read', async (type) => {
  const answer = await post(JSON.stringify({ query: NAME_OF_VIEWER }), { 'content-type': type });
  expect(answer.json).toMatchObject({ data: { viewer: { name: 'Administrator' } } });
});

describe('a body of more than 16 MiB', () => {
  const seventeenMiB = Buffer.alloc(17 * 1024 * 1024, ' ');

  test('is refused as too large where its length was declared', async () => {
    expectError(await post(seventeenMiB), 413, 'LIMIT_EXCEEDED', /16 MiB/);
  });

  test('and where it was not declared', async () => {
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
    ['GET', '/events/'],
    ['PATCH', '/in'],
  ])('%s %s answers 404 as JSON', async (method, path) => {
    expectError(
      await at(path, { method, headers: JSON_TYPE, body: '{}' }),
      404,
      'NOT_FOUND',
      /nothing at this address/,
    );
  });

  test.each([
    ['PUT', '/graphql', 'GET, HEAD, POST'],
    ['DELETE', '/graphql?query=x', 'GET, HEAD, POST'],
    ['PATCH', '/graphql', 'GET, HEAD, POST'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['TRACE', '/', 'GET, HEAD'],
    ['GET', '/events', 'POST'],
  ])('%s %s answers 405 as JSON, and Allow names the methods', async (method, path, allowed) => {
    const body = method === 'GET' ? undefined : '{}';
    const answer = await at(path, { method, headers: JSON_TYPE, body });
    expectError(answer, 405, 'BAD_USER_INPUT', /the header Allow names those that are/);
    expect(String(answer.headers.allow).split(', ').sort().join(', ')).toBe(allowed);
  });

  test.each(['/%', '/%zz', '/%ff', '/graphql%'])(
    'GET %s, which cannot be decoded, answers 400 as JSON',
    async (path) => {
      expectError(await at(path, { method: 'GET' }), 400, 'BAD_USER_INPUT', /could not be read/);
    },
  );
});
