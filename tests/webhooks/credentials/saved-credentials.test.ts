import { uuidOf } from '../../../src/values/ids';
import { useTestApp } from '../../support/app';
import { dumpOf, formsOf } from '../../support/dump';
import {
  basicAuth,
  clientCertificate,
  createWithCredentials,
  header,
  namesOf,
  oauth2,
  saveWebhook,
} from './credentials';
import { headers, INVALID_CREDENTIALS } from './invalid-credentials';

// as in production: nothing but https to the internet
const app = useTestApp({ PROCESSES: 'api', ALLOW_HTTP_TARGETS: '', ALLOWED_TARGET_NETWORKS: '' });

const create = (input: object = {}) => createWithCredentials(app, input);
const update = (id: string, input: object) => saveWebhook(app, 'updateWebhook', { id, ...input });

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
  const secrets = ['value-swordfish-of-X-Key', 'value-swordfish-of-X-More', oauth2.clientSecret, basicAuth.password];
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
  const fingerprint = expect.stringMatching(/^[0-9a-f]{16}$/);
  const [key, certificate] = created.after.credentials;
  expect(key).toEqual({ kind: 'HEADER', name: 'X-Key', fingerprint });
  expect(certificate).toMatchObject({ kind: 'CERTIFICATE', name: 'CN=client', expiresAt: '2120-01-01T00:00:00.000Z' });
  expect(updated.before).toEqual({ credentials: [key, certificate] });
  expect(updated.after).toEqual({
    credentials: [
      key,
      { kind: 'HEADER', name: 'X-More', fingerprint },
      { kind: 'BASIC', name: 'hookledger', fingerprint },
    ],
  });
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

test('of concurrent updates one wins', async () => {
  const { webhook } = await create();
  const answers = await Promise.all(
    ['one', 'two', 'three'].map((username) => update(webhook.id, { basicAuth: { username, password: username } })),
  );
  expect(answers.flatMap((answer) => answer.userErrors)).toEqual([]);
  expect(await storedOf(webhook.id)).toHaveLength(1);
});

test('credentials of many webhooks are read in one query', async () => {
  const { webhook } = await create({ basicAuth });
  const answer = await app.ask('{ webhooks(first: 50) { nodes { id credentials { name } } } }');
  const found = answer.data.webhooks.nodes.find(({ id }: { id: string }) => id === webhook.id);
  expect(found.credentials).toEqual([{ name: 'hookledger' }]);
});

test('each secret is encrypted for its own row: moved to another, it cannot be decrypted', async () => {
  const [one, other] = [await create({ basicAuth }), await create({ basicAuth })];
  const [a] = await storedOf(one.webhook.id);
  const [b] = await storedOf(other.webhook.id);
  expect(a!.box.equals(b!.box)).toBe(false);
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

test('readers see which credentials there are; who may not change webhooks cannot give any', async () => {
  const { webhook } = await create({ basicAuth });
  for (const role of ['SUPPORT', 'AUDITOR'] as const) {
    const key = await app.keyFor(role);
    const answer = await app.ask(`{ webhook(id: "${webhook.id}") { credentials { name } } }`, {}, key);
    expect(answer.data.webhook.credentials).toEqual([{ name: 'hookledger' }]);
    await expect(saveWebhook(app, 'updateWebhook', { id: webhook.id, basicAuth }, key)).rejects.toThrow('FORBIDDEN');
  }
  const publisher = await app.keyFor('PUBLISHER');
  const answer = await app.ask(`{ webhook(id: "${webhook.id}") { credentials { name } } }`, {}, publisher);
  expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

describe('a credential is refused, nothing is stored, and no message repeats it', () => {
  test.each(INVALID_CREDENTIALS)('%s', async (_what, input, field, code, message) => {
    const counts = 'select (select count(*) from webhooks) as w, (select count(*) from webhook_credentials) as c';
    const { webhook } = await create();
    const before = await app.database.query(counts);
    for (const answer of [await create(input), await update(webhook.id, input)]) {
      expect(answer.webhook).toBeNull();
      expect(answer.userErrors).toEqual([{ field: field.split('.'), code, message: expect.stringMatching(message) }]);
      expect(JSON.stringify(answer)).not.toMatch(/swordfish/);
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

test.each<[string, object]>([
  ['a password that is a number', { basicAuth: { username: 'u', password: 47_114_711_471 } }],
  ['a field too many', { oauth2: { ...oauth2, extra: 1 } }],
  ['a field too few', { oauth2: { tokenUrl: 'x', clientSecret: oauth2.clientSecret } }],
  ['a list for an object', { basicAuth: ['value-swordfish'] }],
  ['a text for an object', { clientCertificate: 'value-swordfish' }],
  ['a number for a value', { secretHeaders: [{ name: 'X', value: 47_114_711_471 }] }],
])('%s is refused by the API, and the error does not repeat it', async (_what, wrong) => {
  const input = { name: 'Partner', url: 'https://partner.example/', ...wrong };
  const answer = await app.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { userErrors { code } } }',
    { input },
  );
  const literal = JSON.stringify(input).replace(/"(\w+)":/g, '$1: ');
  const written = await app.ask(`mutation { createWebhook(input: ${literal}) { userErrors { code } } }`);
  for (const { errors, ...rest } of [answer, written]) {
    expect(errors?.[0]?.message).not.toMatch(/swordfish|47114711471/);
    expect(errors?.[0]?.extensions.code).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/);
    expect(JSON.stringify({ errors, ...rest })).not.toMatch(/swordfish|47114711471/);
  }
  expect(answer.errors?.[0]?.message).toMatch(/^Variable "\$input" got an invalid value at "input\.\w+[^"]*"; \w/);
});
