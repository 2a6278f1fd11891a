import { uuidOf } from '../../src/values/ids';
import { shareTestApi, useTestApp } from '../support/app';
import { dumpOf, formsOf } from '../support/dump';
import { auditTrailOf, change, type Mutation, readWebhook, rowCounts, URL } from './webhook-changes';

// as in production: nothing but https to the internet
const app = useTestApp({ PROCESSES: 'api', ALLOW_HTTP_TARGETS: '', ALLOWED_TARGET_NETWORKS: '' });

const UNKNOWN_USER = 'usr_00000000000070008000000000000000';

const create = (input: object = {}) => change(app, 'createWebhook', { name: 'Partner', url: URL, ...input });
const update = (id: string, input: object) => change(app, 'updateWebhook', { id, ...input });
const fresh = async (input: object = {}) => (await create(input)).webhook;
const read = (id: string) => readWebhook(app, id);

test('a webhook has what it was given, and a default for the rest', async () => {
  const { webhook, userErrors } = await create();
  expect(userErrors).toEqual([]);
  expect(webhook).toEqual({
    id: expect.stringMatching(/^whk_[0-9a-f]{32}$/),
    name: 'Partner',
    direction: 'OUTGOING',
    status: 'ACTIVE',
    statusReason: null,
    url: URL,
    documentType: null,
    events: [],
    retrySchedule: null,
    timeoutMs: 15_000,
    owner: { name: 'Administrator' },
    createdAt: expect.any(String),
    updatedAt: webhook.createdAt,
  });
  expect(await read(webhook.id)).toEqual(webhook);
});

describe('a url is refused, and nothing is stored, when it', () => {
  // each form that is refused: target-url.test.ts and allowed-addresses.test.ts
  const refused: [string, RegExp, string[]][] = [
    ['is not a URL', /not a URL/, ['', 'partner.example']],
    [
      'has credentials in it',
      /credentials/,
      ['https://user:hunter2@partner.example/', 'https://hunter2@partner.example'],
    ],
    [
      'is not encrypted',
      /must start with https:\/\/, unless ALLOW_HTTP_TARGETS is on/,
      ['http://partner.example/', 'HTTP://partner.example/'],
    ],
    ['is private', /a private address/, ['https://10.0.0.1/', 'https://[fd00::1]']],
    ['is IPv4 mapped into IPv6', /mapped to IPv6/, ['https://[::ffff:127.0.0.1]/']],
    ['is octal', /write 127\.0\.0\.1\./, ['https://0177.0.0.1/']],
    [
      'is this machine by name',
      /localhost is the machine .* unless ALLOWED_TARGET_NETWORKS names/,
      ['https://localhost/', 'https://a.localhost/'],
    ],
    ['is too long', /2049 characters long: at most 2048/, [`${URL}/`.padEnd(2_049, 'x')]],
    ['breaks a line', /line break/, [`${URL}\r\nX-Evil: 1`]],
    ['holds what no text may', /invisible/, [`${URL}/\u0000`, `${URL}/\ud83d`, `${URL}/\u202e`]],
  ];
  test.each(refused)('%s', async (_what, message, urls) => {
    const { id, updatedAt } = await fresh();
    const before = await rowCounts(app);
    for (const url of urls) {
      const fault = [{ field: ['url'], code: 'INVALID', message: expect.stringMatching(message) }];
      expect([url, await create({ url })]).toEqual([url, { webhook: null, secret: null, userErrors: fault }]);
      expect([url, await update(id, { url })]).toEqual([url, { webhook: null, userErrors: fault }]);
    }
    expect(await rowCounts(app)).toEqual(before);
    expect(await read(id)).toMatchObject({ url: URL, updatedAt });
  });

  test('and no message repeats a password', async () => {
    for (const url of [
      'https://user:hunter2@partner.example/',
      'http://hunter2@10.0.0.1',
      `hunter2:${'x'.repeat(2_048)}`,
    ])
      expect(JSON.stringify((await create({ url })).userErrors)).not.toContain('hunter2');
  });
});

test.each([
  ['2,048 characters', URL.padEnd(2_048, '/')],
  ['a port, a path and a query', 'https://Partner.Example:8443/a%20b?c=d&e=%0A'],
  ['a name in another script, as it is called', 'https://xn--wgbf0c1a.example/'],
  ['a public address', 'https://8.8.8.8/'],
])('a url of %s is taken, and kept as it was written', async (_what, url) => {
  expect((await fresh({ url })).url).toBe(url);
});

