// Makes deliveries of events and the webhooks that they match: each is skipped, sent, or waits.
import { newId } from '../../ids';
import type { Db } from '../../sql/db';
import type { OutgoingWebhook, WebhookState } from '../../webhooks/outgoing-webhook.store';
import { putInOrder } from '../capacity/document-ordering';
import type { NewDelivery } from '../delivery.store';
import { newDelivery, PENDING } from '../new-delivery';
import { dueAt } from '../retry-schedule';
import type { Pair } from './decisions';
import { newPayloadsOf, type Rendered } from './render-requests';
import { duplicatesAmong } from './skip-reasons/duplicates';

/** A pair with the decision about it, and the state that its webhook has in this transaction. */
export interface DecidedPair extends Pair {
  decision: Rendered;
  state: WebhookState | undefined;
}

export interface MadeDeliveries {
  deliveries: NewDelivery[];
  payloads: ReturnType<typeof newPayloadsOf>;
}

/** Writes nothing. @param pairs their webhooks are locked by `lockStates`; in the order of the events */
export async function makeDeliveries(db: Db, pairs: readonly DecidedPair[], now: Date): Promise<MadeDeliveries> {
  const decisions = await withoutDuplicates(db, pairs);
  const deliveries = pairs.map((pair, index) => deliveryFor(pair, decisions[index] as Rendered, now));
  return { deliveries: await inOrder(db, deliveries, pairs), payloads: newPayloadsOf(decisions) };
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
