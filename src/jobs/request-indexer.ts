import { currentMs } from '../clock';
import { makePartitions } from '../database/partitions';
import type { Log } from '../log';
import { type Commits, type Loop, restUntilCommit, startLoop } from '../loop';
import { backfillRemaining } from '../request-log/feed/backfill.store';
import { hasUnread } from '../request-log/feed/feed-position.store';
import { type IndexBatch, indexNextBatch, indexThese, nextToIndex } from '../request-log/search/index-requests';
import { isWithoutPartition } from '../sql/database-errors';
import type { Db } from '../sql/db';
import type { Transaction } from '../sql/transactions';
import { batched } from '../sql/wire/batched-statements';
import { type Follower, stepAroundBrokenRows } from './around-broken-rows';
import { reportBackfill } from './backfill-progress';
import { restAfter, urgency } from './follow-throttle';

/** The least time between two steps, unless there is more. */
const REST_MS = 500;
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
export function startRequestIndexer(
  db: Db,
  transactions: IndexerTransactions,
  log: Log,
  commits: Commits,
  isDelivering: () => Promise<boolean>,
): Loop {
  const rest = restUntilCommit(REST_MS, commits);
  return startLoop('request indexer', rest, log, createIndexerStep(db, transactions, log, isDelivering));
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
    if (!taken?.more) return REST_MS;
    return isAlone || restAfter(workedMs, urgent);
  };
}

const INDEXING: Follower<IndexBatch | null> = {
  step: indexNextBatch,
  next: nextToIndex,
  tryOut: indexThese,
  hasMore: (batch) => batch?.more ?? false,
};
