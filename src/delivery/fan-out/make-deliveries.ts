// From events that webhooks want to deliveries: what each of them is, and when it goes.
import { newId, timeOfId } from '../../ids';
import type { Db } from '../../sql/db';
import { type OutgoingWebhook, webhooksForShare } from '../../webhooks/webhook.store';
import { lockCircuits } from '../../webhooks/webhook-circuit.store';
import { putInOrder } from '../capacity/document-ordering';
import type { NewDelivery } from '../delivery.store';
import { dueAt } from '../retry-schedule';
import { causationCycleSkip } from './causation-cycle';
import { duplicatesAmong } from './duplicates';
import { isUndecided } from './evaluate';
import { freezeDecided, newPayloadsOf, type Rendered, type Wanted } from './render-requests';

/** An event for a webhook that wants it, and what is known of the webhook while the transaction lasts. */
export type Pair = Wanted & { webhook: OutgoingWebhook };

export interface MadeDeliveries {
  deliveries: NewDelivery[];
  payloads: ReturnType<typeof newPayloadsOf>;
  /** Those that could not be decided now. */
  undecided: Pair[];
}

/** Writes nothing. @param pairs of webhooks as `asOfNow` gives them; in the order of the events */
export async function makeDeliveries(db: Db, pairs: readonly Pair[], now: Date): Promise<MadeDeliveries> {
  const frozen = await decide(db, pairs);
  const made: NewDelivery[] = [];
  const undecided: Pair[] = [];
  for (const [index, pair] of pairs.entries()) {
    const each = frozen[index] as Rendered | null;
    if (each === null) undecided.push(pair);
    else made.push(deliveryFor(pair, each, now));
  }
  const payloads = newPayloadsOf(frozen.filter((each) => each !== null));
  return { deliveries: await inOrder(db, made, pairs), payloads, undecided };
}

/**
 * These webhooks with a status that holds until the transaction ends where it matters: a webhook that is resumed
 * meanwhile must not leave a delivery held, nor one that becomes free leave it waiting, nor one that is archived leave
 * it either way. Archived ones are left out.
 */
export async function asOfNow(db: Db, wanting: readonly OutgoingWebhook[]): Promise<OutgoingWebhook[]> {
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

// Each question is asked only about what the ones before have not decided against. null: undecided.
async function decide(db: Db, pairs: readonly Pair[]): Promise<(Rendered | null)[]> {
  const decisions: (Rendered | null)[] = pairs.map(skipBefore);
  const open = [...decisions.keys()].filter((index) => decisions[index] === null);
  const pairAt = (index: number) => pairs[index] as Pair;
  const frozen = await freezeDecided(db, open.map(pairAt));
  for (const [place, index] of open.entries()) {
    const each = frozen[place] as (typeof frozen)[number];
    decisions[index] = isUndecided(each) ? null : each;
  }
  const sent = open.filter((index) => decisions[index] !== null && !('skipReason' in (decisions[index] as Rendered)));
  const duplicates = await duplicatesAmong(db, sent.map(pairAt));
  for (const [place, index] of sent.entries()) decisions[index] = duplicates[place] ?? decisions[index] ?? null;
  return decisions;
}

/** What is decided before anybody looks at the document. */
function skipBefore(pair: Pair): Rendered | null {
  const { webhook } = pair;
  if (webhook.status !== 'DISABLED') return causationCycleSkip(pair);
  const why = webhook.statusReason ?? 'no reason was given';
  return { skipReason: 'WEBHOOK_DISABLED', skipMessage: `It is disabled: ${why}.` };
}

function deliveryFor({ event, webhook }: Pair, frozen: Rendered, now: Date): NewDelivery {
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
