// The loops that follow the log and the deliveries, counts and search index; deliveries take precedence over them.
import type { DataSource } from 'typeorm';
import { makePartitions } from '../database/partitions';
import { INDEXING_ALONE } from '../database/pools';
import {
  countChanges,
  countDeliveriesStep,
  forgetCounted,
  nextDeliveriesToCount,
  olderDeliveriesIntoFeed,
} from '../delivery/stats/count-deliveries';
import type { Log } from '../logging/log';
import { backfillRemaining } from '../request-log/feed/backfill.store';
import { hasUnread } from '../request-log/feed/feed-position.store';
import { hasChangedWithin } from '../request-log/feed/read-feed.store';
import { type IndexBatch, indexNextBatch, indexThese, nextToIndex } from '../request-log/search/index-requests';
import { type CountedStep, countStep, nextToCount, tryToCount } from '../request-log/stats/update-rollups';
import { batched } from '../sql/batched-statements';
import { isWithoutPartition } from '../sql/database-errors';
import type { Db } from '../sql/db';
import { pipelinedTransactions, type Transaction } from '../sql/transactions';
import { currentMs } from '../time/clock';
import { type Loop, startLoop } from '../time/loop';
import { type Follower, startRetryingLeftOut, stepAroundBrokenRows } from './feed-dead-letters-loop';

/** A pause between two bursts of deliveries does not count as their end. */
const RECENT_MS = 2_000;

/** Each of the loops uses one connection at a time. */
export function startFollowing(source: DataSource, log: Log): { stop(): Promise<unknown> } {
  const transaction = pipelinedTransactions(source);
  // by what the log says and not by this process, because deliveries of any process share the database
  const isDelivering = () => hasChangedWithin(source.manager, RECENT_MS);
  const indexing = { besideDeliveries: transaction, alone: pipelinedTransactions(source, INDEXING_ALONE) };
  const counting = { db: source.manager, transaction, log, isDelivering };
  const loops = [
    startCountingRequests(counting),
    startCountingDeliveries(counting),
    startRequestIndexer(source.manager, indexing, log, isDelivering),
    startRetryingLeftOut({ db: source.manager, transaction }, log),
  ];
  return { stop: () => Promise.all(loops.map((loop) => loop.stop())) };
}

// Keeps statistics up to date, a second behind, in one process at a time.

const COUNTING_REST_MS = 1_000;
const LONGEST_REST_MS = 10_000;
/** Openings and closings, or changes of deliveries, in a step while there is something to deliver: about ten milliseconds. */
const SHORT_STEP = 2_000;
const FORGET_MS = 60_000;

export interface Counting {
  db: Db;
  transaction: Transaction;
  log: Log;
  isDelivering(): Promise<boolean>;
}

/** Counts requests, in request_stats. */
export function startCountingRequests(counting: Counting): Loop {
  return startCounting(counting, 'counts', { step: countStep, next: nextToCount, tryOut: tryToCount });
}

/** Counts deliveries, in delivery_stats, and deletes the changes that are counted. */
function startCountingDeliveries(counting: Counting): Loop {
  let forgottenAt = performance.now();
  async function step(...args: Parameters<typeof countDeliveriesStep>): Promise<CountedStep> {
    const counted = await countDeliveriesStep(...args);
    if (counted.more || performance.now() - forgottenAt < FORGET_MS) return counted;
    forgottenAt = performance.now();
    await forgetCounted(args[0]);
    return counted;
  }
  return startCounting(counting, 'deliveries', {
    step,
    next: nextDeliveriesToCount,
    tryOut: countChanges,
    intoRows: olderDeliveriesIntoFeed,
  });
}

/**
 * Earlier rows are counted step by step: without rests, or in short steps with rests while there is something to deliver.
 */
function startCounting(
  { db, transaction, log, isDelivering }: Counting,
  reader: Exclude<Backfilled, 'index'>,
  follower: Omit<Follower<CountedStep>, 'hasMore'>,
): Loop {
  const report = reportBackfill(log, reader, async () => (await backfillRemaining(db))[reader]);
  const name = reader === 'counts' ? 'counting' : 'counting deliveries';
  const stepAround = stepAroundBrokenRows({ ...follower, hasMore: ({ more }) => more }, name, log);
  return startLoop(name, COUNTING_REST_MS, log, async () => {
    if (!(await hasUnread(batched(db), reader))) return false;
    const begun = performance.now();
    const isShort = await isDelivering();
    // not durable: counts that a power cut loses are counted again, because their position is lost too
    const step = await stepAround(transaction, isShort ? SHORT_STEP : undefined);
    if (step === 'again') return true;
    await report(step.backfilled, step.more);
    const tookMs = performance.now() - begun;
    if (!step.more) return Math.min(LONGEST_REST_MS, Math.max(COUNTING_REST_MS, restAfter(tookMs, 0)));
    return isShort ? restAfter(tookMs, urgency(step.oldest ? currentMs() - step.oldest.getTime() : 0)) : true;
  });
}

