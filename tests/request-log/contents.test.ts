import { createHash } from 'node:crypto';
import { useTestApp } from '../support/app';
import { type Answer, useReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

const app = useTestApp();
const partner = useReceiver();

const KEY = 'a key that is longer than its mask';
const DEEP = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
const ANSWERS: Record<string, Omit<Answer, 'headers'> & { headers?: Record<string, string | string[]> }> = {
  json: { body: '{"received":true,"id":"42"}', headers: { 'content-type': 'application/json', 'x-a': ['1', '2'] } },
  text: { body: 'thank you', headers: { 'content-type': 'text/plain' } },
  bytes: { body: Buffer.from('fffe00c3', 'hex'), headers: { 'content-type': 'application/octet-stream' } },
  empty: { status: 204, body: '', headers: {} },
  long: { body: 'x'.repeat(100_000), headers: { 'content-type': 'text/plain' } },
  cut: { body: `x${'é'.repeat(50_000)}`, headers: { 'content-type': 'text/plain' } },
  broken: { body: '{"a":', headers: { 'content-type': 'application/json' } },
  deep: { body: DEEP, headers: { 'content-type': 'application/json' } },
  echo: { body: `you sent ${KEY}`, headers: { 'content-type': 'text/plain' } },
  hostile: {
    body: '{"__proto__":{"admin":true},"n":1e999}',
    headers: { 'content-type': 'application/json', ['__proto__']: 'x' },
  },
};

const REQUEST = `id status url method attemptNumber duplicate direction documentType event referenceDocument responseStatus
  error errorCode startedAt finishedAt durationMs remoteAddress
  headers headerList { name value } data dataBody { text base64 contentType bytes sha256 truncated }
  response responseBody { text base64 contentType bytes sha256 truncated } responseHeaders responseHeaderList { name value }`;

beforeAll(async () => {
  partner.answerWith(({ path }) => ANSWERS[path.slice(1)] as Answer);
  for (const name of Object.keys(ANSWERS)) {
    const secretHeaders = name === 'echo' ? [{ name: 'x-key', value: KEY }] : [];
    await createTestWebhook(app, new URL(`/${name}`, partner.url).href, { name, events: [name], secretHeaders });
  }
  await publish(
    app,
    Object.keys(ANSWERS).map((name) => invoice(`INV-${name}`, { event: name })),
  );
  await waitFor('all exchanges', async () => {
    const { data } = await app.ask(
      '{ webhookRequestLogs(where: { not: { status: { eq: PENDING } } }) { totalCount } }',
    );
    return data.webhookRequestLogs.totalCount === Object.keys(ANSWERS).length;
  });
});

async function read(name: string) {
  const { data, errors } = await app.ask(
    `query ($name: String!) { webhookRequestLogs(where: { event: { eq: $name } }) { nodes { ${REQUEST} } } }`,
    { name },
  );
  expect(errors).toBeUndefined();
  return data.webhookRequestLogs.nodes[0];
}

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

test('a request shows what was sent, as an object, in wire order, and as exact bytes', async () => {
  const row = await read('json');
  const call = partner.calls.find(({ path }) => path === '/json');
  expect(row).toMatchObject({
    status: 'SUCCEEDED',
    method: 'POST',
    direction: 'OUTGOING',
    url: `${new URL('/json', partner.url).href}`,
    attemptNumber: 1,
    duplicate: false,
    documentType: 'Sales Invoice',
    event: 'json',
    referenceDocument: 'INV-json',
    responseStatus: 200,
    error: null,
    errorCode: null,
    remoteAddress: '127.0.0.1',
  });
  expect(row.dataBody).toEqual({
    text: call?.body.toString(),
    base64: call?.body.toString('base64'),
    contentType: 'application/json',
    bytes: call?.body.length,
    sha256: sha256(call?.body ?? ''),
    truncated: false,
  });
  expect(row.data).toEqual(JSON.parse(row.dataBody.text));
  for (const [name, value] of Object.entries(row.headers)) expect([name, call?.headers[name]]).toEqual([name, value]);
  expect(row.headerList.map(({ name }: { name: string }) => name.toLowerCase())).toEqual(Object.keys(row.headers));
  expect(Date.parse(row.finishedAt)).toBeGreaterThanOrEqual(Date.parse(row.startedAt));
  expect(row.durationMs).toBeGreaterThanOrEqual(0);
});

test('headers that came back twice are both in the list, and joined in the object', async () => {
  const { responseHeaders, responseHeaderList } = await read('json');
  expect(responseHeaders).toMatchObject({ 'content-type': 'application/json', 'x-a': '1, 2' });
  expect(responseHeaderList.filter(({ name }: { name: string }) => name.toLowerCase() === 'x-a')).toEqual([
    { name: expect.any(String), value: '1' },
    { name: expect.any(String), value: '2' },
  ]);
});

test.each<[string, unknown, object]>([
  ['json', { received: true, id: '42' }, { text: '{"received":true,"id":"42"}', contentType: 'application/json' }],
  ['text', 'thank you', { text: 'thank you', contentType: 'text/plain', bytes: 9, truncated: false }],
  ['broken', '{"a":', { text: '{"a":' }],
  [
    'bytes',
    expect.any(String),
    { text: null, base64: '//4Aww==', bytes: 4, sha256: sha256(Buffer.from('fffe00c3', 'hex')) },
  ],
  [
    'long',
    'x'.repeat(65_536),
    { text: 'x'.repeat(65_536), bytes: 100_000, truncated: true, sha256: sha256('x'.repeat(65_536)) },
  ],
  ['cut', expect.any(String), { text: `x${'é'.repeat(32_767)}`, bytes: 100_001, truncated: true }],
  ['echo', 'you sent [secret]', { text: 'you sent [secret]', bytes: 43, truncated: false }],
  ['deep', expect.stringMatching(/^\[\[\[/), { text: DEEP, truncated: false }],
])('a response of %s is shown as JSON where it is JSON, else as text', async (name, response, body) => {
  const row = await read(name);
  expect(row.status).toBe('SUCCEEDED');
  expect(row.response).toEqual(response);
  expect(row.responseBody).toMatchObject(body);
});

test('a response without a body has none to show', async () => {
  const row = await read('empty');
  expect([row.status, row.responseStatus, row.response]).toEqual(['SUCCEEDED', 204, null]);
  expect(row.responseBody === null || row.responseBody.bytes === 0).toBe(true);
});

test('a response that tries to be more than data is data', async () => {
  const row = await read('hostile');
  expect(row.responseBody.text).toBe('{"__proto__":{"admin":true},"n":1e999}');
  expect(Object.getOwnPropertyNames(row.response)).toEqual(['__proto__', 'n']);
  expect(row.responseHeaderList).toContainEqual({ name: '__proto__', value: 'x' });
});

test('one response cannot keep the others from being read', async () => {
  const { data, errors } = await app.ask(`{ webhookRequestLogs { nodes { ${REQUEST} } } }`);
  expect(errors).toBeUndefined();
  expect(data.webhookRequestLogs.nodes).toHaveLength(Object.keys(ANSWERS).length);
});

test('every link leads there and back', async () => {
  const { data, errors } = await app.ask(
    `{ webhookRequestLogs(where: { referenceDocument: { eq: "INV-json" } }) { nodes {
      id
      webhook { name owner { name webhooks { nodes { name } } } requests { nodes { id } } deliveries { nodes { id requests { nodes { id } } } } }
      user { name requests(where: { referenceDocument: { eq: "INV-json" } }) { nodes { id } } }
      businessEvent { event requests { nodes { id } } deliveries { nodes { id } } user { name } }
      delivery { id attempts status webhook { name } businessEvent { event } requests { nodes { id } } }
    } } }`,
  );
  expect(errors).toBeUndefined();
  const [row] = data.webhookRequestLogs.nodes;
  const self = { nodes: [{ id: row.id }] };
  const deliveries = { nodes: [{ id: row.delivery.id }] };
  expect(row).toEqual({
    id: row.id,
    webhook: {
      name: 'json',
      owner: {
        name: 'Administrator',
        webhooks: {
          nodes: Object.keys(ANSWERS)
            .reverse()
            .map((name) => ({ name })),
        },
      },
      requests: self,
      deliveries: { nodes: [{ id: row.delivery.id, requests: self }] },
    },
    user: { name: 'Administrator', requests: self },
    businessEvent: { event: 'json', requests: self, deliveries, user: { name: 'Administrator' } },
    delivery: {
      id: expect.stringMatching(/^dlv_/),
      attempts: 1,
      status: 'DELIVERED',
      webhook: { name: 'json' },
      businessEvent: { event: 'json' },
      requests: self,
    },
  });
});

test('the same list with different arguments below many rows gives each its own', async () => {
  const { data } = await app.ask(
    `{ webhooks(orderBy: { field: NAME, direction: ASC }) { nodes {
      name
      all: requests { totalCount nodes { event } }
      failed: requests(where: { status: { eq: FAILED } }) { totalCount nodes { event } }
      one: requests(first: 1, orderBy: { field: STARTED_AT, direction: ASC }) { nodes { event } }
    } } }`,
  );
  for (const { name, all, failed, one } of data.webhooks.nodes) {
    const own = [{ event: name }];
    expect([all, failed, one]).toEqual([{ totalCount: 1, nodes: own }, { totalCount: 0, nodes: [] }, { nodes: own }]);
  }
});
