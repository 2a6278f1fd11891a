// Requests of webhooks with `sendEvidenceHead` carry the newest signed head, whichever process sends them.
import type { App } from '../../../src/app/app';
import { createHeadReader } from '../../../src/evidence/anchors/anchor-heads';
import { noteOf } from '../../../src/evidence/formats/signed-note';
import { seal } from '../../../src/evidence/seal';
import { startSecondWorker } from '../../delivery/capacity/circuit-states';
import { endSharedApi, startTestApp, type TestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { type ReceivedCall, type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { addAuditor, INSERT_CLOSED, startStore } from '../stored-tree';

const sizeOf = (header: string) => Number(noteOf(header).split('\n')[1]);

describe('from a worker that does not seal', () => {
  let app: TestApp;
  let worker: App;
  let partner: Receiver;

  beforeAll(async () => {
    [app, partner] = await Promise.all([startTestApp({ PROCESSES: 'api,indexer' }), startReceiver()]);
    worker = await startSecondWorker(app);
    // the creation of a user is sealed
    await app.keyFor('SUPPORT');
    await waitFor('a head', async () => ((await heads()).length > 0 ? true : null));
  });
  afterAll(async () => {
    await worker.stop();
    await Promise.all([app.stop(), partner.stop()]);
  });

  /** The signed heads, newest first. */
  async function heads(): Promise<string[]> {
    const { data } = await app.ask('{ evidenceHeads(first: 100) { nodes { checkpoint } } }');
    return data.evidenceHeads.nodes.map(({ checkpoint }: { checkpoint: string }) => checkpoint);
  }

  async function sent(reference: string, documentType: string): Promise<ReceivedCall> {
    const before = partner.calls.length;
    await publish(app, [invoice(reference, { documentType })]);
    return waitFor('the request', () => partner.calls[before] ?? null);
  }

  const recorded = async (documentType: string): Promise<string[]> => {
    const rows = await app.database.query<{ headers: string }>(
      'select headers from webhook_request_logs where document_type = $1 order by id',
      [documentType],
    );
    return rows.map(({ headers }) => new Map<string, string>(JSON.parse(headers)).get('hookledger-head') ?? 'none');
  };

  // first attempts of an ordered webhook go through the queue
  test.each([
    { way: 'at once', documentType: 'Direct', ordering: null },
    { way: 'from the queue', documentType: 'Queued', ordering: 'HOLD' },
  ])(
    'a request that is sent $way carries a signed head, and the log has the header',
    async ({ documentType, ordering }) => {
      await createTestWebhook(app, partner.url, { documentType, ordering, sendEvidenceHead: true });
      const first = (await sent('SINV-1', documentType)).headers['hookledger-head'] as string;
      expect(await heads()).toContain(noteOf(first));
      // a later request carries a later head, once the request before is sealed
      let count = 1;
      const next = await waitFor('a newer head', async () => {
        count += 1;
        const head = (await sent(`SINV-${count}`, documentType)).headers['hookledger-head'] as string;
        return sizeOf(head) > sizeOf(first) ? head : null;
      });
      expect(await heads()).toContain(noteOf(next));
      expect((await recorded(documentType))[0]).toBe(first);
    },
  );

  test('without the setting nothing is sent; it can be changed, is part of the versions, and is null-safe', async () => {
    const documentType = 'Changed';
    const { id } = await createTestWebhook(app, partner.url, { documentType });
    const change = async (sendEvidenceHead: boolean | null) =>
      (await mutate(app, 'updateWebhook', { id, sendEvidenceHead }, 'webhook { sendEvidenceHead version }')).webhook;
    expect((await sent('SINV-1', documentType)).headers).not.toHaveProperty('hookledger-head');
    expect(await change(true)).toEqual({ sendEvidenceHead: true, version: 2 });
    expect((await sent('SINV-2', documentType)).headers).toHaveProperty('hookledger-head');
    expect(await change(null)).toEqual({ sendEvidenceHead: false, version: 3 });
    expect((await sent('SINV-3', documentType)).headers).not.toHaveProperty('hookledger-head');
    const restored = await mutate(app, 'restoreWebhookVersion', { id, version: 2 }, 'webhook { sendEvidenceHead }');
    expect(restored.webhook).toEqual({ sendEvidenceHead: true });
    const { data } = await app.ask(
      `query ($id: ID!) { webhooks(where: { sendEvidenceHead: { eq: true }, id: { eq: $id } }) { totalCount } }`,
      { id },
    );
    expect(data.webhooks.totalCount).toBe(1);
  });

  test('a header of this name is refused, in any case, and so is the setting of an INCOMING webhook', async () => {
    const refused = (input: object) => mutate(app, 'createWebhook', { name: 'Partner', ...input }, 'webhook { id }');
    const headers = [{ name: 'Hookledger-Head', value: '1:x' }];
    expect(await refused({ url: partner.url, headers })).toMatchObject({
      webhook: null,
      userErrors: [{ code: 'INVALID', message: expect.stringContaining('set by Hookledger') }],
    });
    const incoming = { direction: 'INCOMING', provider: 'NONE', sendEvidenceHead: true };
    expect(await refused(incoming)).toMatchObject({ userErrors: [{ field: ['sendEvidenceHead'], code: 'INVALID' }] });
  });
});

test('the newest head is read at most once a second, also while nothing is sealed', async () => {
  await endSharedApi();
  const store = await startStore();
  try {
    await addAuditor(store);
    const read = createHeadReader();
    const at = async (ms: number) => {
      const now = jest.spyOn(performance, 'now').mockReturnValue(ms);
      try {
        return await read(store.source.manager);
      } finally {
        now.mockRestore();
      }
    };
    const sealMore = async () => {
      await store.database.query(INSERT_CLOSED, [2]);
      while (await seal(store.transaction, store.keyring, 'erp.example.com'));
    };
    expect(await at(0)).toBeNull();
    await sealMore();
    expect(await at(999)).toBeNull();
    const first = await at(1_000);
    expect(sizeOf(first as string)).toBe(3);
    await sealMore();
    expect(await at(1_999)).toBe(first);
    expect(sizeOf((await at(2_000)) as string)).toBe(5);
  } finally {
    await store.stop();
  }
});
