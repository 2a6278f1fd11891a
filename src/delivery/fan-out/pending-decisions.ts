// Makes the decisions that were deferred by the fan-out.
import { setTimeout as wait } from 'node:timers/promises';
import { currentTime } from '../../clock';
import { outboxEventsById } from '../../events/business-event.store';
import type { Log } from '../../log';
import { type Loop, startLoop } from '../../loop';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { outgoingWebhooksById } from '../../webhooks/webhook.store';
import type { DeliveryQueue } from '../queue/queue';
import { lockCurrentState, makeDeliveries, type Pair } from './make-deliveries';
import {
  deletePendingDecisions,
  lockPendingDecisions,
  oldestPending,
  type PendingDecision,
} from './pending-decision.store';
import { writeDeliveries } from './write-deliveries';

const WEBHOOKS_AT_ONCE = 10;
const EVENTS_PER_WEBHOOK = 50;
/** Without being woken: another process may have deferred decisions. */
const REST_MS = 5_000;
/** Slow decisions leave the processor to others for this long. */
const PAUSE_AFTER_SLOW_MS = 500;

export interface PendingStep {
  decided: number;
  /** Evaluated, and deferred again. */
  undecided: number;
}

/** One step, in one transaction, in one process at a time. */
export async function decidePending(db: Db, queue: DeliveryQueue): Promise<PendingStep> {
  if (!(await lockPendingDecisions(db))) return { decided: 0, undecided: 0 };
  const pending = await oldestPending(db, WEBHOOKS_AT_ONCE, EVENTS_PER_WEBHOOK);
  if (pending.length === 0) return { decided: 0, undecided: 0 };
  const now = currentTime();
  const made = await makeDeliveries(db, await pairsFor(db, pending), now);
  const undecided = new Set(made.undecided.map(({ event, webhook }) => keyOf(webhook.id, event.id)));
  // includes those of archived webhooks and of deleted events
  const decided = pending.filter(({ webhookId, businessEventId }) => !undecided.has(keyOf(webhookId, businessEventId)));
  await Promise.all([writeDeliveries(db, queue, made, [], now), deletePendingDecisions(db, decided)]);
  return { decided: decided.length, undecided: undecided.size };
}

async function pairsFor(db: Db, pending: readonly PendingDecision[]): Promise<Pair[]> {
  const events = await outboxEventsById(db, [...new Set(pending.map((each) => each.businessEventId))]);
  const found = await outgoingWebhooksById(db, [...new Set(pending.map((each) => each.webhookId))]);
  const webhooks = new Map((await lockCurrentState(db, found)).map((webhook) => [webhook.id, webhook]));
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
    const { decided, undecided } = await transaction((db) => decidePending(db, queue));
    if (decided > 0) onDecided();
    if (undecided > 0) await wait(PAUSE_AFTER_SLOW_MS);
    return decided > 0 || undecided > 0;
  });
}
