// What generated clients send for a filter that they have no value for: null, and objects of nulls.
import { type App, startApp } from '../../../src/app/app';
import { readConfig } from '../../../src/config/config';
import { createLog } from '../../../src/logging/log';
import { askAt, useTestApi } from '../../support/app';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';

const app = useTestApi();
/** The same database, without read plans. */
let plain: App;

beforeAll(async () => {
  plain = await startApp(readConfig({ ...app.env, READ_PLANS: 'off' }), createLog('silent'));
  await createTestWebhook(app, 'https://a.example/hook', { name: 'A', documentType: 'Sales Invoice' });
  await createTestWebhook(app, 'https://b.example/hook', { name: 'B' });
  await publish(app, [invoice('INV-1')]);
});
afterAll(() => plain.stop());

const RANGE = '{ from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" }';
const NAMES = 'query ($where: WebhookWhere) { webhooks(where: $where) { nodes { name } totalCount } }';

/** Both ways to answer. */
async function both(query: string, variables: object, key = app.adminKey) {
  const answers = await Promise.all([app.url, plain.url as string].map((url) => askAt(url, query, variables, key)));
  const [first, second] = answers.map(({ data, errors }) => ({
    data,
    errors: errors?.map(({ message, path, extensions: { code, field } }) => ({ message, path, code, field })),
  }));
  expect(second).toEqual(first);
  return first as { data: (typeof answers)[number]['data']; errors: { message: string; code: string }[] | undefined };
}

test.each<[string, object | null]>([
  ['null', null],
  ['{}', {}],
  ['a field that is null', { name: null }],
  ['a field that is {}', { name: {} }],
  ['a test that is null', { name: { eq: null, in: null, contains: null, startsWith: null, isNull: null } }],
  [
    'every kind of field',
    { id: { eq: null }, direction: { in: null }, createdAt: { gte: null }, events: { isEmpty: null } },
  ],
  ['a link', { owner: { name: { eq: null }, roles: {} } }],
  ['a link that is null', { owner: null }],
  ['parts of a row', { rateLimit: { maxRequests: { gt: null } }, circuit: {}, ordering: { isNull: null } }],
  ['and, or and not that are null', { and: null, or: null, not: null }],
])('%s is no filter', async (_what, where) => {
  const { data, errors } = await both(NAMES, { where });
  expect(errors).toBeUndefined();
  expect(data.webhooks).toEqual({ nodes: [{ name: 'B' }, { name: 'A' }], totalCount: 2 });
});

test.each<[string, object]>([
  ['beside it', { name: { eq: 'A', in: null }, owner: null, not: null }],
  ['in a list with it', { or: [{ name: { eq: null } }, { name: { eq: 'A' } }] }],
  ['in and', { and: [{}, { name: { eq: 'A' } }, { owner: { name: { eq: null } } }] }],
  ['in not', { not: { name: { eq: 'B', contains: null }, direction: null } }],
])('what is given still holds: %s', async (_what, where) => {
  const { data, errors } = await both(NAMES, { where });
  expect(errors).toBeUndefined();
  expect(data.webhooks).toEqual({ nodes: [{ name: 'A' }], totalCount: 1 });
});

test.each<[string, object, string[]]>([
  ['or', { or: [{}] }, ['or']],
  ['or of nulls', { or: [{ name: { eq: null } }, {}] }, ['or']],
  ['or without entries', { or: [] }, ['or']],
  ['and', { and: [{ name: null }] }, ['and']],
  ['not', { not: {} }, ['not']],
  ['not of nulls', { not: { name: { eq: null } } }, ['not']],
  ['not within or', { or: [{ name: { eq: 'A' } }, { not: { owner: {} } }] }, ['or', '1', 'not']],
  ['in without entries', { name: { in: [] } }, ['name', 'in']],
  ['containsAny without entries', { events: { containsAny: [] } }, ['events', 'containsAny']],
])('%s in which nothing is left is refused at its place', async (_what, where, at) => {
  const { errors } = await both(NAMES, { where });
  const field = ['where', ...at];
  expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', field, path: ['webhooks'] }]);
  expect(errors?.[0]?.message).toMatch(/could mean all rows or none; leave it out to get all\.$/);
});

