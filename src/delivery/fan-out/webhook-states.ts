// The state of webhooks in the transaction that writes deliveries to them.
import type { Db } from '../../sql/db';
import {
  changesOf,
  type OutgoingWebhook,
  statesAndChanges,
  type WebhookState,
} from '../../webhooks/outgoing-webhook.store';
import { lockCircuits } from '../../webhooks/webhook-circuit.store';
import type { WebhookDirectory } from './webhook-directory';

export type WebhookStates = ReadonlyMap<string, WebhookState>;

/**
 * Reads the state of webhooks, and brings the directory to the snapshot of this statement, unless another transaction of
 * this process has brought it to another one, in which no webhook differs.
 * @returns null: the directory was emptied, or a webhook of it was replaced meanwhile, perhaps by a later one. Fill it, and
 * begin again
 */
export async function readStates(
  db: Db,
  directory: WebhookDirectory,
  ids: readonly string[],
): Promise<WebhookStates | null> {
  const snapshot = directory.snapshot();
  if (snapshot === null) return null;
  const version = directory.version();
  const found = await statesAndChanges(db, ids, snapshot);
  if (found === null) {
    directory.forget();
    return null;
  }
  const { states, changes } = found;
  if (directory.snapshot() === snapshot) directory.apply(changes);
  else if (directory.version() !== version || changes.webhooks.length > 0) return null;
  return states;
}

export interface LockedStates {
  states: WebhookStates;
  /** The webhooks that were changed after the directory read them. */
  changed: ReadonlySet<string>;
}

/**
 * Locks the circuits of webhooks until the transaction ends, unless new deliveries start at once: otherwise a delivery could
 * stay held after its webhook was resumed, wait although there is capacity, belong to an archived webhook, or overlook an
 * earlier one of its document. What changes open deliveries of a webhook locks its circuit too.
 *
 * @param kept the webhooks that are kept from changes, because first attempts may be opened: the transaction that last
 * changed each
 */
export async function lockStates(
  db: Db,
  webhooks: readonly OutgoingWebhook[],
  states: WebhookStates,
  kept: ReadonlyMap<string, string> = new Map(),
): Promise<LockedStates> {
  const toLock = webhooks.filter((webhook) => webhook.status !== 'ACTIVE' || needsCircuit(webhook, states)).map(idOf);
  const isLocked = new Set(toLock);
  const toCompare = webhooks.filter(({ id }) => isLocked.has(id) || kept.has(id));
  if (toCompare.length === 0) return { states, changed: new Set() };
  // sent together, executed in this order
  const [circuits, found] = await Promise.all([lockCircuits(db, toLock), changesOf(db, toLock)]);
  const changed = new Set(
    toCompare.filter(({ id, changedIn }) => (kept.get(id) ?? found.get(id)) !== changedIn).map(idOf),
  );
  const locked = new Map(states);
  for (const [id, { state, hasWaiting }] of circuits) {
    locked.set(id, { hasPending: false, ...states.get(id), mustQueue: hasWaiting || state !== 'CLOSED' });
  }
  return { states: locked, changed };
}

function needsCircuit(webhook: OutgoingWebhook, states: WebhookStates): boolean {
  return states.get(webhook.id)?.mustQueue === true || webhook.ordering !== null || webhook.dedupeSeconds !== null;
}

function idOf({ id }: { id: string }): string {
  return id;
}
