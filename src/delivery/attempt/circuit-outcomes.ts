// Part of settling: what the outcomes of a batch mean for the webhooks, and who is told.
import { publishOwnEvents } from '../../events/own-events';
import type { Db } from '../../sql/db';
import { usersById } from '../../users/user.store';
import { disableWebhook } from '../../webhooks/changes/webhook-lifecycle';
import { type WebhookRow, webhooksForUpdate } from '../../webhooks/webhook.store';
import { type CircuitRow, lockTroubledCircuits, saveCircuits } from '../../webhooks/webhook-circuit.store';
import { type AttemptFacts, afterAttempt, beganToFail, failedForDays, recovered } from '../capacity/circuit';
import { deliveryExhausted, webhookDisabled, webhookFailing, webhookRecovered } from '../own-event-builders';
import { notifyDeliveries } from '../queue/notify.store';
import { isFailure, type Outcome } from './outcome';

const GONE = 410;

type OwnEvents = Parameters<typeof publishOwnEvents>[1];

/**
 * Locks the circuits that these outcomes may change. Most change none. What was known of a webhook when an attempt began
 * does not tell: of many that began together, each success ends the failures in a row.
 */
export function lockCircuitsOf(db: Db, outcomes: readonly Outcome[]): Promise<Map<string, CircuitRow>> {
  const inAnyCase = outcomes.filter((outcome) => isFailure(outcome) || outcome.attempt.delivery.blocks);
  const [all, always] = [outcomes, inAnyCase].map((each) => [...new Set(each.map(webhookOf))]);
  return lockTroubledCircuits(db, all as string[], always as string[]);
}

/** Locks the webhooks that these outcomes may disable: before circuits and deliveries, as everybody does. */
export async function lockDisablable(
  db: Db,
  outcomes: readonly Outcome[],
  now: Date,
): Promise<Map<string, WebhookRow>> {
  const ids = new Set(outcomes.filter((outcome) => mayDisable(outcome, now)).map(webhookOf));
  if (ids.size === 0) return new Map();
  // with those that are shared afterwards: locked in two steps, each of two transactions could hold what the other needs
  const locked = await webhooksForUpdate(db, [...new Set(outcomes.map(webhookOf))]);
  return new Map([...locked].filter(([id]) => ids.has(id)));
}

function webhookOf({ attempt }: Outcome): string {
  return attempt.webhook.id;
}

// the failures of this batch may be the last ones that were missing, so they are not counted here
function mayDisable(outcome: Outcome, now: Date): boolean {
  const { failures, failingSince } = outcome.attempt.webhook;
  const longAgo = { failures: Number.POSITIVE_INFINITY, failingSince };
  return isFailure(outcome) && (isGone(outcome) || (failures > 0 && failedForDays(longAgo, now)));
}

function isGone(outcome: Outcome): boolean {
  return outcome.request.responseStatus === GONE;
}

/**
 * Moves the circuits on, disables webhooks, publishes our own events about them.
 * @param circuits locked @param disablable the webhooks that `lockDisablable` locked
 */
export async function noteOutcomes(
  db: Db,
  outcomes: readonly Outcome[],
  circuits: ReadonlyMap<string, CircuitRow>,
  disablable: ReadonlyMap<string, WebhookRow>,
  now: Date,
): Promise<void> {
  const events: OwnEvents[number][] = outcomes.flatMap(exhausted);
  const changed: CircuitRow[] = [];
  for (const [webhookId, own] of Map.groupBy(outcomes, (outcome) => outcome.attempt.webhook.id)) {
    const before = circuits.get(webhookId);
    if (!before) continue;
    const after = own.reduce((circuit, outcome) => afterAttempt(circuit, factsOf(outcome), now), before);
    const webhook = disablable.get(webhookId);
    const reason = webhook && reasonToDisable(own, after, now);
    if (reason && (await disableWebhook(db, webhook, reason)))
      events.push(await disabled(db, webhook, reason, own, now));
    changed.push(after);
    events.push(...turns(own, before, after, now));
  }
  const moved = changed.filter((circuit) => !isSame(circuit, circuits.get(circuit.webhookId)));
  await saveCircuits(db, moved);
  await publishOwnEvents(db, events);
  // those that wait may go on
  if (moved.some((circuit) => circuit.state === 'CLOSED' && circuit.crowded)) await notifyDeliveries(db);
}

function factsOf(outcome: Outcome): AttemptFacts {
  const { attempt, request, retryAfterMs } = outcome;
  return {
    deliveryId: attempt.delivery.id,
    test: attempt.delivery.test,
    succeeded: request.status === 'SUCCEEDED',
    failed: isFailure(outcome),
    responseStatus: request.responseStatus,
    retryAfterMs,
  };
}

function isSame(one: CircuitRow, other: CircuitRow | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function reasonToDisable(outcomes: readonly Outcome[], circuit: CircuitRow, now: Date): string | null {
  if (outcomes.some(isGone)) return 'the partner answered 410 Gone: it wants no more deliveries';
  if (!failedForDays(circuit, now)) return null;
  return `nothing has arrived since ${circuit.failingSince?.toISOString()}: ${circuit.failures} attempts failed`;
}

async function disabled(db: Db, webhook: WebhookRow, reason: string, outcomes: readonly Outcome[], at: Date) {
  const owner = (await usersById(db, [webhook.ownerId])).get(webhook.ownerId);
  const causedBy = outcomes.at(-1)?.attempt.delivery.id ?? null;
  return webhookDisabled(
    { id: webhook.id, name: webhook.name, ownerName: owner?.name ?? null },
    { reason, at, causedBy },
  );
}

// The moments at which a webhook begins to fail, or works again.
function turns(outcomes: readonly Outcome[], before: CircuitRow, after: CircuitRow, now: Date): OwnEvents[number][] {
  const last = outcomes.at(-1);
  if (!last) return [];
  const { webhook, delivery } = last.attempt;
  const about = { id: webhook.id, name: webhook.name };
  const causedBy = delivery.id;
  if (recovered(before, after)) {
    return [webhookRecovered(about, { failingSince: before.failingSince, at: now, causedBy })];
  }
  if (!beganToFail(before, after)) return [];
  const { failures, openUntil, reason } = after;
  return [webhookFailing(about, { reason: reason ?? '', openUntil: openUntil ?? now, failures, causedBy })];
}

function exhausted({ attempt, request, settlement }: Outcome): OwnEvents[number][] {
  const { delivery, webhook, attemptNumber } = attempt;
  if (settlement.status !== 'EXHAUSTED' || delivery.test) return [];
  const lastError = { code: request.errorCode, status: request.responseStatus };
  return [deliveryExhausted({ ...delivery, attempts: attemptNumber }, { webhookName: webhook.name, lastError })];
}
