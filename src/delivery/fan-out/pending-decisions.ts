// Decides, apart from the fan-out, about the events that a webhook could not be asked about in their turn.
import { setTimeout as wait } from 'node:timers/promises';
import { currentTime } from '../../clock';
import { outboxEventsById } from '../../events/business-event.store';
import type { Log } from '../../log';
import { type Loop, startLoop } from '../../loop';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { outgoingWebhooksById } from '../../webhooks/webhook.store';
import type { DeliveryQueue } from '../queue/queue';
import { asOfNow, makeDeliveries, type Pair } from './make-deliveries';
import { deletePendingDecisions, oldestPending, type PendingDecision, takePendingTurn } from './pending-decision.store';
import { writeDeliveries } from './write-deliveries';

const WEBHOOKS_AT_ONCE = 10;
const EVENTS_PER_WEBHOOK = 50;
/** Without news: another process may have left some. */
const REST_MS = 5_000;
/** What is slow to decide leaves the processor to others at least this long. */
const AFTER_SLOW_MS = 500;

export interface PendingStep {
  decided: number;
  /** Looked at, and left for another time. */
  left: number;
}

/** One step, in one transaction; of several processes one at a time does it. */
export async function decidePending(db: Db, queue: DeliveryQueue): Promise<PendingStep> {
  if (!(await takePendingTurn(db))) return { decided: 0, left: 0 };
  const pending = await oldestPending(db, WEBHOOKS_AT_ONCE, EVENTS_PER_WEBHOOK);
  if (pending.length === 0) return { decided: 0, left: 0 };
  const now = currentTime();
  const made = await makeDeliveries(db, await pairsFor(db, pending), now);
  const left = new Set(made.undecided.map(({ event, webhook }) => keyOf(webhook.id, event.id)));
  // also those of archived webhooks and of events that are gone
  const decided = pending.filter(({ webhookId, businessEventId }) => !left.has(keyOf(webhookId, businessEventId)));
  await Promise.all([writeDeliveries(db, queue, made, [], now), deletePendingDecisions(db, decided)]);
  return { decided: decided.length, left: left.size };
}

async function pairsFor(db: Db, pending: readonly PendingDecision[]): Promise<Pair[]> {
  const events = await outboxEventsById(db, [...new Set(pending.map((each) => each.businessEventId))]);
  const wanting = await outgoingWebhooksById(db, [...new Set(pending.map((each) => each.webhookId))]);
  const webhooks = new Map((await asOfNow(db, wanting)).map((webhook) => [webhook.id, webhook]));
  return pending.flatMap(({ webhookId, businessEventId }) => {
    const [event, webhook] = [events.get(businessEventId), webhooks.get(webhookId)];
    return event && webhook ? { event, webhook } : [];
  });
}

function keyOf(webhookId: string, eventId: string): string {
  return `${webhookId} ${eventId}`;
}

export interface PendingParts {
  transaction: Transaction;
  queue: DeliveryQueue;
  log: Log;
  /** Called after events became deliveries. */
  onDecided(): void;
}

export function startDecidingPending({ transaction, queue, log, onDecided }: PendingParts): Loop {
  return startLoop('pending decisions', REST_MS, log, async () => {
    const { decided, left } = await transaction((db) => decidePending(db, queue));
    if (decided > 0) onDecided();
    if (left > 0) await wait(AFTER_SLOW_MS);
    return decided > 0 || left > 0;
  });
}
