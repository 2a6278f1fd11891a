// Whether a call becomes an event, and what this event says.
import { type EventToMatch, matches } from '../delivery/engine/matching-webhooks';
import { type NewEventRow, WITHOUT_KEY } from '../events/business-event.store';
import { pathsBehind } from '../events/causes.store';
import type { Db } from '../sql/db';
import { newId, timeOfId, toNodeId } from '../values/ids';
import { webhooksForTypes } from '../webhooks/outgoing-webhook.store';
import type { Accepted } from './accept-or-refuse';
import type { IncomingSettings } from './incoming-settings';
import type { DecidedCall } from './recorded-call';

/** The id of the event that this call becomes unless it is a duplicate; null: it becomes none. */
export function eventIdFor({ settings, decision }: DecidedCall): string | null {
  if (!decision.accepted || decision.handshake !== null || settings.row.becomes === 'RECORD') return null;
  const { events } = settings.webhook;
  return events.length === 0 || events.includes(decision.event) ? newId() : null;
}

/** What decides which webhooks get the event of an accepted call: only the chosen ones where calls are forwarded. */
export function eventToMatch({ settings }: DecidedCall, decision: Accepted): EventToMatch {
  return {
    documentType: documentTypeOf(settings),
    event: decision.event,
    directedTo: directedTo(settings),
  };
}

function directedTo({ row }: IncomingSettings): string[] | null {
  return row.becomes === 'FORWARD' ? row.forwardTo : null;
}

function documentTypeOf({ webhook, agreement }: IncomingSettings): string {
  return webhook.documentType ?? agreement.provider.title;
}

/** What both the row of the call and its event say. */
export interface NamesOfCall {
  documentType: string;
  event: string;
  referenceDocument: string;
}

/** @param firstId the first call with this id or content, which may be this one */
export function namesOf({ settings }: DecidedCall, decision: Accepted, firstId: string): NamesOfCall {
  return {
    documentType: documentTypeOf(settings),
    event: decision.event,
    // a call without a document is its own document
    referenceDocument: decision.referenceDocument ?? toNodeId('WebhookRequestLog', firstId),
  };
}

/** By the id of a delivery that calls say they were caused by: the webhooks through which their causes went. */
export type CausePaths = ReadonlyMap<string, string[]>;

/** A partner may forward a delivery of this server, or a webhook may call it: such events must not form a cycle. */
export async function causePathsOf(db: Db, calls: readonly DecidedCall[]): Promise<CausePaths> {
  const ids = calls.flatMap(({ decision }) => (decision.accepted ? (decision.causedBy ?? []) : []));
  return ids.length > 0 ? pathsBehind(db, [...new Set(ids)]) : new Map();
}

/** What the other rows of a transaction tell about an event. */
export interface Known {
  paths: CausePaths;
  isUnwanted: IsUnwanted;
  now: Date;
}

/** The event, which is fanned out if no webhook is for it. */
export function eventOfCall(
  { call, settings }: DecidedCall,
  { causedBy }: Accepted,
  content: NamesOfCall & { id: string; payloadId: string },
  { paths, isUnwanted, now }: Known,
): NewEventRow {
  const path = causedBy === null ? undefined : paths.get(causedBy);
  const event = {
    ...content,
    ...WITHOUT_KEY,
    enveloped: false,
    userId: settings.row.userId,
    publishedBy: settings.row.userId,
    remoteAddress: call.remoteAddress,
    causedBy: path ? causedBy : null,
    causePath: path ?? [],
    traceparent: null,
    directedTo: directedTo(settings),
    requestId: call.id,
    idempotencyKey: null,
    createdAt: timeOfId(content.id),
  };
  return isUnwanted(event) ? { ...event, fannedOut: { at: now, wantedBy: 0 } } : event;
}

// Finds the events of calls that no webhook is for: they need no fan-out.

/** How many webhooks are compared: where more may match, it is left to the fan-out, which has all webhooks in memory. */
const MAX_WEBHOOKS = 100;

/** Whether no webhook is for an event, as the webhooks were when they were read. */
type IsUnwanted = (event: EventToMatch) => boolean;

const ALL_MAY_BE_WANTED: IsUnwanted = () => false;

/**
 * Reads the webhooks in the transaction that writes these events, so that a webhook that was created before is never missed. Their ids
 * must have been made before: an event that misses a webhook which is being created is older than it.
 */
export async function findUnwanted(db: Db, events: readonly EventToMatch[]): Promise<IsUnwanted> {
  if (events.length === 0) return ALL_MAY_BE_WANTED;
  const types = events.flatMap(({ documentType, directedTo }) => (directedTo === null ? documentType : []));
  const ids = events.flatMap(({ directedTo }) => directedTo ?? []);
  const webhooks = await webhooksForTypes(db, [...new Set(types)], [...new Set(ids)], MAX_WEBHOOKS);
  if (webhooks.length >= MAX_WEBHOOKS) return ALL_MAY_BE_WANTED;
  return (event) => !webhooks.some((webhook) => matches(webhook, event));
}
