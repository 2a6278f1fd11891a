// The address and the certificate of the caller are taken from a trusted proxy, and from no other.
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { rawCall } from './bodies/raw-call';
import { agree, lastReceived } from './callers';

let behind: TestApp;
let alone: TestApp;

beforeAll(async () => {
  [behind, alone] = await Promise.all([
    startTestApp({
      PROCESSES: 'api',
      TRUSTED_PROXIES: '127.0.0.1',
      CLIENT_CERT_HEADER: 'Client-Cert',
      PUBLIC_URL: 'https://hooks.example/base',
    }),
    startTestApp({ PROCESSES: 'api', TRUSTED_PROXIES: '10.0.0.0/8,fd00::/8', CLIENT_CERT_HEADER: 'Client-Cert' }),
  ]);
});
afterAll(() => Promise.all([behind.stop(), alone.stop()]));

const pem = (name: string) => readFileSync(join(__dirname, `../delivery/fixtures/${name}.pem`), 'utf8');
const [ours, other, expired] = [pem('client'), pem('client-two'), pem('client-expired')];
const rfc9440 = (text: string) => `:${new X509Certificate(text).raw.toString('base64')}:`;
const oneLine = (text: string) => text.trim().replaceAll('\n', ' ');

async function callWith(app: TestApp, lines: string[], secret = ours) {
  const agreed = await agree(app, { provider: 'MTLS', secret });
  const target = `/in/${agreed.token}`;
  const { status } = await rawCall(`${app.url}${target}`, ['content-type: application/json', ...lines], '{}');
  return { status, row: await lastReceived(app, agreed) };
}

test.each([
  ['as RFC 9440 writes it', rfc9440(ours)],
  ['in PEM, percent-encoded', encodeURIComponent(ours)],
  ['in PEM on one line', oneLine(ours)],
])('a certificate %s is known', async (_what, value) => {
  expect((await callWith(behind, [`Client-Cert: ${value}`])).status).toBe(200);
  const fingerprint = createHash('sha256').update(new X509Certificate(ours).raw).digest('hex');
  expect((await callWith(behind, [`client-cert: ${value}`], fingerprint)).status).toBe(200);
});

test.each<[string, string[], string, number, string]>([
  ['none', [], ours, 401, 'NOT_SIGNED'],
  ['an empty one', ['Client-Cert:'], ours, 401, 'NOT_SIGNED'],
  ['what is none', ['Client-Cert: :AAAA:'], ours, 401, 'NOT_SIGNED'],
  ['broken percent-encoding', ['Client-Cert: %zz'], ours, 401, 'NOT_SIGNED'],
  ['two of them', [`Client-Cert: ${rfc9440(ours)}`, `Client-Cert: ${rfc9440(ours)}`], ours, 401, 'NOT_SIGNED'],
  ['another one', [`Client-Cert: ${rfc9440(other)}`], ours, 401, 'UNKNOWN_KEY'],
  ['one that has expired', [`Client-Cert: ${rfc9440(expired)}`], expired, 401, 'STALE'],
])('%s is refused', async (_what, lines, secret, status, code) => {
  const call = await callWith(behind, lines, secret);
  expect([call.status, call.row.errorCode]).toEqual([status, code]);
});

test('the headers of a client that is no trusted proxy are ignored', async () => {
  const call = await callWith(alone, [`Client-Cert: ${rfc9440(ours)}`, 'X-Forwarded-For: 10.1.2.3']);
  expect([call.status, call.row.errorCode, call.row.remoteAddress]).toEqual([401, 'NOT_SIGNED', '127.0.0.1']);
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['6.6.6.6, 203.0.113.9', '203.0.113.9'],
  ['2001:db8::1', '2001:db8::1'],
  ['unknown', '127.0.0.1'],
  ["'; drop table users; --", '127.0.0.1'],
  ['x'.repeat(5_000), '127.0.0.1'],
])('behind a trusted proxy the caller of %.30j is %s', async (forwarded, address) => {
  expect((await callWith(behind, [`X-Forwarded-For: ${forwarded}`])).row.remoteAddress).toBe(address);
});

test('the address in the log is that under which partners know us', async () => {
  const { row } = await callWith(behind, ['X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: ftp']);
  expect(row.url).toBe('https://hooks.example/base/in/[token]');
});

test('without PUBLIC_URL it is that at which the server listens, and never the Host of the call', async () => {
  const { token, id } = await agree(alone, { provider: 'NONE' });
  const host = 'evil.example';
  const status = await new Promise((resolve, reject) => {
    const options = { method: 'POST', headers: { host, 'content-type': 'application/json' }, agent: false };
    request(`${alone.url}/in/${token}`, options, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end('{}');
  });
  expect(status).toBe(200);
  expect((await lastReceived(alone, { id })).url).toBe(`${alone.url}/in/[token]`);
});

test.each([
  ['with PUBLIC_URL it begins with it', () => behind, 'https://hooks.example/base'],
  ['without it is a path', () => alone, ''],
])('the address of an export: %s', async (_title, app, base) => {
  const { export: made } = await mutate(app(), 'exportWebhookRequestLogs', {}, 'export { id url }');
  expect(made.url).toBe(`${base}/exports/${made.id}`);
});
