// The one box: typed results for ids and words.

import { indexed, seedSearched } from '../request-log/search/searched-log';
import { useTestApp } from '../support/app';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

const app = useTestApp();
let support: string;
let webhook: string;
let user: string;
let event: string;
let request: string;

const SEARCH = `query ($text: String!, $first: Int) {
  search(text: $text, first: $first) {
    __typename
    ... on BusinessDocument { documentType name }
    ... on WebhookRequestLog { requestId: id referenceDocument }
    ... on Webhook { webhookId: id name }
    ... on User { userId: id userName: name }
    ... on Delivery { deliveryId: id status }
    ... on BusinessEvent { eventId: id event }
  }
}`;

beforeAll(async () => {
  support = await app.keyFor('SUPPORT');
  webhook = (
    await createTestWebhook(app, 'https://bank.example/hooks', { name: 'Bank ٢٤', documentType: 'Sales Invoice' })
  ).id;
  await app.ask(`mutation { pauseWebhook(input: { id: "${webhook}" }) { userErrors { message } } }`);
  const made = await app.ask(
    'mutation { createUser(input: { name: "amina@example.com", fullName: "Amina Haddad", roles: [] }) { user { id } } }',
  );
  user = made.data.createUser.user.id;
  // an event of which nothing was sent, and requests of two documents
  event = (await publish(app, [invoice('INV-7001')]))[0] as string;
  const at = Date.now() - 60_000;
  request = await seedSearched(app.database, {
    at,
    referenceDocument: 'INV-0042',
    data: { customer: 'Ahmed Trading' },
  });
  await seedSearched(app.database, { at: at + 1, referenceDocument: 'INV-0042', data: { customer: 'Ahmed Trading' } });
  await seedSearched(app.database, { at: at + 2, referenceDocument: 'INV-0043', documentType: 'Payment Entry' });
  await indexed(app);
});

async function search(text: string, first?: number | null, key?: string) {
  const { data, errors } = await app.ask(SEARCH, { text, first }, key);
  expect(errors).toBeUndefined();
  return data.search as Record<string, string>[];
}

const typesOf = (found: Record<string, string>[]) => found.map(({ __typename }) => __typename);

test.each(['INV-0042', 'inv-0042', ' INV-٠٠٤٢ ', 'inv-۰۰۴۲'])(
  'a document and its requests are found by %s',
  async (text) => {
    const found = await search(text);
    expect(typesOf(found)).toEqual(['BusinessDocument', 'WebhookRequestLog', 'WebhookRequestLog']);
    expect(found[0]).toMatchObject({ documentType: 'Sales Invoice', name: 'INV-0042' });
    expect(found[2]).toMatchObject({ requestId: request });
  },
);

test('the beginning of a name finds the documents of the newest requests first', async () => {
  const documents = (await search('inv-004')).filter(({ __typename }) => __typename === 'BusinessDocument');
  expect(documents.map(({ documentType, name }) => [documentType, name])).toEqual([
    ['Payment Entry', 'INV-0043'],
    ['Sales Invoice', 'INV-0042'],
  ]);
});

test.each(['INV-7001', 'inv-7001', 'inv-٧٠٠١'])(
  'a document of which nothing was sent is found by its name: %s',
  async (text) => {
    expect(await search(text)).toEqual([
      { __typename: 'BusinessDocument', documentType: 'Sales Invoice', name: 'INV-7001' },
    ]);
  },
);

test.each<[string, string, object]>([
  ['a webhook by its name', 'bank 24', { __typename: 'Webhook', name: 'Bank ٢٤' }],
  ['a webhook by its URL', 'bank.example', { __typename: 'Webhook' }],
  ['a user by the beginning of a name', 'AMINA', { __typename: 'User', userName: 'amina@example.com' }],
  ['a user by a full name', 'haddad amina', { __typename: 'User' }],
  ['a request by a word of its payload', 'ahmed', { __typename: 'WebhookRequestLog', referenceDocument: 'INV-0042' }],
])('finds %s', async (_what, text, expected) => {
  expect((await search(text))[0]).toMatchObject(expected);
});

