// Deliveries that are sent at once are written by statements of their own.
import type { NewDelivery } from '../../../src/delivery/delivery.store';
import { sentDeliveries } from '../../../src/delivery/sent-delivery.store';
import type { OpenRequest } from '../../../src/request-log/open-close.store';
import { eventFor, publishingSteps } from './publishing-steps';

const { webhookFor, processWith } = publishingSteps();

const delivery = (id: string, blocks = false) => ({ id, blocks }) as NewDelivery;
const request = (deliveryId: string) => ({ deliveryId, sentHeaders: '{}' }) as unknown as OpenRequest;

test('deliveries are written as sent ones if each has its request and blocks no other', () => {
  expect(sentDeliveries([delivery('a')], [request('a')])).toMatchObject([{ id: 'a' }]);
  expect(sentDeliveries([delivery('a'), delivery('b')], [request('a')])).toBeNull();
  // it has a row in blocking_deliveries too
  expect(sentDeliveries([delivery('a', true)], [request('a')])).toBeNull();
  expect(sentDeliveries([], [])).toBeNull();
});

// each has a statement of its own
test.each([
  ['alone, with a key', ['key-1']],
  ['alone, without one', [null]],
  ['together', ['key-2', null, 'key-3']],
])('events that are published %s have their deliveries made at once', async (_how, keys) => {
  const { documentType } = await webhookFor();
  const { own, publish } = await processWith();
  await publish(...keys.map((idempotencyKey) => eventFor(documentType, { idempotencyKey })));
  expect(own.sent).toHaveLength(keys.length);
});
