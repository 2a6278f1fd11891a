// Makes deliveries from events and the webhooks that they match: decides whether each is skipped, sent or must wait.
import { newId, timeOfId } from '../../ids';
import type { Db } from '../../sql/db';
import { type OutgoingWebhook, webhooksForShare } from '../../webhooks/webhook.store';
import { lockCircuits } from '../../webhooks/webhook-circuit.store';
import { putInOrder } from '../capacity/document-ordering';
import type { NewDelivery } from '../delivery.store';
import { dueAt } from '../retry-schedule';
import { newPayloadsOf, type Rendered, renderDecided } from './render-requests';
import { causationCycleSkip } from './skip-reasons/causation-cycle';
import { duplicatesAmong } from './skip-reasons/duplicates';
import { isUndecided } from './skip-reasons/evaluation';
import type { Match } from './skip-reasons/skip';
import { disabledSkip } from './skip-reasons/webhook-disabled';

/** An event, and a webhook that it matches, with a state that holds for this transaction. */
export type Pair = Match & { webhook: OutgoingWebhook };

export interface MadeDeliveries {
  deliveries: NewDelivery[];
  payloads: ReturnType<typeof newPayloadsOf>;
  /** The pairs whose decision is deferred. */
  undecided: Pair[];
}

/** Writes nothing. @param pairs webhooks from `lockCurrentState`; in the order of the events */
export async function makeDeliveries(db: Db, pairs: readonly Pair[], now: Date): Promise<MadeDeliveries> {
  const decisions = await decide(db, pairs);
  const made: NewDelivery[] = [];
  const undecided: Pair[] = [];
  for (const [index, pair] of pairs.entries()) {
    const each = decisions[index] as Rendered | null;
    if (each === null) undecided.push(pair);
    else made.push(deliveryFor(pair, each, now));
  }
  const payloads = newPayloadsOf(decisions.filter((each) => each !== null));
  return { deliveries: await inOrder(db, made, pairs), payloads, undecided };
}

/**
 * Reads the status of these webhooks again, and locks it until the transaction ends, unless new deliveries start at once:
 * otherwise a delivery could stay held after its webhook was resumed, wait although there is capacity, or belong to an
 * archived webhook. Archived ones are left out.
 */
export async function lockCurrentState(db: Db, found: readonly OutgoingWebhook[]): Promise<OutgoingWebhook[]> {
  const toLock = found.filter((webhook) => webhook.status !== 'ACTIVE' || needsCircuit(webhook)).map(idOf);
  const locked = toLock.length > 0 ? await webhooksForShare(db, toLock) : new Map();
  const webhooks = found
    .map((webhook) => ({ ...webhook, ...locked.get(webhook.id) }))
    .filter((webhook) => webhook.status !== 'ARCHIVED');
  const circuits = await lockCircuits(db, webhooks.filter(needsCircuit).map(idOf));
  return webhooks.map((webhook) => {
    const circuit = circuits.get(webhook.id);
    return { ...webhook, mustQueue: circuit !== undefined && (circuit.hasBacklog || circuit.state !== 'CLOSED') };
  });
}

function needsCircuit(webhook: OutgoingWebhook): boolean {
  return webhook.mustQueue || webhook.ordering !== null || webhook.dedupeSeconds !== null;
}

function idOf({ id }: { id: string }): string {
  return id;
}

// Each check is made only for the pairs that the earlier checks have not skipped. null: undecided.
async function decide(db: Db, pairs: readonly Pair[]): Promise<(Rendered | null)[]> {
  const decisions: (Rendered | null)[] = pairs.map(earlySkip);
  const open = [...decisions.keys()].filter((index) => decisions[index] === null);
  const pairAt = (index: number) => pairs[index] as Pair;
  const rendered = await renderDecided(db, open.map(pairAt));
  for (const [place, index] of open.entries()) {
    const each = rendered[place] as (typeof rendered)[number];
    decisions[index] = isUndecided(each) ? null : each;
  }
  const sent = open.filter((index) => decisions[index] !== null && !('skipReason' in (decisions[index] as Rendered)));
  const duplicates = await duplicatesAmong(db, sent.map(pairAt));
  for (const [place, index] of sent.entries()) decisions[index] = duplicates[place] ?? decisions[index] ?? null;
  return decisions;
}

// The checks that do not need the document.
function earlySkip(pair: Pair): Rendered | null {
  return disabledSkip(pair.webhook) ?? causationCycleSkip(pair);
}

function deliveryFor({ event, webhook }: Pair, decision: Rendered, now: Date): NewDelivery {
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
  if ('skipReason' in decision) return { ...delivery, ...SKIPPED, ...decision, finishedAt: now };
  const { method, url, headers, payloadId } = decision;
  const request = { method, url, headers: JSON.stringify(headers), payloadId };
  return { ...delivery, ...PENDING, ...request, ...scheduleOf(webhook, now) };
}

// It gets a job, waits behind others, or is held with its webhook.
function scheduleOf(webhook: OutgoingWebhook, now: Date): Schedule {
  if (webhook.status === 'PAUSED') return { ...NO_JOB, held: true, waitsFor: null };
  if (webhook.mustQueue) return { ...NO_JOB, held: false, waitsFor: 'CAPACITY' };
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
const PENDING = { status: 'PENDING' as const, skipReason: null, skipMessage: null, finishedAt: null };

async function inOrder(db: Db, deliveries: readonly NewDelivery[], pairs: readonly Pair[]): Promise<NewDelivery[]> {
  const ordered = new Set(pairs.flatMap(({ webhook }) => (webhook.ordering === null ? [] : webhook.id)));
  if (ordered.size === 0) return [...deliveries];
  const placed = await putInOrder(
    db,
    deliveries.filter((delivery) => ordered.has(delivery.webhookId)),
  );
  const byId = new Map(placed.map((delivery) => [delivery.id, delivery]));
  return deliveries.map((delivery) => byId.get(delivery.id) ?? delivery);
}
