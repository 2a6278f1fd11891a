// Behind the log: takes what was closed into the index, a batch at a time, in the order of the feed.
import { setImmediate } from 'node:timers/promises';
import type { Db } from '../../sql/db';
import { missingBefore } from '../feed/backfill.store';
import { readPosition, savePosition } from '../feed/feed-position.store';
import { type FeedPosition, type RequestChange, readFeed } from '../feed/request-change.store';
import { indexWords } from './index-words';
import {
  becomeIndexer,
  type IndexedRequest,
  insertIndexed,
  type RequestToIndex,
  requestsToIndex,
} from './request-index.store';

const BATCH_REQUESTS = 500;
const CHANGES_AT_ONCE = 50;
/** Where each is of few requests, so many fill a batch: one of less costs as much. */
const MAX_CHANGES = 1_000;
/** Of the log, that are looked at for those that the index lacks. */
const BACKFILL_REQUESTS = 2_000;
/** So many are held in memory at once, each of which may be 320 KiB. */
const TURN_REQUESTS = 50;
/** Other work of this process gets its turn after so many milliseconds: a large payload takes some by itself. */
const TURN_MS = 2;

export interface IndexBatch {
  indexed: number;
  /** When the first of them was closed; null: none was closed since the feed began. */
  oldest: Date | null;
  /** There is more: take the next batch. */
  more: boolean;
  /** How many of them were there before the feed; null: the index is not looked through for what it lacks. */
  backfilled: number | null;
}

/**
 * Indexes the next batch in this transaction, and moves the position on in the same: all of it or nothing.
 * @param atMost ends with the change that makes so many of closed requests; one change has up to 1,000
 * @returns null when another process is indexing, or the feed is to be rebuilt first
 */
export async function indexNextBatch(db: Db, atMost = BATCH_REQUESTS): Promise<IndexBatch | null> {
  if (!(await becomeIndexer(db))) return null;
  const from = await readPosition(db, 'index');
  if (!from) return null;
  const { changes, position, more } = await nextChanges(db, from.feed, atMost);
  const closed = changes.filter(({ kind }) => kind === 'CLOSED');
  const ids = closed.flatMap(({ requestIds }) => requestIds);
  await indexEach(db, ids);
  // what is new is looked for first; a request that is closed meanwhile is in the feed
  const missing = more || from.backfillBefore === null ? null : await nextMissing(db, from.backfillBefore, atMost);
  if (missing) await indexEach(db, missing.ids);
  const backfillBefore = missing ? missing.before : from.backfillBefore;
  if (changes.length > 0 || more || missing) await savePosition(db, 'index', { feed: position, backfillBefore });
  return {
    indexed: ids.length + (missing?.ids.length ?? 0),
    oldest: closed[0]?.at ?? null,
    more: more || backfillBefore !== null,
    backfilled: missing?.ids.length ?? null,
  };
}

async function indexEach(db: Db, ids: readonly string[]): Promise<void> {
  for (let at = 0; at < ids.length; at += TURN_REQUESTS) {
    const requests = await requestsToIndex(db, ids.slice(at, at + TURN_REQUESTS));
    await insertIndexed(db, await inTurns(requests));
  }
}

async function nextMissing(db: Db, before: string, atMost: number) {
  const missing = await missingBefore(db, before, BACKFILL_REQUESTS);
  const last = missing.ids[atMost - 1];
  return last !== undefined && missing.ids.length > atMost
    ? { ids: missing.ids.slice(0, atMost), before: last }
    : missing;
}

interface NextChanges {
  changes: RequestChange[];
  position: FeedPosition;
  more: boolean;
}

async function nextChanges(db: Db, from: FeedPosition, atMost: number): Promise<NextChanges> {
  const next: NextChanges = { changes: [], position: from, more: true };
  for (let left = atMost; left > 0 && next.more && next.changes.length < MAX_CHANGES; ) {
    const read = await readFeed(db, next.position, CHANGES_AT_ONCE);
    const taken = read.changes.slice(0, fillingChange(read.changes, left));
    next.changes.push(...taken);
    if (taken.length < read.changes.length) {
      const to = read.position.to ?? read.position.from;
      next.position = { from: next.position.from, to, afterId: taken.at(-1)?.id as string };
      break;
    }
    next.position = read.position;
    next.more = read.more;
    left -= closedIn(taken);
  }
  return next;
}

/** How many of the changes make up a batch. */
function fillingChange(changes: readonly RequestChange[], atMost: number): number {
  let requests = 0;
  const last = changes.findIndex((change) => {
    requests += closedIn([change]);
    return requests >= atMost;
  });
  return last < 0 ? changes.length : last + 1;
}

function closedIn(changes: readonly RequestChange[]): number {
  return changes.reduce((sum, { kind, requestIds }) => sum + (kind === 'CLOSED' ? requestIds.length : 0), 0);
}

async function inTurns(requests: readonly RequestToIndex[]): Promise<IndexedRequest[]> {
  const rows: IndexedRequest[] = [];
  let begun = performance.now();
  for (const request of requests) {
    rows.push(indexed(request));
    if (performance.now() - begun < TURN_MS) continue;
    await setImmediate();
    begun = performance.now();
  }
  return rows;
}

function indexed(request: RequestToIndex): IndexedRequest {
  const { id, status, durationMs } = request;
  return { id, outcome: status, tookMs: durationMs ?? -1, words: indexWords(request) };
}
