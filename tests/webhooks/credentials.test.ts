import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { uuidOf } from '../../src/ids';
import { startTestApp, type TestApp } from '../support/app';
import { dumpOf, formsOf } from '../support/dump';

let app: TestApp;

// as in production: nothing but https to the internet
beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api', ALLOW_HTTP_TARGETS: '', ALLOWED_TARGET_NETWORKS: '' });
});
afterAll(() => app.stop());

const CREDENTIALS = 'kind name tokenUrl scope audience clientAuthentication expiresAt createdAt';

async function run(mutation: 'createWebhook' | 'updateWebhook', input: object, key?: string) {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const { data, errors } = await app.ask(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) {
      webhook { id credentials { ${CREDENTIALS} } } userErrors { field code message } } }`,
    { input },
    key,
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data[mutation];
}

const create = (input: object = {}) =>
  run('createWebhook', { name: 'Partner', url: 'https://partner.example/hooks', ...input });
const update = (id: string, input: object) => run('updateWebhook', { id, ...input });
const namesOf = ({ webhook }: { webhook: { credentials: { kind: string; name: string }[] } }) =>
  webhook.credentials.map(({ kind, name }) => `${kind} ${name}`);

function pem(name: string): string {
  return readFileSync(join(__dirname, '../delivery/fixtures', `${name}.pem`), 'utf8');
}

const basicAuth = { username: 'hookledger', password: 'pass-4711-wörd' };
const oauth2 = { tokenUrl: 'https://auth.example/token', clientId: 'our-client', clientSecret: 'client-4711-secret' };
const clientCertificate = { certificate: pem('client'), privateKey: pem('client-key') };
const header = (name: string, value: string | null = `value-4711-of-${name}`) => ({ name, value });

const storedOf = (webhookId: string) =>
  app.database.query<{ id: string; kind: string; settings: string; box: Buffer }>(
    'select id, kind, settings, box from webhook_credentials where webhook_id = $1 order by id',
    [uuidOf('Webhook', webhookId)],
  );

test('credentials of every kind are saved, and read without their secrets', async () => {
  const { webhook, userErrors } = await create({
    secretHeaders: [header('X-Api-Key'), header('X-Tenant')],
    oauth2: { ...oauth2, scope: 'a b', audience: 'https://api.example' },
    clientCertificate,
  });
  expect(userErrors).toEqual([]);
  const none = { tokenUrl: null, scope: null, audience: null, clientAuthentication: null, expiresAt: null };
  const createdAt = expect.any(String);
  expect(webhook.credentials).toEqual([
    { ...none, kind: 'HEADER', name: 'X-Api-Key', createdAt },
    { ...none, kind: 'HEADER', name: 'X-Tenant', createdAt },
    {
      ...none,
      kind: 'OAUTH2',
      name: 'our-client',
      tokenUrl: oauth2.tokenUrl,
      scope: 'a b',
      audience: 'https://api.example',
      clientAuthentication: 'BASIC',
      createdAt,
    },
    { ...none, kind: 'CERTIFICATE', name: 'CN=client', expiresAt: '2120-01-01T00:00:00.000Z', createdAt },
  ]);
  expect(namesOf(await create({ basicAuth }))).toEqual(['BASIC hookledger']);
  expect(namesOf(await create())).toEqual([]);
});

test('no secret is in the database, nor in the audit trail, in any form', async () => {
  const { webhook } = await create({ secretHeaders: [header('X-Key')], oauth2, clientCertificate });
  await update(webhook.id, { secretHeaders: [header('X-Key', null), header('X-More')], oauth2: null, basicAuth });
  const secrets = ['value-4711-of-X-Key', 'value-4711-of-X-More', oauth2.clientSecret, basicAuth.password];
  const keyLines = clientCertificate.privateKey.split('\n').slice(1, -2);
  const dump = await dumpOf(app.database);
  for (const secret of [...secrets, ...keyLines]) {
    for (const form of formsOf(secret)) expect(dump.includes(form)).toBe(false);
  }
});

test('the audit trail says which were changed', async () => {
  const { webhook } = await create({ secretHeaders: [header('X-Key')], clientCertificate });
  await update(webhook.id, {
    secretHeaders: [header('x-key', null), header('X-More')],
    basicAuth,
    clientCertificate: null,
  });
  const rows = await app.database.query<{ details: string }>(
    'select details from audit_entries where subject_id = $1 order by id',
    [uuidOf('Webhook', webhook.id)],
  );
  const [created, updated] = rows.map((row) => JSON.parse(row.details));
  expect(created).toMatchObject({
    secretHeaders: ['X-Key'],
    clientCertificate: { name: 'CN=client', expiresAt: '2120-01-01T00:00:00.000Z' },
  });
  expect(updated).toMatchObject({
    secretHeaders: ['x-key (kept)', 'X-More'],
    basicAuth: { name: 'hookledger' },
    clientCertificate: null,
  });
  expect(updated).not.toHaveProperty('oauth2');
});

test('in an update, left out is unchanged, null is removed, a value replaces', async () => {
  const { webhook } = await create({ secretHeaders: [header('X-A'), header('X-B')], basicAuth, clientCertificate });
  const before = await storedOf(webhook.id);
  await update(webhook.id, { name: 'New' });
  expect(await storedOf(webhook.id)).toEqual(before);

  const kept = await update(webhook.id, {
    secretHeaders: [header('x-a', null), header('X-C')],
    clientCertificate: null,
  });
  expect(namesOf(kept)).toEqual(['HEADER X-A', 'BASIC hookledger', 'HEADER X-C']);
  const after = await storedOf(webhook.id);
  expect(after.slice(0, 2)).toEqual([before[0], before[2]]);

  const changed = await update(webhook.id, { secretHeaders: null, basicAuth: null, oauth2 });
  expect(namesOf(changed)).toEqual(['OAUTH2 our-client']);
  expect(namesOf(await update(webhook.id, { oauth2: { ...oauth2, clientId: 'other' } }))).toEqual(['OAUTH2 other']);
  expect(namesOf(await update(webhook.id, { secretHeaders: [], oauth2: null }))).toEqual([]);
  expect(await storedOf(webhook.id)).toEqual([]);
});

describe('a URL that leads to another scheme, host or port', () => {
  const all = { secretHeaders: [header('X-A'), header('X-B')], oauth2, clientCertificate };
  const elsewhere = 'https://elsewhere.example/hooks';
  const conflict = (fields: string) => [
    { field: ['url'], code: 'CONFLICT', message: expect.stringContaining(`give ${fields} again`) },
  ];

  test.each<[string, object, string]>([
    ['another host', { url: elsewhere }, 'secretHeaders, oauth2, clientCertificate'],
    ['another port', { url: 'https://partner.example:8443/hooks' }, 'secretHeaders, oauth2, clientCertificate'],
    ['a host below', { url: 'https://partner.example.elsewhere.example/' }, 'secretHeaders, oauth2, clientCertificate'],
    ['a template', { url: `${elsewhere}/{{ doc.name }}` }, 'secretHeaders, oauth2, clientCertificate'],
    ['one of them replaced', { url: elsewhere, oauth2 }, 'secretHeaders, clientCertificate'],
    ['two of them removed', { url: elsewhere, secretHeaders: [], oauth2: null }, 'clientCertificate'],
    [
      'a header kept without its value',
      { url: elsewhere, ...all, secretHeaders: [header('X-A', null), header('X-B')] },
      'secretHeaders',
    ],
  ])('%s does not get what was given for the first', async (_what, input, fields) => {
    const { webhook } = await create(all);
    const before = await storedOf(webhook.id);
    expect((await update(webhook.id, input)).userErrors).toEqual(conflict(fields));
    const { data } = await app.ask(`{ webhook(id: "${webhook.id}") { url } }`);
    expect([data.webhook.url, await storedOf(webhook.id)]).toEqual(['https://partner.example/hooks', before]);
  });

  test('gets what is given for it', async () => {
    const { webhook } = await create(all);
    expect((await update(webhook.id, { url: elsewhere, ...all, oauth2: null })).userErrors).toEqual([]);
    const origins = (await storedOf(webhook.id)).map(({ settings }) => JSON.parse(settings).origin);
    expect(origins).toEqual(Array(3).fill('https://elsewhere.example'));
  });

  test('is taken where there are no credentials, and where it leads to the same one', async () => {
    const bare = await create();
    expect((await update(bare.webhook.id, { url: elsewhere })).userErrors).toEqual([]);
    const { webhook } = await create({ basicAuth });
    for (const url of ['https://partner.example/other', 'https://PARTNER.example:443/{{ doc.name }}'])
      expect([url, (await update(webhook.id, { url })).userErrors]).toEqual([url, []]);
  });
});

test('two updates at once leave one of the two', async () => {
  const { webhook } = await create();
  const answers = await Promise.all(
    ['one', 'two', 'three'].map((username) => update(webhook.id, { basicAuth: { username, password: username } })),
  );
  expect(answers.flatMap((answer) => answer.userErrors)).toEqual([]);
  expect(await storedOf(webhook.id)).toHaveLength(1);
});

test('many webhooks and their credentials are read at once', async () => {
  const { webhook } = await create({ basicAuth });
  const answer = await app.ask('{ webhooks(first: 50) { nodes { id credentials { name } } } }');
  const found = answer.data.webhooks.nodes.find(({ id }: { id: string }) => id === webhook.id);
  expect(found.credentials).toEqual([{ name: 'hookledger' }]);
});

test('each secret is sealed for its own row: moved to another, it does not open', async () => {
  const [one, other] = [await create({ basicAuth }), await create({ basicAuth })];
  const [a] = await storedOf(one.webhook.id);
  const [b] = await storedOf(other.webhook.id);
  expect(a!.box.equals(b!.box)).toBe(false);
});

describe('a credential is refused, nothing is stored, and no sentence repeats it', () => {
  const secret = 'value-4711';
  const long = `${secret}${'x'.repeat(8_192)}`;
  const headers = (...secretHeaders: object[]) => ({ secretHeaders });
  const basic = (more: object) => ({ basicAuth: { ...basicAuth, ...more } });
  const oauth = (more: object) => ({ oauth2: { ...oauth2, ...more } });
  const cert = (more: object) => ({ clientCertificate: { ...clientCertificate, ...more } });
  const junk = '-----BEGIN CERTIFICATE-----\nvalue4711\n-----END CERTIFICATE-----\n';

  test.each<[string, object, string, string, RegExp]>([
    ['a header without a name', headers(header('', secret)), 'secretHeaders.0.name', 'REQUIRED', /must not be empty/],
    [
      'a header name with a space',
      headers(header('X Key', secret)),
      'secretHeaders.0.name',
      'INVALID',
      /"X Key" is not a header name/,
    ],
    [
      'a header name that ends a line',
      headers(header('X\r\nY', secret)),
      'secretHeaders.0.name',
      'INVALID',
      /control character/,
    ],
    [
      'a header name in another script',
      headers(header('X-Schlüssel', secret)),
      'secretHeaders.0.name',
      'INVALID',
      /not a header name/,
    ],
    [
      'a header name that is too long',
      headers(header('x'.repeat(201), secret)),
      'secretHeaders.0.name',
      'TOO_LARGE',
      /201 characters/,
    ],
    ['host', headers(header('Host', secret)), 'secretHeaders.0.name', 'INVALID', /set by Hookledger/],
    ['content-length', headers(header('Content-Length', '3')), 'secretHeaders.0.name', 'INVALID', /set by Hookledger/],
    ['transfer-encoding', headers(header('transfer-encoding', 'x')), 'secretHeaders.0.name', 'INVALID', /set by/],
    ['the signature', headers(header('Webhook-Signature', secret)), 'secretHeaders.0.name', 'INVALID', /set by/],
    [
      'a value that ends a line',
      headers(header('X-Key', `${secret}\r\nX-Evil: 1`)),
      'secretHeaders.0.value',
      'INVALID',
      /line break/,
    ],
    [
      'a value with NUL',
      headers(header('X-Key', `${secret}\u0000`)),
      'secretHeaders.0.value',
      'INVALID',
      /control character/,
    ],
    [
      'a value outside Latin-1',
      headers(header('X-Key', `${secret}€`)),
      'secretHeaders.0.value',
      'INVALID',
      /outside Latin-1/,
    ],
    [
      'half a surrogate pair',
      headers(header('X-Key', `${secret}\ud83d`)),
      'secretHeaders.0.value',
      'INVALID',
      /surrogate/,
    ],
    [
      'white space around a value',
      headers(header('X-Key', ` ${secret}`)),
      'secretHeaders.0.value',
      'INVALID',
      /begins or ends with white space/,
    ],
    ['an empty value', headers(header('X-Key', '')), 'secretHeaders.0.value', 'REQUIRED', /must not be empty/],
    [
      'a value that is too long',
      headers(header('X-Key', long)),
      'secretHeaders.0.value',
      'TOO_LARGE',
      /8202 characters/,
    ],
    [
      'no value, where none is stored',
      headers(header('X-Key', null)),
      'secretHeaders.0.value',
      'REQUIRED',
      /nothing is stored/,
    ],
    ['a name twice', headers(header('X-Key'), header('x-KEY')), 'secretHeaders.1.name', 'CONFLICT', /given twice/],
    [
      '21 headers',
      headers(...Array.from({ length: 21 }, (_, n) => header(`X-${n}`))),
      'secretHeaders',
      'TOO_LARGE',
      /21 headers; at most 20/,
    ],
    ['a user name with a colon', basic({ username: 'a:b' }), 'basicAuth.username', 'INVALID', /must not hold a ":"/],
    ['a user name with a line break', basic({ username: 'a\nb' }), 'basicAuth.username', 'INVALID', /line break/],
    [
      'a user name that is too long',
      basic({ username: 'u'.repeat(256) }),
      'basicAuth.username',
      'TOO_LARGE',
      /at most 255/,
    ],
    [
      'a password with a control character',
      basic({ password: `${secret}\u0007` }),
      'basicAuth.password',
      'INVALID',
      /control/,
    ],
    ['a password that is too long', basic({ password: long }), 'basicAuth.password', 'TOO_LARGE', /at most 8192/],
    [
      'neither user name nor password',
      basic({ username: '', password: '' }),
      'basicAuth.password',
      'REQUIRED',
      /empty/,
    ],
    ['a token URL that is none', oauth({ tokenUrl: 'auth' }), 'oauth2.tokenUrl', 'INVALID', /not a URL/],
    ['a token URL over http', oauth({ tokenUrl: 'http://auth.example/' }), 'oauth2.tokenUrl', 'INVALID', /https/],
    [
      'a token URL with an output',
      oauth({ tokenUrl: 'https://a.example/{{doc.x}}' }),
      'oauth2.tokenUrl',
      'INVALID',
      /cannot be a template/,
    ],
    [
      'a token URL with a tag',
      oauth({ tokenUrl: 'https://a.example/{%if%}' }),
      'oauth2.tokenUrl',
      'INVALID',
      /cannot be a template/,
    ],
    ['a private token URL', oauth({ tokenUrl: 'https://10.0.0.1/' }), 'oauth2.tokenUrl', 'INVALID', /private address/],
    [
      'a token URL with a password',
      oauth({ tokenUrl: `https://u:${secret}@auth.example/` }),
      'oauth2.tokenUrl',
      'INVALID',
      /credentials/,
    ],
    ['no client id', oauth({ clientId: '' }), 'oauth2.clientId', 'REQUIRED', /empty/],
    ['no client secret', oauth({ clientSecret: '' }), 'oauth2.clientSecret', 'REQUIRED', /empty/],
    [
      'a client secret of two lines',
      oauth({ clientSecret: `${secret}\n` }),
      'oauth2.clientSecret',
      'INVALID',
      /line break/,
    ],
    ['a scope with quotes', oauth({ scope: 'a "b"' }), 'oauth2.scope', 'INVALID', /without quotes/],
    ['a scope with two spaces', oauth({ scope: 'a  b' }), 'oauth2.scope', 'INVALID', /one space/],
    ['an empty scope', oauth({ scope: '' }), 'oauth2.scope', 'INVALID', /1 to 1,000/],
    [
      'a scope that takes a parser long',
      oauth({ scope: `${'a '.repeat(499)}"` }),
      'oauth2.scope',
      'INVALID',
      /without quotes/,
    ],
    ['an empty audience', oauth({ audience: '' }), 'oauth2.audience', 'REQUIRED', /empty/],
    [
      'a certificate that is none',
      cert({ certificate: secret }),
      'clientCertificate.certificate',
      'INVALID',
      /contains no certificate/,
    ],
    [
      'a certificate that is damaged',
      cert({ certificate: junk }),
      'clientCertificate.certificate',
      'INVALID',
      /1 cannot be read/,
    ],
    [
      'a damaged authority',
      cert({ certificate: pem('client-two') + junk }),
      'clientCertificate.certificate',
      'INVALID',
      /2 cannot be read/,
    ],
    [
      'a certificate that has expired',
      cert({ certificate: pem('client-expired') }),
      'clientCertificate.certificate',
      'INVALID',
      /expired on 2020-01-02/,
    ],
    [
      'a key as the certificate',
      cert({ certificate: pem('client-key') }),
      'clientCertificate.certificate',
      'INVALID',
      /contains no certificate/,
    ],
    [
      'a certificate as the key',
      cert({ privateKey: pem('client') }),
      'clientCertificate.privateKey',
      'INVALID',
      /is not a private key/,
    ],
    [
      'a key that is none',
      cert({ privateKey: secret }),
      'clientCertificate.privateKey',
      'INVALID',
      /is not a private key/,
    ],
    [
      'an encrypted key',
      cert({ privateKey: pem('client-key-encrypted') }),
      'clientCertificate.privateKey',
      'INVALID',
      /is encrypted/,
    ],
    [
      'the key of another',
      cert({ privateKey: pem('key') }),
      'clientCertificate.privateKey',
      'INVALID',
      /does not belong/,
    ],
    [
      'a weak key',
      { clientCertificate: { certificate: pem('client-weak'), privateKey: pem('client-weak-key') } },
      'clientCertificate.certificate',
      'INVALID',
      /for TLS \(ERR_SSL_EE_KEY_TOO_SMALL\)/,
    ],
    [
      'a certificate that is huge',
      cert({ certificate: 'x'.repeat(65_537) }),
      'clientCertificate.certificate',
      'TOO_LARGE',
      /at most 65536/,
    ],
    [
      'Basic and OAuth2',
      { basicAuth, oauth2 },
      'oauth2',
      'CONFLICT',
      /Both basicAuth and oauth2 set the header authorization/,
    ],
    [
      'Basic and an authorization header',
      { basicAuth, ...headers(header('Authorization')) },
      'basicAuth',
      'CONFLICT',
      /Both secretHeaders and basicAuth/,
    ],
    [
      'OAuth2 and an authorization header',
      { oauth2, ...headers(header('AUTHORIZATION')) },
      'oauth2',
      'CONFLICT',
      /authorization/,
    ],
  ])('%s', async (_what, input, field, code, message) => {
    const counts = 'select (select count(*) from webhooks) as w, (select count(*) from webhook_credentials) as c';
    const { webhook } = await create();
    const before = await app.database.query(counts);
    for (const answer of [await create(input), await update(webhook.id, input)]) {
      expect(answer.webhook).toBeNull();
      expect(answer.userErrors).toEqual([{ field: field.split('.'), code, message: expect.stringMatching(message) }]);
      expect(JSON.stringify(answer)).not.toMatch(/4711/);
    }
    expect(await app.database.query(counts)).toEqual(before);
  });

  test('what is stored already conflicts too', async () => {
    const { webhook } = await create({ basicAuth });
    for (const input of [{ oauth2 }, headers(header('authorization'))]) {
      const { userErrors } = await update(webhook.id, input);
      expect(userErrors).toEqual([
        { field: Object.keys(input), code: 'CONFLICT', message: expect.stringMatching(/set the header authorization/) },
      ]);
    }
    expect(namesOf(await update(webhook.id, { basicAuth: null, oauth2 }))).toEqual(['OAUTH2 our-client']);
  });
});

