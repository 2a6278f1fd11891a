// The pages as files: at which paths they are, with which headers, and what is no page.
import { PAGE_PATHS } from '../../../src/server/dashboard/page-paths';
import { startTestApp, useTestApp } from '../../support/app';
import { type RawAnswer, sendRaw } from '../../support/raw-http';
import { expectError } from '../raw-calls';

const app = useTestApp({ PROCESSES: 'api' });
const get = (path: string, headers: Record<string, string> = {}): Promise<RawAnswer> =>
  sendRaw(`${app.url}${path}`, { method: 'GET', headers });

test.each(PAGE_PATHS)('%s is a page, which is never kept and runs no script but those of this server', async (path) => {
  const { status, headers, text } = await get(path.replace(':id', 'req_1%2F2'));
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'text/html; charset=utf-8',
    'no-store',
  ]);
  expect(headers).toMatchObject({
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  const policy = String(headers['content-security-policy']).split('; ');
  expect(policy).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    expect.stringMatching(/^style-src 'self' 'nonce-[\w-]{22}'$/),
    "font-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
  const [, nonce] = /'nonce-([^']+)'/.exec(policy[2] as string) as unknown as [string, string];
  expect(text).toContain(`nonce="${nonce}"`);
  expect(text).not.toMatch(/__NONCE__|<script(?![^>]* src="\/assets\/)|https?:/);
});

describe('browsers keep to https', () => {
  const told = async (PUBLIC_URL: string) => {
    const other = await startTestApp({ PROCESSES: 'api', PUBLIC_URL });
    try {
      const answers = ['/', '/graphiql', '/schema.graphql'].map((path) =>
        sendRaw(`${other.url}${path}`, { method: 'GET' }),
      );
      return (await Promise.all(answers)).map(({ headers }) => [
        headers['referrer-policy'],
        headers['strict-transport-security'],
      ]);
    } finally {
      await other.stop();
    }
  };

  test('where PUBLIC_URL is https, for a year, by each page and no other answer', async () => {
    const page = ['no-referrer', 'max-age=31536000'];
    expect(await told('https://hooks.example.com')).toEqual([page, page, [undefined, undefined]]);
  });

  test('but not at a port, since it is for all ports of the host', async () => {
    const page = ['no-referrer', undefined];
    expect(await told('https://hooks.example.com:8443')).toEqual([page, page, [undefined, undefined]]);
  });
});

test('each answer has a nonce of its own', async () => {
  const [one, other] = [await get('/'), await get('/')];
  expect(one.headers['content-security-policy']).not.toBe(other.headers['content-security-policy']);
});

test('files are compressed as the browser takes them, and kept for ever', async () => {
  const [, path] = /src="(\/assets\/[^"]+\.js)"/.exec((await get('/')).text) as unknown as [string, string];
  const bytes = async (accepted: string) => {
    const response = await fetch(`${app.url}${path}`, { headers: { 'accept-encoding': accepted } });
    return { coding: response.headers.get('content-encoding'), text: await response.text() };
  };
  const plain = await bytes('identity');
  expect(plain.coding).toBeNull();
  expect(await bytes('gzip')).toEqual({ coding: 'gzip', text: plain.text });
  expect(await bytes('gzip, br')).toEqual({ coding: 'br', text: plain.text });
  expect(await bytes('br;q=0, gzip')).toEqual({ coding: 'gzip', text: plain.text });
  const { headers } = await get(path);
  expect(headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'text/javascript; charset=utf-8',
    vary: 'accept-encoding',
  });
});

test('a file that is not there is never a page', async () => {
  for (const path of ['/assets/gone-12345678.js', '/assets/', '/assets/..%2findex.html', '/assets/manifest.json']) {
    const answer = await get(path);
    expectError(answer, 404, 'NOT_FOUND', /no such file/);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  }
});

test.each(['/assetsx', '/log/req_1/more', '/LOG', '/index.html'])('%s is no page', async (path) => {
  expectError(await get(path), 404, 'NOT_FOUND', /nothing at this address/);
});

test('GRAPHIQL=off leaves out GraphiQL', async () => {
  const without = await startTestApp({ PROCESSES: 'api', GRAPHIQL: 'off' });
  try {
    const answer = await sendRaw(`${without.url}/graphiql`, { method: 'GET' });
    expectError(answer, 404, 'NOT_FOUND', /nothing at this address/);
  } finally {
    await without.stop();
  }
});
