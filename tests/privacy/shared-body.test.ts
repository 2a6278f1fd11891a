// A body that several rows share stays while one of them is kept. The rows whose content is erased do not show it.

import { fetchExport, requestExport } from '../request-log/export/exports';
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

let app: TestApp;
let partner: Receiver;

beforeAll(async () => {
  partner = await startReceiver();
});
afterEach(() => app.stop());
afterAll(() => partner.stop());

const ROWS = `query ($event: ID!) { businessEvent(id: $event) {
  data dataBody { text }
  requests { nodes { url data dataBody { text } webhook { name } } }
} }`;

test.each(['on', 'off'])(
  'a body that a hold keeps for one webhook is shown by no erased row: READ_PLANS %s',
  async (plans) => {
    app = await startTestApp({ READ_PLANS: plans });
    const arrived = partner.calls.length;
    const names = ['Free', 'Held'];
    const webhooks = [];
    for (const name of names)
      webhooks.push(await createTestWebhook(app, partner.url, { name, documentType: 'Shared' }));
    const [event] = await publish(app, [invoice('SHARED-1', { documentType: 'Shared' })]);
    const rows = async () => (await app.ask(ROWS, { event })).data.businessEvent;
    const requestOf = async (name: string) => {
      const { requests } = await rows();
      return requests.nodes.find(({ webhook }: { webhook: { name: string } }) => webhook.name === name);
    };
    await waitFor(
      'both requests',
      async () => (await rows()).requests.nodes.length === 2 && partner.calls.length === arrived + 2,
    );
    await mutate(app, 'placeLegalHold', { name: 'Case 7', webhookId: webhooks[1]?.id, reason: 'Docket 2026-7' });
    const input = { documentType: 'Shared', name: 'SHARED-1', reason: 'Request 17 under Art. 17' };
    await mutate(app, 'eraseDocument', input, 'erasure { id }');
    await waitFor('the erasure of what is not held', async () => (await requestOf('Free')).url === '[erased]');

    const free = await requestOf('Free');
    expect(free).toMatchObject({ data: null, dataBody: null });
    expect((await requestOf('Held')).data).toMatchObject({ data: { name: 'SHARED-1' } });
    const where = { businessEvent: { id: { eq: event } } };
    const exported = await requestExport(app, { where, format: 'NDJSON', includeContent: true });
    const lines = (await fetchExport(app, exported)).text.trim().split('\n');
    expect(
      lines
        .map((line: string) => JSON.parse(line))
        .map((row) => [row.webhookName, row.data?.data.name])
        .sort(),
    ).toEqual([
      ['Free', undefined],
      ['Held', 'SHARED-1'],
    ]);
  },
);
