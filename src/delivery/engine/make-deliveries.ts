// Makes deliveries of events and the webhooks that they match: each is skipped, sent, or waits.

import type { FannedOut } from '../../events/business-event.store';
import type { Payload } from '../../events/payload.store';
import type { OpenRequest } from '../../request-log/open-close.store';
import type { Db } from '../../sql/db';
import type { Undecided } from '../../templating/time-limit';
import { currentMs } from '../../time/clock';
import type { Span } from '../../tracing/span';
import { isTracing, startSpan } from '../../tracing/tracing';
import { newId, toNodeId } from '../../values/ids';
import type { OutgoingWebhook, WebhookState } from '../../webhooks/outgoing-webhook.store';
import { markWaiting } from '../../webhooks/webhook-circuit.store';
import { putInOrder } from '../capacity/document-ordering';
import type { NewDelivery } from '../delivery.store';
import { newDelivery, PENDING } from '../delivery-states';
import { insertJobs, type NewJob, notifyDeliveries } from '../queue/queue.store';
import { dueAt } from '../retry-schedule';
import { writeFanOut } from './fan-out.store';
import { newPayloadsOf, type Rendered, renderDecided } from './render-requests';
import { causationCycleSkip } from './skip-reasons/causation-loop';
import { disabledSkip } from './skip-reasons/disabled';
import { duplicatesAmong } from './skip-reasons/duplicates';
import type { Match } from './skip-reasons/skip';

/** A pair with the decision about it, and the state that its webhook has in this transaction. */
export interface DecidedPair extends Pair {
  decision: Rendered;
  state: WebhookState | undefined;
}

export interface MadeDeliveries {
  deliveries: NewDelivery[];
  payloads: ReturnType<typeof newPayloadsOf>;
  /** Of the fan-out of each event, to be ended when the deliveries are written. */
  spans: readonly Span[];
}

/** Writes nothing. @param pairs their webhooks are locked by `lockStates`; in the order of the events */
export async function makeDeliveries(db: Db, pairs: readonly DecidedPair[], now: Date): Promise<MadeDeliveries> {
  const decisions = await withoutDuplicates(db, pairs);
  const spans = fanOutSpans(pairs);
  const deliveries = pairs.map((pair, index) => ({
    ...deliveryFor(pair, decisions[index] as Rendered, now),
    traceparent: spans.get(pair.event.id)?.traceparent ?? pair.event.traceparent,
  }));
  const payloads = newPayloadsOf(decisions);
  return { deliveries: await inOrder(db, deliveries, pairs), payloads, spans: [...spans.values()] };
}

const NO_SPANS: ReadonlyMap<string, Span> = new Map();

/** By the id of the event: its deliveries belong to it. */
function fanOutSpans(pairs: readonly DecidedPair[]): ReadonlyMap<string, Span> {
  if (!isTracing()) return NO_SPANS;
  const ofEvents = Map.groupBy(pairs, ({ event }) => event.id);
  return new Map(
    [...ofEvents].map(([id, own]) => {
      const span = startSpan('fan out', own[0]?.event.traceparent ?? null);
      span.set(() => ({ 'hookledger.event': toNodeId('BusinessEvent', id), 'hookledger.deliveries': own.length }));
      return [id, span];
    }),
  );
}

// The last check: a delivery that is skipped for another reason is no original.
async function withoutDuplicates(db: Db, pairs: readonly DecidedPair[]): Promise<Rendered[]> {
  const sent = pairs.filter(({ decision }) => !('skipReason' in decision));
  const skips = new Map((await duplicatesAmong(db, sent)).map((skip, index) => [sent[index], skip]));
  return pairs.map((pair) => skips.get(pair) ?? pair.decision);
}

function deliveryFor({ event, webhook, state }: DecidedPair, decision: Rendered, now: Date): NewDelivery {
  const delivery = { ...newDelivery(event, webhook.id), test: false };
  if ('skipReason' in decision) return { ...delivery, ...SKIPPED, ...decision, finishedAt: now };
  const { method, url, headers, payloadId } = decision;
  const request = { method, url, headers: JSON.stringify(headers), payloadId };
  return { ...delivery, ...PENDING, ...request, ...scheduleOf(webhook, state, now) };
}

