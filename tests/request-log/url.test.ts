import type { Role } from '../../src/viewer';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { change } from '../webhooks/change';
import { seedRequest } from './seeded-log';

let app: TestApp;
let partner: Receiver;
let origin: string;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
  origin = new URL(partner.url).origin;
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));

/** Has a request made to the URL. @returns its webhook's id */
async function call(path: string): Promise<string> {
  const documentType = `Invoice ${path}`;
  const { id } = await createTestWebhook(app, `${origin}${path}`, { documentType });
  const data = { email: 'ada@example.com', name: 'Ada' };
  await publish(app, [invoice('INV-1', { documentType, data })]);
  await waitFor('the request', async () => (await urlsOf(id))[0]);
  return id;
}

async function urlsOf(webhookId: string, ...roles: Role[]): Promise<string[]> {
  const key = roles.length > 0 ? await app.keyFor(...roles) : undefined;
  const { data } = await app.ask(`{ webhook(id: "${webhookId}") { requests { nodes { url } } } }`, {}, key);
  return data.webhook.requests.nodes.map(({ url }: { url: string }) => url);
}

test('what a template put into a URL is read by those alone who may read the document', async () => {
  const id = await call('/of/{{ doc.email }}?name={{ doc.name }}');
  const whole = `${origin}/of/ada%40example.com?name=Ada`;
  for (const role of ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'AUDITOR'] as const)
    expect([role, await urlsOf(id, role)]).toEqual([role, [whole]]);
  expect(await urlsOf(id, 'SUPPORT')).toEqual([`${origin}/...`]);
  expect(await urlsOf(id, 'SUPPORT', 'PUBLISHER')).toEqual([`${origin}/...`]);
  expect(await urlsOf(id, 'SUPPORT', 'AUDITOR')).toEqual([whole]);
});

test('a URL that is fixed is read by everybody, until its webhook has another', async () => {
  const id = await call('/fixed?a=1');
  expect(await urlsOf(id, 'SUPPORT')).toEqual([`${origin}/fixed?a=1`]);
  await change(app, 'updateWebhook', { id, url: `${origin}/next` });
  expect(await urlsOf(id, 'SUPPORT')).toEqual([`${origin}/...`]);
  expect(await urlsOf(id, 'AUDITOR')).toEqual([`${origin}/fixed?a=1`]);
});

test('a request without a webhook shows its host', async () => {
  const id = await seedRequest(app.database, {});
  const { data } = await app.ask(`{ webhookRequestLog(id: "${id}") { url } }`, {}, await app.keyFor('SUPPORT'));
  expect(data.webhookRequestLog.url).toBe('https://partner.example/...');
});
