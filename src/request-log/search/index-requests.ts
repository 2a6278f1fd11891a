// Adds closed requests to the search index, in batches, in the order of the change feed.
import { setImmediate } from 'node:timers/promises';
import type { Db } from '../../sql/db';
import { missingBefore } from '../feed/backfill.store';
import { type FeedDeadLetter, type FollowedRow, without } from '../feed/feed-dead-letters.store';
import { readPosition, type SavedPosition, savePosition } from '../feed/feed-position.store';
import { type FeedPosition, type RequestChange, readFeed } from '../feed/read-feed.store';
import { indexWords } from './index-terms';
import {
  becomeIndexer,
  type IndexedRequest,
  insertIndexed,
  type RequestToIndex,
  requestsToIndex,
  waitToIndex,
} from './search-index.store';

const BATCH_REQUESTS = 500;
const CHANGES_AT_ONCE = 50;
/** Changes that are read first: one may fill a batch, and the ids of 50 such changes would be read for each batch. */
const CHANGES_AT_FIRST = 2;
/** Changes per batch, if each has few requests. A smaller batch would cost as much. */
const MAX_CHANGES = 1_000;
/** Requests of the log that a batch examines for missing index entries. */
const BACKFILL_REQUESTS = 2_000;
/** Requests held in memory at once, or fewer if they are large. */
const LOADED_REQUESTS = 50;
/** Milliseconds of work after which the event loop runs. A large payload alone may take longer. */
const YIELD_MS = 2;

export interface IndexBatch {
  indexed: number;
  /** The time at which the first of them was closed; null: all are older than the feed. */
  oldest: Date | null;
  /** Whether there is a next batch. */
  more: boolean;
  /** The number of requests older than the feed; null: missing entries were not searched. */
  backfilled: number | null;
}

/**
 * Indexes the next batch and saves the position after it, in one transaction.
 * @param atMost the batch ends with the change that reaches this number of closed requests; a change has up to 1,000
 * @param deadLetters requests that cannot be indexed
 * @returns null if another process is indexing, or if the feed must be rebuilt first
 */
export async function indexNextBatch(
  db: Db,
  atMost = BATCH_REQUESTS,
  deadLetters: readonly FeedDeadLetter[] = [],
): Promise<IndexBatch | null> {
  if (!(await becomeIndexer(db))) return null;
  const from = await readPosition(db, 'index');
  if (!from) return null;
  const { changes, position, more, closed, ids, missing } = await nextBatch(db, from, atMost);
  await indexEach(db, await without(db, deadLetters, 'INDEX', [...ids, ...(missing?.ids ?? [])]));
  const backfillBefore = missing ? missing.before : from.backfillBefore;
  if (changes.length > 0 || more || missing) await savePosition(db, 'index', { feed: position, backfillBefore });
  return {
    indexed: ids.length + (missing?.ids.length ?? 0),
    oldest: closed[0]?.at ?? null,
    more: more || backfillBefore !== null,
    backfilled: missing?.ids.length ?? null,
  };
}

/** What indexNextBatch() indexes next. */
export async function nextToIndex(db: Db, atMost: number): Promise<FollowedRow[]> {
  if (!(await becomeIndexer(db))) return [];
  const from = await readPosition(db, 'index');
  if (!from) return [];
  const { ids, missing } = await nextBatch(db, from, atMost);
  return [...ids, ...(missing?.ids ?? [])].map((id) => ({ kind: 'INDEX', id }));
}

/** Indexes these requests. An erasure waits for it, so that no words of erased content come into the index. */
export async function indexThese(db: Db, rows: readonly FollowedRow[]): Promise<void> {
  await waitToIndex(db);
  await indexEach(
    db,
    rows.map(({ id }) => id),
  );
}

async function nextBatch(db: Db, { feed, backfillBefore }: SavedPosition, atMost: number) {
  const next = await nextChanges(db, feed, atMost);
  const closed = next.changes.filter(({ kind }) => kind === 'CLOSED');
  const ids = closed.flatMap(({ requestIds }) => requestIds);
  // new requests come first; requests that are closed meanwhile are in the feed
  const missing = next.more || backfillBefore === null ? null : await nextMissing(db, backfillBefore, atMost);
  const known = new Set(ids);
  const others = missing && { ...missing, ids: missing.ids.filter((id) => !known.has(id)) };
  return { ...next, closed, ids, missing: others };
}

/** The database reads the next requests and inserts the ones before while the words of these are found. */
async function indexEach(db: Db, ids: readonly string[]): Promise<void> {
  let inserting = Promise.resolve();
  let reading = nextRead(db, ids);
  for (let left = ids; left.length > 0; ) {
    const requests = await reading;
    const [later, loaded] = [requests.filter(isLater), requests.filter((each) => !isLater(each))];
    left = [...later.map(({ id }) => id), ...left.slice(LOADED_REQUESTS)];
    reading = nextRead(db, left);
    const rows = await yielding(loaded);
    await inserting;
    inserting = insertIndexed(db, rows);
    // awaited a turn later
    inserting.catch(() => undefined);
  }
  await inserting;
}

function nextRead(db: Db, left: readonly string[]): Promise<RequestToIndex[]> {
  if (left.length === 0) return Promise.resolve([]);
  const reading = requestsToIndex(db, left.slice(0, LOADED_REQUESTS));
  // awaited after the words of the requests before
  reading.catch(() => undefined);
  return reading;
}

const isLater = (request: RequestToIndex) => request.isLater;

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
    const read = await readFeed(db, next.position, changesToRead(next.changes, left));
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

/** As many as fill the batch if they have as many requests as those before, of which most may be openings. */
function changesToRead(before: readonly RequestChange[], atMost: number): number {
  if (before.length === 0) return CHANGES_AT_FIRST;
  const requests = before.reduce((sum, { requestIds }) => sum + requestIds.length, 0);
  return Math.min(
    CHANGES_AT_ONCE,
    Math.max(CHANGES_AT_FIRST, Math.ceil((atMost * before.length) / Math.max(1, requests))),
  );
}

/** The number of changes that make up a batch. */
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

async function yielding(requests: readonly RequestToIndex[]): Promise<IndexedRequest[]> {
  const rows: IndexedRequest[] = [];
  let begun = performance.now();
  for (const request of requests) {
    rows.push(indexed(request));
    if (performance.now() - begun < YIELD_MS) continue;
    await setImmediate();
    begun = performance.now();
  }
  return rows;
}

function indexed(request: RequestToIndex): IndexedRequest {
  const { id, status, durationMs } = request;
  return { id, outcome: status, tookMs: durationMs ?? -1, words: indexWords(request) };
}
