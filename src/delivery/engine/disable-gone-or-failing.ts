// Disables a webhook that answered 410 Gone, or whose attempts have all failed for days.

import { type OwnEvent, webhookDisabled } from '../../events/own-events';
import type { Db } from '../../sql/db';
import { usersById } from '../../users/user.store';
import { disableWebhook } from '../../webhooks/changes/webhook-lifecycle';
import { type WebhookRow, webhooksForUpdate } from '../../webhooks/webhook.store';
import type { CircuitRow } from '../../webhooks/webhook-circuit.store';
import { failedForDays } from '../capacity/circuit';
import { isFailure, type Outcome, webhookOf } from './outcome';

/** 410: the partner accepts no more deliveries (Standard Webhooks, "Delivery"). */
const GONE = 410;
const GONE_REASON = 'the partner answered 410 Gone: it accepts no more deliveries';

function isGone(outcome: Outcome): boolean {
  return outcome.request.responseStatus === GONE;
}

/** Locks the webhooks that these outcomes may disable: before circuits and deliveries, in the common lock order. */
export async function lockDisablable(
  db: Db,
  outcomes: readonly Outcome[],
  now: Date,
): Promise<Map<string, WebhookRow>> {
  const ids = new Set(outcomes.filter((outcome) => mayDisable(outcome, now)).map(webhookOf));
  if (ids.size === 0) return new Map();
  // Includes the webhooks that are locked for share afterwards: if each of two transactions locked in two steps, both
  // could wait for each other.
  const locked = await webhooksForUpdate(db, [...new Set(outcomes.map(webhookOf))]);
  return new Map([...locked].filter(([id]) => ids.has(id)));
}

// The number of failures is not compared: those of this batch may complete it.
function mayDisable(outcome: Outcome, now: Date): boolean {
  const { failures, failingSince } = outcome.attempt.webhook;
  const withMoreFailures = { failures: Number.POSITIVE_INFINITY, failingSince };
  return isFailure(outcome) && (isGone(outcome) || (failures > 0 && failedForDays(withMoreFailures, now)));
}

/**
 * @param webhook locked by `lockDisablable` @param circuit after the outcomes
 * @returns the event to publish; null: the webhook was not disabled
 */
export async function disableIfNeeded(
  db: Db,
  webhook: WebhookRow,
  outcomes: readonly Outcome[],
  circuit: CircuitRow,
  now: Date,
): Promise<OwnEvent | null> {
  const reason = reasonToDisable(outcomes, circuit, now);
  if (reason === null || !(await disableWebhook(db, webhook, reason))) return null;
  const owner = (await usersById(db, [webhook.ownerId])).get(webhook.ownerId);
  return webhookDisabled(
    { id: webhook.id, name: webhook.name, ownerName: owner?.name ?? null },
    { reason, at: now, causedBy: outcomes.at(-1)?.attempt.delivery.id ?? null },
  );
}

function reasonToDisable(outcomes: readonly Outcome[], circuit: CircuitRow, now: Date): string | null {
  if (outcomes.some(isGone)) return GONE_REASON;
  if (!failedForDays(circuit, now)) return null;
  return `nothing has arrived since ${circuit.failingSince?.toISOString()}: ${circuit.failures} attempts failed`;
}
