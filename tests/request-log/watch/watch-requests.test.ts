import { createClient, type NetworkError } from 'graphql-sse';
import { useTestApi } from '../../support/app';
import { sendRaw } from '../../support/raw-http';
import { waitFor } from '../../support/wait-for';
import { seedSearched } from '../search/searched-log';
import { openStream, type TestStream } from './event-source';

const app = useTestApi();

const CHANGE = 'webhookRequestLogChanged { id }';

async function errorsOf(query: unknown, variables?: unknown): Promise<{ message: string; extensions: object }[]> {
  const stream = await openStream(app.url, {
    query: query as string,
    variables: variables as object,
    key: app.adminKey,
  });
  expect(stream.status).toBe(200);
  await waitFor('the end', () => stream.ended).finally(stream.close);
  expect(stream.events.map(({ event }) => event)).toEqual(['next', 'complete']);
  const { errors, ...rest } = (stream.events[0] as TestStream['events'][0]).data;
  expect(rest).toEqual({});
  const requestId = stream.headers.get('x-request-id');
  for (const error of errors) expect(error.extensions).toMatchObject({ requestId });
  return errors;
}

const nested = (depth: number): string =>
  depth === 0 ? 'id' : `webhook { owner { webhooks { nodes { requests { nodes { ${nested(depth - 1)} } } } } } }`;

test.each<[string, unknown, unknown, string, RegExp]>([
  ['no query', undefined, undefined, 'BAD_USER_INPUT', /Send a query/],
  ['a query that is no text', 5, undefined, 'BAD_USER_INPUT', /Send a query/],
  ['an empty one', '', undefined, 'GRAPHQL_PARSE_FAILED', /Unexpected <EOF>/],
  ['one that is cut off', 'subscription {', undefined, 'GRAPHQL_PARSE_FAILED', /Expected Name/],
  [
    'an unknown field',
    'subscription { webhookRequestLogChange { id } }',
    undefined,
    'GRAPHQL_VALIDATION_FAILED',
    /^Cannot query field "webhookRequestLogChange" on type "Subscription"\. Did you mean "webhookRequestLogChanged"\?$/,
  ],
  [
    'two fields at the root',
    `subscription { a: ${CHANGE} b: ${CHANGE} }`,
    undefined,
    'GRAPHQL_VALIDATION_FAILED',
    /only one top level field/,
  ],
  [
    'introspection',
    'subscription { __schema { types { name } } }',
    undefined,
    'GRAPHQL_VALIDATION_FAILED',
    /introspection/,
  ],
  ['a query', '{ viewer { name } }', undefined, 'BAD_USER_INPUT', /Only subscriptions .* the query to POST \/graphql/],
  [
    'a mutation',
    'mutation { createUser(input: { name: "x", roles: [] }) { user { id } } }',
    undefined,
    'BAD_USER_INPUT',
    /the mutation to POST \/graphql/,
  ],
  [
    'several operations and no name',
    `subscription A { ${CHANGE} } subscription B { ${CHANGE} }`,
    undefined,
    'BAD_USER_INPUT',
    /operationName/,
  ],
  [
    'a field that is skipped',
    'subscription { webhookRequestLogChanged @skip(if: true) { id } }',
    undefined,
    'BAD_USER_INPUT',
    /neither @skip nor @include/,
  ],
  [
    'one that depends on a variable in a fragment',
    'subscription ($x: Boolean!) { ...F } fragment F on Subscription { ... @include(if: $x) { webhookRequestLogChanged { id } } }',
    { x: false },
    'GRAPHQL_VALIDATION_FAILED',
    /variable "\$x"/,
  ],
  ['variables that are a list', `subscription { ${CHANGE} }`, [1], 'BAD_USER_INPUT', /variables must be an object/],
  [
    'a variable of another type',
    'subscription ($a: ID) { webhookRequestLogChanged(after: $a) { id } }',
    { a: { x: 'secret' } },
    'BAD_USER_INPUT',
    /^Variable "\$a" got an invalid value/,
  ],
  [
    'a filter that negates nothing',
    'subscription { webhookRequestLogChanged(where: { not: {} }) { id } }',
    undefined,
    'BAD_USER_INPUT',
    /^where\.not: \{\} could mean all rows or none/,
  ],
  [
    'a filter by an id of another type',
    'subscription { webhookRequestLogChanged(where: { id: { eq: "whk_1" } }) { id } }',
    undefined,
    'BAD_USER_INPUT',
    /^where.id.eq: "whk_1" is not the id/,
  ],
  [
    'a filter with a NUL',
    'subscription ($x: String) { webhookRequestLogChanged(where: { event: { eq: $x } }) { id } }',
    { x: '\u0000' },
    'BAD_USER_INPUT',
    /not a text that is ever stored/,
  ],
  [
    'a deep one',
    `subscription { webhookRequestLogChanged { webhookRequestLog { ${nested(3)} } } }`,
    undefined,
    'LIMIT_EXCEEDED',
    /fields deep/,
  ],
  [
    'a long one',
    `subscription { webhookRequestLogChanged { ${'id '.repeat(2_000)} } }`,
    undefined,
    'LIMIT_EXCEEDED',
    /2000 tokens/,
  ],
  [
    'a bomb of fragments',
    `subscription { webhookRequestLogChanged { ...F0 } } ${Array.from({ length: 14 }, (_, n) => `fragment F${n} on WebhookRequestLogChange { ...F${n + 1} ...F${n + 1} }`).join(' ')} fragment F14 on WebhookRequestLogChange { id }`,
    undefined,
    'LIMIT_EXCEEDED',
    /5000 fields and fragments/,
  ],
  [
    'one for a million rows with each event',
    'subscription { webhookRequestLogChanged { webhookRequestLog { webhook { requests(first: 100) { nodes { webhook { requests(first: 100) { nodes { user { requests(first: 100) { nodes { id } } } } } } } } } } } }',
    undefined,
    'LIMIT_EXCEEDED',
    /at most 50000 rows/,
  ],
  [
    'one with a thousand aliases',
    `subscription { webhookRequestLogChanged { ${Array.from({ length: 1_000 }, (_, n) => `a${n}: id`).join(' ')} } }`,
    undefined,
    'LIMIT_EXCEEDED',
    /2000 tokens/,
  ],
  [
    'too many values',
    'subscription ($w: WebhookRequestLogWhere) { webhookRequestLogChanged(where: $w) { id } }',
    { w: { or: Array.from({ length: 20_000 }, () => ({ event: { eq: 'x' } })) } },
    'LIMIT_EXCEEDED',
    /10000 values/,
  ],
])('%s is refused on the stream, which ends', async (_title, query, variables, code, message) => {
  const [error] = await errorsOf(query, variables);
  expect(error).toMatchObject({ message: expect.stringMatching(message), extensions: { code } });
});

