// The webhooks that match a kind of event are kept for the next event of that kind.
import { createWebhookDirectory, type EventToMatch } from '../../../src/delivery/engine/matching-webhooks';
import type { OutgoingWebhook } from '../../../src/webhooks/outgoing-webhook.store';

const webhook = (id: number) =>
  ({
    id: String(id).padStart(5, '0'),
    status: 'ACTIVE',
    documentType: null,
    events: [],
  }) as unknown as OutgoingWebhook;
const event = (documentType: string) => ({ documentType, event: 'on_submit', directedTo: null }) as EventToMatch;

test('they are kept for some kinds of events, not for 1,000 kinds that thousands of webhooks match', () => {
  const directory = createWebhookDirectory();
  const webhooks = Array.from({ length: 2_000 }, (_, id) => webhook(id));
  directory.fill({ snapshot: '1:1:', webhooks });
  const first = directory.matching(event('Kind 0'));
  expect(first).toHaveLength(2_000);
  expect(directory.matching(event('Kind 0'))).toBe(first);
  for (let kind = 1; kind <= 100; kind += 1) directory.matching(event(`Kind ${kind}`));
  expect(directory.matching(event('Kind 0'))).not.toBe(first);
  expect(directory.matching(event('Kind 0'))).toEqual(first);
});
