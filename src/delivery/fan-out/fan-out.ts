// From the outbox to the queue: each event becomes a delivery for every webhook that wants it.
import { currentTime } from '../../clock';
import { type OutboxEvent, takeFromOutbox } from '../../events/business-event.store';
import type { Db } from '../../sql/db';
import { type OutgoingWebhook, outgoingWebhooks } from '../../webhooks/webhook.store';
import { waitForTurn } from '../capacity/document-ordering.store';
import type { DeliveryQueue } from '../queue/queue';
import { asOfNow, makeDeliveries, type Pair } from './make-deliveries';
import { insertPendingDecisions } from './pending-decision.store';
import { wants } from './wants';
import { writeDeliveries } from './write-deliveries';

const BATCH = 200;
const DELIVERIES_AT_ONCE = 10_000;

export interface FanOut {
  /** How many left the outbox. */
  events: number;
  /** Whether there may be more. */
  more: boolean;
  /** Whether there are some that webhooks have to be asked about later: see `decidePending`. */
  pending: boolean;
}

/** Fans out the oldest events, in one transaction. */
export async function fanOut(db: Db, queue: DeliveryQueue): Promise<FanOut> {
  // sent together, done one after the other
  const [, waiting] = await Promise.all([waitForTurn(db), takeFromOutbox(db, BATCH)]);
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
  // an event does not overtake those that its webhook has not been asked about
  const pending = [...pairs.filter(({ webhook }) => webhook.hasPending), ...made.undecided];
  const wantedBy = Map.groupBy(pairs, ({ event }) => event.id);
  const done = events.map(({ id }) => ({ id, wantedBy: wantedBy.get(id)?.length ?? 0 }));
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

/** The webhooks that may want these events. */
async function webhooksFor(db: Db, events: readonly OutboxEvent[]): Promise<OutgoingWebhook[]> {
  const outgoing = await outgoingWebhooks(db);
  return asOfNow(
    db,
    outgoing.filter((webhook) => events.some((event) => wants(webhook, event))),
  );
}

function pairsOf(event: OutboxEvent, webhooks: readonly OutgoingWebhook[]): Pair[] {
  return webhooks.filter((webhook) => wants(webhook, event)).map((webhook) => ({ event, webhook }));
}

// The first ones, one at least. The others stay in the outbox: with very many webhooks, all of them would make a
// transaction so long that a statement of it is stopped, again and again, and nothing would ever leave.
function withFewEnoughDeliveries(events: OutboxEvent[], webhooks: readonly OutgoingWebhook[]): OutboxEvent[] {
  let deliveries = 0;
  const tooMany = events.findIndex((event, index) => {
    deliveries += webhooks.filter((webhook) => wants(webhook, event)).length;
    return index > 0 && deliveries > DELIVERIES_AT_ONCE;
  });
  return tooMany === -1 ? events : events.slice(0, tooMany);
}
