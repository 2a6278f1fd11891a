// Compares the idempotency keys of events with those that were used before.
import { hash } from 'node:crypto';
import { InputError, quoted, type UserError } from '../errors/errors';
import type { IdempotencyKey } from './business-event.store';
import type { NewEvent } from './event-faults';

/** An event that is to be published: its id if it is new, and the hash of its content. */
export interface WantedEvent {
  event: NewEvent;
  id: string;
  hash: Buffer;
}

/** The id of the event: its own, or that of the event that was published first with the same key. */
export interface KeyClaim extends WantedEvent {
  duplicate: boolean;
}

/** The used keys of several users, by `keyOf`. */
export type KnownKeys = Map<string, IdempotencyKey>;

/** A key belongs to the user who publishes: two users may use the same one. */
export function keyOf(userId: string, key: string): string {
  return `${userId} ${key}`;
}

/**
 * Claims the keys of the events of one call. An event without a key is always new.
 * @param known gains the new keys, unless one is in conflict
 * @throws InputError CONFLICT for each key that was used for other content
 */
export function claimsOf(userId: string, wanted: readonly WantedEvent[], known: KnownKeys): KeyClaim[] {
  const fresh: KnownKeys = new Map();
  const conflicts: UserError[] = [];
  const claims = wanted.map(({ event, id, hash }, index): KeyClaim => {
    const { idempotencyKey: key } = event;
    if (key === null) return { event, id, hash, duplicate: false };
    const name = keyOf(userId, key);
    const first = known.get(name) ?? fresh.get(name);
    if (!first) fresh.set(name, { userId, key, eventId: id, contentHash: hash });
    else if (!first.contentHash.equals(hash)) conflicts.push(conflictAt(index, key));
    return { event, id: first?.eventId ?? id, hash, duplicate: first !== undefined };
  });
  if (conflicts.length > 0) throw new InputError(conflicts);
  for (const [name, key] of fresh) known.set(name, key);
  return claims;
}

function conflictAt(index: number, key: string): UserError {
  const message = `The idempotency key ${quoted(key)} was used for another event: use a new key.`;
  return { field: ['events', String(index), 'idempotencyKey'], code: 'CONFLICT', message };
}

/**
 * The hash by which two events with one idempotency key are compared: SHA-256 over document type, event, reference,
 * user and the text of the data, each preceded by its length in bytes. The SQL function event_content_hash() computes
 * the same.
 */
export function contentHash(parts: readonly string[]): Buffer {
  return hash('sha256', parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''), 'buffer');
}
