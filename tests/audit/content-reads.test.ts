import { uuidOf } from '../../src/values/ids';
import { agree, callStandard } from '../incoming/callers';
import { useTestApi } from '../support/app';
import { waitFor } from '../support/wait-for';
import { newReader, notedOf, type Reader } from './reader';
import { MINUTE_MS, untilWindowLasts } from './window-end';

const app = useTestApi();
let webhookId: string;
let requestIds: string[];

beforeAll(async () => {
  const agreed = await agree(app);
  for (const type of ['paid', 'refunded']) await callStandard(agreed, JSON.stringify({ type }));
  webhookId = agreed.id;
  const { data } = await app.ask('{ webhookRequestLogs { nodes { id } } }');
  requestIds = data.webhookRequestLogs.nodes.map((node: { id: string }) => node.id);
});
beforeEach(() => untilWindowLasts(15 * MINUTE_MS));

/** The entries, once there are so many. */
const entriesOf = (reader: Reader, count: number) =>
  waitFor(`${count} entries`, async () => {
    const entries = await notedOf(app, reader);
    return entries.length >= count ? entries : null;
  });

/** What a later reading has an entry of: everything before it was written, or will never be. */
async function fieldsUntil(reader: Reader, ask: () => Promise<unknown>): Promise<string[][]> {
  await ask();
  await app.ask('query Last { businessEvents { nodes { dataBody { bytes } } } }', {}, reader.key);
  return waitFor('the last reading', async () => {
    const entries = await notedOf(app, reader);
    if (!entries.some(({ details }) => details.operation === 'Last')) return null;
    return entries.filter(({ details }) => details.operation !== 'Last').map(({ details }) => details.fields);
  });
}

const LIST = `query Payloads($where: WebhookRequestLogWhere, $after: String) {
  webhookRequestLogs(where: $where, first: 5, after: $after) { nodes { id data response } totalCount } }`;
const where = { referenceDocument: { eq: 'INV-0042' } };

test('readings of content with one operation and filter are one entry', async () => {
  const reader = await newReader(app, 'INTEGRATION_MANAGER');
  for (let i = 0; i < 20; i++) await app.ask(LIST, { where }, reader.key);
  const sameOtherwise = LIST.replace('nodes {', 'nodes { again: data').replace('first: 5', 'first: 7');
  await app.ask(sameOtherwise, { where }, reader.key);
  await app.ask(LIST, { where: { referenceDocument: { eq: 'INV-0043' } } }, reader.key);
  const [first, second, ...others] = await entriesOf(reader, 2);
  const fields = ['WebhookRequestLog.data', 'WebhookRequestLog.response'];
  expect(first).toEqual({
    action: 'content.read',
    outcome: 'DONE',
    subject_type: null,
    subject_id: null,
    details: {
      operation: 'Payloads',
      fields,
      readAt: expect.stringMatching(/^20.*Z$/),
    },
    criteria: { documents: ['INV-0042'], filter: [{ field: 'webhookRequestLogs', arguments: { where } }] },
  });
  expect(second?.criteria.filter).toEqual([
    { field: 'webhookRequestLogs', arguments: { where: { referenceDocument: { eq: 'INV-0043' } } } },
  ]);
  expect(others).toEqual([]);
});

test('another key, and another user, have entries of their own', async () => {
  const one = await newReader(app, 'AUDITOR');
  const other = await newReader(app, 'AUDITOR');
  for (const { key } of [one, other]) await app.ask(LIST, { where }, key);
  expect(await entriesOf(one, 1)).toHaveLength(1);
  expect(await entriesOf(other, 1)).toHaveLength(1);
});

test.each([
  { how: 'in one statement', also: '' },
  { how: 'field by field', also: 'viewer { name }' },
])('the row that is read is the subject of the entry: $how', async ({ also }) => {
  const reader = await newReader(app, 'INTEGRATION_MANAGER');
  const [id = '', otherId = ''] = requestIds;
  const query = `query ($id: ID!) { webhookRequestLog(id: $id) { headers responseBody { text } } }`;
  await app.ask(query, { id }, reader.key);
  const [entry] = await entriesOf(reader, 1);
  expect(entry).toMatchObject({ subject_type: 'WebhookRequestLog', subject_id: uuidOf('WebhookRequestLog', id) });
  expect(entry?.details.fields).toEqual(['WebhookRequestLog.headers', 'WebhookRequestLog.responseBody']);
  // two root fields: no one row
  await app.ask(query.replace('{ webhook', `{ ${also} other: webhook`), { id: otherId }, reader.key);
  expect((await entriesOf(reader, 2))[1]?.subject_id).toBe(also === '' ? uuidOf('WebhookRequestLog', otherId) : null);
});

