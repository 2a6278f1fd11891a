import { useTestApp } from '../support/app';
import { useReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { type Client, createClient, RequestError } from './client';
import { WhatBecameOfDocumentDocument, WhatWasExchangedDocument, type WhatWasExchangedQuery } from './generated';

const app = useTestApp();
const partner = useReceiver();
let webhookId: string;

const INVOICE = { documentType: 'Sales Invoice', referenceDocument: 'INV-0042' };
const clientOf = async (role: 'SUPPORT' | 'AUDITOR' | 'PUBLISHER') => createClient(app.url, await app.keyFor(role));

beforeAll(async () => {
  partner.answerWith((_call, n) => (n === 1 ? { status: 400, body: '{"error":"unknown customer"}' } : {}));
  webhookId = (await createTestWebhook(app, partner.url, { name: 'Bookkeeping', retrySchedule: [0, 0] })).id;
  await publish(app, [invoice('INV-0042', { user: 'amina@example.com' })]);
  await waitFor('two attempts', async () => {
    const { data } = await app.ask('{ deliveries { nodes { status } } }');
    return data.deliveries.nodes[0]?.status === 'DELIVERED';
  });
});

test('support: did the partner get it, what came back, who triggered it', async () => {
  const support = await clientOf('SUPPORT');
  const { webhookRequestLogs } = await support.request(WhatBecameOfDocumentDocument, INVOICE);
  const [last, first] = webhookRequestLogs?.nodes ?? [];
  expect(first).toMatchObject({ attemptNumber: 1, status: 'FAILED', responseStatus: 400, errorCode: 'HTTP_STATUS' });
  expect(last).toMatchObject({ attemptNumber: 2, status: 'SUCCEEDED', responseStatus: 200, error: null });
  expect(last?.user?.name).toBe('amina@example.com');
  expect(last?.webhook?.name).toBe('Bookkeeping');
  expect(last?.delivery?.status).toBe('DELIVERED');
});

test('auditor: everything that was exchanged with a partner in a time, page by page, with its proof', async () => {
  const auditor = await clientOf('AUDITOR');
  const exchanges = await everyExchange(auditor);
  expect(exchanges.map(({ attemptNumber }) => attemptNumber)).toEqual([1, 2]);
  const [first, second] = exchanges;
  expect(first?.response).toEqual({ error: 'unknown customer' });
  expect(first?.dataBody?.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(second?.dataBody).toEqual(first?.dataBody);
});

async function everyExchange(client: Client) {
  const nodes: NonNullable<WhatWasExchangedQuery['webhookRequestLogs']>['nodes'] = [];
  const time = {
    from: new Date(Date.now() - 3_600_000).toISOString(),
    until: new Date(Date.now() + 60_000).toISOString(),
  };
  let after: string | null = null;
  do {
    const { webhookRequestLogs: page }: WhatWasExchangedQuery = await client.request(WhatWasExchangedDocument, {
      webhookId,
      ...time,
      first: 1,
      after,
    });
    nodes.push(...(page?.nodes ?? []));
    after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return nodes;
}

test('what is refused is thrown with its code and its sentence', async () => {
  const [support, publisher] = await Promise.all([clientOf('SUPPORT'), clientOf('PUBLISHER')]);
  const range = { webhookId, from: '2026-03-01T00:00:00Z', until: '2100-01-01T00:00:00Z', first: 1 };
  const content = await publisher.request(WhatWasExchangedDocument, range).catch(asIs);
  expect(content).toBeInstanceOf(RequestError);
  expect(content).toMatchObject({ code: 'FORBIDDEN', status: 200 });
  expect(await publisher.request(WhatBecameOfDocumentDocument, INVOICE).catch(asIs)).toMatchObject({
    code: 'FORBIDDEN',
  });
  const tooMany = await support.request(WhatWasExchangedDocument, { ...range, first: 101 }).catch(asIs);
  expect(tooMany).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('first is 101') });
});

const asIs = (error: unknown) => error;

test('the types are those of the schema', async () => {
  const support = await clientOf('SUPPORT');
  // @ts-expect-error documentType is missing
  const missing = support.request(WhatBecameOfDocumentDocument, { referenceDocument: 'INV-0042' });
  await expect(missing).rejects.toThrow('documentType');
  const { webhookRequestLogs } = await support.request(WhatBecameOfDocumentDocument, INVOICE);
  // @ts-expect-error it was not asked for
  expect(webhookRequestLogs.nodes[0]?.response).toBeUndefined();
});
