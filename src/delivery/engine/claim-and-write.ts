// The transaction of the fan-out: claims the events, checks that the webhooks are as they were decided about, and writes.

import { type EventInOrder, type OutboxEvent, otherEventsBefore } from '../../events/business-event.store';
import type { Db } from '../../sql/db';
import { commitWithThese } from '../../sql/transactions';
import { currentTime } from '../../time/clock';
import type { LockedRows } from '../capacity/locked-rows.store';
import { claimFromOutbox } from '../queue/queue.store';
import type { AttemptTransaction } from './attempt-transaction';
import { type DecidedPair, type Decisions, makeDeliveries, type Pair, writeDeliveries } from './make-deliveries';
import {
  lockStates,
  pairsOf,
  readStates,
  type WebhookDirectory,
  type WebhookStates,
  webhooksOf,
} from './matching-webhooks';
import { insertPendingDecisions, webhooksWithPending } from './pending-decision.store';
import { isUndecided } from './skip-reasons/evaluation';

export interface ClaimToWrite {
  events: readonly OutboxEvent[];
  decisions: Decisions;
  /** Whether a decision that is missing is left pending, instead of being made before another try. */
  isLast: boolean;
}

export interface ClaimResult {
  /** The number of events that left the outbox; null: none, because decisions are missing about webhooks that changed. */
  written: number | null;
  /** How many deliveries got jobs. */
  queued: number;
  /** Whether some decisions are left pending. */
  pending: boolean;
  /** The webhooks of these events that had pending decisions before, or are locked. */
  slow: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();
export const BEGIN_AGAIN: ClaimResult = { written: null, queued: 0, pending: false, slow: NONE };
const NO_CHANGES: ReadonlyMap<string, string> = new Map();

export interface ClaimParts {
  directory: WebhookDirectory;
  locked: LockedRows;
  /** null: no delivery is sent at once. */
  attempts: AttemptTransaction | null;
}

export async function claimAndWrite(
  db: Db,
  { directory, locked: lockedRows, attempts }: ClaimParts,
  { events, decisions, isLast }: ClaimToWrite,
): Promise<ClaimResult> {
  const asked = webhooksOf(pairsOf(events, directory)).map(idOf);
  // sent together, executed in this order: what was published after a change of a webhook is read with the change
  const [claimed, states, changedIn] = await Promise.all([
    claimFromOutbox(db, events.map(idOf)),
    readStates(db, directory, asked),
    attempts?.prepare(db) ?? NO_CHANGES,
  ]);
  if (states === null) return BEGIN_AGAIN;
  // decisions about a webhook that another transaction holds are left pending too
  const slow = new Set([...states].flatMap(([id, { hasPending }]) => (hasPending || lockedRows.has(id) ? id : [])));
  const mine = events.filter(({ id }) => claimed.has(id));
  if (mine.length === 0) return { written: 0, queued: 0, pending: false, slow };
  const again = { written: null, queued: 0, pending: false, slow };
  // once: while this transaction waits, another loop of this process may bring the directory to a later snapshot
  const pairs = pairsOf(mine, directory);
  const isMissing = (pair: Pair) => !slow.has(pair.webhook.id) && decisions.of(pair) === undefined;
  if (!isLast && pairs.some(isMissing)) return again;
  const isDecided = (pair: Pair) => {
    const decision = slow.has(pair.webhook.id) ? undefined : decisions.of(pair);
    return decision !== undefined && !isUndecided(decision);
  };
  // a decision that is left pending needs no state of its webhook, which another session may have locked
  const deciding = webhooksOf(pairs.filter(isDecided));
  const { states: locked, changed } = await lockStates(db, deciding, states, changedIn);
  if (!isLast && changed.size > 0) return again;
  const { inOrder, withPending } = await keepOrder(db, directory, mine, pairs);
  const kept = new Set(inOrder.map(idOf));
  const { decided, pending } = divide(
    pairs.filter(({ event }) => kept.has(event.id)),
    decisions,
    new Set([...slow, ...changed, ...withPending]),
    locked,
  );
  const now = currentTime();
  const made = await makeDeliveries(db, decided, now);
  const { deliveries, requests } = attempts ? attempts.open({ ...made, pairs: decided }) : { ...made, requests: [] };
  const matched = Map.groupBy(pairs, ({ event }) => event.id);
  const done = inOrder.map(({ id }) => ({ id, wantedBy: matched.get(id)?.length ?? 0 }));
  const queued = deliveries.filter(({ jobId }) => jobId !== null).length;
  const written = Promise.all([
    writeDeliveries(db, { deliveries, payloads: made.payloads, requests }, done, now),
    insertPendingDecisions(
      db,
      pending.map(({ event, webhook }) => ({ webhookId: webhook.id, businessEventId: event.id })),
    ),
  ]);
  // jobs are inserted, and dispatchers notified, by further statements
  if (queued === 0 && !deliveries.some(({ waitsFor }) => waitsFor === 'CAPACITY')) commitWithThese(db);
  await written;
  for (const span of made.spans) span.end();
  return { written: inOrder.length, queued, pending: pending.length > 0, slow };
}

/** Divides pairs into those that are decided about, and those whose decision is left pending. @param deferred webhooks of the latter */
function divide(
  pairs: readonly Pair[],
  decisions: Decisions,
  deferred: ReadonlySet<string>,
  states: WebhookStates,
): { decided: DecidedPair[]; pending: Pair[] } {
  const decided: DecidedPair[] = [];
  const pending: Pair[] = [];
  for (const pair of pairs) {
    const decision = deferred.has(pair.webhook.id) ? undefined : decisions.of(pair);
    if (decision === undefined || isUndecided(decision)) pending.push(pair);
    else decided.push({ ...pair, decision, state: states.get(pair.webhook.id) });
  }
  return { decided, pending };
}

/** How many other events of the outbox are compared: about as many as all relays have under way. */
const MAX_OTHERS = 5_000;

interface InOrder {
  inOrder: OutboxEvent[];
  /** Webhooks with an ordering and pending decisions: later events wait behind those. */
  withPending: ReadonlySet<string>;
}

// Reads again what other relays may have committed since the events were claimed.
async function keepOrder(
  db: Db,
  directory: WebhookDirectory,
  events: readonly OutboxEvent[],
  pairs: readonly Pair[],
): Promise<InOrder> {
  const ordered = webhooksOf(pairs).filter(({ ordering }) => ordering !== null);
  if (ordered.length === 0) return { inOrder: [...events], withPending: NONE };
  // in this order: an event that has left the outbox by now has left its pending decisions by then
  const [others, withPending] = await Promise.all([
    otherEventsBefore(db, events.map(idOf), MAX_OTHERS),
    webhooksWithPending(db, ordered.map(idOf)),
  ]);
  const last = others.length === MAX_OTHERS ? others.at(-1)?.id : undefined;
  const comparable = last === undefined ? events : events.filter(({ id }) => id < last);
  return { inOrder: withoutOvertaking(comparable, others, directory), withPending };
}

function idOf({ id }: { id: string }): string {
  return id;
}

// Events of one document become deliveries in order, also when several relays fan out at the same time.

/**
 * Leaves out the events that would overtake another one: an earlier event of the same document, for the same webhook with
 * an ordering, that is still in the outbox and not among these. Another relay writes it.
 * @param events in their order @param others of the outbox, in their order
 */
function withoutOvertaking<Event extends EventInOrder>(
  events: readonly Event[],
  others: readonly EventInOrder[],
  directory: WebhookDirectory,
): Event[] {
  const blocked = new Set<string>();
  const kept: Event[] = [];
  let next = 0;
  for (const event of events) {
    for (; next < others.length && (others[next] as EventInOrder).id < event.id; next += 1) {
      for (const key of sequencesOf(others[next] as EventInOrder, directory)) blocked.add(key);
    }
    const sequences = sequencesOf(event, directory);
    // an event that is left out is overtaken by none of those after it
    if (sequences.some((key) => blocked.has(key))) for (const key of sequences) blocked.add(key);
    else kept.push(event);
  }
  return kept;
}

function sequencesOf(event: EventInOrder, directory: WebhookDirectory): string[] {
  return directory
    .matching(event)
    .filter((webhook) => webhook.ordering !== null)
    .map(({ id }) => JSON.stringify([id, event.documentType, event.referenceDocument]));
}