test('http and this machine are taken where they are allowed, other private addresses are not', async () => {
  const lax = await shareTestApi();
  try {
    for (const url of ['http://127.0.0.1:9/', 'http://localhost:9/', 'http://partner.example/'])
      expect((await change(lax, 'createWebhook', { name: 'w', url })).userErrors).toEqual([]);
    for (const url of ['http://10.0.0.1/', 'http://[::1]/', 'http://2130706433/'])
      expect((await change(lax, 'createWebhook', { name: 'w', url })).userErrors).toMatchObject([{ field: ['url'] }]);
  } finally {
    await lax.stop();
  }
});

test('a secret is shown once, is encrypted at rest, and outlives changes', async () => {
  const { webhook, secret } = await create();
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
  const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64');
  expect(bytes.length).toBeGreaterThanOrEqual(24);
  expect(bytes.length).toBeLessThanOrEqual(64);
  expect((await create()).secret).not.toBe(secret);

  const stored = () =>
    app.database.query('select * from webhook_secrets where webhook_id = $1', [uuidOf('Webhook', webhook.id)]);
  const before = await stored();
  expect(before).toHaveLength(1);
  await update(webhook.id, { url: `${URL}/2` });
  await change(app, 'pauseWebhook', { id: webhook.id });
  await change(app, 'resumeWebhook', { id: webhook.id });
  expect(await stored()).toEqual(before);
  const dump = await dumpOf(app.database);
  expect(dump).toContain(`${URL}/2`);
  for (const form of [...formsOf(bytes), ...formsOf(secret)]) expect(dump).not.toContain(form);
  expect(dump).not.toContain('whsec_');
});

describe('in an update, absent, null and a value are three things:', () => {
  const settings = {
    documentType: 'Sales Invoice',
    events: ['on_submit'],
    retrySchedule: [0, 60],
    timeoutMs: 2_000,
  };

  test.each<[string, object, object]>([
    ['nothing but the id changes nothing', {}, {}],
    ['name: a value', { name: 'New 名' }, { name: 'New 名' }],
    ['url: a value', { url: 'https://other.example/' }, { url: 'https://other.example/' }],
    ['documentType: a value', { documentType: 'Lead' }, { documentType: 'Lead' }],
    ['documentType: null', { documentType: null }, { documentType: null }],
    ['events: values, each once', { events: ['a', 'b', 'a'] }, { events: ['a', 'b'] }],
    ['events: none', { events: [] }, { events: [] }],
    ['events: null', { events: null }, { events: [] }],
    ['retrySchedule: a value', { retrySchedule: [604_800] }, { retrySchedule: [604_800] }],
    ['retrySchedule: null', { retrySchedule: null }, { retrySchedule: null }],
    ['timeoutMs: a value', { timeoutMs: 30_000 }, { timeoutMs: 30_000 }],
    ['timeoutMs: null', { timeoutMs: null }, { timeoutMs: 15_000 }],
  ])('%s', async (_what, changes, expected) => {
    const before = await fresh(settings);
    const { webhook, userErrors } = await update(before.id, changes);
    expect(userErrors).toEqual([]);
    expect(webhook).toEqual({ ...before, ...expected, updatedAt: expect.any(String) });
    expect(await read(before.id)).toEqual(webhook);
    const trail = Object.keys(changes).length > 0 ? ['webhook.created', 'webhook.updated'] : ['webhook.created'];
    expect(await auditTrailOf(app, before.id)).toEqual(trail);
  });

  test('ownerId: a value gives it to another user', async () => {
    const key = await app.keyFor('INTEGRATION_MANAGER');
    const { id, name } = (await app.ask('{ viewer { id name } }', undefined, key)).data.viewer;
    expect(await fresh({ ownerId: id })).toMatchObject({ owner: { name } });
    const before = await fresh();
    expect(await update(before.id, { ownerId: id })).toMatchObject({ webhook: { owner: { name } } });
    expect((await change(app, 'createWebhook', { name: 'w', url: URL }, key)).webhook.owner).toEqual({ name });
  });
});

