// From the outbox to the queue: each event becomes a delivery for every webhook that wants it.
import { currentMs, currentTime } from '../clock';
import { type OutboxEvent, takeFromOutbox } from '../events/business-event.store';
import { newId, timeOfId } from '../ids';
import type { Db } from '../sql/db';
import { type OutgoingWebhook, outgoingWebhooks, webhooksForShare } from '../webhooks/webhook.store';
import { lockCircuits, markCrowded } from '../webhooks/webhook-circuit.store';
import type { NewDelivery } from './delivery.store';
import { duplicatesAmong } from './duplicates';
import { writeFanOut } from './fan-out.store';
import { type Frozen, freezeRequests, newPayloadsOf, type Wanted } from './freeze';
import { loopSkip } from './loop-skip';
import { putInOrder } from './order';
import { waitForTurn } from './order.store';
import type { DeliveryQueue, NewJob } from './queue';
import { dueAt } from './retry-schedule';
import { announceDeliveries } from './wake-up.store';
import { wants } from './wants';

const BATCH = 200;
const DELIVERIES_AT_ONCE = 10_000;

/** An event for a webhook that wants it, and what is known of the webhook while the transaction lasts. */
type Pair = Wanted & { webhook: OutgoingWebhook };

/** Fans out the oldest events, in one transaction. @returns how many left the outbox, and whether there may be more */
export async function fanOut(db: Db, queue: DeliveryQueue): Promise<{ events: number; more: boolean }> {
  // sent together, done one after the other
  const [, waiting] = await Promise.all([waitForTurn(db), takeFromOutbox(db, BATCH)]);
  if (waiting.length === 0) return { events: 0, more: false };
  const webhooks = await webhooksFor(db, waiting);
  const events = withFewEnoughDeliveries(waiting, webhooks);
  const now = currentTime();
  const pairs = events.flatMap((event) => pairsOf(event, webhooks));
  const frozen = await decide(db, pairs);
  const made = pairs.map((pair, index) => deliveryFor(pair, frozen[index] as Frozen, now));
  const deliveries = await inOrder(db, made, webhooks);
  const wantedBy = Map.groupBy(pairs, ({ event }) => event.id);
  const done = events.map(({ id }) => ({ id, wantedBy: wantedBy.get(id)?.length ?? 0 }));
  const jobs = deliveries.flatMap(jobFor);
  await Promise.all([
    writeFanOut(db, newPayloadsOf(frozen), deliveries, done, now),
    queue.insert(db, jobs),
    markCrowded(db, crowdedBy(deliveries)),
  ]);
  // the worker of this process is told by its relay; those of others look for jobs by themselves, but not for these
  if (deliveries.some((delivery) => delivery.waitsFor === 'CAPACITY')) await announceDeliveries(db);
  return { events: events.length, more: waiting.length === BATCH || events.length < waiting.length };
}

/**
 * The webhooks that may want these events, with a status that holds until the transaction ends where it matters: a
 * webhook that is resumed meanwhile must not leave a delivery held, nor one that becomes free leave it waiting, nor one
 * that is archived leave it either way.
 */
async function webhooksFor(db: Db, events: readonly OutboxEvent[]): Promise<OutgoingWebhook[]> {
  const wanting = (await outgoingWebhooks(db)).filter((webhook) => events.some((event) => wants(webhook, event)));
  const notFree = wanting.filter((webhook) => webhook.status !== 'ACTIVE' || needsCircuit(webhook)).map(idOf);
  const held = notFree.length > 0 ? await webhooksForShare(db, notFree) : new Map();
  const webhooks = wanting
    .map((webhook) => ({ ...webhook, ...held.get(webhook.id) }))
    .filter((webhook) => webhook.status !== 'ARCHIVED');
  const circuits = await lockCircuits(db, webhooks.filter(needsCircuit).map(idOf));
  return webhooks.map((webhook) => {
    const circuit = circuits.get(webhook.id);
    return { ...webhook, isBusy: circuit !== undefined && (circuit.crowded || circuit.state !== 'CLOSED') };
  });
}

function needsCircuit(webhook: OutgoingWebhook): boolean {
  return webhook.isBusy || webhook.ordering !== null || webhook.dedupeSeconds !== null;
}

