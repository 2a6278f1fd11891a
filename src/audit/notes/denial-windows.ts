// What was refused to a viewer for their roles: one entry for each viewer, field and minute, with a count.
import { createHash, randomBytes } from 'node:crypto';
import { currentMs } from '../../clock';
import { credentialId, type Viewer } from '../../viewer';
import type { DenialWindow } from './audit-window.store';

const MINUTE_MS = 60_000;
/** Processes write their counts within a second, so that a minute is complete then. */
const GRACE_MS = 3_000;
/** How many counts wait to be written. */
const MAX_WAITING = 2_000;

/** The first refusal of a minute, as it is kept until the minute ends. */
export interface Denial {
  actor: Pick<Viewer, 'userId' | 'apiKeyId' | 'sessionId' | 'remoteAddress' | 'userAgent' | 'requestId'>;
  /** `Type.field`, or the method and path of a route. */
  field: string;
  firstAt: string;
}

interface Counted extends Denial {
  minuteEnd: number;
  count: number;
}

/** Counts that are written once, however often it is tried: a commit whose answer was lost may have succeeded. */
export interface DenialBatch {
  id: Buffer;
  counts: ReadonlyMap<string, Counted>;
}

export interface DenialNotes {
  /** @param field `Type.field`, or the method and path of a route */
  add(viewer: Viewer, field: string): void;
  /** The counts to be written: the same ones until `written` is called; null: there are none. */
  next(): DenialBatch | null;
  written(): void;
  /** Returns, and resets, the number of refusals that were not counted because too many waited. */
  takeLost(): number;
}

export function createDenialNotes(): DenialNotes {
  let counts = new Map<string, Counted>();
  let batch: DenialBatch | null = null;
  let lost = 0;

  return {
    add({ userId, apiKeyId, sessionId, remoteAddress, userAgent, requestId }, field) {
      const now = currentMs();
      const minuteEnd = (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
      const actor = { userId, apiKeyId, sessionId, remoteAddress, userAgent, requestId };
      const key = `${userId} ${credentialId(actor)} ${field} ${minuteEnd}`;
      const known = counts.get(key);
      if (known) known.count += 1;
      else if (counts.size >= MAX_WAITING) lost += 1;
      else counts.set(key, { actor, field, firstAt: new Date(now).toISOString(), minuteEnd, count: 1 });
    },
    next() {
      if (batch !== null || counts.size === 0) return batch;
      batch = { id: randomBytes(32), counts };
      counts = new Map();
      return batch;
    },
    written() {
      batch = null;
    },
    takeLost() {
      const count = lost;
      lost = 0;
      return count;
    },
  };
}

export function denialWindows(counts: ReadonlyMap<string, Counted>): DenialWindow[] {
  return [...counts].map(([key, { actor, field, firstAt, minuteEnd, count }]) => ({
    key: createHash('sha256').update(key).digest(),
    endsAt: new Date(minuteEnd + GRACE_MS),
    denial: JSON.stringify({ actor, field, firstAt } satisfies Denial),
    count,
  }));
}
