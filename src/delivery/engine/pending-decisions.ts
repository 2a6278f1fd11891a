// Makes the decisions that were deferred by the fan-out.
import { setTimeout as wait } from 'node:timers/promises';
import { type OutboxEvent, outboxEventsById } from '../../events/business-event.store';
import type { Log } from '../../logging/log';
import { isLockTimeout, isUnrelatedToRows } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import type { HashPart } from '../../sql/index-lookup';
import { currentTime } from '../../time/clock';
import { type Loop, startLoop } from '../../time/loop';
import type { LockedRows } from '../capacity/locked-rows.store';
import { alone, createDeadLetters, type DeadLetters } from '../queue/dead-letters';
import type { ProcessShare } from '../queue/process-share.store';
import type { FanOutParts } from './fan-out';
import {
  createDecisions,
  type DecidedPair,
  type Decisions,
  makeDeliveries,
  type Pair,
  writeDeliveries,
} from './make-deliveries';
import { fillDirectory, lockStates, readStates, type WebhookDirectory, webhooksOf } from './matching-webhooks';
import {
  claimPendingDecisions,
  deletePendingDecisions,
  oldestPending,
  type PendingDecision,
} from './pending-decision.store';
import { isUndecided } from './skip-reasons/evaluation';
import { MAX_RENDERED_AT_ONCE } from './skip-reasons/template-error';

const WEBHOOKS_AT_ONCE = 10;
const EVENTS_PER_WEBHOOK = 50;
/** Of one step. */
const MAX_EVENTS = 64;
/** Without being woken: another process may have deferred decisions. */
const REST_MS = 5_000;
/** While a webhook is locked, which ends by itself. */
const LOCKED_REST_MS = 500;
/** Slow decisions leave the processor to others for this long. */
const PAUSE_AFTER_SLOW_MS = 500;

export interface PendingStep {
  decided: number;
  /** Evaluated, and deferred again. */
  undecided: number;
  /** Left, because the webhook was changed meanwhile. */
  changed: number;
  /** Left, because another transaction holds the webhook, or decides. */
  locked: number;
}

export interface PendingStepParts extends FanOutParts {
  deadLetters: DeadLetters;
}

const NOTHING: PendingStep = { decided: 0, undecided: 0, changed: 0, locked: 0 };

/** Whether they could not be made because another transaction holds a webhook of them. */
async function isHeld(locked: LockedRows, decisions: readonly PendingDecision[], error: unknown): Promise<boolean> {
  return isLockTimeout(error) && locked.look({ webhookIds: decisions.map(({ webhookId }) => webhookId) });
}

/** One step, for the webhooks of a part. After a failure, each decision is made by itself, and one that fails becomes a dead letter. */
export async function decidePending(parts: PendingStepParts, part: HashPart): Promise<PendingStep> {
  const { db, locked, deadLetters } = parts;
  const all = await oldestPending(db, part, WEBHOOKS_AT_ONCE, EVENTS_PER_WEBHOOK);
  const oldest = all.filter(({ webhookId }) => !locked.has(webhookId));
  if (oldest.length === 0) return { ...NOTHING, locked: all.length };
  try {
    return await decideThese(parts, oldest);
  } catch (error) {
    if (isUnrelatedToRows(error)) throw error;
    if (await isHeld(locked, oldest, error)) return { ...NOTHING, locked: all.length };
    deadLetters.notTogether(error);
  }
  const own = { ...parts, transaction: alone(parts.transaction) };
  let done = NOTHING;
  for (const each of oldest) {
    try {
      const { decided, undecided, changed, locked: left } = await decideThese(own, [each]);
      done = {
        decided: done.decided + decided,
        undecided: done.undecided + undecided,
        changed: done.changed + changed,
        locked: done.locked + left,
      };
    } catch (error) {
      if (isUnrelatedToRows(error)) throw error;
      if (await isHeld(locked, [each], error)) done = { ...done, locked: done.locked + 1 };
      else await deadLetters.decision(each, error);
    }
  }
  return done;
}

