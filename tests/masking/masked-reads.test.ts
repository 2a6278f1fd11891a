import { startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { HIDDEN } from '../../src/masking/mask-value';
import { askAt, startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, publish } from '../support/webhooks';

const DATA = { name: 'INV-1', customer: { name: 'ACME', taxId: 'FR-123456789' }, items: [{ sku: 'A-1', price: 7 }] };

let app: TestApp;
let partner: Receiver;
let webhook: string;
let keys: Record<'SUPPORT' | 'AUDITOR', string>;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
  ({ id: webhook } = await createTestWebhook(app, `${partner.url}/{{ doc.customer.taxId }}`, {
    documentType: 'Sales Invoice',
    bodyFormat: 'ORIGINAL',
    headers: [{ name: 'X-Tax', value: '{{ doc.customer.taxId }}' }],
  }));
  await publish(app, [{ documentType: 'Sales Invoice', event: 'on_submit', referenceDocument: 'INV-1', data: DATA }]);
  await waitFor('the request', async () => {
    const { data } = await app.ask('{ webhookRequestLogs(where: { status: { eq: SUCCEEDED } }) { nodes { id } } }');
    return data.webhookRequestLogs.nodes.length > 0;
  });
  keys = { SUPPORT: await app.keyFor('SUPPORT'), AUDITOR: await app.keyFor('AUDITOR') };
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));
afterEach(async () => {
  const { data } = await app.ask('{ maskingRules(first: 100) { nodes { id } } }');
  for (const { id } of data.maskingRules.nodes) await mutate(app, 'deleteMaskingRule', { id });
});

const rule = (path: string, strategy: string, more: object = {}) =>
  mutate(app, 'createMaskingRule', { roles: ['SUPPORT'], part: 'DATA', path, strategy, ...more });

const BODY = 'text base64 contentType bytes sha256 masked truncated';
// the second one has no read plan
const READS = [
  'webhookRequestLogs(first: 1) { nodes { id url data dataBody { BODY } headers businessEvent { data } } }',
  'webhookRequestLogs(first: 1) { nodes { id url data dataBody { BODY } headers businessEvent { data } evidence { status } } }',
].map((text) => `{ ${text.replace('BODY', BODY)} }`);

async function readAs(role: 'SUPPORT' | 'AUDITOR') {
  const answers = await Promise.all(READS.map((query) => app.ask(query, undefined, keys[role])));
  const rows = answers.map(({ data, errors }) => {
    expect(errors).toBeUndefined();
    const [{ evidence: _evidence, ...row }] = data.webhookRequestLogs.nodes;
    return row;
  });
  expect(rows[1]).toEqual(rows[0]);
  return rows[0];
}

test('SUPPORT sees what the rules show, by a read plan and by resolvers', async () => {
  const before = await readAs('SUPPORT');
  expect(before.data).toEqual({
    name: HIDDEN,
    customer: { name: HIDDEN, taxId: HIDDEN },
    items: [{ sku: HIDDEN, price: HIDDEN }],
  });
  expect(JSON.stringify(before)).not.toMatch(/ACME|123456789|A-1/);
  await rule('$.customer', 'SHOW', { documentType: 'Sales Invoice' });
  await rule('$.customer.taxId', 'LAST4', { webhookId: webhook });
  await rule('$.x-tax', 'LAST4', { part: 'HEADERS' });
  const row = await readAs('SUPPORT');
  expect(row.data.customer).toEqual({ name: 'ACME', taxId: `${HIDDEN}6789` });
  expect(row.data.items).toEqual([{ sku: HIDDEN, price: HIDDEN }]);
  // the rule of a webhook shows nothing of the event, which belongs to none
  expect(row.businessEvent.data.customer).toEqual({ name: 'ACME', taxId: HIDDEN });
  expect(row.headers).toMatchObject({ 'x-tax': `${HIDDEN}6789`, 'content-type': HIDDEN });
  expect(row.dataBody).toEqual({
    text: null,
    base64: null,
    contentType: 'application/json',
    bytes: null,
    sha256: null,
    masked: true,
    truncated: false,
  });
  expect(row.url).toMatch(/\/\.\.\.$/);
});

test('a part that is shown as a whole has its bytes', async () => {
  await rule('$', 'SHOW');
  const row = await readAs('SUPPORT');
  expect(row.data).toEqual(DATA);
  expect(row.dataBody).toMatchObject({ masked: false, bytes: JSON.stringify(DATA).length });
});

test('an AUDITOR sees everything but what a rule hides, and filters by no content then', async () => {
  const filter = { where: { data: { contains: { customer: { name: 'ACME' } } } } };
  const query = 'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { totalCount } }';
  expect((await readAs('AUDITOR')).data).toEqual(DATA);
  expect((await app.ask(query, filter, keys.AUDITOR)).errors).toBeUndefined();
  await rule('$.customer.taxId', 'HIDE', { roles: ['AUDITOR'] });
  const row = await readAs('AUDITOR');
  expect(row.data).toEqual({ ...DATA, customer: { name: 'ACME', taxId: HIDDEN } });
  expect(row.dataBody).toMatchObject({ masked: true, bytes: null, sha256: null });
  // the URL has the value too, by its template
  expect(row.url).toMatch(/\/\.\.\.$/);
  const refused = await app.ask(query, filter, keys.AUDITOR);
  expect(refused.errors).toMatchObject([
    { message: expect.stringContaining('where.data is not allowed for your roles'), extensions: { code: 'FORBIDDEN' } },
  ]);
});

test('a rule of one process applies in another within two seconds', async () => {
  const other = await startApp(readConfig({ ...app.env, PROCESSES: 'api' }), createLog('silent'));
  try {
    const ask = async () => {
      const { data } = await askAt(other.url as string, READS[0] as string, undefined, keys.SUPPORT);
      return data.webhookRequestLogs.nodes[0].data.name;
    };
    expect(await ask()).toBe(HIDDEN);
    await rule('$.name', 'SHOW');
    await waitFor('the rule', async () => (await ask()) === 'INV-1');
  } finally {
    await other.stop();
  }
});

test('rules that cannot be read show nothing', async () => {
  await rule('$', 'SHOW');
  await app.database.query('alter table masking_rules rename to elsewhere');
  try {
    const answer = await waitFor('an answer after the rules are a second old', async () => {
      const { errors, data } = await app.ask(READS[0] as string, undefined, keys.SUPPORT);
      return errors && { errors, data };
    });
    expect(JSON.stringify(answer)).not.toContain('ACME');
  } finally {
    await app.database.query('alter table elsewhere rename to masking_rules');
  }
});
