// From the outbox to the wire or the queue: each event becomes one delivery for every webhook that it matches.
import { type IdRange, type OutboxEvent, readOutbox } from '../../events/business-event.store';
import { isLockTimeout } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import type { HashPart } from '../../sql/index-lookup';
import { endAfter, type Transaction } from '../../sql/transactions';
import type { OutgoingWebhook } from '../../webhooks/outgoing-webhook.store';
import { hasFixedRequest } from '../../webhooks/request/request-plan';
import type { LockedRows } from '../capacity/locked-rows.store';
import type { FirstAttempts } from './attempt-transaction';
import { BEGIN_AGAIN, type ClaimResult, type ClaimToWrite, claimAndWrite } from './claim-and-write';
import { createDecisions } from './make-deliveries';
import { fillDirectory, pairsOf, type WebhookDirectory, webhooksOf } from './matching-webhooks';
import { MAX_RENDERED_AT_ONCE } from './skip-reasons/template-error';

/** The maximum number of events of one step. */
export const BATCH = 200;
const MAX_DELIVERIES = 2_500;
/** The bytes of the documents that are read, and of those that bodies are made of, in one step. */
const MAX_BYTES = MAX_RENDERED_AT_ONCE;
/** How often a step begins again because a webhook was changed meanwhile. After that, its decisions are left pending. */
const MAX_TRIES = 5;

export interface FanOutParts {
  /** For reads without a transaction. */
  db: Db;
  transaction: Transaction;
  directory: WebhookDirectory;
  locked: LockedRows;
}

export interface OpeningFanOutParts extends FanOutParts {
  /** null: all deliveries that are due go to the queue. */
  firstAttempts: FirstAttempts | null;
}

export interface FanOut {
  /** The number of events that were read. */
  read: number;
  /** The smallest id of these; null: there were none. */
  oldest: string | null;
  /** The number of events that left the outbox. Other relays have the rest. */
  events: number;
  /** Whether the outbox may have more. */
  more: boolean;
  /** How many deliveries got jobs. */
  queued: number;
  /** Whether the decision about some deliveries was deferred: see `decidePending`. */
  pending: boolean;
}

export const NOTHING: FanOut = { read: 0, oldest: null, events: 0, more: false, queued: 0, pending: false };

/**
 * Fans out the oldest events in a part of the outbox.
 * @param range of their ids
 * @param atMost of them
 * @param decide false: all decisions are left pending
 */
export type FanOutStep = (part: HashPart, range: IdRange, atMost?: number, decide?: boolean) => Promise<FanOut>;

/**
 * Each step decides first, without a transaction and without any lock, because conditions and templates may take long. One
 * transaction then writes, for the events that are still in the outbox, what was decided about the webhooks as they are.
 */
export function createFanOut(parts: OpeningFanOutParts): FanOutStep {
  const { db, directory } = parts;
  // had pending decisions when they were last read: decisions about later events are deferred too, so none is made
  let slow: ReadonlySet<string> = new Set();

  return async (part, range, atMost = BATCH, decide = true) => {
    const read = await readOutbox(db, part, range, atMost, MAX_BYTES);
    if (read.length === 0) return NOTHING;
    const isCut = read.length === atMost || read.reduce((sum, { body }) => sum + lengthOf(body), 0) >= MAX_BYTES;
    const decisions = createDecisions();
    for (let tries = 1; ; tries += 1) {
      await fillDirectory(db, directory);
      const events = withFewEnoughDeliveries(read, directory);
      const pairs = pairsOf(events, directory);
      await decisions.add(db, decide ? pairs.filter(({ webhook }) => !slow.has(webhook.id)) : []);
      const claim = { events, decisions, isLast: !decide || tries >= MAX_TRIES };
      const result = await writeAndSend(parts, claim, webhooksOf(pairs));
      slow = result.slow;
      if (result.written === null) continue;
      const { written, queued, pending } = result;
      const more = written > 0 && (isCut || events.length < read.length);
      return { read: read.length, oldest: read[0]?.id ?? null, events: written, more, queued, pending };
    }
  };
}

// Not durable, unless it opens attempts: events whose fan-out is lost are still in the outbox.
async function writeAndSend(
  { transaction, directory, locked, firstAttempts }: OpeningFanOutParts,
  claim: ClaimToWrite,
  webhooks: readonly OutgoingWebhook[],
): Promise<ClaimResult> {
  const attempts = firstAttempts?.begin(webhooks) ?? null;
  const mayOpen = attempts?.mayOpen === true;
  const claimParts = { directory, locked, attempts: mayOpen ? attempts : null };
  try {
    const result = await transaction((db) => claimAndWrite(db, claimParts, claim), { durable: mayOpen });
    attempts?.onCommit();
    return result;
  } catch (error) {
    if (attempts) endAfter(error, attempts);
    if (isLockTimeout(error) && (await locked.look({ webhookIds: webhooks.map(({ id }) => id) }))) return BEGIN_AGAIN;
    throw error;
  }
}

// The first events, at least one. With thousands of webhooks, or large documents, a whole batch would make a statement that
// always times out, or more bytes than the process has, and no event would ever leave the outbox.
function withFewEnoughDeliveries(events: OutboxEvent[], directory: WebhookDirectory): OutboxEvent[] {
  let deliveries = 0;
  let bytes = 0;
  // events of one kind have the same list
  const bodies = new Map<readonly OutgoingWebhook[], number>();
  const tooMany = events.findIndex((event, index) => {
    const webhooks = directory.matching(event);
    deliveries += webhooks.length;
    const ofEach = bodies.get(webhooks) ?? bodiesFor(webhooks);
    bodies.set(webhooks, ofEach);
    bytes += lengthOf(event.body) * ofEach;
    return index > 0 && (deliveries > MAX_DELIVERIES || bytes > MAX_BYTES);
  });
  return tooMany === -1 ? events : events.slice(0, tooMany);
}

/** How many bodies are made of one event for these webhooks: those without templates share one. */
function bodiesFor(webhooks: readonly OutgoingWebhook[]): number {
  const own = webhooks.filter((webhook) => !hasFixedRequest(webhook)).length;
  return own < webhooks.length ? own + 1 : own;
}

function lengthOf(body: Buffer | null): number {
  return body?.length ?? 0;
}