/** Decides without any lock, and then writes in one transaction. */
async function decideThese(parts: FanOutParts, oldest: readonly PendingDecision[]): Promise<PendingStep> {
  const { db, transaction, directory } = parts;
  await fillDirectory(db, directory);
  const ids = [...new Set(oldest.map((each) => each.businessEventId))].slice(0, MAX_EVENTS);
  const { events, later } = await outboxEventsById(db, ids, MAX_RENDERED_AT_ONCE);
  const taken = new Set(ids.filter((id) => !later.has(id)));
  const pending = oldest.filter(({ businessEventId }) => taken.has(businessEventId));
  const decisions = createDecisions();
  await decisions.add(db, fewEnough(pairsOf(pending, events, directory)));
  return transaction((own) => writeDecided(own, directory, pending, events, decisions));
}

async function writeDecided(
  db: Db,
  directory: WebhookDirectory,
  asked: readonly PendingDecision[],
  events: ReadonlyMap<string, OutboxEvent>,
  decisions: Decisions,
): Promise<PendingStep> {
  const ids = [...new Set(asked.map(({ webhookId }) => webhookId))];
  const [pending, states] = await Promise.all([claimPendingDecisions(db, asked), readStates(db, directory, ids)]);
  if (pending === null) return { ...NOTHING, locked: asked.length };
  if (states === null) return { ...NOTHING, changed: asked.length };
  const pairs = pairsOf(pending, events, directory);
  const { states: locked, changed } = await lockStates(db, webhooksOf(pairs), states);
  const decided: DecidedPair[] = [];
  const left = new Set<string>();
  let undecided = 0;
  for (const pair of pairs) {
    const decision = changed.has(pair.webhook.id) ? undefined : decisions.of(pair);
    if (decision === undefined || isUndecided(decision)) {
      left.add(keyOf(pair.webhook.id, pair.event.id));
      if (decision !== undefined) undecided += 1;
    } else decided.push({ ...pair, decision, state: locked.get(pair.webhook.id) });
  }
  // includes those of archived webhooks and of deleted events
  const done = pending.filter(({ webhookId, businessEventId }) => !left.has(keyOf(webhookId, businessEventId)));
  const now = currentTime();
  const made = await makeDeliveries(db, decided, now);
  await Promise.all([writeDeliveries(db, made, [], now), deletePendingDecisions(db, done)]);
  for (const span of made.spans) span.end();
  return { ...NOTHING, decided: done.length, undecided, changed: left.size - undecided };
}

function pairsOf(
  pending: readonly PendingDecision[],
  events: ReadonlyMap<string, OutboxEvent>,
  directory: WebhookDirectory,
): Pair[] {
  return pending.flatMap(({ webhookId, businessEventId }) => {
    const [event, webhook] = [events.get(businessEventId), directory.find(webhookId)];
    return event && webhook ? { event, webhook } : [];
  });
}

// In the order of the events. The others are left for the next step.
function fewEnough(pairs: readonly Pair[]): Pair[] {
  let bytes = 0;
  return pairs.filter(({ event }, index) => {
    bytes += event.body?.length ?? 0;
    return index === 0 || bytes <= MAX_RENDERED_AT_ONCE;
  });
}

function keyOf(webhookId: string, eventId: string): string {
  return `${webhookId} ${eventId}`;
}

export interface PendingParts extends FanOutParts {
  log: Log;
  share: ProcessShare;
  /** Called after events became deliveries. */
  onDecided(): void;
}

export function startDecidingPending({ log, share, onDecided, ...parts }: PendingParts): Loop {
  const deadLetters = createDeadLetters(parts.db, log, 'decisions');
  return startLoop('pending decisions', REST_MS, log, async () => {
    const { decided, undecided, changed, locked } = await decidePending({ ...parts, deadLetters }, share.own());
    if (decided > 0) onDecided();
    if (undecided > 0) await wait(PAUSE_AFTER_SLOW_MS);
    return decided + undecided + changed > 0 || (locked > 0 && LOCKED_REST_MS);
  });
}
