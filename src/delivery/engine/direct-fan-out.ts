// Where publisher and worker share a process: the transaction that publishes events also makes their deliveries and opens
// the first attempts, without the outbox. It does so for what nothing holds back and needs no condition and no template,
// since customers' programs may take long. All else goes to the outbox.

import type { NewEventRow, OutboxEvent, OutboxRows } from '../../events/business-event.store';
import type { NewEvent } from '../../events/event-faults';
import { commitIntoOutbox, type DirectFanOut, type DirectPublishing, NO_SLOTS } from '../../events/publisher';
import type { Db } from '../../sql/db';
import { commitWithThese } from '../../sql/transactions';
import { currentTime } from '../../time/clock';
import { traceIdOf } from '../../tracing/traceparent';
import type { OutgoingWebhook } from '../../webhooks/outgoing-webhook.store';
import { hasFixedRequest } from '../../webhooks/request/request-plan';
import { insertJobs } from '../queue/queue.store';
import { type AttemptTransaction, type FirstAttempts, sendsAtOnce } from './attempt-transaction';
import { writePublished } from './fan-out.store';
import { createDecisions, type DecidedPair, jobFor, makeDeliveries, type Pair } from './make-deliveries';
import { readStates, type WebhookDirectory, type WebhookStates } from './matching-webhooks';
import type { Rendered } from './render-requests';

/** Maximum number of deliveries of one transaction. */
const MAX_DELIVERIES = 250;
/**
 * Until the outbox has had events for this long, calls wait until it is empty, each as long as for slots. Without the wait they would
 * fill it faster than it is emptied for as long as they publish. If it takes longer, something else keeps the outbox from being
 * emptied.
 */
const CATCH_UP_MS = 5_000;

export interface DirectFanOutParts {
  directory: WebhookDirectory;
  firstAttempts: FirstAttempts;
  /** Since when, by `performance.now()`, older events wait in the outbox; null: none waits. */
  behindSince(): number | null;
}

export interface StoppableDirectFanOut extends DirectFanOut {
  /** Resolves when no transaction opens first attempts any more. */
  stop(): Promise<void>;
}

export function createDirectFanOut({
  directory,
  firstAttempts,
  behindSince,
}: DirectFanOutParts): StoppableDirectFanOut {
  let stopped = false;
  const isBehind = () => behindSince() !== null;
  const canOpen = () => !stopped && directory.snapshot() !== null && firstAttempts.isReady();
  return {
    reserve(events) {
      const now = performance.now();
      if (!canOpen() || now - (behindSince() ?? now) > CATCH_UP_MS) return NO_SLOTS;
      return firstAttempts.reserve(slotsFor(events, directory), isBehind);
    },
    begin(events, reserved) {
      if (!canOpen() || isBehind()) return null;
      const webhooks = webhooksFor(events, directory);
      return webhooks.length === 0 ? null : publishingTo(directory, firstAttempts.begin(webhooks, reserved), webhooks);
    },
    async stop() {
      stopped = true;
      firstAttempts.stopReserving();
      await firstAttempts.idle();
    },
  };
}

function publishingTo(
  directory: WebhookDirectory,
  attempts: AttemptTransaction,
  webhooks: readonly OutgoingWebhook[],
): DirectPublishing {
  let free: ReadonlySet<OutgoingWebhook> = new Set();
  let waiting = false;

  async function write(db: Db, rows: OutboxRows): Promise<void> {
    const direct = pairsToOpen(rows, directory, free, attempts);
    waiting = direct.size < rows.events.length;
    if (direct.size === 0) return commitIntoOutbox(db, rows);
    const now = currentTime();
    const decided = await decide(db, [...direct.values()].flat());
    const made = await makeDeliveries(db, decided, now);
    const { deliveries, requests } = attempts.open({ ...made, pairs: decided });
    const jobs = deliveries.flatMap(jobFor);
    const events = rows.events.map((event): NewEventRow => {
      const pairs = direct.get(event.id);
      return pairs ? { ...event, fannedOut: { at: now, wantedBy: pairs.length } } : event;
    });
    const written = writePublished(db, {
      ...rows,
      events,
      payloads: [...rows.payloads, ...made.payloads],
      deliveries,
      requests,
    });
    if (jobs.length === 0) commitWithThese(db);
    await Promise.all([written, insertJobs(db, jobs)]);
    for (const span of made.spans) span.end();
  }

  return {
    async prepare(db) {
      free = await freeWebhooks(db, directory, attempts, webhooks);
    },
    write,
    hasWaiting: () => waiting,
    attempts,
  };
}

