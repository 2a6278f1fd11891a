// The outgoing webhooks in the memory of this process, found by what they ask for.
import { LRUCache } from 'lru-cache';
import type { OutboxEvent } from '../../events/business-event.store';
import type { Db } from '../../sql/db';
import {
  changesOf,
  type OutgoingWebhook,
  outgoingWebhooks,
  statesAndChanges,
  type WebhookState,
  type WebhooksAt,
} from '../../webhooks/outgoing-webhook.store';
import { AUDIT_EVENT_PREFIX, OWN_DOCUMENT_TYPE } from '../../webhooks/setting-limits';
import { lockCircuits } from '../../webhooks/webhook-circuit.store';
import type { Pair } from './make-deliveries';

/** How many kinds of events the webhooks that match are kept for. */
const MAX_KINDS = 1_000;
/** How many webhooks are kept for all kinds together: thousands may match each kind. */
const MAX_MATCHING = 200_000;

/**
 * It is never trusted by itself: the transaction that writes deliveries reads which webhooks changed since `snapshot`, so
 * that an event that was published after a change always meets the changed webhook.
 */
export interface WebhookDirectory {
  /** The snapshot that the webhooks are of; null: they must be read, with `fillDirectory`. */
  snapshot(): string | null;
  /** Counts the replacements of webhooks. */
  version(): number;
  /** Replaces all webhooks. */
  fill(read: WebhooksAt): void;
  /** Replaces the webhooks that were changed. */
  apply(changes: WebhooksAt): void;
  /** All webhooks are to be read again. Call it after a connection was lost: the database may have become another one. */
  forget(): void;
  find(id: string): OutgoingWebhook | null;
  /**
   * The webhooks that match the event, ordered by id. The same webhook is the same object until it is changed, and an
   * object never changes.
   */
  matching(event: EventToMatch): readonly OutgoingWebhook[];
}

/** Reads all webhooks, if that is needed. */
export async function fillDirectory(db: Db, directory: WebhookDirectory): Promise<void> {
  if (directory.snapshot() === null) directory.fill(await outgoingWebhooks(db));
}

export function createWebhookDirectory(): WebhookDirectory {
  let snapshot: string | null = null;
  let version = 0;
  const webhooks = new Map<string, OutgoingWebhook>();
  let byType = new Map<string | null, OutgoingWebhook[]>();
  const byKind = new LRUCache<string, readonly OutgoingWebhook[]>({
    max: MAX_KINDS,
    maxSize: MAX_MATCHING,
    sizeCalculation: (matching) => 1 + matching.length,
  });

  function put(changed: readonly OutgoingWebhook[]): void {
    version += 1;
    for (const webhook of changed) {
      if (webhook.status === 'ARCHIVED') webhooks.delete(webhook.id);
      else webhooks.set(webhook.id, webhook);
    }
    const inOrder = [...webhooks.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
    byType = Map.groupBy(inOrder, ({ documentType }) => documentType);
    byKind.clear();
  }

  function ofKind(event: EventToMatch): readonly OutgoingWebhook[] {
    const key = JSON.stringify([event.documentType, event.event]);
    const known = byKind.get(key);
    if (known) return known;
    const found = [...(byType.get(null) ?? []), ...(byType.get(event.documentType) ?? [])]
      .filter((webhook) => matches(webhook, event))
      .sort((one, other) => (one.id < other.id ? -1 : 1));
    byKind.set(key, found);
    return found;
  }

  return {
    snapshot: () => snapshot,
    version: () => version,
    fill(read) {
      webhooks.clear();
      put(read.webhooks);
      snapshot = read.snapshot;
    },
    apply(changes) {
      if (changes.webhooks.length > 0) put(changes.webhooks);
      snapshot = changes.snapshot;
    },
    forget() {
      version += 1;
      snapshot = null;
    },
    find: (id) => webhooks.get(id) ?? null,
    matching(event) {
      if (event.directedTo === null) return ofKind(event);
      const directedTo = [...new Set(event.directedTo)].sort();
      return directedTo.map((id) => webhooks.get(id)).filter((webhook) => webhook !== undefined);
    },
  };
}

/** The events with each webhook that they match, in their order. */
export function pairsOf(events: readonly OutboxEvent[], directory: WebhookDirectory): Pair[] {
  return events.flatMap((event) => directory.matching(event).map((webhook) => ({ event, webhook })));
}

/** The webhooks of these pairs, each once. */
export function webhooksOf(pairs: readonly Pair[]): OutgoingWebhook[] {
  return [...new Set(pairs.map(({ webhook }) => webhook))];
}

export interface EventToMatch {
  documentType: string;
  event: string;
  /** The only webhooks that the event is delivered to; null: all that match. */
  directedTo: readonly string[] | null;
}

/**
 * Whether a webhook asks for events like this one. A webhook for all document types does not receive Hookledger's own
 * events, which describe other partners: it must name their type. Those about the audit trail go only where a SYSTEM_MANAGER
 * allowed it. A received call that is passed on goes only to the webhooks that it is directed to.
 */
export function matches(
  webhook: { id: string; documentType: string | null; events: readonly string[]; receiveAuditEvents: boolean },
  event: EventToMatch,
): boolean {
  if (event.directedTo !== null) return event.directedTo.includes(webhook.id);
  if (isAboutAudit(event) && !webhook.receiveAuditEvents) return false;
  const typeMatches =
    webhook.documentType === null
      ? event.documentType !== OWN_DOCUMENT_TYPE
      : webhook.documentType === event.documentType;
  return typeMatches && (webhook.events.length === 0 || webhook.events.includes(event.event));
}

export function isAboutAudit({ documentType, event }: Pick<EventToMatch, 'documentType' | 'event'>): boolean {
  return documentType === OWN_DOCUMENT_TYPE && event.startsWith(AUDIT_EVENT_PREFIX);
}

// The state of webhooks in the transaction that writes deliveries to them.

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
