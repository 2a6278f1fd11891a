import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { deliveriesOf } from '../attempt/stored-attempts';
import { workerParts } from '../worker-parts';

const { app, parts } = workerParts();

const URL = 'http://127.0.0.1:9/hook';

test('an event goes to the webhooks whose type and events match, and to no other', async () => {
  const matching = [
    await createTestWebhook(app, URL, { documentType: 'Order', events: ['on_submit', 'on_cancel'] }),
    await createTestWebhook(app, URL, { documentType: 'Order' }),
  ];
  const others = [
    await createTestWebhook(app, URL, { documentType: 'Order', events: ['on_cancel'] }),
    await createTestWebhook(app, URL, { documentType: 'order' }),
  ];
  await publish(app, [invoice('ORD-1', { documentType: 'Order' })]);
  await parts.fanOutAll();
  for (const { id } of matching) expect(await deliveriesOf(app, id)).toHaveLength(1);
  for (const { id } of others) expect(await deliveriesOf(app, id)).toHaveLength(0);
  expect(
    await app.database.query(`select wanted_by as n from business_events where reference_document = 'ORD-1'`),
  ).toEqual([{ n: 2 }]);
});

test('of relays that read the same events at the same time, one makes the delivery of each', async () => {
  const { id } = await createTestWebhook(app, URL, { documentType: 'Race' });
  await publish(
    app,
    Array.from({ length: 450 }, (_, n) => invoice(`R-${n}`, { documentType: 'Race' })),
  );
  const relays = [parts.relay(), parts.relay(), parts.relay()];
  for (let left = 1; left > 0; ) {
    const steps = await Promise.all(relays.map((step) => step()));
    left = steps.reduce((sum, { read }) => sum + read, 0);
  }
  const references = (await deliveriesOf(app, id)).map((delivery) => delivery.referenceDocument);
  expect(references).toHaveLength(450);
  expect(new Set(references).size).toBe(450);
});

test('events that very many webhooks want leave the outbox in steps that a transaction can carry', async () => {
  const { id } = await createTestWebhook(app, URL, { documentType: 'Popular' });
  await app.database.query(
    `insert into webhooks select (made.row).* from (
       select jsonb_populate_record(w, jsonb_build_object('id', new_id())) as row
       from webhooks w, generate_series(2, 600) where w.document_type = 'Popular') as made`,
  );
  await publish(
    app,
    Array.from({ length: 40 }, (_, n) => invoice(`P-${n}`, { documentType: 'Popular' })),
  );
  const { events: first, more } = await parts.relay()();
  expect(more).toBe(true);
  expect(first).toBeGreaterThan(0);
  expect(first * 600).toBeLessThanOrEqual(2_500);
  await parts.fanOutAll();
  expect(await deliveriesOf(app, id)).toHaveLength(40);
});