const SUBSCRIPTION = `subscription { ${CHANGE} }`;

test.each([
  ['an answer in JSON', { accept: 'application/json' }, 406],
  ['a body of another type', { 'content-type': 'text/plain' }, 415],
  ['a body in another charset', { 'content-type': 'application/json; charset=utf-16' }, 400],
])('%s is not to be had', async (_title, headers, status) => {
  const answer = await sendRaw(`${app.url}/graphql/stream`, {
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...authorized(), ...headers },
    body: JSON.stringify({ query: SUBSCRIPTION }),
  });
  expect(answer.status).toBe(status);
  expect(answer.json.errors).toHaveLength(1);
});

test.each(['{', '[]', '"subscription { x }"', ''])('a body that is %j gets an error in its words', async (body) => {
  const answer = await sendRaw(`${app.url}/graphql/stream`, {
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...authorized() },
    body,
  });
  expect(answer.text).toMatch(/BAD_USER_INPUT/);
});

test.each(['variables', 'extensions'])('%s of a GET that are not JSON are refused', async (name) => {
  const search = new URLSearchParams({ query: SUBSCRIPTION, [name]: '{' });
  const answer = await sendRaw(`${app.url}/graphql/stream?${search}`, { method: 'GET', headers: authorized() });
  expect(answer.status).toBe(400);
  expect(answer.json.errors[0]).toMatchObject({
    message: `${name} is not JSON.`,
    extensions: { code: 'BAD_USER_INPUT' },
  });
});