describe('an input that cannot be used is refused by field:', () => {
  const list = (n: number) => Array.from({ length: n }, (_, i) => `event_${i}`);
  const either: [string, object, string[], string, RegExp][] = [
    ['name: blank', { name: ' \t' }, ['name'], 'REQUIRED', /must not be empty/],
    ['name: long', { name: 'n'.repeat(201) }, ['name'], 'TOO_LARGE', /201 characters; at most 200/],
    ['name: NUL', { name: 'a\u0000' }, ['name'], 'INVALID', /control character/],
    ['name: half of a surrogate pair', { name: '\ud83d' }, ['name'], 'INVALID', /surrogate/],
    ['documentType: blank', { documentType: '' }, ['documentType'], 'REQUIRED', /must not be empty/],
    ['documentType: long', { documentType: 'd'.repeat(201) }, ['documentType'], 'TOO_LARGE', /201/],
    ['events: too many', { events: list(101) }, ['events'], 'TOO_LARGE', /101 names.*at most 100/],
    ['events: a blank one', { events: ['a', ' '] }, ['events', '1'], 'REQUIRED', /must not be empty/],
    ['events: a long one', { events: ['a', 'e'.repeat(201)] }, ['events', '1'], 'TOO_LARGE', /201/],
    ['events: NUL', { events: ['a', 'b\u0000'] }, ['events', '1'], 'INVALID', /control character/],
    ['events: blank, after a repeated one', { events: ['a', 'a', ''] }, ['events', '2'], 'REQUIRED', /empty/],
    ['ownerId: unknown', { ownerId: UNKNOWN_USER }, ['ownerId'], 'NOT_FOUND', /no user with this id/],
    ['ownerId: a word', { ownerId: 'Administrator' }, ['ownerId'], 'NOT_FOUND', /no user with this id/],
    ['ownerId: empty', { ownerId: '' }, ['ownerId'], 'NOT_FOUND', /no user with this id/],
    ['retrySchedule: empty', { retrySchedule: [] }, ['retrySchedule'], 'INVALID', /is \[\]\. .* 1 to 20 numbers/],
    ['retrySchedule: 21', { retrySchedule: Array(21).fill(0) }, ['retrySchedule'], 'INVALID', /1 to 20 numbers/],
    ['retrySchedule: negative', { retrySchedule: [0, -1] }, ['retrySchedule'], 'INVALID', /is \[0,-1\]/],
    ['retrySchedule: over a week', { retrySchedule: [604_801] }, ['retrySchedule'], 'INVALID', /from 0 to 604,800/],
    ['retrySchedule: endless', { retrySchedule: Array(5_000).fill(0) }, ['retrySchedule'], 'INVALID', /^.{0,250}$/],
    ['timeoutMs: 999', { timeoutMs: 999 }, ['timeoutMs'], 'INVALID', /is 999\. .*1,000 to 30,000/],
    ['timeoutMs: 30001', { timeoutMs: 30_001 }, ['timeoutMs'], 'INVALID', /is 30001\. .*1,000 to 30,000/],
    ['timeoutMs: -1', { timeoutMs: -1 }, ['timeoutMs'], 'INVALID', /is -1\./],
  ];
  const onEither = (mutation: Mutation) => either.map((row): [Mutation, ...typeof row] => [mutation, ...row]);
  test.each<[Mutation, string, object, string[], string, RegExp]>([
    ...onEither('createWebhook'),
    ...onEither('updateWebhook'),
    ['updateWebhook', 'name: null', { name: null }, ['name'], 'REQUIRED', /must not be null/],
    ['updateWebhook', 'url: null', { url: null }, ['url'], 'REQUIRED', /needs a url/],
    ['updateWebhook', 'ownerId: null', { ownerId: null }, ['ownerId'], 'REQUIRED', /must not be null/],
    ['createWebhook', 'url: null', { url: null }, ['url'], 'REQUIRED', /needs a url/],
    ['createWebhook', 'INCOMING with a url', { direction: 'INCOMING' }, ['url'], 'INVALID', /url belongs to OUTGOING/],
    ['createWebhook', 'a provider', { provider: 'GITHUB' }, ['provider'], 'INVALID', /provider belongs to INCOMING/],
  ])('%s with %s', async (mutation, _what, input, field, code, message) => {
    const before = await fresh();
    const stored = await rowCounts(app);
    const answer = await (mutation === 'createWebhook' ? create(input) : update(before.id, input));
    expect(answer.webhook).toBeNull();
    expect(answer.userErrors).toEqual([{ field, code, message: expect.stringMatching(message) }]);
    expect(await rowCounts(app)).toEqual(stored);
    expect(await read(before.id)).toEqual(before);
  });

  test('every bad event name is named', async () => {
    const { userErrors } = await create({ events: ['', 'ok', 'e'.repeat(201)], ownerId: UNKNOWN_USER, url: 'x' });
    expect(userErrors.map((error: { field: string[] }) => error.field.join('.'))).toEqual([
      'url',
      'events.0',
      'events.2',
      'ownerId',
    ]);
  });
});

test('a new name is not refused because the rules for URLs have changed since', async () => {
  const { webhook } = await create();
  await app.database.query('update webhooks set url = $1 where id = $2', [
    'http://10.0.0.1/',
    uuidOf('Webhook', webhook.id),
  ]);
  expect(await update(webhook.id, { name: 'New' })).toMatchObject({ webhook: { name: 'New' }, userErrors: [] });
  expect(await update(webhook.id, { url: 'http://10.0.0.1/' })).toMatchObject({ userErrors: [{ field: ['url'] }] });
});
