// Rows of calls that are no JSON stand in every list, for every role, and content is for those who may read it.
import { randomBytes } from 'node:crypto';
import { startTestApp, type TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { type Agreed, agree, callUnsigned } from '../callers';

let app: TestApp;
let agreed: Agreed;
const keys: Record<string, string> = {};
const FORM = 'application/x-www-form-urlencoded';

const BODIES: [string, string | Buffer][] = [
  ['application/json', '{"type":"a","customer":"hidden-content"}'],
  ['application/json', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
  ['application/json', '{"a":"\\u0000\\ud800","a":12345678901234567890}'],
  ['application/json; charset=utf-16le', Buffer.from('{"a":"hidden-content"}', 'utf16le')],
  [FORM, 'customer=hidden-content&a=%00'],
  ['text/xml', '<a>hidden-content</a>'],
  ['text/plain', 'hidden-content\u0000'],
  ['application/octet-stream', randomBytes(100)],
  ['', ''],
  ['application/json', '{"broken":"hidden-content'],
];

beforeAll(async () => {
  app = await startTestApp();
  agreed = await agree(app, { provider: 'NONE', referenceLocation: { from: 'QUERY', name: 'ref' } });
  for (const [type, body] of BODIES)
    await callUnsigned({ address: `${agreed.address}?ref=INV-7` }, body, { 'content-type': type });
  for (const role of ['INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR'] as const) keys[role] = await app.keyFor(role);
  keys.SYSTEM_MANAGER = app.adminKey;
  await waitFor('the index', async () => {
    const { data } = await app.ask('{ search(text: "INV-7", first: 50) { __typename } }');
    return (
      data.search.filter((each: { __typename: string }) => each.__typename === 'WebhookRequestLog').length >=
      BODIES.length - 1
    );
  });
});
afterAll(() => app.stop());

const META =
  'id status errorCode event referenceDocument duplicate durationMs webhook { id } user { name } businessEvent { id event }';
const CONTENT = 'data dataBody { bytes contentType } headers headerList { name value } response responseBody { text }';
const READERS = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'AUDITOR'];

test.each(['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR'])(
  '%s reads every list that they stand in',
  async (role) => {
    const content = READERS.includes(role) ? CONTENT : '';
    const { data, errors } = await app.ask(
      `query ($id: ID!) {
      webhook(id: $id) { requests(first: 20) { nodes { ${META} ${content} } } }
      webhookRequestLogs(first: 20, where: { direction: { eq: INCOMING } }) { nodes { ${META} } }
      businessEvents(first: 20) { nodes { id ${content && 'data dataBody { text }'} deliveries { nodes { id } } } }
    }`,
      { id: agreed.id },
      keys[role],
    );
    expect(errors).toBeUndefined();
    expect(data.webhook.requests.nodes).toHaveLength(BODIES.length);
    expect(data.webhookRequestLogs.nodes).toHaveLength(BODIES.length);
    expect(data.businessEvents.nodes.length).toBeGreaterThanOrEqual(BODIES.length - 1);
    expect(JSON.stringify(data).includes('hidden-content')).toBe(content !== '');
  },
);

test('SUPPORT finds them by fields that every reader sees, and not by their content', async () => {
  const found = async (query: string, role: string) =>
    (await app.ask('query ($query: String!) { search(text: $query, first: 50) { __typename } }', { query }, keys[role]))
      .data.search.length;
  expect(await found('INV-7', 'SUPPORT')).toBeGreaterThan(0);
  expect(await found('hidden-content', 'SUPPORT')).toBe(0);
  expect(await found('hidden-content', 'AUDITOR')).toBeGreaterThan(0);
  const seen = await app.ask('{ webhookRequestLogs(first: 50) { nodes { data } } }', {}, keys.SUPPORT);
  expect(seen.errors).toBeUndefined();
  expect(JSON.stringify(seen.data)).not.toContain('hidden-content');
});

test('an error that every reader sees neither repeats the body nor tells how long its values are', async () => {
  const { data } = await app.ask(
    '{ webhookRequestLogs(first: 20, where: { status: { eq: REFUSED } }) { nodes { error } } }',
    {},
    keys.SUPPORT,
  );
  expect(data.webhookRequestLogs.nodes).toHaveLength(1);
  expect(data.webhookRequestLogs.nodes[0].error).toBe(
    'The body is not JSON, although its content type or its provider says so.',
  );
});