test.each(['PUT', 'DELETE'])('%s, of the other mode of the protocol, is not served', async (method) => {
  const answer = await sendRaw(`${app.url}/graphql/stream`, { method, headers: authorized() });
  expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, POST']);
  expect(answer.json.errors).toMatchObject([
    { message: expect.stringContaining('`singleConnection: false`'), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});

test('a token of that mode is refused with the same sentence, not waited for', async () => {
  const body = JSON.stringify({ query: SUBSCRIPTION });
  const headers = { ...authorized(), accept: 'text/event-stream', 'content-type': 'application/json' };
  for (const [path, more] of [
    ['/graphql/stream', { 'x-graphql-event-stream-token': 'a' }],
    ['/graphql/stream?token=a', {}],
  ] as const) {
    const answer = await sendRaw(`${app.url}${path}`, { headers: { ...headers, ...more }, body });
    expect(answer.status).toBe(405);
    expect(answer.json.errors[0].message).toContain('single connection mode');
  }
});

test('graphql-sse in single connection mode is refused at once', async () => {
  const client = createClient({
    url: `${app.url}/graphql/stream`,
    singleConnection: true,
    retryAttempts: 0,
    headers: authorized(),
    fetchFn: fetch,
  });
  const error = await new Promise((resolve) => {
    client.subscribe({ query: SUBSCRIPTION }, { next: resolve, error: resolve, complete: () => resolve(null) });
  });
  expect((error as NetworkError).response?.status).toBe(405);
});

test.each(['GET', 'POST'] as const)('%s /graphql gives events to those who accept nothing else', async (method) => {
  const search = method === 'GET' ? `?${new URLSearchParams({ query: SUBSCRIPTION })}` : '';
  const abort = new AbortController();
  const response = await fetch(`${app.url}/graphql${search}`, {
    method,
    headers: {
      ...authorized(),
      accept: 'text/event-stream',
      ...(method === 'POST' && { 'content-type': 'application/json' }),
    },
    ...(method === 'POST' && { body: JSON.stringify({ query: SUBSCRIPTION }) }),
    signal: abort.signal,
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  abort.abort();
});

test('POST /graphql says where subscriptions are answered', async () => {
  const answer = await app.ask(SUBSCRIPTION);
  expect(answer.errors).toEqual([
    {
      message: expect.stringContaining('/graphql/stream'),
      extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) },
    },
  ]);
});

function authorized() {
  return { authorization: `Bearer ${app.adminKey}` };
}

// Filters on bodies while the log is watched: the index does not have what changes now.

const WATCH = `subscription ($where: WebhookRequestLogWhere) {
  webhookRequestLogChanged(where: $where) { webhookRequestLog { referenceDocument } }
}`;

test('a request is shown for what is in its payload and its response, at once and without an index', async () => {
  const where = { data: { contains: { customer: 'ACME' } }, response: { path: { at: '$.code', in: ['E1', 'E2'] } } };
  const stream = await openStream(app.url, { query: WATCH, variables: { where }, key: app.adminKey });
  try {
    await seedSearched(app.database, {
      referenceDocument: 'NOT-1',
      data: { customer: 'ACME' },
      response: { code: 'E3' },
    });
    await seedSearched(app.database, {
      referenceDocument: 'NOT-2',
      data: { customer: 'Other' },
      response: { code: 'E2' },
    });
    await seedSearched(app.database, {
      referenceDocument: 'YES',
      data: { customer: 'ACME' },
      response: { code: 'E2' },
    });
    const [change] = await stream.next(1);
    expect(change.webhookRequestLog).toEqual({ referenceDocument: 'YES' });
  } finally {
    stream.close();
  }
});

test.each<[string, object, string]>([
  ['words cannot be watched for', { search: 'acme' }, 'BAD_USER_INPUT'],
  ['nor within not', { not: { search: 'acme' } }, 'BAD_USER_INPUT'],
])('%s', async (_what, where, code) => {
  const stream = await openStream(app.url, { query: WATCH, variables: { where }, key: app.adminKey });
  await waitFor('the end', () => stream.ended).finally(stream.close);
  expect(stream.events[0]?.data.errors[0].extensions.code).toBe(code);
});

test('who may not read content may not watch by it', async () => {
  const key = await app.keyFor('SUPPORT');
  const where = { data: { contains: { customer: 'ACME' } } };
  const stream = await openStream(app.url, { query: WATCH, variables: { where }, key });
  await waitFor('the end', () => stream.ended).finally(stream.close);
  expect(stream.events[0]?.data.errors[0].extensions.code).toBe('FORBIDDEN');
});
