import { createSubscriptionSlots, SUBSCRIPTION_LIMITS } from '../../../src/server/subscriptions/subscription-request';

test('a process has 1,000 subscriptions, and one that ends frees one, however often it reports its end', () => {
  const slots = createSubscriptionSlots();
  const leave = Array.from({ length: SUBSCRIPTION_LIMITS.subscriptions }, () => slots.subscribe());
  expect(() => slots.subscribe()).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED', status: 429 }));
  leave[500]?.();
  leave[500]?.();
  leave[500] = slots.subscribe();
  expect(() => slots.subscribe()).toThrow('There are 1000 subscriptions at this server, the maximum.');
});

test.each([
  ['connections', 'key', 'connect', SUBSCRIPTION_LIMITS.connectionsPerKey, '20 connections'],
  [
    'WebSockets before their keys are known',
    'address range',
    'arrive',
    SUBSCRIPTION_LIMITS.arrivingPerRange,
    '50 WebSockets',
  ],
] as const)('%s are counted for each %s', (_what, _owner, way, most, message) => {
  const slots = createSubscriptionSlots();
  const leave = Array.from({ length: most }, () => slots[way]('one'));
  expect(() => slots[way]('one')).toThrow(message);
  slots[way]('another');
  leave[0]?.();
  leave[0]?.();
  slots[way]('one');
  expect(() => slots[way]('one')).toThrow(message);
});
