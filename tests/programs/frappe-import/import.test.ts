import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestApp, type TestApp, useTestApi } from '../../support/app';
import { restoreRows } from '../../support/empty-database';
import { mutate } from '../../support/mutate';
import { useReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { publish } from '../../support/webhooks';
import { fileWith, fixture, importInto, secretIn, webhookNamed, webhooksOf } from './importing';

const app = useTestApi();
const receiver = useReceiver();
let partner: string;

beforeAll(async () => {
  partner = new URL(receiver.url).origin;
});
beforeEach(() => restoreRows(app.database));

const INVOICE = {
  doctype: 'Sales Invoice',
  name: 'INV/0042',
  status: 'Paid',
  docstatus: 1,
  grand_total: 56180.5,
  customer: 'Müller & "Söhne"',
  remarks: null,
  items: [
    { item_code: 'A-1', qty: 3 },
    { item_code: 'B-2', qty: 0.5 },
  ],
};

function submitted(data: object): object {
  return { documentType: 'Sales Invoice', event: 'on_submit', referenceDocument: 'INV/0042', data };
}

test('the webhooks of a site are imported, and what cannot be translated is paused and reported', async () => {
  const file = await fileWith(await fixture('webhook.json', partner));
  const { code, stdout, stderr } = await importInto(app, file);

  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  const table = stdout
    .split('\n')
    .slice(2, 11)
    .map((line) => line.split(/\s{2,}/));
  expect(table).toEqual([
    ['paused', 'Bookkeeping', 'Sales Invoice', 'on_submit'],
    ['imported', 'Signed with a known secret', 'Sales Invoice', 'on_submit'],
    ['imported', 'Dynamic', 'Sales Invoice', 'on_submit'],
    ['paused', 'Disabled one', 'Sales Invoice', 'on_submit'],
    ['paused', 'Asks the database', 'Sales Invoice', 'on_submit'],
    ['paused', 'Formats amounts', 'Sales Invoice', 'on_submit'],
    ['imported', 'Form', 'Customer', 'on_update'],
    ['imported', 'Inside', 'Sales Invoice', 'on_submit'],
    ['imported', 'Bookkeeping (2)', 'Sales Invoice', 'on_cancel'],
  ]);
  expect(stdout).toContain(
    'condition (line 1, column 1): frappe.db.get_value("Customer", doc.customer, "vip") is Frappe\'s own function.',
  );
  expect(stdout).toContain('webhook_json (line 2, column 13): frappe.utils.formatdate(doc.due_date) is');
  expect(stdout).toContain('The name Bookkeeping is given twice');

  const webhooks = await webhooksOf(app);
  expect(webhookNamed(webhooks, 'Bookkeeping')).toMatchObject({
    status: 'PAUSED',
    statusReason: expect.stringContaining('Set the secret'),
    url: `${partner}/hook`,
    documentType: 'Sales Invoice',
    events: ['on_submit'],
    condition: 'has(doc.status) && doc.status == "Paid" && doc.grand_total > 40000',
    method: 'POST',
    headers: [
      { name: 'Content-Type', template: 'application/json' },
      { name: 'X-Site', template: 'erp.example.com' },
    ],
    bodyFormat: 'JSON',
    body: null,
    timeoutMs: 5000,
    retrySchedule: null,
    signatures: ['V1', 'FRAPPE'],
    credentials: [{ kind: 'HEADER' }],
  });
  expect(webhookNamed(webhooks, 'Disabled one')).toMatchObject({
    status: 'PAUSED',
    statusReason: 'Imported from Frappe. It was disabled in Frappe.',
    condition: null,
  });
  expect(webhookNamed(webhooks, 'Asks the database')).toMatchObject({
    status: 'PAUSED',
    statusReason: expect.stringContaining('frappe.db.get_value'),
    condition: 'false',
  });
  expect(webhookNamed(webhooks, 'Formats amounts')).toMatchObject({
    status: 'PAUSED',
    condition: 'false && (has(doc.docstatus) && doc.docstatus == 1)',
    body: '{}',
  });
  expect(webhookNamed(webhooks, 'Dynamic')).toMatchObject({ method: 'PUT', timeoutMs: 30_000, status: 'ACTIVE' });
  expect(webhookNamed(webhooks, 'Form')).toMatchObject({
    documentType: 'Customer',
    events: ['on_update'],
    fields: [
      { key: 'name', fieldname: 'customer_name' },
      { key: 'phone', fieldname: 'mobile_no' },
    ],
  });
});

describe('with an application that delivers', () => {
  let delivering: TestApp;

  beforeEach(async () => {
    delivering = await startTestApp();
  });
  afterEach(() => delivering.stop());

  test('their requests equal those of Frappe, with its signature', async () => {
    const documents = await fixture('webhook.json', partner);
    const wanted = ['Bookkeeping', 'Signed with a known secret', 'Dynamic'];
    const file = await fileWith(
      documents.filter((each) => wanted.includes(String(each.name)) && each.webhook_docevent === 'on_submit'),
    );
    const { stdout } = await importInto(delivering, file);
    const { id } = webhookNamed(await webhooksOf(delivering), 'Bookkeeping');
    expect((await mutate(delivering, 'resumeWebhook', { id })).userErrors).toEqual([]);

    await publish(delivering, [submitted(INVOICE), submitted({ ...INVOICE, status: 'Draft' })]);
    await waitFor('five calls', () => receiver.calls.length >= 5);
    expect(receiver.calls).toHaveLength(5);

    const byFields = receiver.calls.filter((call) => call.headers.authorization !== undefined);
    expect(byFields).toHaveLength(1);
    const [call] = byFields as [(typeof receiver.calls)[0]];
    expect(call.body.toString()).toBe(
      `{"invoice":"INV/0042","amount":56180.5,"status":"Paid","lines":${JSON.stringify(INVOICE.items)},"remarks":null}`,
    );
    expect(call.headers).toMatchObject({
      authorization: 'token 1234567890:abcdefghij',
      'x-site': 'erp.example.com',
      'content-type': 'application/json',
    });
    const made = secretIn(stdout, 'Bookkeeping', 'FRAPPE');
    expect(made.length).toBeGreaterThan(20);
    expect(call.headers['x-frappe-webhook-signature']).toBe(signature(made, call.body));

    const known = receiver.calls.filter((each) => each.body.includes('"customer"'));
    expect(known.map((each) => JSON.parse(each.body.toString()))).toEqual(
      ['Paid', 'Draft'].map((status) => ({
        id: INVOICE.name,
        customer: INVOICE.customer,
        status,
        lines: [
          { code: 'A-1', qty: 3 },
          { code: 'B-2', qty: 0.5 },
        ],
      })),
    );
    for (const each of known) {
      expect(each.headers['x-frappe-webhook-signature']).toBe(signature('a-secret-of-frappe', each.body));
    }

    const dynamic = receiver.calls.filter((each) => each.method === 'PUT');
    expect(dynamic.map((each) => each.path)).toEqual(Array(2).fill('/hook/INV%2F0042?type=sales%20invoice'));
    expect(dynamic.map((each) => each.body.toString())).toEqual(['{}', '{}']);
  });

  test('a paused webhook that could not be carried over keeps nothing for the partner', async () => {
    const documents = await fixture('webhook.json', partner);
    const file = await fileWith(
      documents.filter((each) => ['Asks the database', 'Formats amounts'].includes(String(each.name))),
    );
    await importInto(delivering, file);
    const [id] = await publish(delivering, [submitted(INVOICE)]);
    const skipped = await waitFor('the event to be fanned out', async () => {
      const answer = await delivering.ask(
        'query ($id: ID!) { businessEvent(id: $id) { deliveries { nodes { status skipReason } } } }',
        { id },
      );
      const { nodes } = answer.data.businessEvent.deliveries;
      return nodes.length === 2 && nodes;
    });
    expect(skipped).toEqual(Array(2).fill({ status: 'SKIPPED', skipReason: 'CONDITION_FALSE' }));
  });
});

// As frappe/integrations/doctype/webhook/webhook.py computes it
function signature(secret: string, body: Buffer): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

test('a second run creates nothing, and --again does', async () => {
  const [first, , third] = await fixture('webhook.json', partner);
  const file = await fileWith([first, third, { ...third, webhook_docevent: 'on_cancel' }]);
  expect((await importInto(app, file)).code).toBe(1);
  const again = await importInto(app, file);
  expect(again.code).toBe(0);
  expect(again.stdout.match(/^skipped /gm)).toHaveLength(3);
  expect(again.stdout).not.toContain('Secrets');
  expect(await webhooksOf(app)).toHaveLength(3);
  expect((await importInto(app, file, '--again')).code).toBe(1);
  expect(await webhooksOf(app)).toHaveLength(6);
});

test('an archived webhook does not prevent an import', async () => {
  const [, , dynamic] = await fixture('webhook.json', partner);
  const file = await fileWith([dynamic]);
  expect((await importInto(app, file)).code).toBe(0);
  const [webhook] = await webhooksOf(app);
  await app.ask('mutation ($id: ID!) { archiveWebhook(input: { id: $id }) { userErrors { message } } }', {
    id: webhook?.id,
  });
  expect((await importInto(app, file)).stdout).toMatch(/^imported {2}Dynamic/m);
});

test('what the API refuses is listed with its message, and the others are imported', async () => {
  const [, , dynamic] = await fixture('webhook.json', partner);
  const named = (name: string, more: object) => ({
    ...dynamic,
    name,
    is_dynamic_url: 0,
    request_url: `${partner}/x`,
    ...more,
  });
  const file = await fileWith([
    named('private', { request_url: 'http://10.0.0.1/hook' }),
    named('no scheme', { request_url: 'partner.example.com/hook' }),
    named('password', { request_url: 'https://maria:hunter2@partner.example.com/hook' }),
    named('host from the document', { is_dynamic_url: 1, request_url: 'https://{{ doc.host }}/hook' }),
    named('x'.repeat(300), {}),
    named('nul \0', {}),
    named('half \ud800', {}),
    named('many headers', {
      webhook_headers: Array.from({ length: 60 }, (_, index) => ({ key: `X-${index}`, value: '1' })),
    }),
    named('a wrong secret', { enable_security: 1, webhook_secret: 'x'.repeat(201) }),
    named('escape \u001b[2J', {}),
    named('fine', {}),
  ]);
  const { code, stdout, stderr } = await importInto(app, file);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout.match(/^(refused|imported|paused) .*/gm)?.map((line) => line.split(/\s+/)[0])).toEqual([
    ...Array(10).fill('refused'),
    'imported',
  ]);
  expect(stdout).toMatch(/url: 10\.0\.0\.1 is .*: webhooks are sent to public addresses only/);
  expect(stdout).toContain('request_url: scheme, host and port must be fixed text');
  expect(stdout).toContain('headers has 60 entries; at most 50 are allowed.');
  expect(stdout).not.toContain('hunter2');
  expect(stdout).not.toContain('\u001b');
  expect(await webhooksOf(app)).toHaveLength(1);
});