function idOf({ id }: { id: string }): string {
  return id;
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

// Each question is asked only about what the ones before have not decided against.
async function decide(db: Db, pairs: readonly Pair[]): Promise<Frozen[]> {
  const decisions = pairs.map(skipBefore);
  await decideRest(pairs, decisions, (rest) => freezeRequests(db, rest));
  const frozen = decisions as Frozen[];
  const sent = frozen.map((each, index) => ('skipReason' in each ? -1 : index)).filter((index) => index >= 0);
  const duplicates = await duplicatesAmong(
    db,
    sent.map((index) => pairs[index] as Pair),
  );
  for (const [place, index] of sent.entries()) frozen[index] = duplicates[place] ?? (frozen[index] as Frozen);
  return frozen;
}

async function decideRest(
  pairs: readonly Pair[],
  decisions: (Frozen | null)[],
  ask: (rest: Pair[]) => Promise<Frozen[]>,
): Promise<void> {
  const answers = await ask(pairs.filter((_, index) => decisions[index] === null));
  for (const [index, decision] of decisions.entries()) decisions[index] = decision ?? (answers.shift() as Frozen);
}

/** What is decided before anybody looks at the document. */
function skipBefore(pair: Pair): Frozen | null {
  const { webhook } = pair;
  if (webhook.status !== 'DISABLED') return loopSkip(pair);
  const why = webhook.statusReason ?? 'no reason was given';
  return { skipReason: 'WEBHOOK_DISABLED', skipMessage: `It is disabled: ${why}.` };
}

function deliveryFor({ event, webhook }: Pair, frozen: Frozen, now: Date): NewDelivery {
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
    test: false,
    blocks: false,
    createdAt: timeOfId(id),
  };
  if ('skipReason' in frozen) return { ...delivery, ...SKIPPED, ...frozen, finishedAt: now };
  const { method, url, headers, payloadId } = frozen;
  const request = { method, url, headers: JSON.stringify(headers), payloadId };
  return { ...delivery, ...PENDING, ...request, ...turnOf(webhook, now) };
}

/** Whether it goes when it is due, waits behind others, or is held with its webhook. */
function turnOf(webhook: OutgoingWebhook, now: Date): Turn {
  if (webhook.status === 'PAUSED') return { ...NO_JOB, held: true, waitsFor: null };
  if (webhook.isBusy) return { ...NO_JOB, held: false, waitsFor: 'CAPACITY' };
  return { jobId: newId(), nextAttemptAt: dueAt(1, webhook.retrySchedule, now), held: false, waitsFor: null };
}

type Turn = Pick<NewDelivery, 'jobId' | 'nextAttemptAt' | 'held' | 'waitsFor'>;
const NO_JOB = { jobId: null, nextAttemptAt: null };

const SKIPPED = {
  ...NO_JOB,
  status: 'SKIPPED' as const,
  held: false,
  waitsFor: null,
  method: null,
  url: null,
  headers: null,
  payloadId: null,
};
const PENDING = { status: 'PENDING' as const, skipReason: null, skipMessage: null, finishedAt: null };

async function inOrder(
  db: Db,
  deliveries: readonly NewDelivery[],
  webhooks: readonly OutgoingWebhook[],
): Promise<NewDelivery[]> {
  const ordered = new Set(webhooks.filter((webhook) => webhook.ordering !== null).map(idOf));
  if (ordered.size === 0) return [...deliveries];
  const placed = await putInOrder(
    db,
    deliveries.filter((delivery) => ordered.has(delivery.webhookId)),
  );
  const byId = new Map(placed.map((delivery) => [delivery.id, delivery]));
  return deliveries.map((delivery) => byId.get(delivery.id) ?? delivery);
}

function crowdedBy(deliveries: readonly NewDelivery[]): string[] {
  const waiting = deliveries.filter((delivery) => delivery.waitsFor === 'CAPACITY');
  return [...new Set(waiting.map((delivery) => delivery.webhookId))];
}

function jobFor(delivery: NewDelivery): NewJob[] {
  if (delivery.jobId === null) return [];
  const later = delivery.nextAttemptAt !== null && delivery.nextAttemptAt.getTime() > currentMs();
  return [{ id: delivery.jobId, deliveryId: delivery.id, startAfter: later ? delivery.nextAttemptAt : null }];
}
