// Deliveries that are sent at once are written by statements of their own.
import { eventFor, publishingSteps } from './publishing-steps';

const { webhookFor, processWith } = publishingSteps();

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
