import type { Role } from '../../src/access/viewer';
import { withoutSecrets } from '../../src/webhooks/credentials/shown-url';
import { useTestApp } from '../support/app';
import { useReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { change } from '../webhooks/webhook-changes';
import { fetchExport, linesOf } from './export/exports';
import { seedRequest } from './pages/seeded-log';

const app = useTestApp();
const partner = useReceiver();
let origin: string;

beforeAll(async () => {
  origin = new URL(partner.url).origin;
});

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

test('a fixed URL is readable for every role, until its webhook has another', async () => {
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

test('a token in the path or query of a URL is read, filtered by and searched for by those alone who may read content', async () => {
  const token = 'xoT9aB3kQ7mZ2LpR5vWc';
  const path = `/services/T024BE7LD/${token}/in/2026?key=${token}&page=1`;
  const id = await call(path);
  const shown = `${origin}/services/.../.../in/2026?key=...&page=1`;
  const [support, auditor] = [await app.keyFor('SUPPORT'), await app.keyFor('AUDITOR')];
  const both = '{ url requests { nodes { url webhook { url } } } }';
  for (const [key, url] of [
    [support, shown],
    [auditor, `${origin}${path}`],
  ] as const) {
    const expected = { url, requests: { nodes: [{ url, webhook: { url } }] } };
    const planned = await app.ask(`{ webhook(id: "${id}") ${both} }`, {}, key);
    expect(planned.data.webhook).toEqual(expected);
    const resolved = await app.ask(`{ node(id: "${id}") { ... on Webhook ${both} } }`, {}, key);
    expect(resolved.data.node).toEqual(expected);
  }
  const exportOf = `mutation { exportWebhookRequestLogs(input: { where: { webhook: { id: { eq: "${id}" } } } }) { export { id } } }`;
  const { data } = await app.ask(exportOf, {}, support);
  const file = await fetchExport(app, data.exportWebhookRequestLogs.export.id, { key: support });
  expect(linesOf(file.text).map(({ url }) => url)).toEqual([shown]);
  const filtered = '{ webhooks(where: { url: { contains: "xoT9" } }) { nodes { id } } }';
  expect((await app.ask(filtered, {}, support)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  expect((await app.ask(filtered, {}, auditor)).data.webhooks.nodes).toEqual([{ id }]);
  const searched = 'query ($text: String!) { search(text: $text) { ... on Webhook { id } } }';
  const found = async (text: string, key: string) =>
    (await app.ask(searched, { text }, key)).data.search.filter((each: { id?: string }) => each.id === id);
  expect(await found(token, support)).toEqual([]);
  expect(await found(token, auditor)).toEqual([{ id }]);
  expect(await found(new URL(origin).host, support)).toEqual([{ id }]);
});

test('what is not a token stays: words, numbers, short codes and templates', () => {
  for (const url of [
    'https://partner.example/api/v2/incoming-webhooks/123456?a=1',
    'https://h00ks1234567.partner.example/hook',
    'https://partner.example/{{ doc.name }}/orders?name={{ doc.customer_name_2 }}',
  ])
    expect(withoutSecrets(url)).toBe(url);
  expect(withoutSecrets('https://hooks.zapier.com/hooks/catch/123456/o1a2b3c/')).toBe(
    'https://hooks.zapier.com/hooks/catch/123456/.../',
  );
});
