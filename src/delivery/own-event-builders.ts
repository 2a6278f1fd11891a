// What is told of our own doings. docs/own-events.md shows each of them: a key changed here is changed there.
import type { OwnEvent } from '../events/own-events';
import { toNodeId } from '../ids';

interface AboutWebhook {
  id: string;
  name: string;
}

/** Switched off after failures, or since the partner answered 410. @param reason our own sentence, nothing of a partner's */
export function webhookDisabled(
  webhook: AboutWebhook & { ownerName: string | null },
  { reason, at, causedBy }: { reason: string; at: Date; causedBy: string | null },
): OwnEvent {
  return aboutWebhook('webhook.disabled', webhook, { owner: webhook.ownerName, reason, disabledAt: at }, causedBy);
}

/** Its circuit opened: nothing is sent to it until `openUntil`, when one delivery tries. @param failures in a row */
export function webhookFailing(
  webhook: AboutWebhook,
  {
    reason,
    openUntil,
    failures,
    causedBy,
  }: { reason: string; openUntil: Date; failures: number; causedBy: string | null },
): OwnEvent {
  return aboutWebhook('webhook.failing', webhook, { reason, failures, openUntil }, causedBy);
}

/** It takes deliveries again. @param failingSince since when it did not; null: unknown */
export function webhookRecovered(
  webhook: AboutWebhook,
  { failingSince, at, causedBy }: { failingSince: Date | null; at: Date; causedBy: string | null },
): OwnEvent {
  return aboutWebhook('webhook.recovered', webhook, { failingSince, recoveredAt: at }, causedBy);
}

interface ExhaustedDelivery {
  id: string;
  webhookId: string;
  documentType: string;
  event: string;
  referenceDocument: string;
  attempts: number;
}

/** Given up after its last attempt. */
export function deliveryExhausted(
  delivery: ExhaustedDelivery,
  { webhookName, lastError }: { webhookName: string; lastError: { code: string | null; status: number | null } },
): OwnEvent {
  const { documentType, event, referenceDocument, attempts } = delivery;
  const id = toNodeId('Delivery', delivery.id);
  const webhook = { id: toNodeId('Webhook', delivery.webhookId), name: webhookName };
  const { code, status } = lastError;
  return {
    event: 'delivery.exhausted',
    referenceDocument: id,
    data: { delivery: id, webhook, documentType, event, referenceDocument, attempts, lastError: { code, status } },
    causedBy: delivery.id,
    causePath: [delivery.webhookId],
  };
}

/** A replay that was ordered has looked at all it was to send again. @param replay `orderedBy`: a user's name */
export function replayCompleted(replay: {
  id: string;
  reason: string;
  orderedBy: string | null;
  total: number;
  replayed: number;
  skipped: number;
}): OwnEvent {
  const { reason, orderedBy, total, replayed, skipped } = replay;
  const id = toNodeId('Replay', replay.id);
  const data = { replay: id, reason, orderedBy, total, replayed, skipped };
  return { event: 'replay.completed', referenceDocument: id, data, causedBy: null, causePath: [] };
}

// A webhook is never told of itself: it is the one that is not reached, and a failure to tell it would be told again.
function aboutWebhook(
  event: OwnEvent['event'],
  { id, name }: AboutWebhook,
  facts: object,
  causedBy: string | null,
): OwnEvent {
  const nodeId = toNodeId('Webhook', id);
  const data = { webhook: { id: nodeId, name }, ...facts };
  return { event, referenceDocument: nodeId, data, causedBy, causePath: [id] };
}
