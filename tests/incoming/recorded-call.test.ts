// What the log keeps of a call: its headers in wire order, its address, and nothing that lets others in.
import { startTestApp, type TestApp } from '../support/app';
import { dumpOf } from '../support/dump';
import { waitFor } from '../support/wait-for';
import { rawCall } from './bodies/raw-call';
import { agree, lastReceived, receivedBy } from './callers';

let app: TestApp;
let log = '';

beforeAll(async () => {
  const write = (line: string) => {
    log += line;
  };
  app = await startTestApp({ PROCESSES: 'api', LOG_LEVEL: 'trace' }, { write });
});
afterAll(() => app.stop());

const TOKEN_SECRET = 'a-secret-that-nobody-may-read-4711';

test('headers keep their order, their spelling and their repeats', async () => {
  const agreed = await agree(app, { provider: 'NONE' });
  await rawCall(
    agreed.address,
    ['X-B: 2', 'x-a: 1', 'X-B: 3', 'X-Empty:', 'X-Umlaut: \u00fc\u00ff', 'Content-Type: text/plain'],
    'x',
  );
  const { headers } = await lastReceived(app, agreed);
  expect(headers).toEqual([
    ['host', new URL(app.url).host],
    ['X-B', '2'],
    ['x-a', '1'],
    ['X-B', '3'],
    ['X-Empty', ''],
    ['X-Umlaut', '\u00fc\u00ff'],
    ['Content-Type', 'text/plain'],
    ['content-length', '1'],
    ['connection', 'close'],
  ]);
});

test('credentials are replaced, whichever system they are for, also in refused calls', async () => {
  const agreed = await agree(app);
  const lines = [
    'Authorization: Bearer abc-abc',
    'Cookie: session=abc-abc',
    'Proxy-Authorization: Basic YWJjLWFiYw==',
    'authorization: abc-abc',
  ];
  expect((await rawCall(agreed.address, lines, '{}')).status).toBe(401);
  const { headers } = await lastReceived(app, agreed);
  expect(headers.slice(1, 5)).toEqual([
    ['Authorization', 'Bearer [secret]'],
    ['Cookie', '[secret]'],
    ['Proxy-Authorization', 'Basic [secret]'],
    ['authorization', '[secret]'],
  ]);
  expect(JSON.stringify(headers)).not.toContain('abc-abc');
});

test.each([
  [{ provider: 'GITLAB' }, 'X-Gitlab-Token', ''],
  [{ provider: 'TOKEN', verification: { header: 'X-Our-Token' } }, 'x-our-token', ''],
  [{ provider: 'TOKEN', verification: { header: 'X-Our-Token', prefix: 'Key ' } }, 'X-Our-Token', 'Key '],
])('the token of %j is replaced in its header, right or wrong', async (input, header, prefix) => {
  const agreed = await agree(app, { ...input, secret: TOKEN_SECRET });
  const right = await rawCall(
    agreed.address,
    [`${header}: ${prefix}${TOKEN_SECRET}`, 'content-type: application/json'],
    '{}',
  );
  const wrong = await rawCall(agreed.address, [`${header}: ${TOKEN_SECRET}x`, 'content-type: application/json'], '{}');
  expect([right.status, wrong.status]).toEqual([200, prefix === '' ? 401 : 400]);
  for (const row of await receivedBy(app, agreed)) expect(row.headers).toContainEqual([header, '[secret]']);
});

test('a token in the query is replaced in the address, and wherever else a proxy repeats it', async () => {
  const agreed = await agree(app, { provider: 'TOKEN', verification: { query: 'key' }, secret: TOKEN_SECRET });
  const lines = [
    'content-type: application/json',
    `X-Original-URI: /in/${agreed.token}?a=1&key=${TOKEN_SECRET}`,
    `Referer: https://erp.example/?key=${TOKEN_SECRET}`,
  ];
  const { status } = await rawCall(`${agreed.address}?a=1&key=${TOKEN_SECRET}&b=%20`, lines, '{}');
  expect(status).toBe(200);
  const encoded = TOKEN_SECRET.replace('a', '%61');
  expect(
    (
      await rawCall(
        `${agreed.address}?k%65y=${encoded}`,
        [...lines.slice(0, 1), `X-Original-URI: ?key=${encoded}`],
        '{}',
      )
    ).status,
  ).toBe(200);
  const [first, second] = await receivedBy(app, agreed);
  expect(first?.url).toBe(`${app.url}/in/[token]?a=1&key=[secret]&b=%20`);
  expect(second?.url).toBe(`${app.url}/in/[token]?k%65y=[secret]`);
  expect(first?.headers).toContainEqual(['X-Original-URI', '/in/[token]?a=1&key=[secret]']);
  expect(first?.headers).toContainEqual(['Referer', 'https://erp.example/?key=[secret]']);
  expect((await dumpOf(app.database)).includes(TOKEN_SECRET)).toBe(false);
  expect(JSON.stringify(second)).not.toContain(encoded);
});

test('the token of the address is replaced in other headers', async () => {
  const agreed = await agree(app, { provider: 'NONE' });
  const lines = [`X-Forwarded-Uri: /in/${agreed.token}`, `Referer: ${agreed.address}`];
  await rawCall(agreed.address, lines, 'x');
  const { headers } = await lastReceived(app, agreed);
  expect(headers).toContainEqual(['X-Forwarded-Uri', '/in/[token]']);
  expect(headers).toContainEqual(['Referer', `${app.url}/in/[token]`]);
});

test('however the address is written, its token is kept nowhere', async () => {
  const agreed = await agree(app, { provider: 'NONE' });
  const { pathname } = new URL(agreed.address);
  const encoded = pathname.replace('in_', 'i%6E_');
  const targets = [
    pathname,
    encoded,
    pathname.replace('in_', '%69%6e%5f'),
    agreed.address,
    `/${pathname}`,
    `/./x/..${pathname}`,
    `/IN/${agreed.token}`,
    `/in%2F${agreed.token}`,
    `${pathname}/`,
    `${pathname}/more`,
    `${pathname};a=1`,
    `/elsewhere?to=${pathname}`,
    `/graphql${pathname}`,
    '/the-end',
  ];
  const statuses = [];
  for (const target of targets) {
    const lines = [`Referer: ${target}`];
    statuses.push((await rawCall(agreed.address, lines, 'x', { target })).status);
  }
  expect(statuses.slice(0, 2)).toEqual([200, 200]);
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
  await waitFor('the last line of the log', () => log.includes('/the-end'));
  const dump = await dumpOf(app.database);
  const body = agreed.token.slice(3);
  expect({ dump: dump.includes(body), log: log.includes(body) }).toEqual({ dump: false, log: false });
  expect((await receivedBy(app, agreed)).map(({ url }) => url)).toEqual(Array(4).fill(`${app.url}/in/[token]`));
});

test('of more than 200 headers the first are kept, and it is said how many were not', async () => {
  const agreed = await agree(app, { provider: 'NONE' });
  const lines = Array.from({ length: 300 }, (_, n) => `X-Same: ${n}`);
  expect((await rawCall(agreed.address, lines, 'x')).status).toBe(200);
  const { headers } = await lastReceived(app, agreed);
  expect(headers).toHaveLength(201);
  expect(headers.at(-1)).toEqual(['hookledger-headers-left-out', '103']);
});

test('a long address is cut', async () => {
  const agreed = await agree(app, { provider: 'NONE' });
  expect((await rawCall(`${agreed.address}?q=${'x'.repeat(8_000)}`, [], 'x')).status).toBe(200);
  expect((await lastReceived(app, agreed)).url).toHaveLength(4_096);
});
