import { createTestWebhook } from '../../support/webhooks';
import { strays } from '../attempt/invariants';
import { deliveriesOf } from '../attempt/stored-attempts';
import { isDirect, workerSteps } from '../attempt/worker-steps';

const { app, partner, direct, webhookFor } = workerSteps();

test('deliveries that are skipped or block others are listed by their state, beside those that are sent at once', async () => {
  const sent = await webhookFor();
  const otherFor = (settings: object) =>
    createTestWebhook(app, partner.url, { documentType: sent.documentType, ...settings });
  const skipped = await otherFor({ condition: 'doc.name == "other"' });
  const ordered = await otherFor({ ordering: 'HOLD' });
  const own = direct();
  await sent.publishMany(3, { name: 'INV' });
  (await own.fanOut()).onCommit();
  expect(own.sent).toHaveLength(3);
  expect((await deliveriesOf(app, sent.id)).map(isDirect)).toEqual([true, true, true]);
  expect((await deliveriesOf(app, skipped.id)).map(({ status }) => status)).toEqual(Array(3).fill('SKIPPED'));
  expect(await deliveriesOf(app, ordered.id)).toHaveLength(3);
  expect(await strays(app)).toEqual([]);
});
