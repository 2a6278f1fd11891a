import { Webhook } from 'standardwebhooks';
import { startTestApp, type TestApp } from '../../support/app';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';

let app: TestApp;
let partner: Receiver;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));

test('an event reaches the partner, signed so that the standardwebhooks package accepts it', async () => {
  const { secret } = await createTestWebhook(app, partner.url, { documentType: 'Sales Invoice' });
  await publish(app, [invoice('INV-0001')]);
  const call = await waitFor('the call', () => partner.calls[0]);
  const payload = new Webhook(secret).verify(call.body, call.headers as Record<string, string>);
  expect(payload).toMatchObject({ type: 'sales_invoice.on_submit', data: { name: 'INV-0001' } });
});