test('secrets of the export are printed nowhere, and new ones once, on stdout', async () => {
  const documents = await fixture('webhook.json', partner);
  const file = await fileWith(documents);
  const dry = await importInto(app, file, '--dry-run');
  const { stdout, stderr } = await importInto(app, file);
  for (const text of [dry.stdout, dry.stderr, stdout, stderr]) {
    expect(text).not.toContain('abcdefghij');
    expect(text).not.toContain('a-secret-of-frappe');
    expect(text).not.toContain(app.adminKey);
  }
  expect(dry.stdout).toContain('[secret]');
  const made = secretIn(stdout, 'Bookkeeping', 'FRAPPE');
  expect(stdout.split(made)).toHaveLength(2);
  expect(stdout.match(/whsec_/g)).toHaveLength(9);
  const entries = await app.database.query<{ details: string }>('select details::text from audit_entries');
  expect(JSON.stringify(entries)).not.toMatch(/abcdefghij|a-secret-of-frappe/);
});

test('a dry run creates nothing, and needs neither key nor server', async () => {
  const file = join(__dirname, 'fixtures/webhook.json');
  const { code, stdout } = await importInto({ ...app, adminKey: '', url: 'http://127.0.0.1:9' }, file, '--dry-run');
  expect(code).toBe(1);
  const inputs = JSON.parse(stdout.slice(0, stdout.indexOf('\noutcome'))) as { name: string }[];
  expect(inputs).toHaveLength(JSON.parse(await readFile(file, 'utf8')).length);
  expect(stdout).toContain('Nothing was created: this was a dry run.');
  expect(await webhooksOf(app)).toEqual([]);
});

test('the key may come from a file, and must be one that may create webhooks', async () => {
  const [, , dynamic] = await fixture('webhook.json', partner);
  const file = await fileWith([dynamic]);
  const withKey = async (key: string) =>
    importInto({ ...app, adminKey: '' }, file, '--key-file', await fileWith(`${key}\n`));
  const support = await withKey(await app.keyFor('SUPPORT'));
  expect(support.code).toBe(1);
  expect(support.stderr).toContain('INTEGRATION_MANAGER');
  const unknown = await withKey('hl_unknown');
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/key/i);
  expect(await webhooksOf(app)).toEqual([]);
  expect((await withKey(await app.keyFor('INTEGRATION_MANAGER'))).code).toBe(0);
});