test('literals, variables that are left out, orderBy and lists below rows', async () => {
  const query = `query ($name: String, $where: WebhookRequestLogWhere, $order: WebhookOrder) {
    a: webhooks(where: { name: { eq: $name } }, orderBy: $order) { nodes { name } }
    b: webhooks(where: null, orderBy: null) { totalCount }
    c: webhooks(where: { and: [{ not: null }, { name: { startsWith: "A", eq: null } }] }) { nodes { name } }
    users { nodes { webhooks(where: {}) { totalCount } requests(where: $where, orderBy: null) { totalCount } } }
    deliveries(where: { webhook: { name: { eq: $name } }, finishedAt: { isNull: null } }, orderBy: null) { totalCount }
    businessEvents(where: { referenceDocument: { eq: $name } }) { totalCount }
  }`;
  for (const variables of [{}, { name: null, where: null, order: null }, { where: { data: null, webhook: {} } }]) {
    const { data, errors } = await both(query, variables);
    expect(errors).toBeUndefined();
    expect(data.a.nodes).toHaveLength(2);
    expect(data.c.nodes).toEqual([{ name: 'A' }]);
    expect([data.b, data.deliveries, data.businessEvents].map(({ totalCount }) => totalCount)).toEqual([2, 0, 1]);
  }
});

test('filters on content that are null are allowed for every reader, and in statistics too', async () => {
  const query = `query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { totalCount }
    webhookRequestLogStats(range: ${RANGE}, bucket: DAY, where: $where) { total { requestCount } } }`;
  const where = { data: { contains: null, path: null }, response: null, search: null, status: {} };
  const { data, errors } = await both(query, { where }, await app.keyFor('SUPPORT'));
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({
    webhookRequestLogs: { totalCount: 0 },
    webhookRequestLogStats: { total: { requestCount: 0 } },
  });
});

test('null is a value where JSON is compared: a path of the payload that holds null', async () => {
  const query = 'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { totalCount } }';
  const at = '$.discount';
  const accepted = await both(query, { where: { data: { path: { at, eq: null, in: null } } } });
  expect(accepted).toMatchObject({ data: { webhookRequestLogs: { totalCount: 0 } } });
  const { errors } = await both(query, { where: { data: { path: { at } } } });
  expect(errors).toMatchObject([
    { code: 'BAD_USER_INPUT', message: expect.stringContaining('exactly one of eq and in is required') },
  ]);
});

test.each<[string, object]>([
  ['{}', {}],
  ['a field that is null', { status: null }],
  ['a field that is {}', { status: {} }],
  ['a test that is null', { status: { eq: 'EXHAUSTED' }, webhook: { id: { eq: null } } }],
  ['not of nothing', { not: {} }],
])('what acts on rows or takes them away refuses %s', async (_what, where) => {
  const replayed = await app.ask(
    'mutation ($where: DeliveryWhere!) { replayDeliveries(input: { where: $where, reason: "x" }) { replay { id } userErrors { field } } }',
    { where },
  );
  // a fault in the depth of a filter is an error of the whole call
  const fields =
    replayed.errors?.map(({ extensions }) => extensions.field?.[0]) ??
    replayed.data.replayDeliveries.userErrors.map(({ field }: { field: string[] }) => field[0]);
  expect(fields).toEqual(['where']);
  const exported = await app.ask(
    'mutation ($where: WebhookRequestLogWhere) { exportWebhookRequestLogs(input: { where: $where }) { export { id } userErrors { field code } } }',
    { where: 'status' in where && 'webhook' in where ? { webhook: { id: { eq: null } } } : where },
  );
  expect(exported.data.exportWebhookRequestLogs).toMatchObject({ export: null, userErrors: [{ code: 'INVALID' }] });
});

test('an export without a filter leaves it out: null is refused', async () => {
  const { data } = await app.ask(
    'mutation { exportWebhookRequestLogs(input: { where: null }) { export { id } userErrors { field code message } } }',
  );
  expect(data.exportWebhookRequestLogs).toMatchObject({ export: null, userErrors: [{ field: ['where'] }] });
});