test('links and fragments are followed, and what @skip leaves out is not read', async () => {
  const reader = await newReader(app, 'SYSTEM_MANAGER');
  const query = `query Deep($skip: Boolean!, $id: ID!) { webhook(id: $id) { requests(where: { test: { eq: true } }) { edges { node { ...body } } } } }
    fragment body on WebhookRequestLog { data @skip(if: $skip) businessEvent { ... on BusinessEvent { dataBody { text } } } }`;
  const id = webhookId;
  const answer = await app.ask(query, { skip: true, id }, reader.key);
  expect(answer.errors).toBeUndefined();
  await app.ask(query, { skip: false, id }, reader.key);
  const [first, second] = await entriesOf(reader, 2);
  expect(first?.details).toMatchObject({
    operation: 'Deep',
    fields: ['BusinessEvent.dataBody'],
  });
  expect(first?.criteria).toEqual({
    filter: expect.arrayContaining([
      { field: 'webhook', arguments: { id } },
      { field: 'webhook.requests', arguments: { where: { test: { eq: true } } } },
    ]),
  });
  expect(second?.details.fields).toEqual(['BusinessEvent.dataBody', 'WebhookRequestLog.data']);
});

test.each([
  { filter: { data: { contains: { customer: 'ACME' } } }, field: 'data' },
  { filter: { not: { or: [{ response: { path: { at: '$.a', eq: 1 } } }] } }, field: 'response' },
  { filter: { search: 'ACME' }, field: 'search' },
])('a filter that compares content is a reading: $field', async ({ filter, field }) => {
  const reader = await newReader(app, 'INTEGRATION_MANAGER');
  const query = `query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { totalCount } }`;
  const fields = await fieldsUntil(reader, async () => {
    expect(
      (await app.ask(query, { where: { data: null, documentType: { eq: 'Sales Invoice' } } }, reader.key)).errors,
    ).toBeUndefined();
    expect((await app.ask(query, { where: filter }, reader.key)).errors).toBeUndefined();
  });
  expect(fields).toEqual([[`WebhookRequestLogWhere.${field}`]]);
});

test('a search is a reading, by SUPPORT too', async () => {
  const reader = await newReader(app, 'SUPPORT');
  await app.ask('query { search(text: "ACME") { __typename } }', {}, reader.key);
  const [entry] = await entriesOf(reader, 1);
  expect(entry?.details).toMatchObject({
    operation: null,
    fields: ['Query.search'],
  });
  expect(entry?.criteria).toEqual({ texts: ['ACME'], filter: [{ field: 'search', arguments: { text: 'ACME' } }] });
});

test('rows without their content, and refused operations, are no readings', async () => {
  const reader = await newReader(app, 'INTEGRATION_MANAGER');
  const fields = await fieldsUntil(reader, async () => {
    await app.ask('{ webhookRequestLogs { nodes { id status url } } auditEntries { totalCount } }', {}, reader.key);
    const refused = await app.ask('{ webhookRequestLogs(first: 1000) { nodes { data } } }', {}, reader.key);
    expect(refused.errors).toHaveLength(1);
    await app.ask('{ webhookRequestLogs { nodes { data nonsense } } }', {}, reader.key);
    const none = await app.ask(`{ webhookRequestLog(id: "req_${'0'.repeat(32)}") { data } }`, {}, reader.key);
    expect(none.data).toEqual({ webhookRequestLog: null });
  });
  expect(fields).toEqual([]);
});

test('a filter of thousands of characters is shortened, its names stay whole, and one with control characters is kept as it is', async () => {
  const reader = await newReader(app, 'INTEGRATION_MANAGER');
  const query =
    'query ($names: [String!]) { businessEvents(where: { referenceDocument: { in: $names } }) { nodes { data } } }';
  const names = [...Array.from({ length: 90 }, (_, at) => `${'x'.repeat(100)}${at}`), 'INV-0099'];
  await app.ask(query, { names }, reader.key);
  await app.ask(query, { names: ['a\u0001\ud83d\ude00'] }, reader.key);
  const [long, odd] = await entriesOf(reader, 2);
  expect(long?.criteria).toEqual({
    documents: names,
    filter: {
      begins: expect.stringMatching(/^\[\{"field":"businessEvents".{3900,}x$/),
      characters: expect.any(Number),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  });
  expect(odd?.criteria.filter[0].arguments.where.referenceDocument.in).toEqual(['a\u0001\ud83d\ude00']);
});
