import { Webhook } from 'standardwebhooks';
import { useTestApp } from '../../support/app';
import { type ReceivedCall, useReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook } from '../../support/webhooks';

const app = useTestApp();
const partner = useReceiver();
let types = 0;

const RATES = `{"name":"INV 1/2","status":"Paid","grand_total":12345678901234.10,"rate":100.00,"note":null,
  "customer":{"name":"Ünïcode & Söhne 😀","tags":["a","b"]},"items":[{"qty":1.0,"rate":2.50}]}`;

/** A document type of its own for each test, so that no other test's webhook wants its events. */
function freshType(): string {
  types += 1;
  return `Type ${types}`;
}

/** Publishes a document as it is written. @returns the event's id */
async function publishText(documentType: string, text: string, more = ''): Promise<string> {
  const query = `mutation ($data: JSON!) { publishEvents(input: { events: [{ documentType: "${documentType}",
    event: "on_submit", referenceDocument: "INV-1" ${more}, data: $data }] }) { events { id } userErrors { message } } }`;
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` },
    body: `{"query":${JSON.stringify(query)},"variables":{"data":${text}}}`,
  });
  const { data } = (await response.json()) as { data: { publishEvents: { events: { id: string }[] } } };
  return data.publishEvents.events[0]?.id as string;
}

interface Decided {
  status: string;
  skipReason: string | null;
  skipMessage: string | null;
  webhook: { id: string };
}

/** The deliveries of an event, once it was fanned out. */
async function deliveriesOf(eventId: string): Promise<Decided[]> {
  return waitFor('the fan-out', async () => {
    const answer = await app.ask(`{ businessEvent(id: "${eventId}") { fannedOutAt
      deliveries(first: 100) { nodes { status skipReason skipMessage webhook { id } } } } }`);
    const event = answer.data.businessEvent;
    return event.fannedOutAt && event.deliveries.nodes;
  });
}

/** The call that an event made, with the settings. */
async function callFor(settings: object, text = RATES, url = partner.url, more = ''): Promise<ReceivedCall> {
  const documentType = freshType();
  const { secret } = await createTestWebhook(app, url, { documentType, ...settings });
  const before = partner.calls.length;
  await publishText(documentType, text, more);
  const call = await waitFor('the call', () => partner.calls[before]);
  // whatever it looks like, it is signed as it is
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = call.headers;
  const at = new Date(Number(timestamp) * 1_000);
  expect(signature).toBe(new Webhook(secret).sign(id as string, at, call.body.toString()));
  return call;
}

async function skipFor(settings: object, text = RATES, url = partner.url): Promise<Decided> {
  const documentType = freshType();
  await createTestWebhook(app, url, { documentType, ...settings });
  const [delivery] = await deliveriesOf(await publishText(documentType, text));
  return delivery as Decided;
}

describe('a condition', () => {
  test('that is true lets the event go', async () => {
    const call = await callFor({ condition: 'doc.grand_total > 40000 && doc.status == "Paid" && doc.rate == 100' });
    expect(JSON.parse(call.body.toString())).toMatchObject({ data: { name: 'INV 1/2' } });
  });

  test('that is false makes a skip that says so', async () => {
    expect(await skipFor({ condition: 'doc.status == "Unpaid"' })).toMatchObject({
      status: 'SKIPPED',
      skipReason: 'CONDITION_FALSE',
      skipMessage: 'The condition is false: doc.status == "Unpaid"',
    });
  });

  test.each([
    ['doc.discount > 5', 'There is no doc.discount (line 1, column 5)'],
    ['doc.note > 5', 'null > int'],
    ['doc.status', 'gave a text, not true or false'],
  ])('that cannot be evaluated, %s, makes a skip with the reason', async (condition, message) => {
    const skip = await skipFor({ condition });
    expect(skip).toMatchObject({ status: 'SKIPPED', skipReason: 'CONDITION_ERROR' });
    expect(skip.skipMessage).toContain(message);
  });

  test('knows who did it and what happened', async () => {
    const condition = 'user.name == "ada" && event.event == "on_submit" && event.referenceDocument == "INV-1"';
    const call = await callFor({ condition }, RATES, partner.url, ', user: "ada"');
    expect(call.method).toBe('POST');
  });

  test('decides for its own webhook: the others get the event', async () => {
    const documentType = freshType();
    const conditions = ['true', 'doc.missing', 'false', 'doc.rate == 100', null];
    const webhooks = [];
    for (const condition of conditions) {
      webhooks.push(await createTestWebhook(app, partner.url, { documentType, condition }));
    }
    const before = partner.calls.length;
    const deliveries = await deliveriesOf(await publishText(documentType, RATES));
    const reasons = webhooks.map(({ id }) => deliveries.find((each) => each.webhook.id === id)?.skipReason);
    expect(reasons).toEqual([null, 'CONDITION_ERROR', 'CONDITION_FALSE', null, null]);
    await waitFor('three calls', () => partner.calls.length === before + 3);
  });
});

describe('a request', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('goes by %s with its body', async (method) => {
    const call = await callFor({ method });
    expect([call.method, JSON.parse(call.body.toString()).data.name]).toEqual([method, 'INV 1/2']);
  });

  test('goes to a URL made from the document, each part in its place', async () => {
    const url = `${partner.url}/{{ doc.name }}/{{ doc.customer.name }}?ref={{ event.referenceDocument }}&by={{ user.name }}`;
    const call = await callFor({}, RATES, url, ', user: "a&b=c"');
    expect(call.path).toBe(
      `/hook/INV%201%2F2/${encodeURIComponent('Ünïcode & Söhne 😀')}?ref=INV-1&by=${encodeURIComponent('a&b=c')}`,
    );
  });

  test('has its own headers, which replace the usual ones', async () => {
    const call = await callFor({
      headers: [
        { name: 'X-Status', value: '{{ doc.status | downcase }}' },
        { name: 'X-Fixed', value: 'as it is' },
        { name: 'Content-Type', value: 'application/vnd.partner+json' },
        { name: 'User-Agent', value: 'ERP' },
      ],
    });
    expect(call.headers).toMatchObject({
      'x-status': 'paid',
      'x-fixed': 'as it is',
      'content-type': 'application/vnd.partner+json',
      'user-agent': 'ERP',
    });
  });

  test('has a body made from a template, whose numbers are those of the document', async () => {
    const body = `{"number": {{ doc.name | json }}, "total": {{ doc.grand_total }}, "rate": {{ doc.rate }},
      "customer": "{{ doc.customer.name }}", "items": {{ doc.items | json }}, "note": {{ doc.note | json }}}`;
    const call = await callFor({ bodyFormat: 'JSON', body });
    expect(call.headers['content-type']).toBe('application/json');
    expect(call.body.toString()).toBe(`{"number": "INV 1/2", "total": 12345678901234.10, "rate": 100.00,
      "customer": "Ünïcode & Söhne 😀", "items": [{"qty":1.0,"rate":2.50}], "note": null}`);
  });

  const fields = [
    { key: 'number', fieldname: 'name' },
    { key: 'total', fieldname: 'grand_total' },
    { key: 'customer', fieldname: 'customer.name' },
    { key: 'qty', fieldname: 'items.0.qty' },
    { key: 'items', fieldname: 'items' },
    { key: 'note', fieldname: 'note' },
    { key: 'missing', fieldname: 'a.b.c' },
  ];

  test('has a JSON body of fields, as they are written', async () => {
    const call = await callFor({ bodyFormat: 'JSON', fields });
    expect(call.body.toString()).toBe(
      '{"number":"INV 1/2","total":12345678901234.10,"customer":"Ünïcode & Söhne 😀","qty":1.0,' +
        '"items":[{"qty":1.0,"rate":2.50}],"note":null,"missing":null}',
    );
  });

  test('has a form of fields', async () => {
    const call = await callFor({ bodyFormat: 'FORM', fields });
    expect(call.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(call.body.toString()))).toEqual({
      number: 'INV 1/2',
      total: '12345678901234.10',
      customer: 'Ünïcode & Söhne 😀',
      qty: '1.0',
      items: '[{"qty":1.0,"rate":2.50}]',
      note: '',
      missing: '',
    });
  });

  test('is frozen: what the webhook becomes afterwards is not sent', async () => {
    const documentType = freshType();
    const { id } = await createTestWebhook(app, `${partner.url}/{{ doc.name }}`, { documentType, retrySchedule: [1] });
    const before = partner.calls.length;
    await deliveriesOf(await publishText(documentType, RATES));
    await app.ask(`mutation { updateWebhook(input: { id: "${id}", url: "${partner.url}/other", method: PUT,
      condition: "false" }) { userErrors { message } } }`);
    const call = await waitFor('the call', () => partner.calls[before]);
    expect([call.method, call.path]).toEqual(['POST', '/hook/INV%201%2F2']);
  });
});

describe('a template that fails makes a skip with the reason', () => {
  const json = (body: string) => ({ bodyFormat: 'JSON', body });
  const header = (value: string) => ({ headers: [{ name: 'X-A', value }] });

  test.each([
    ['a missing variable', json('{"a": {{ doc.a }}}'), 'The body: There is no doc.a (line 1, column 10)'],
    [
      'what is no JSON',
      json('{"note": {{ doc.note }}}'),
      'The body: It is not JSON: the filter json writes a complete value.',
    ],
    ['a header over two lines', header('{{ "a\\nb" }}'), 'The header X-A: the value of the header X-A contains a line'],
    ['a header beyond Latin-1', header('{{ doc.customer.name }}'), 'Latin-1: encode it'],
    ['a list in a header', header('{{ doc.items }}'), 'is a list'],
    ['too long a header', header('{% for i in (1..1000) %}12345678{% endfor %}'), 'more than 4096 characters'],
  ])('%s', async (_, settings, message) => {
    const skip = await skipFor(settings);
    expect(skip).toMatchObject({ status: 'SKIPPED', skipReason: 'TEMPLATE_ERROR' });
    expect(skip.skipMessage).toContain(message);
    expect(skip.skipMessage).not.toContain('Ünïcode');
  });

  test('that does not show how long the values are', async () => {
    const body = '{"a": {{ doc.a | json }}, "b": {{ doc.b }}}';
    const [short, long] = [
      await skipFor(json(body), '{"a":"1","b":"x"}'),
      await skipFor(json(body), '{"a":"123","b":"x"}'),
    ];
    expect(short.skipMessage).toContain('It is not JSON');
    expect(long.skipMessage).toBe(short.skipMessage);
  });

  test.each([
    ['/{{ doc.note }}', '{"note":null}', 'is null'],
    ['/{{ doc.note }}', '{"note":""}', 'A part of the path is empty'],
    ['/a/{{ doc.note }}/b', '{"note":".."}', 'would lead to another address'],
    ['/a/{{ doc.note }}', '{"note":"."}', 'would lead to another address'],
    ['/a/.{{ doc.note }}/b', '{"note":"."}', 'would lead to another address'],
    ['/{{ doc.note }}', JSON.stringify({ note: 'ü'.repeat(1_000) }), 'more than 2048 characters'],
  ])('the URL %s, %#', async (path, text, message) => {
    const skip = await skipFor({ method: 'DELETE' }, text, `${partner.url}${path}`);
    expect(skip).toMatchObject({ status: 'SKIPPED', skipReason: 'TEMPLATE_ERROR' });
    expect(skip.skipMessage).toContain(message);
  });

  test('but an empty value in a query is one', async () => {
    const call = await callFor({}, '{"note":""}', `${partner.url}?note={{ doc.note }}&x=1`);
    expect(call.path).toBe('/hook?note=&x=1');
  });
});

test('equal bodies of one event are stored once', async () => {
  const documentType = freshType();
  const json = { bodyFormat: 'JSON', body: '{"a": {{ doc.rate }}}' };
  for (const settings of [{}, {}, json, json, { condition: 'true' }]) {
    await createTestWebhook(app, partner.url, { documentType, ...settings });
  }
  await deliveriesOf(await publishText(documentType, RATES));
  const [row] = await app.database.query(
    'select count(*)::int as deliveries, count(distinct payload_id)::int as payloads from deliveries where document_type = $1',
    [documentType],
  );
  expect(row).toEqual({ deliveries: 5, payloads: 2 });
  // the default one with its event
  const [stored] = await app.database.query<{ payloads: number }>(
    `select count(distinct d.payload_id)::int as payloads from deliveries d join business_events e on e.id = d.business_event_id
     where d.document_type = $1 and d.payload_id <> e.payload_id`,
    [documentType],
  );
  expect(stored).toEqual({ payloads: 1 });
});