// It gets a job, waits behind others, or is held with its webhook.
function scheduleOf(webhook: OutgoingWebhook, state: WebhookState | undefined, now: Date): Schedule {
  if (webhook.status === 'PAUSED') return { ...NO_JOB, held: true, waitsFor: null };
  if (state?.mustQueue) return { ...NO_JOB, held: false, waitsFor: 'CAPACITY' };
  return { jobId: newId(), nextAttemptAt: dueAt(1, webhook.retrySchedule, now), held: false, waitsFor: null };
}

type Schedule = Pick<NewDelivery, 'jobId' | 'nextAttemptAt' | 'held' | 'waitsFor'>;
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

async function inOrder(
  db: Db,
  deliveries: readonly NewDelivery[],
  pairs: readonly DecidedPair[],
): Promise<NewDelivery[]> {
  const ordered = new Set(pairs.flatMap(({ webhook }) => (webhook.ordering === null ? [] : webhook.id)));
  if (ordered.size === 0) return [...deliveries];
  const placed = await putInOrder(
    db,
    deliveries.filter((delivery) => ordered.has(delivery.webhookId)),
  );
  const byId = new Map(placed.map((delivery) => [delivery.id, delivery]));
  return deliveries.map((delivery) => byId.get(delivery.id) ?? delivery);
}

export interface DeliveriesToWrite {
  deliveries: readonly NewDelivery[];
  payloads: readonly Payload[];
  /** The first attempts that are opened. */
  requests?: readonly OpenRequest[];
}

/** Writes payloads, deliveries, first attempts and jobs. @param events that leave the outbox */
export async function writeDeliveries(
  db: Db,
  { deliveries, payloads, requests = [] }: DeliveriesToWrite,
  events: readonly FannedOut[],
  now: Date,
): Promise<void> {
  await Promise.all([
    writeFanOut(db, { payloads, deliveries, requests, events }, now),
    insertJobs(db, deliveries.flatMap(jobFor)),
    markWaiting(db, webhooksThatQueue(deliveries)),
  ]);
  // other workers poll for jobs, but these deliveries have none: wake the dispatchers
  if (deliveries.some((delivery) => delivery.waitsFor === 'CAPACITY')) await notifyDeliveries(db);
}

function webhooksThatQueue(deliveries: readonly NewDelivery[]): string[] {
  const waiting = deliveries.filter((delivery) => delivery.waitsFor === 'CAPACITY');
  return [...new Set(waiting.map((delivery) => delivery.webhookId))];
}

/** The job of a delivery that has one. */
export function jobFor(delivery: NewDelivery): NewJob[] {
  if (delivery.jobId === null) return [];
  const later = delivery.nextAttemptAt !== null && delivery.nextAttemptAt.getTime() > currentMs();
  return [{ id: delivery.jobId, deliveryId: delivery.id, dueAt: later ? delivery.nextAttemptAt : null }];
}

// Decides about events and the webhooks that they match, before any lock is taken: conditions and templates are programs of
// customers, and may take long.

/** An event, and a webhook of the directory that it matches. */
export type Pair = Match & { webhook: OutgoingWebhook };

export type Decision = Rendered | Undecided;

/** Decisions hold for the webhook object that they were made for: the directory replaces it when the webhook changes. */
export interface Decisions {
  of(pair: Pair): Decision | undefined;
  /** Decides about those of these pairs that it has no decision about. */
  add(db: Db, pairs: readonly Pair[]): Promise<void>;
}

export function createDecisions(): Decisions {
  const decisions = new Map<OutgoingWebhook, Map<string, Decision>>();
  const of = ({ webhook, event }: Pair) => decisions.get(webhook)?.get(event.id);
  return {
    of,
    async add(db, pairs) {
      const open = pairs.filter((pair) => of(pair) === undefined);
      const made = await decide(db, open);
      for (const [index, { webhook, event }] of open.entries()) {
        const ofWebhook = decisions.get(webhook) ?? new Map<string, Decision>();
        ofWebhook.set(event.id, made[index] as Decision);
        decisions.set(webhook, ofWebhook);
      }
    },
  };
}

async function decide(db: Db, pairs: readonly Pair[]): Promise<Decision[]> {
  const early = pairs.map(skipWithoutDocument);
  const rendered = await renderDecided(
    db,
    pairs.filter((_pair, index) => early[index] === null),
  );
  let next = 0;
  return early.map((skip) => {
    if (skip !== null) return skip;
    next += 1;
    return rendered[next - 1] as Decision;
  });
}

function skipWithoutDocument(pair: Pair): Decision | null {
  return disabledSkip(pair.webhook) ?? causationCycleSkip(pair);
}
