import { useTestApp } from '../../support/app';
import { type ReceivedCall, useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';

const app = useTestApp();
const partner = useFreshReceiver();

beforeAll(async () => {
  await createTestWebhook(app, partner.url, { retrySchedule: [0, 1] });
});

async function callFor(event: object, n = 0): Promise<ReceivedCall & { event: string }> {
  const [id] = await publish(app, [event]);
  const call = await waitFor('the call', () => partner.calls[n]);
  return { ...call, event: id as string };
}

test('a delivery is a POST of JSON with type, timestamp and data, and nothing else', async () => {
  const call = await callFor(invoice('INV-1', { data: { name: 'INV-1', total: 561.8 } }));
  expect([call.method, call.headers['content-type']]).toEqual(['POST', 'application/json']);
  expect(JSON.parse(call.body.toString())).toEqual({
    type: 'sales_invoice.on_submit',
    timestamp: expect.any(String),
    data: { name: 'INV-1', total: 561.8 },
  });
});

test('timestamp is when the event happened, in ISO 8601, also when a later attempt says it', async () => {
  partner.answerWith((_call, n) => (n === 1 ? { status: 500 } : {}));
  const { event } = await callFor(invoice('INV-1'));
  await waitFor('the second attempt', () => partner.calls.length === 2);
  const query = 'query ($id: ID!) { businessEvent(id: $id) { createdAt } }';
  const { createdAt } = (await app.ask(query, { id: event })).data.businessEvent;
  expect(createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  for (const { body } of partner.calls) expect(JSON.parse(body.toString()).timestamp).toBe(createdAt);
});

test('webhook-id and webhook-timestamp are ours alone, hold no full stop, and the timestamp is whole seconds', async () => {
  const before = Math.floor(Date.now() / 1_000);
  const call = await callFor(invoice('a.b', { documentType: 'x.y', event: 'on.submit', data: { id: '1.2.' } }));
  expect(call.headers['webhook-id']).toMatch(/^dlv_[0-9a-f]{32}$/);
  expect(call.headers['webhook-timestamp']).toMatch(/^\d{10}$/);
  const timestamp = Number(call.headers['webhook-timestamp']);
  expect(timestamp).toBeGreaterThanOrEqual(before);
  expect(timestamp).toBeLessThanOrEqual(Math.ceil(Date.now() / 1_000));
});

test.each([
  ['Sales Invoice', 'on_submit', 'sales_invoice.on_submit'],
  ['POS/Invoice (new)', 'After-Insert', 'pos_invoice_new.after_insert'],
  ['a.b', 'c.d', 'a_b.c_d'],
  ['Item 2', 'PAID', 'item_2.paid'],
])(
  '%j and %j make the type %j: two identifiers of letters, digits and underscores',
  async (documentType, event, type) => {
    const call = await callFor(invoice('X-1', { documentType, event }));
    expect(JSON.parse(call.body.toString()).type).toBe(type);
  },
);

test('letters of other scripts stay in the type, where leaving them out would leave nothing', async () => {
  const call = await callFor(invoice('X-1', { documentType: 'Счёт', event: 'on_submit' }));
  expect(JSON.parse(call.body.toString()).type).toBe('счёт.on_submit');
});
