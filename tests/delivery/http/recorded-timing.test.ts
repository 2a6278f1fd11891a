// The parts of a request are in its row, however it ends.
import { startTestApp, type TestApp } from '../../support/app';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';

let app: TestApp;
let partner: Receiver;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
});
afterAll(() => Promise.all([partner.stop(), app.stop()]));

const QUERY = `query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) {
  nodes { status durationMs dnsMs connectMs tlsMs firstByteMs } } }`;

async function requestsOf(id: string, where: object = {}) {
  const { data } = await app.ask(QUERY, { where: { webhook: { id: { eq: id } }, ...where } });
  return data.webhookRequestLogs.nodes;
}

test.each([
  ['SUCCEEDED', 200],
  ['FAILED', 500],
])('%s', async (status, answer) => {
  partner.answerWith(() => ({ status: answer }));
  const webhook = await createTestWebhook(app, partner.url, { documentType: status });
  await publish(app, [invoice('INV-1', { documentType: status })]);
  const [request] = await waitFor('the request', async () => {
    const nodes = await requestsOf(webhook.id, { status: { eq: status } });
    return nodes.length > 0 && nodes;
  });
  expect(request).toMatchObject({ status, dnsMs: null, tlsMs: null, firstByteMs: expect.any(Number) });
  expect(request.firstByteMs).toBeLessThanOrEqual(request.durationMs + 1);
  expect(await requestsOf(webhook.id, { firstByteMs: { isNull: true }, status: { eq: status } })).toEqual([]);
});