test('a user name without a password, and a password without a user name, are credentials', async () => {
  expect((await create({ basicAuth: { username: 'key', password: '' } })).userErrors).toEqual([]);
  expect((await create({ basicAuth: { username: '', password: 'token' } })).userErrors).toEqual([]);
});

test('a certificate is taken with text around it, and a key in the older form', async () => {
  const certificate = `subject=CN = client\n${clientCertificate.certificate}\nBag Attributes: x\n`;
  expect(namesOf(await create({ clientCertificate: { ...clientCertificate, certificate } }))).toEqual([
    'CERTIFICATE CN=client',
  ]);
});

test.each<[string, object]>([
  ['a password that is a number', { basicAuth: { username: 'u', password: 4711_4711 } }],
  ['a field too many', { oauth2: { ...oauth2, extra: 1 } }],
  ['a field too few', { oauth2: { tokenUrl: 'x', clientSecret: oauth2.clientSecret } }],
  ['a list for an object', { basicAuth: ['value-4711'] }],
  ['a text for an object', { clientCertificate: 'value-4711' }],
  ['a number for a value', { secretHeaders: [{ name: 'X', value: 4711 }] }],
])('%s is refused by the API, and the error does not repeat it', async (_what, wrong) => {
  const input = { name: 'Partner', url: 'https://partner.example/', ...wrong };
  const answer = await app.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { userErrors { code } } }',
    { input },
  );
  const literal = JSON.stringify(input).replace(/"(\w+)":/g, '$1: ');
  const written = await app.ask(`mutation { createWebhook(input: ${literal}) { userErrors { code } } }`);
  for (const { errors, ...rest } of [answer, written]) {
    expect(errors?.[0]?.message).not.toMatch(/4711/);
    expect(errors?.[0]?.extensions.code).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/);
    expect(JSON.stringify({ errors, ...rest })).not.toMatch(/4711/);
  }
  expect(answer.errors?.[0]?.message).toMatch(/^Variable "\$input" got an invalid value at "input\.\w+[^"]*"; \w/);
});

test('readers see which credentials there are; who may not change webhooks cannot give any', async () => {
  const { webhook } = await create({ basicAuth });
  for (const role of ['SUPPORT', 'AUDITOR'] as const) {
    const key = await app.keyFor(role);
    const answer = await app.ask(`{ webhook(id: "${webhook.id}") { credentials { name } } }`, {}, key);
    expect(answer.data.webhook.credentials).toEqual([{ name: 'hookledger' }]);
    await expect(run('updateWebhook', { id: webhook.id, basicAuth }, key)).rejects.toThrow('FORBIDDEN');
  }
  const publisher = await app.keyFor('PUBLISHER');
  const answer = await app.ask(`{ webhook(id: "${webhook.id}") { credentials { name } } }`, {}, publisher);
  expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});
