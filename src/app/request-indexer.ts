import { performance } from 'node:perf_hooks';
import { type Loop, startLoop } from '../delivery/loop';
import type { Log } from '../log';
import { indexNextBatch } from '../request-log/index-requests';
import { makeIndexPartitions } from '../request-log/request-index.store';
import type { Transaction } from '../sql/transactions';

/** What was closed is looked for so often. */
const REST_MS = 500;
/** Of the time that a batch took, the rest after it: while this process is busy with something else, and while not. */
const REST_WHEN_BUSY = 5;
const REST_WHEN_IDLE = 0.25;
const BUSY = 0.4;

/**
 * Keeps the index of the log: a moment behind it, more when there is much to deliver, which comes first.
 * It waits for no disk: a batch that a power cut takes is indexed again, since its position went with it.
 */
export function startRequestIndexer(transaction: Transaction, log: Log): Loop {
  let since = performance.eventLoopUtilization();
  return startLoop('request indexer', REST_MS, log, async () => {
    const begun = performance.now();
    const { utilization } = performance.eventLoopUtilization(since);
    const batch = await takeBatch(transaction);
    since = performance.eventLoopUtilization();
    if (!batch?.more) return REST_MS;
    const share = utilization > BUSY ? REST_WHEN_BUSY : REST_WHEN_IDLE;
    return Math.max(1, share * (performance.now() - begun));
  });
}

async function takeBatch(transaction: Transaction) {
  try {
    return await transaction(indexNextBatch, { durable: false });
  } catch (error) {
    // a month of the log that somebody made has none in the index yet
    await transaction(makeIndexPartitions);
    throw error;
  }
}
