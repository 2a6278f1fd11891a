// From the outbox to the queue: each event becomes one delivery for every webhook that it matches.
import { currentTime } from '../../clock';
import { type OutboxEvent, takeFromOutbox } from '../../events/business-event.store';
import type { Db } from '../../sql/db';
import { type OutgoingWebhook, outgoingWebhooks } from '../../webhooks/webhook.store';
import { lockFanOutOrder } from '../capacity/document-ordering.store';
import type { DeliveryQueue } from '../queue/queue';
import { lockCurrentState, makeDeliveries, type Pair } from './make-deliveries';
import { matches } from './matches';
import { insertPendingDecisions } from './pending-decision.store';
import { writeDeliveries } from './write-deliveries';

const BATCH = 200;
const MAX_DELIVERIES = 10_000;

export interface FanOut {
  /** The number of events that left the outbox. */
  events: number;
  /** Whether the outbox may have more. */
  more: boolean;
  /** Whether the decision about some deliveries was deferred: see `decidePending`. */
  pending: boolean;
}

/** Fans out the oldest events, in one transaction. */
export async function fanOut(db: Db, queue: DeliveryQueue): Promise<FanOut> {
  // sent together, executed in this order
  const [, waiting] = await Promise.all([lockFanOutOrder(db), takeFromOutbox(db, BATCH)]);
  if (waiting.length === 0) return { events: 0, more: false, pending: false };
  const webhooks = await webhooksFor(db, waiting);
  const events = withFewEnoughDeliveries(waiting, webhooks);
  const now = currentTime();
  const pairs = events.flatMap((event) => pairsOf(event, webhooks));
  const made = await makeDeliveries(
    db,
    pairs.filter(({ webhook }) => !webhook.hasPending),
    now,
  );
  // events keep their order: if earlier ones of the webhook are pending, this one is too
  const pending = [...pairs.filter(({ webhook }) => webhook.hasPending), ...made.undecided];
  const matched = Map.groupBy(pairs, ({ event }) => event.id);
  const done = events.map(({ id }) => ({ id, wantedBy: matched.get(id)?.length ?? 0 }));
  await Promise.all([
    writeDeliveries(db, queue, made, done, now),
    insertPendingDecisions(
      db,
      pending.map(({ event, webhook }) => ({ webhookId: webhook.id, businessEventId: event.id })),
    ),
  ]);
  const more = waiting.length === BATCH || events.length < waiting.length;
  return { events: events.length, more, pending: pending.length > 0 };
}

/** The webhooks that match any of these events. */
async function webhooksFor(db: Db, events: readonly OutboxEvent[]): Promise<OutgoingWebhook[]> {
  const outgoing = await outgoingWebhooks(db);
  return lockCurrentState(
    db,
    outgoing.filter((webhook) => events.some((event) => matches(webhook, event))),
  );
}

function pairsOf(event: OutboxEvent, webhooks: readonly OutgoingWebhook[]): Pair[] {
  return webhooks.filter((webhook) => matches(webhook, event)).map((webhook) => ({ event, webhook }));
}

// The first events, at least one. With thousands of webhooks, a whole batch would make a statement that always times out,
// and no event would ever leave the outbox.
function withFewEnoughDeliveries(events: OutboxEvent[], webhooks: readonly OutgoingWebhook[]): OutboxEvent[] {
  let deliveries = 0;
  const tooMany = events.findIndex((event, index) => {
    deliveries += webhooks.filter((webhook) => matches(webhook, event)).length;
    return index > 0 && deliveries > MAX_DELIVERIES;
  });
  return tooMany === -1 ? events : events.slice(0, tooMany);
}
