// From the outbox to the queue: each event becomes a delivery for every webhook that wants it.
import { leaveOutbox, type OutboxEvent, takeFromOutbox } from '../events/business-event.store';
import { insertPayloads } from '../events/payload.store';
import { newId, timeOfId } from '../ids';
import type { Db } from '../sql/db';
import { lockedStatuses, outgoingWebhooks, type WebhookRow } from '../webhooks/webhook.store';
import { insertDeliveries, type NewDelivery } from './delivery.store';
import { type Frozen, freezeRequests, type Wanted } from './freeze';
import type { DeliveryQueue, NewJob } from './queue';
import { dueAt } from './retry-schedule';
import { announceDeliveries } from './wake-up.store';

const BATCH = 200;
const DELIVERIES_AT_ONCE = 10_000;

/** Fans out the oldest events, in one transaction. @returns how many events left the outbox */
export async function fanOut(db: Db, queue: DeliveryQueue): Promise<number> {
  const waiting = await takeFromOutbox(db, BATCH);
  if (waiting.length === 0) return 0;
  const webhooks = await webhooksFor(db, waiting);
  const events = withFewEnoughDeliveries(waiting, webhooks);
  const now = new Date();
  const wanted = events.flatMap((event) => wantedFrom(event, webhooks));
  const skipped = wanted.map(skipBefore);
  const rest = wanted.filter((_, index) => skipped[index] === null);
  const requests = await freezeRequests(db, rest);
  const frozen = skipped.map((skip) => skip ?? (requests.shift() as Frozen));
  const deliveries = wanted.map((each, index) => deliveryFor(each, frozen[index] as Frozen, now));
  await insertPayloads(db, payloadsOf(frozen));
  await insertDeliveries(db, deliveries);
  const jobs = deliveries.flatMap(jobFor);
  await queue.insert(db, jobs);
  const wantedBy = Map.groupBy(wanted, ({ event }) => event.id);
  await leaveOutbox(
    db,
    events.map((event) => event.id),
    events.map((event) => wantedBy.get(event.id)?.length ?? 0),
    now,
  );
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

function wantedFrom(event: OutboxEvent, webhooks: readonly WebhookRow[]): Wanted[] {
  return webhooks.filter((webhook) => wants(webhook, event)).map((webhook) => ({ event, webhook }));
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

/** What is decided before anybody looks at the document. */
function skipBefore({ webhook }: Wanted): Frozen | null {
  if (webhook.status !== 'DISABLED') return null;
  const why = webhook.statusReason ?? 'no reason was given';
  return { skipReason: 'WEBHOOK_DISABLED', skipMessage: `It is disabled: ${why}.` };
}

function deliveryFor({ event, webhook }: Wanted, frozen: Frozen, now: Date): NewDelivery {
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
    waitsFor: null,
    test: false,
    blocks: false,
    createdAt: timeOfId(id),
  };
  if ('skipReason' in frozen) return { ...delivery, ...SKIPPED, ...frozen, finishedAt: now };
  const { method, url, headers, payload } = frozen;
  const request = { method, url, headers: JSON.stringify(headers), payloadId: payload.id };
  const held = webhook.status === 'PAUSED';
  const due = { jobId: held ? null : newId(), nextAttemptAt: held ? null : dueAt(1, webhook.retrySchedule, now) };
  return { ...delivery, ...PENDING, ...request, ...due, held };
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

function payloadsOf(frozen: readonly Frozen[]) {
  return [...new Set(frozen.flatMap((each) => ('payload' in each ? each.payload : [])))];
}

function jobFor(delivery: NewDelivery): NewJob[] {
  if (delivery.jobId === null) return [];
  const later = delivery.nextAttemptAt !== null && delivery.nextAttemptAt.getTime() > Date.now();
  return [{ id: delivery.jobId, deliveryId: delivery.id, startAfter: later ? delivery.nextAttemptAt : null }];
}