test.each(['Γιώργος', 'ΓΙΏΡΓΟΣ', 'γιώργος', 'ΓΙΏΡΓΟΣ ΔΉ'])('a user with a Greek name is found by %s', async (text) => {
  const create = 'mutation ($name: String!) { createUser(input: { name: $name, roles: [] }) { user { id } } }';
  await app.ask(create, { name: 'Γιώργος Δήμου' });
  expect((await search(text)).map(({ userName }) => userName)).toEqual(['Γιώργος Δήμου']);
});

test('an id finds that thing and nothing else', async () => {
  const delivery = (await app.ask(`{ businessEvent(id: "${event}") { deliveries { nodes { id } } } }`)).data
    .businessEvent.deliveries.nodes[0].id as string;
  expect(await search(webhook)).toEqual([expect.objectContaining({ __typename: 'Webhook', webhookId: webhook })]);
  expect(await search(` ${webhook.toUpperCase()} `)).toEqual([expect.objectContaining({ webhookId: webhook })]);
  expect(await search(user)).toEqual([{ __typename: 'User', userId: user, userName: 'amina@example.com' }]);
  expect(await search(event)).toEqual([{ __typename: 'BusinessEvent', eventId: event, event: 'on_submit' }]);
  expect(await search(request)).toEqual([
    { __typename: 'WebhookRequestLog', requestId: request, referenceDocument: 'INV-0042' },
  ]);
  expect(await search(delivery)).toEqual([{ __typename: 'Delivery', deliveryId: delivery, status: 'PENDING' }]);
  expect(await search(`req_${'0'.repeat(32)}`)).toEqual([]);
  expect(await search(`key_${'0'.repeat(32)}`)).toEqual([]);
});

test('first bounds all kinds together', async () => {
  expect(await search('inv', 1)).toHaveLength(1);
  expect(typesOf(await search('inv', 3))).toEqual(['BusinessDocument', 'BusinessDocument', 'WebhookRequestLog']);
  expect((await search('inv', null)).length).toBe(5);
});

test.each<[string, number]>([
  ['inv', 0],
  ['inv', -1],
  ['inv', 101],
  ['', 20],
  ['  ', 20],
  ['%_', 20],
  ['x'.repeat(501), 20],
])('what cannot be asked is refused: %j, first %s', async (text, first) => {
  const { errors } = await app.ask(SEARCH, { text, first });
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test.each([`100%'; drop table users; --`, `inv' | 'x`, 'inv\u0000', '\ud800inv', '*:* | !()', `\\' or true`])(
  'whatever else a text holds is text: %j',
  async (text) => {
    const { data, errors } = await app.ask(SEARCH, { text });
    expect(errors?.map(({ extensions }) => extensions.code) ?? []).not.toContain('INTERNAL_SERVER_ERROR');
    expect(data?.search ?? []).toEqual(expect.any(Array));
  },
);

test('who may not read payloads finds no request by their words, and all else', async () => {
  expect(await search('ahmed', 20, support)).toEqual([]);
  expect(typesOf(await search('inv-0042', 20, support))).toEqual([
    'BusinessDocument',
    'WebhookRequestLog',
    'WebhookRequestLog',
  ]);
  expect(typesOf(await search('amina', 20, support))).toEqual(['User']);
  // the path of a URL may be a secret
  expect(typesOf(await search('hooks'))).toEqual(['Webhook']);
  expect(await search('hooks', 20, support)).toEqual([]);
});

test('PUBLISHER and a caller without a key may not search', async () => {
  const publisher = await app.keyFor('PUBLISHER');
  expect((await app.ask(SEARCH, { text: 'inv' }, publisher)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await app.ask(SEARCH, { text: 'inv' }, null)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});
