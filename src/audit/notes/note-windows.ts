// What was refused to a viewer for their roles: one entry for each viewer, field and minute, with a count.
import { createHash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Credential, credentialId, type Viewer } from '../../access/viewer';
import { cutAt } from '../../errors/errors';
import { currentMs } from '../../time/clock';
import { readNodeId } from '../../values/ids';
import { namesInFields } from '../criteria';
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

// Which readings of content are to be recorded: one for each viewer, operation, filter and 15 minutes.

const READ_WINDOW_MS = 15 * 60_000;

/** When the window ends to which this time belongs. */
export function readWindowEnd(ms: number): number {
  return (Math.floor(ms / READ_WINDOW_MS) + 1) * READ_WINDOW_MS;
}

/** What an operation read of content. */
export interface ContentRead {
  /** The name of the operation; null: it has none. */
  operation: string | null;
  /** `Type.field`: the fields with content, and the filters that compare content. */
  fields: readonly string[];
  /** The arguments on the way to these fields, without those of pages. */
  filter: readonly { field: string; arguments: Readonly<Record<string, unknown>> }[];
  /** The id in the API of the row that was read; null: the operation reads a list, or several rows. */
  rowId: string | null;
}

/** A reading that waits to be recorded. */
export interface ReadNote {
  viewer: Viewer;
  key: Buffer;
  windowEndsAt: Date;
  readAt: Date;
  subject: ReturnType<typeof readNodeId>;
  criteria: Record<string, unknown>;
  details: Record<string, unknown>;
}

export interface ReadNotes {
  /** @returns whether it is to be recorded */
  add(viewer: Viewer, read: ContentRead): boolean;
  /** The first waiting readings, at most `atMost`. They are kept until they are removed. */
  first(atMost: number): readonly ReadNote[];
  remove(count: number): void;
  /** Returns, and resets, the number of readings that were not recorded because too many waited. */
  takeLost(): number;
}

export interface ReadLimits {
  /** How many readings wait to be recorded. */
  waiting: number;
  /** How many readings of one key or session are recorded one by one in 15 minutes. */
  perViewer: number;
}

const LIMITS: ReadLimits = { waiting: 2_000, perViewer: 1_000 };
/** How many readings are known to be recorded. One that is forgotten is looked up in the database. */
const MAX_KNOWN = 10_000;
const MAX_FILTER = 4_000;

export function createReadNotes(limits: ReadLimits = LIMITS): ReadNotes {
  const knownUntil = new LRUCache<string, number>({ max: MAX_KNOWN });
  const ofViewers = new LRUCache<string, { until: number; count: number }>({ max: MAX_KNOWN });
  const waiting: ReadNote[] = [];
  let lost = 0;

  // counts this one
  function isBeyondLimit(viewer: Credential, windowEnd: number): boolean {
    const id = credentialId(viewer);
    let known = ofViewers.get(id);
    if (known?.until !== windowEnd) {
      known = { until: windowEnd, count: 0 };
      ofViewers.set(id, known);
    }
    known.count += 1;
    return known.count > limits.perViewer;
  }

  return {
    add(viewer, read) {
      const now = currentMs();
      const filter = JSON.stringify(read.filter);
      const name = `${viewer.userId} ${credentialId(viewer)} ${read.operation} ${read.fields.join()} ${filter}`;
      const id = name.length > 300 ? digestOf(name).toString('base64url') : name;
      if ((knownUntil.get(id) ?? 0) > now) return false;
      const windowEnd = readWindowEnd(now);
      const isBeyond = isBeyondLimit(viewer, windowEnd);
      const further = `${viewer.userId} ${credentialId(viewer)} further`;
      if (isBeyond && (knownUntil.get(further) ?? 0) > now) return false;
      if (waiting.length >= limits.waiting) {
        lost += 1;
        return true;
      }
      knownUntil.set(isBeyond ? further : id, windowEnd);
      const { operation, fields } = read;
      waiting.push({
        viewer,
        key: digestOf(`${isBeyond ? further : name} ${windowEnd}`),
        windowEndsAt: new Date(windowEnd),
        readAt: new Date(now),
        subject: isBeyond || read.rowId === null ? null : readNodeId(read.rowId),
        criteria: isBeyond ? {} : criteriaOf(read, filter),
        details: isBeyond ? { recordedOneByOne: limits.perViewer } : { operation, fields },
      });
      return true;
    },
    first: (atMost) => waiting.slice(0, atMost),
    remove(count) {
      waiting.splice(0, count);
    },
    takeLost() {
      const count = lost;
      lost = 0;
      return count;
    },
  };
}

export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** @param text the filter as JSON. The names in it are whole, also where it is cut */
function criteriaOf({ filter }: ContentRead, text: string): Record<string, unknown> {
  if (filter.length === 0) return {};
  return { ...namesInFields(filter), filter: text.length > MAX_FILTER ? shortened(text) : filter };
}

function shortened(filter: string): object {
  return { begins: cutAt(filter, MAX_FILTER), characters: filter.length, sha256: digestOf(filter).toString('hex') };
}
