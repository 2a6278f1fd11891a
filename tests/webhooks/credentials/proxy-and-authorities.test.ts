import { X509Certificate } from 'node:crypto';
import { connectProxy } from '../../delivery/connect-proxy';
import { closeAll, httpsPartner } from '../../delivery/partner';
import { useTestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { invoice, publish } from '../../support/webhooks';
import { basicAuth, header, oauth2, pem } from './credentials';

const lines: string[] = [];

const app = useTestApp({ LOG_LEVEL: 'trace' }, { write: (line) => void lines.push(line) });
afterEach(closeAll);

const SHOWN =
  'webhook { id proxy { url username createdAt } caCertificates { subject expiresAt fingerprint } credentials { kind } }';
const proxy = { url: 'http://93.184.216.34:3128', username: 'hookledger', password: 'pass-swordfish-proxy' };
const url = 'https://partner.example/hooks';

const create = (input: object) => mutate(app, 'createWebhook', { name: 'Partner', url, ...input }, SHOWN);
const update = (id: string, input: object) => mutate(app, 'updateWebhook', { id, ...input }, SHOWN);

test('both are saved, shown without the password, and are no credentials for the partner', async () => {
  const { webhook, userErrors } = await create({ proxy, caCertificates: [pem('ca'), pem('client-ca'), pem('ca')] });
  expect(userErrors).toEqual([]);
  expect(webhook).toMatchObject({
    proxy: { url: proxy.url, username: 'hookledger', createdAt: expect.any(String) },
    credentials: [],
  });
  const [ca] = [new X509Certificate(pem('ca'))];
  expect(webhook.caCertificates).toEqual([
    {
      subject: 'CN=ca',
      expiresAt: '2120-01-01T00:00:00.000Z',
      fingerprint: ca.fingerprint256.replaceAll(':', '').toLowerCase(),
    },
    expect.objectContaining({ subject: 'CN=client-ca' }),
  ]);
  const [stored] = await app.database.query<{ all: string }>(
    `select (select string_agg(settings || encode(box, 'escape'), ' ') from webhook_credentials)
       || (select string_agg(details, ' ') from audit_entries) as all`,
  );
  expect(stored?.all).toContain('93.184.216.34');
  expect(stored?.all).not.toContain('swordfish');
});

test('an empty list is none from the beginning, and a certificate that is no authority may be listed', async () => {
  expect(await create({ caCertificates: [] })).toMatchObject({ webhook: { caCertificates: [] }, userErrors: [] });
  const { webhook } = await create({ caCertificates: [pem('self-signed')] });
  expect(new X509Certificate(pem('self-signed')).ca).toBe(false);
  expect(webhook.caCertificates).toHaveLength(1);
});

test('what is left out stays, a value replaces, null and an empty list remove', async () => {
  const { webhook } = await create({ proxy, caCertificates: [pem('ca')] });
  const { id } = webhook;
  expect((await update(id, { name: 'Other' })).webhook).toEqual(webhook);
  expect((await update(id, { url: 'https://elsewhere.example/' })).webhook).toEqual(webhook);
  const other = { url: 'https://93.184.216.34' };
  const replaced = (await update(id, { proxy: other, caCertificates: [pem('client-ca')] })).webhook;
  expect(replaced.proxy).toMatchObject({ ...other, username: null });
  expect(replaced.caCertificates).toEqual([expect.objectContaining({ subject: 'CN=client-ca' })]);
  const removed = (await update(id, { proxy: null, caCertificates: [] })).webhook;
  expect(removed).toMatchObject({ proxy: null, caCertificates: [] });
});

const junk = '-----BEGIN CERTIFICATE-----\nvalueswordfish\n-----END CERTIFICATE-----\n';
const ca = (caCertificates: unknown) => ({ caCertificates });
const by = (more: object) => ({ proxy: { ...proxy, ...more } });

test.each<[string, object, string, string, RegExp]>([
  [
    'credentials in the URL',
    by({ url: 'http://u:pass-swordfish@93.184.216.34' }),
    'proxy.url',
    'INVALID',
    /as username and password/,
  ],
  ['another scheme', by({ url: 'socks5://93.184.216.34' }), 'proxy.url', 'INVALID', /must start with/],
  ['no URL', by({ url: '' }), 'proxy.url', 'INVALID', /not a URL/],
  ['a path', by({ url: 'http://93.184.216.34/x' }), 'proxy.url', 'INVALID', /no path and no query/],
  ['a query', by({ url: 'http://93.184.216.34/?x' }), 'proxy.url', 'INVALID', /no path and no query/],
  ['a template', by({ url: 'http://{{ doc.x }}.example' }), 'proxy.url', 'INVALID', /cannot be a template/],
  [
    'a private address',
    by({ url: 'http://10.0.0.1:3128' }),
    'proxy.url',
    'INVALID',
    /10\.0\.0\.1 is a private address/,
  ],
  ['a disguised address', by({ url: 'http://0x7f.1:3128' }), 'proxy.url', 'INVALID', /unusual way/],
  ['a line break in the URL', by({ url: 'http://a.example\r\nx' }), 'proxy.url', 'INVALID', /line break/],
  ['a user name with a colon', by({ username: 'a:b' }), 'proxy.username', 'INVALID', /colon/],
  ['a user name with NUL', by({ username: 'a\0' }), 'proxy.username', 'INVALID', /control character/],
  ['an empty user name', by({ username: '' }), 'proxy.username', 'REQUIRED', /must not be empty/],
  ['a user name alone', by({ password: null }), 'proxy.password', 'REQUIRED', /is missing/],
  ['a password alone', by({ username: null }), 'proxy.username', 'REQUIRED', /is missing/],
  [
    'a password with a line break',
    by({ password: 'pass-swordfish\r\nx: y' }),
    'proxy.password',
    'INVALID',
    /line break/,
  ],
  [
    'a password that is too long',
    by({ password: 'swordfish'.repeat(911) }),
    'proxy.password',
    'TOO_LARGE',
    /8199 characters/,
  ],
  ['no certificate', ca(['value-swordfish']), 'caCertificates.0', 'INVALID', /is not one certificate/],
  [
    'two certificates in one text',
    ca([pem('ca') + pem('client-ca')]),
    'caCertificates.0',
    'INVALID',
    /is not one certificate/,
  ],
  ['a private key', ca([pem('ca'), pem('key')]), 'caCertificates.1', 'INVALID', /is not one certificate/],
  ['a certificate with its key', ca([pem('ca') + pem('key')]), 'caCertificates.0', 'INVALID', /is not one certificate/],
  ['an empty text', ca(['']), 'caCertificates.0', 'INVALID', /is not one certificate/],
  [
    'a megabyte',
    ca(Array(16).fill('A'.repeat(65_536))),
    'caCertificates',
    'TOO_LARGE',
    /has 1048576 characters in all/,
  ],
  ['a damaged certificate', ca([pem('ca'), junk]), 'caCertificates.1', 'INVALID', /its PEM is damaged/],
  [
    'an expired certificate',
    ca([pem('expired')]),
    'caCertificates.0',
    'INVALID',
    /expired on 2020-01-02T00:00:00\.000Z/,
  ],
  ['too many', ca(Array(21).fill(pem('ca'))), 'caCertificates', 'TOO_LARGE', /has 21 certificates; at most 20/],
  [
    'too long a text',
    ca([`${pem('ca')}${' '.repeat(65_536)}`]),
    'caCertificates',
    'TOO_LARGE',
    /characters in all; at most 65536/,
  ],
])('%s is refused', async (_what, input, field, code, message) => {
  const { webhook, userErrors } = await create(input);
  expect(webhook).toBeNull();
  expect(userErrors).toEqual([{ field: field.split('.'), code, message: expect.stringMatching(message) }]);
  expect(JSON.stringify(userErrors)).not.toContain('swordfish');
});

test('INCOMING webhooks have neither', async () => {
  const input = { name: 'Caller', direction: 'INCOMING', proxy, caCertificates: [pem('ca')] };
  const { userErrors } = await mutate(app, 'createWebhook', input, 'webhook { id }');
  expect(userErrors.map(({ field }: { field: string[] }) => field)).toEqual([['proxy'], ['caCertificates']]);
});

describe('stored credentials', () => {
  test('are given again when other servers become trusted', async () => {
    const secretHeaders = [header('X-Key')];
    const { webhook } = await create({ secretHeaders, oauth2 });
    const { userErrors } = await update(webhook.id, { caCertificates: [pem('ca')] });
    expect(userErrors).toEqual([
      {
        field: ['caCertificates'],
        code: 'CONFLICT',
        message: expect.stringContaining('give secretHeaders, oauth2 again'),
      },
    ]);
    const kept = { secretHeaders: [header('X-Key', null)], oauth2, caCertificates: [pem('ca')] };
    expect((await update(webhook.id, kept)).userErrors).toMatchObject([
      { field: ['caCertificates'], code: 'CONFLICT' },
    ]);
    const again = { secretHeaders, oauth2, caCertificates: [pem('ca')] };
    expect((await update(webhook.id, again)).userErrors).toEqual([]);
    expect((await update(webhook.id, { caCertificates: null })).userErrors).toEqual([]);
  });

  test('are given again when they would pass a proxy without encryption', async () => {
    const plain = await create({ url: 'http://partner.example/hooks', basicAuth });
    expect((await update(plain.webhook.id, { proxy })).userErrors).toMatchObject([
      { field: ['proxy'], code: 'CONFLICT' },
    ]);
    expect((await update(plain.webhook.id, { proxy, basicAuth })).userErrors).toEqual([]);
    const plainToken = await create({ oauth2: { ...oauth2, tokenUrl: 'http://login.example/token' } });
    expect((await update(plainToken.webhook.id, { proxy })).userErrors).toMatchObject([
      { field: ['proxy'], code: 'CONFLICT', message: expect.stringContaining('give oauth2 again') },
    ]);
    const encrypted = await create({ basicAuth });
    expect((await update(encrypted.webhook.id, { proxy })).userErrors).toEqual([]);
  });
});

test('a delivery goes through the proxy to a partner of a private authority, and no log line has the password', async () => {
  const partner = await httpsPartner('valid');
  const basic = `Basic ${Buffer.from('hookledger:pass-swordfish-proxy').toString('base64')}`;
  const through = await connectProxy({
    answer: ({ headers }) => (headers['proxy-authorization'] === basic ? 200 : 407),
  });
  const { webhook, userErrors } = await create({
    url: `${partner.url}/hook`,
    documentType: 'Proxied',
    retrySchedule: [0],
    proxy: { ...proxy, url: through.url },
    caCertificates: [pem('ca')],
  });
  expect(userErrors).toEqual([]);
  const outcome = (status: string) =>
    waitFor(`a request that ${status}`, async () => {
      const query = `{ webhook(id: "${webhook.id}") { requests { nodes { status errorCode error headers remoteAddress } } } }`;
      const { data } = await app.ask(query);
      return data.webhook.requests.nodes.find((each: { status: string }) => each.status === status);
    });
  await publish(app, [invoice('INV-1', { documentType: 'Proxied' })]);
  const sent = await outcome('SUCCEEDED');
  expect(sent.remoteAddress).toBe('127.0.0.1');
  expect(through.targets).toEqual([`127.0.0.1:${partner.port}`]);
  await update(webhook.id, { proxy: { ...proxy, url: through.url, password: 'wrong-swordfish' } });
  await publish(app, [invoice('INV-2', { documentType: 'Proxied' })]);
  const failed = await outcome('FAILED');
  expect(failed).toMatchObject({
    errorCode: 'PROXY',
    error: expect.stringMatching(/refused the user name or the password/),
  });
  expect(JSON.stringify([sent, failed])).not.toContain('swordfish');
  expect(lines.join('')).not.toContain('swordfish');
  await through.stop();
});
