// The events about Hookledger itself. docs/own-events.md documents their keys: change both.

import { toNodeId } from '../values/ids';
import type { AUDIT_EVENT_PREFIX } from '../webhooks/setting-limits';

export type OwnEventName =
  | 'webhook.disabled'
  | 'webhook.failing'
  | 'webhook.recovered'
  | 'delivery.exhausted'
  | 'replay.queued'
  | 'evidence.head_signed'
  | 'api_key.expiring'
  | 'approval.waiting'
  | `${typeof AUDIT_EVENT_PREFIX}${string}`;

export interface OwnEvent {
  event: OwnEventName;
  /** The id, as the API shows it, of the object that the event describes. */
  referenceDocument: string;
  /** Must contain neither content of documents nor secrets. */
  data: object;
  /** The delivery whose attempt led to it. */
  causedBy: string | null;
  /** Webhooks that the event is not delivered to, in addition to those in the path of `causedBy`. */
  causePath: readonly string[];
}

interface AboutWebhook {
  id: string;
  name: string;
}

/** The webhook was disabled, after failures or a 410. @param reason our own sentence, without text of the partner */
export function webhookDisabled(
  webhook: AboutWebhook & { ownerName: string | null },
  { reason, at, causedBy }: { reason: string; at: Date; causedBy: string | null },
): OwnEvent {
  return aboutWebhook('webhook.disabled', webhook, { owner: webhook.ownerName, reason, disabledAt: at }, causedBy);
}

/** The circuit opened: until `openUntil` nothing is sent, then one probe. @param failures consecutive */
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

/** The webhook accepts deliveries again. @param failingSince null: unknown */
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

/** The last attempt of the delivery failed. */
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

/** A replay of many deliveries has queued all of them again, but those that could not be. @param replay `orderedBy`: the name of a user */
export function replayQueued(replay: {
  id: string;
  reason: string;
  orderedBy: string | null;
  deliveryCount: number;
  replayed: number;
  skipped: number;
}): OwnEvent {
  const { reason, orderedBy, deliveryCount, replayed, skipped } = replay;
  const id = toNodeId('Replay', replay.id);
  const data = { replay: id, reason, orderedBy, deliveryCount, replayed, skipped };
  return { event: 'replay.queued', referenceDocument: id, data, causedBy: null, causePath: [] };
}

/** A signed head of the sealed log. @param rootHash in base64 @param checkpoint the signed note */
export function headSigned(head: {
  origin: string;
  treeSize: number;
  rootHash: string;
  checkpoint: string;
  signedAt: Date;
}): OwnEvent {
  const { origin, treeSize, rootHash, checkpoint, signedAt } = head;
  const data = { origin, treeSize, rootHash, checkpoint, signedAt };
  return { event: 'evidence.head_signed', referenceDocument: origin, data, causedBy: null, causePath: [] };
}

/** The API key stops working in at most `noticeDays` days. @param key `userName`: the user whom it authenticates */
export function apiKeyExpiring(key: {
  id: string;
  label: string;
  userName: string;
  expiresAt: Date;
  noticeDays: number;
}): OwnEvent {
  const id = toNodeId('ApiKey', key.id);
  const data = {
    apiKey: { id, label: key.label },
    user: key.userName,
    withinDays: key.noticeDays,
    expiresAt: key.expiresAt,
  };
  return { event: 'api_key.expiring', referenceDocument: id, data, causedBy: null, causePath: [] };
}

// A webhook gets no events about itself: it is the one that fails, and a failed delivery would cause further events.
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
