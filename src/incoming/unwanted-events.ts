// Finds the events of calls that no webhook is for: they need no fan-out.
import { type EventToMatch, matches } from '../delivery/fan-out/matches';
import type { Db } from '../sql/db';
import { webhooksForTypes } from '../webhooks/outgoing-webhook.store';

/** How many webhooks are compared: where more may match, it is left to the fan-out, which has all webhooks in memory. */
const MAX_WEBHOOKS = 100;

/** Whether no webhook is for an event, as the webhooks were when they were read. */
export type IsUnwanted = (event: EventToMatch) => boolean;

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
