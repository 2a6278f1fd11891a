// The state of webhooks in the transaction that writes deliveries to them.
import type { Db } from '../../sql/db';
import {
  lockUnchanged,
  type OutgoingWebhook,
  statesAndChanges,
  type WebhookState,
} from '../../webhooks/outgoing-webhook.store';
import { lockCircuits } from '../../webhooks/webhook-circuit.store';
import type { WebhookDirectory } from './webhook-directory';

export type WebhookStates = ReadonlyMap<string, WebhookState>;

/**
 * Reads the state of webhooks, and brings the directory to the snapshot of this statement.
 * @returns null: the directory was emptied, and must be filled first
 */
export async function readStates(
  db: Db,
  directory: WebhookDirectory,
  ids: readonly string[],
): Promise<WebhookStates | null> {
  const snapshot = directory.snapshot();
  if (snapshot === null) return null;
  const { states, changes } = await statesAndChanges(db, ids, snapshot);
  directory.apply(changes);
  return states;
}

export interface LockedStates {
  states: WebhookStates;
  /** The webhooks that were changed after the directory read them. */
  changed: ReadonlySet<string>;
}

/**
 * Locks the webhooks until the transaction ends, and their circuits, unless new deliveries start at once: otherwise a
 * delivery could stay held after its webhook was resumed, wait although there is capacity, belong to an archived webhook,
 * or overlook an earlier one of its document.
 * @param changedIn the webhooks that are locked already, as `lockUnchanged` returned them; null: none is
 */
export async function lockStates(
  db: Db,
  webhooks: readonly OutgoingWebhook[],
  states: WebhookStates,
  changedIn: ReadonlyMap<string, string> | null,
): Promise<LockedStates> {
  // all or none: two transactions that each lock webhooks in two steps could wait for each other
  const toLock = changedIn
    ? webhooks
    : webhooks.filter((webhook) => webhook.status !== 'ACTIVE' || needsCircuit(webhook, states));
  if (toLock.length === 0) return { states, changed: new Set() };
  const found = changedIn ?? (await lockUnchanged(db, toLock.map(idOf)));
  const changed = new Set(toLock.filter(({ id, changedIn: known }) => found.get(id) !== known).map(idOf));
  const circuits = await lockCircuits(db, toLock.filter((webhook) => needsCircuit(webhook, states)).map(idOf));
  const locked = new Map(states);
  for (const [id, { state, hasBacklog }] of circuits) {
    locked.set(id, { hasPending: false, ...states.get(id), mustQueue: hasBacklog || state !== 'CLOSED' });
  }
  return { states: locked, changed };
}

function needsCircuit(webhook: OutgoingWebhook, states: WebhookStates): boolean {
  return states.get(webhook.id)?.mustQueue === true || webhook.ordering !== null || webhook.dedupeSeconds !== null;
}

function idOf({ id }: { id: string }): string {
  return id;
}
