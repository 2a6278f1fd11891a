// The outgoing webhooks in the memory of this process, found by what they ask for.
import { LRUCache } from 'lru-cache';
import type { OutboxEvent } from '../../events/business-event.store';
import type { Db } from '../../sql/db';
import { type OutgoingWebhook, outgoingWebhooks, type WebhooksAt } from '../../webhooks/outgoing-webhook.store';
import type { Pair } from './decisions';
import { type EventToMatch, matches } from './matches';

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
