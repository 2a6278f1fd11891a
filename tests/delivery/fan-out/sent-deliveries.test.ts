import type { NewDelivery } from '../../../src/delivery/delivery.store';
import { sentDeliveries } from '../../../src/delivery/sent-delivery.store';
import type { OpenRequest } from '../../../src/request-log/open-close.store';

const delivery = (id: string, blocks = false) => ({ id, blocks }) as NewDelivery;
const request = (deliveryId: string) => ({ deliveryId, sentHeaders: '{}' }) as unknown as OpenRequest;

test('deliveries are written as sent ones if each has its request and blocks no other', () => {
  expect(sentDeliveries([delivery('a')], [request('a')])).toMatchObject([{ id: 'a' }]);
  expect(sentDeliveries([delivery('a'), delivery('b')], [request('a')])).toBeNull();
  // it has a row in blocking_deliveries too
  expect(sentDeliveries([delivery('a', true)], [request('a')])).toBeNull();
  expect(sentDeliveries([], [])).toBeNull();
});