/** The least time between two steps, unless there is more. */
const INDEXING_REST_MS = 500;
/** After a look that has found nothing. */
const IDLE_REST_MS = 1_000;
/** Requests in one transaction. While there is something to deliver it is short, because deliveries may wait for it. */
const SHORT_BATCH = 100;
const LONG_BATCH = 500;

export interface IndexerTransactions {
  /** While there is something to deliver. */
  besideDeliveries: Transaction;
  /** While there is not. */
  alone: Transaction;
}

/**
 * Keeps the search index up to date, shortly behind the log, or more while there is much to deliver, which takes
 * precedence. While there is nothing to deliver it does not rest before all is indexed. It does not wait for the disk: a batch
 * that a power cut loses is indexed again, because its position is lost too.
 */
function startRequestIndexer(
  db: Db,
  transactions: IndexerTransactions,
  log: Log,
  isDelivering: () => Promise<boolean>,
): Loop {
  return startLoop('request indexer', IDLE_REST_MS, log, createIndexerStep(db, transactions, log, isDelivering));
}

/** @returns its step, which returns how long to rest after it, in milliseconds; true: no rest; false: all is indexed */
export function createIndexerStep(
  db: Db,
  { besideDeliveries, alone }: IndexerTransactions,
  log: Log,
  isDelivering: () => Promise<boolean>,
): () => Promise<boolean | number> {
  const report = reportBackfill(log, 'index', async () => (await backfillRemaining(db)).index);
  let oldest: Date | null = null;
  const stepAround = stepAroundBrokenRows(INDEXING, 'request indexer', log);

  async function takeBatch(transaction: Transaction, atMost: number): Promise<IndexBatch | 'again' | null> {
    try {
      return await stepAround(transaction, atMost);
    } catch (error) {
      // a partition of the log that was created by hand has none in the index yet
      if (isWithoutPartition(error)) await makePartitions(db, 0);
      throw error;
    }
  }

  return async () => {
    if (!(await hasUnread(batched(db), 'index'))) return false;
    const begun = performance.now();
    const isAlone = !(await isDelivering());
    const urgent = isAlone ? 1 : urgency(oldest === null ? 0 : currentMs() - oldest.getTime());
    const atMost = SHORT_BATCH + Math.round(urgent * (LONG_BATCH - SHORT_BATCH));
    const taken = await takeBatch(isAlone ? alone : besideDeliveries, atMost);
    if (taken === 'again') return true;
    if (taken) await report(taken.backfilled, taken.more);
    // PostgreSQL and this program work at once, and deliveries need both
    const workedMs = 2 * (performance.now() - begun);
    oldest = taken?.oldest ?? null;
    if (!taken?.more) return INDEXING_REST_MS;
    return isAlone || restAfter(workedMs, urgent);
  };
}

const INDEXING: Follower<IndexBatch | null> = {
  step: indexNextBatch,
  next: nextToIndex,
  tryOut: indexThese,
  hasMore: (batch) => batch?.more ?? false,
};

// How fast counts and index follow the log: deliveries take precedence until counts and index are too far behind.

/** The share of time in which a loop works while there is more to do. */
const LEAST_SHARE = 0.1;
const MAX_SHARE = 0.8;
/** Up to this lag a loop takes the least share. */
const CALM_MS = 5_000;
/** From this lag on it takes the largest share: a lag of a minute would be too much. */
const LATE_MS = 40_000;

/**
 * The urgency of the loop, 0 to 1. It grows with the lag, so that it settles where the loop keeps up, whatever a step
 * costs at that time. A fixed share would be too small on a busy machine, where the loop would fall behind more and more.
 * @param behindMs the age of the oldest change of the present step
 */
export function urgency(behindMs: number): number {
  return Math.min(1, Math.max(0, (behindMs - CALM_MS) / (LATE_MS - CALM_MS)));
}

/** @returns milliseconds of rest after a step of `tookMs` milliseconds */
export function restAfter(tookMs: number, urgent: number): number {
  const share = LEAST_SHARE + urgent * (MAX_SHARE - LEAST_SHARE);
  return Math.max(1, (tookMs * (1 - share)) / share);
}

const EVERY_MS = 10_000;

/** What is backfilled: a reader of a feed. */
type Backfilled = 'counts' | 'index' | 'deliveries';

const NAMES: Record<Backfilled, string> = {
  counts: 'counts',
  index: 'search index',
  deliveries: 'counts of deliveries',
};

/**
 * Logs the progress of a backfill: when it begins, every ten seconds, and when it is finished.
 * @param remaining about how many rows are left
 */
function reportBackfill(
  log: Log,
  reader: Backfilled,
  remaining: () => Promise<number>,
): (taken: number | null, isMore: boolean) => Promise<void> {
  const backfill = NAMES[reader];
  let rows: number | null = null;
  let saidAt = 0;
  return async (taken, isMore) => {
    if (taken === null) return;
    const isFirst = rows === null;
    rows = (rows ?? 0) + taken;
    if (!isMore) {
      log.info({ backfill, rows }, 'all older rows are processed');
      rows = null;
    } else if (isFirst || performance.now() - saidAt > EVERY_MS) {
      saidAt = performance.now();
      log.info({ backfill, rows, remaining: await remaining() }, 'processing older rows');
    }
  };
}
