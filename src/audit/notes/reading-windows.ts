// Which readings of content are to be recorded: one for each viewer, operation, filter and 15 minutes.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { currentMs } from '../../clock';
import { cutAt } from '../../errors';
import { readNodeId } from '../../ids';
import { type Credential, credentialId, type Viewer } from '../../viewer';
import { namesInFields } from '../criteria';

const READ_WINDOW_MS = 15 * 60_000;

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
      const windowEnd = (Math.floor(now / READ_WINDOW_MS) + 1) * READ_WINDOW_MS;
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

function digestOf(text: string): Buffer {
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
