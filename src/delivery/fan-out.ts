// From the outbox to the queue: each event becomes a delivery for every webhook that wants it.
import { type BusinessEventRow, leaveOutbox, takeFromOutbox } from '../events/business-event.store';
import { insertPayloads, newPayload, type Payload } from '../events/payload.store';
import { newId, timeOfId } from '../ids';
import type { Db } from '../sql/db';
import { lockedStatuses, outgoingWebhooks, type WebhookRow } from '../webhooks/webhook.store';
import { defaultBody } from './default-body';
import { insertDeliveries, type NewDelivery } from './delivery.store';
import type { DeliveryQueue, NewJob } from './queue';
import { dueAt } from './retry-schedule';
import { announceDeliveries } from './wake-up.store';

const BATCH = 200;
const DELIVERIES_AT_ONCE = 10_000;
const FROZEN_HEADERS = JSON.stringify([
  ['content-type', 'application/json'],
  ['user-agent', 'Hookledger'],
]);

type OutboxEvent = BusinessEventRow & { body: Buffer | null };

/** Fans out the oldest events, in one transaction. @returns how many events left the outbox */
export async function fanOut(db: Db, queue: DeliveryQueue): Promise<number> {
  const waiting = await takeFromOutbox(db, BATCH);
  if (waiting.length === 0) return 0;
  const webhooks = await webhooksFor(db, waiting);
  const events = withFewEnoughDeliveries(waiting, webhooks);
  const now = new Date();
  const payloads: Payload[] = [];
  const deliveries: NewDelivery[] = [];
  const wantedBy = events.map((event) => {
    const wanting = webhooks.filter((webhook) => wants(webhook, event));
    // one body for all of them: a payload is stored once
    const payload = wanting.some((webhook) => webhook.status !== 'DISABLED') ? bodyFor(event) : null;
    if (payload) payloads.push(payload);
    deliveries.push(...wanting.map((webhook) => deliveryFor(event, webhook, payload, now)));
    return wanting.length;
  });
  const jobs = deliveries.flatMap(jobFor);
  await insertPayloads(db, payloads);
  await insertDeliveries(db, deliveries);
  await queue.insert(db, jobs);
  const ids = events.map((event) => event.id);
  await leaveOutbox(db, ids, wantedBy, now);
  if (jobs.length > 0) await announceDeliveries(db);
  return events.length;
}

/**
 * The webhooks that may want these events, with a status that holds until the transaction ends where it matters: a
 * webhook that is resumed meanwhile must not leave a delivery held.
 */
async function webhooksFor(db: Db, events: readonly OutboxEvent[]): Promise<WebhookRow[]> {
  const webhooks = (await outgoingWebhooks(db)).filter((webhook) => events.some((event) => wants(webhook, event)));
  const inactive = webhooks.filter((webhook) => webhook.status !== 'ACTIVE');
  if (inactive.length === 0) return webhooks;
  const statuses = await lockedStatuses(
    db,
    inactive.map((webhook) => webhook.id),
  );
  return webhooks
    .map((webhook) => ({ ...webhook, status: statuses.get(webhook.id) ?? webhook.status }))
    .filter((webhook) => webhook.status !== 'ARCHIVED');
}

function wants(webhook: WebhookRow, event: OutboxEvent): boolean {
  const typeMatches = webhook.documentType === null || webhook.documentType === event.documentType;
  return typeMatches && (webhook.events.length === 0 || webhook.events.includes(event.event));
}

// The first ones, one at least. The others stay in the outbox: with very many webhooks, all of them would make a
// transaction so long that a statement of it is stopped, again and again, and nothing would ever leave.
function withFewEnoughDeliveries(events: OutboxEvent[], webhooks: readonly WebhookRow[]): OutboxEvent[] {
  let deliveries = 0;
  const tooMany = events.findIndex((event, index) => {
    deliveries += webhooks.filter((webhook) => wants(webhook, event)).length;
    return index > 0 && deliveries > DELIVERIES_AT_ONCE;
  });
  return tooMany === -1 ? events : events.slice(0, tooMany);
}

function bodyFor(event: OutboxEvent): Payload | null {
  return event.body && newPayload(defaultBody(event, event.body), 'application/json');
}

function deliveryFor(event: OutboxEvent, webhook: WebhookRow, payload: Payload | null, now: Date): NewDelivery {
  const id = newId();
  const delivery = {
    id,
    businessEventId: event.id,
    webhookId: webhook.id,
    userId: event.userId,
    documentType: event.documentType,
    event: event.event,
    referenceDocument: event.referenceDocument,
    attempts: 0,
    createdAt: timeOfId(id),
  };
  if (webhook.status === 'DISABLED') {
    const why = webhook.statusReason ?? 'no reason was given';
    return {
      ...delivery,
      ...SKIPPED,
      skipReason: 'WEBHOOK_DISABLED',
      skipMessage: `It is disabled: ${why}.`,
      finishedAt: now,
    };
  }
  if (!payload) {
    const skipMessage = 'The data of the event was erased before the event became a delivery.';
    return { ...delivery, ...SKIPPED, skipReason: 'TEMPLATE_ERROR', skipMessage, finishedAt: now };
  }
  const frozen = { method: 'POST', url: webhook.url, headers: FROZEN_HEADERS, payloadId: payload.id };
  const held = webhook.status === 'PAUSED';
  const due = { jobId: held ? null : newId(), nextAttemptAt: held ? null : dueAt(1, webhook.retrySchedule, now) };
  return { ...delivery, ...PENDING, ...frozen, ...due, held };
}

const SKIPPED = {
  status: 'SKIPPED' as const,
  nextAttemptAt: null,
  held: false,
  method: null,
  url: null,
  headers: null,
  payloadId: null,
  jobId: null,
};
const PENDING = { status: 'PENDING' as const, skipReason: null, skipMessage: null, finishedAt: null };

function jobFor(delivery: NewDelivery): NewJob[] {
  if (delivery.jobId === null) return [];
  const later = delivery.nextAttemptAt !== null && delivery.nextAttemptAt.getTime() > Date.now();
  return [{ id: delivery.jobId, deliveryId: delivery.id, startAfter: later ? delivery.nextAttemptAt : null }];
}
