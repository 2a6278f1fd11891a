// A delivery that arrived has no record of its own: its requests say what it is about.

import type { Scope } from '../../src/evidence/verifying/scope';
import { uuidOf } from '../../src/values/ids';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { sealedRequests } from './sealing';
import { openStore, type Store, tamperWith, verify } from './stored-tree';

let app: TestApp;
let partner: Receiver;
let store: Store;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
  store = await openStore(app.database);
});
afterAll(async () => {
  await store.source.destroy();
  await Promise.all([app.stop(), partner.stop()]);
});

// the keys of the log are those of the program, which the store has not
const changed = async (scope?: Scope) =>
  (await verify(store, 'ROWS', [], scope)).filter(({ name }) => name !== 'BAD_KEY');

test('a delivery that arrived, and was given another webhook or another event by hand, is found by its request', async () => {
  const [own, other] = [
    await createTestWebhook(app, partner.url, { name: 'Own', documentType: 'Sales Invoice' }),
    await createTestWebhook(app, partner.url, { name: 'Other', documentType: 'Sales Invoice', events: ['on_cancel'] }),
  ];
  await publish(app, [invoice('INV-1'), invoice('INV-2')]);
  await sealedRequests(app, 2);
  expect(await changed()).toEqual([]);
  const rows = await app.database.query<{ id: string; delivery: string; event: string }>(
    `select id, delivery_id as delivery, business_event_id as event from webhook_request_logs order by id`,
  );
  const [first, second] = rows as [(typeof rows)[0], (typeof rows)[0]];
  const found = async (ids?: string[]) =>
    (await changed(ids && { kind: 'IDS', from: null, to: null, ids })).map(({ name, kind, rowId }) => [
      name,
      kind,
      rowId,
    ]);
  const stray = (requestId: string) => ['CHANGED', 'request', requestId];
  await tamperWith(app.database, [
    `update deliveries set webhook_id = '${uuidOf('Webhook', other.id)}' where id = '${first.delivery}'`,
  ]);
  expect(await found()).toEqual([stray(first.id)]);
  expect(await found([`dlv_${first.delivery.replaceAll('-', '')}`])).toEqual([stray(first.id)]);
  expect(await found([`dlv_${second.delivery.replaceAll('-', '')}`])).toEqual([]);
  await tamperWith(app.database, [
    `update deliveries set webhook_id = '${uuidOf('Webhook', own.id)}' where id = '${first.delivery}'`,
    `update deliveries set business_event_id = '${first.event}' where id = '${second.delivery}'`,
  ]);
  expect(await found()).toEqual([stray(second.id)]);
});

test('a delivery that was marked as delivered by hand is found, though nothing was decided about it', async () => {
  partner.answerWith(() => ({ status: 500 }));
  await createTestWebhook(app, partner.url, { documentType: 'Customer', retrySchedule: [0, 3_600] });
  await publish(app, [invoice('CUST-1', { documentType: 'Customer' })]);
  await sealedRequests(app, 3);
  await tamperWith(app.database, [
    `update deliveries set status = 'DELIVERED', finished_at = now(), delivered_at = now() where document_type = 'Customer'`,
  ]);
  const found = (await changed()).filter(({ kind }) => kind === 'decision');
  expect(found).toMatchObject([
    { name: 'CHANGED', message: expect.stringMatching(/^The delivery dlv_\w+ is DELIVERED, and none/) },
  ]);
});
