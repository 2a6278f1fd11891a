// What was measured of a request, and how much of its response is kept, are in its row.

import { useTestApp } from '../../support/app';
import { useReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';

const app = useTestApp();
const partner = useReceiver();

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

test('of a long response the beginning is kept, and the row says that it ends early', async () => {
  const documentType = 'Long answer';
  partner.answerWith(() => ({ body: 'x'.repeat(100 * 1024) }));
  const webhook = await createTestWebhook(app, partner.url, { documentType });
  await publish(app, [invoice('INV-1', { documentType })]);
  const asked = `query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) {
    nodes { responseBody { bytes truncated } } } }`;
  const where = { webhook: { id: { eq: webhook.id } }, status: { eq: 'SUCCEEDED' } };
  const [row] = await waitFor('the request', async () => {
    const { nodes } = (await app.ask(asked, { where })).data.webhookRequestLogs;
    return nodes.length > 0 && nodes;
  });
  expect(row.responseBody).toEqual({ bytes: 100 * 1024, truncated: true });
});
