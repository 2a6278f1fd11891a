// Part of committing outcomes: changes the circuits of the webhooks, and publishes Hookledger's own events.

import { deliveryExhausted, type OwnEvent, webhookFailing, webhookRecovered } from '../../events/own-events';
import { publishOwnEvents } from '../../events/publish-own-events';
import type { TellOwners } from '../../mail/owner-notices';
import type { Db } from '../../sql/db';
import type { WebhookRow } from '../../webhooks/webhook.store';
import { type CircuitRow, lockFailingCircuits, saveCircuits } from '../../webhooks/webhook-circuit.store';
import { type AttemptFacts, afterAttempt, beganToFail, recovered } from '../capacity/circuit';
import { notifyDeliveries } from '../queue/queue.store';
import { disableIfNeeded } from './disable-gone-or-failing';
import { isFailure, type Outcome, webhookOf } from './outcome';

/**
 * Locks the circuits that these outcomes may change: most outcomes change none. The state of a circuit when an attempt
 * began does not decide it: attempts run concurrently, and any success among them resets the failures.
 */
export function lockCircuitsOf(db: Db, outcomes: readonly Outcome[]): Promise<Map<string, CircuitRow>> {
  const inAnyState = outcomes.filter((outcome) => isFailure(outcome) || outcome.attempt.delivery.blocks);
  return lockFailingCircuits(db, webhooksOf(outcomes), webhooksOf(inAnyState));
}

function webhooksOf(outcomes: readonly Outcome[]): string[] {
  return [...new Set(outcomes.map(webhookOf))];
}

/**
 * Changes circuits, disables webhooks, publishes the events about both, and tells the owners.
 * @param circuits locked @param disablable the webhooks that `lockDisablable` locked
 * @returns the circuits that have opened
 */
export async function applyToCircuits(
  db: Db,
  outcomes: readonly Outcome[],
  circuits: ReadonlyMap<string, CircuitRow>,
  disablable: ReadonlyMap<string, WebhookRow>,
  now: Date,
  tellOwners: TellOwners,
): Promise<CircuitRow[]> {
  const events: OwnEvent[] = outcomes.flatMap(exhausted);
  const after: CircuitRow[] = [];
  for (const [webhookId, own] of Map.groupBy(outcomes, webhookOf)) {
    const before = circuits.get(webhookId);
    if (!before) continue;
    const circuit = own.reduce((current, outcome) => afterAttempt(current, factsOf(outcome), now), before);
    const webhook = disablable.get(webhookId);
    const disabled = webhook ? await disableIfNeeded(db, webhook, own, circuit, now) : null;
    if (disabled) events.push(disabled);
    after.push(circuit);
    events.push(...healthTransitions(own, before, circuit, now));
  }
  const changed = after.filter((circuit) => !isSame(circuit, circuits.get(circuit.webhookId)));
  await saveCircuits(db, changed);
  await publishOwnEvents(db, events);
  await tellOwners(db, events);
  // waiting deliveries can be dispatched
  if (changed.some((circuit) => circuit.state === 'CLOSED' && circuit.hasWaiting)) await notifyDeliveries(db);
  return changed.filter(({ webhookId, state }) => state === 'OPEN' && circuits.get(webhookId)?.state === 'CLOSED');
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

// The events for a webhook that begins to fail, or works again.
function healthTransitions(outcomes: readonly Outcome[], before: CircuitRow, after: CircuitRow, now: Date): OwnEvent[] {
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

function exhausted({ attempt, request, deliveryUpdate }: Outcome): OwnEvent[] {
  const { delivery, webhook, attemptNumber } = attempt;
  if (deliveryUpdate.status !== 'EXHAUSTED' || delivery.test) return [];
  const lastError = { code: request.errorCode, status: request.responseStatus };
  return [deliveryExhausted({ ...delivery, attempts: attemptNumber }, { webhookName: webhook.name, lastError })];
}