function webhooksFor(events: readonly NewEvent[], directory: WebhookDirectory): OutgoingWebhook[] {
  // events of one kind have the same list
  const lists = new Set(
    events.map(({ documentType, event }) => directory.matching({ documentType, event, directedTo: null })),
  );
  const found = [...lists].filter(({ length }) => length <= MAX_DELIVERIES).flat();
  return [...new Set(found)].filter(isPlain);
}

/** How many slots the deliveries of these events take that can be made at once, for each webhook. */
function slotsFor(events: readonly NewEvent[], directory: WebhookDirectory): Map<string, number> {
  const slots = new Map<string, number>();
  let deliveries = 0;
  for (const { documentType, event, causedBy } of events) {
    const webhooks = directory.matching({ documentType, event, directedTo: null });
    const fits = deliveries + webhooks.length <= MAX_DELIVERIES;
    if (causedBy !== null || !fits || !webhooks.every(isPlain)) continue;
    deliveries += webhooks.length;
    for (const { id } of webhooks) slots.set(id, (slots.get(id) ?? 0) + 1);
  }
  return slots;
}

const plain = new WeakMap<OutgoingWebhook, boolean>();

/** Whether deliveries of this webhook can be made at once, as far as its settings tell. */
function isPlain(webhook: OutgoingWebhook): boolean {
  const known = plain.get(webhook);
  if (known !== undefined) return known;
  const { condition, dedupeSeconds } = webhook;
  const found = sendsAtOnce(webhook) && condition === null && dedupeSeconds === null && hasFixedRequest(webhook);
  plain.set(webhook, found);
  return found;
}

/** Those of these webhooks that are as they were when the directory read them, kept from changes, and without waiting deliveries. */
async function freeWebhooks(
  db: Db,
  directory: WebhookDirectory,
  attempts: AttemptTransaction,
  webhooks: readonly OutgoingWebhook[],
): Promise<Set<OutgoingWebhook>> {
  const ids = webhooks.map(({ id }) => id);
  // sent together, executed in this order
  const [kept, states] = await Promise.all([attempts.prepare(db), readStates(db, directory, ids)]);
  return new Set(webhooks.filter((webhook) => isFree(webhook, states) && kept.get(webhook.id) === webhook.changedIn));
}

function isFree({ id }: OutgoingWebhook, states: WebhookStates | null): boolean {
  const state = states?.get(id);
  return state !== undefined && !state.mustQueue && !state.hasPending;
}

/** The events that match no other webhooks than these, for as many as there are slots. */
function pairsToOpen(
  { events, payloads }: OutboxRows,
  directory: WebhookDirectory,
  free: ReadonlySet<OutgoingWebhook>,
  attempts: AttemptTransaction,
): Map<string, Pair[]> {
  const bodies = new Map(payloads.map((payload) => [payload.id, payload]));
  const found = new Map<string, Pair[]>();
  const freeSlots = new Map([...free].map(({ id }) => [id, attempts.freeSlotsFor(id)]));
  let deliveries = 0;
  for (const row of events) {
    const webhooks = directory.matching(row);
    const fits = deliveries + webhooks.length <= MAX_DELIVERIES;
    if (row.causedBy !== null || webhooks.length === 0 || !fits) continue;
    if (!webhooks.every((each) => free.has(each) && (freeSlots.get(each.id) ?? 0) > 0)) continue;
    deliveries += webhooks.length;
    for (const { id } of webhooks) freeSlots.set(id, (freeSlots.get(id) ?? 0) - 1);
    const { body = null, contentType = '' } = bodies.get(row.payloadId) ?? {};
    const event: OutboxEvent = {
      ...row,
      body,
      contentType,
      isErased: false,
      fannedOutAt: null,
      wantedBy: null,
      traceId: traceIdOf(row.traceparent),
    };
    found.set(
      row.id,
      webhooks.map((webhook) => ({ event, webhook })),
    );
  }
  return found;
}

// Without conditions and templates, this sends no statement, and nothing is undecided.
async function decide(db: Db, pairs: readonly Pair[]): Promise<DecidedPair[]> {
  const decisions = createDecisions();
  await decisions.add(db, pairs);
  return pairs.map((pair) => ({ ...pair, decision: decisions.of(pair) as Rendered, state: undefined }));
}
