// Keeps statistics up to date, a second behind, in one process at a time.
import { currentMs } from '../clock';
import {
  countChanges,
  countDeliveriesStep,
  forgetCounted,
  nextDeliveriesToCount,
  olderDeliveriesIntoFeed,
} from '../delivery/stats/count-deliveries';
import type { Log } from '../log';
import { type Commits, type Loop, restUntilCommit, startLoop } from '../loop';
import { backfillRemaining } from '../request-log/feed/backfill.store';
import { hasUnread } from '../request-log/feed/feed-position.store';
import { type CountedStep, countStep, nextToCount, tryToCount } from '../request-log/stats/update-rollups';
import type { Db } from '../sql/db';
import type { Transaction } from '../sql/transactions';
import { batched } from '../sql/wire/batched-statements';
import { type Follower, stepAroundBrokenRows } from './around-broken-rows';
import { type Backfilled, reportBackfill } from './backfill-progress';
import { restAfter, urgency } from './follow-throttle';

const REST_MS = 1_000;
const LONGEST_REST_MS = 10_000;
/** Openings and closings, or changes of deliveries, in a step while there is something to deliver: about ten milliseconds. */
const SHORT_STEP = 2_000;
const FORGET_MS = 60_000;

export interface Counting {
  db: Db;
  transaction: Transaction;
  log: Log;
  /** undefined: what is to be counted is looked for once a second. */
  commits?: Commits;
  isDelivering(): Promise<boolean>;
}

/** Counts requests, in request_stats. */
export function startCountingRequests(counting: Counting): Loop {
  return startCounting(counting, 'counts', { step: countStep, next: nextToCount, tryOut: tryToCount });
}

/** Counts deliveries, in delivery_stats, and deletes the changes that are counted. */
export function startCountingDeliveries(counting: Counting): Loop {
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
  { db, transaction, log, commits, isDelivering }: Counting,
  reader: Exclude<Backfilled, 'index'>,
  follower: Omit<Follower<CountedStep>, 'hasMore'>,
): Loop {
  const report = reportBackfill(log, reader, async () => (await backfillRemaining(db))[reader]);
  const name = reader === 'counts' ? 'counting' : 'counting deliveries';
  const stepAround = stepAroundBrokenRows({ ...follower, hasMore: ({ more }) => more }, name, log);
  return startLoop(name, restUntilCommit(REST_MS, commits), log, async () => {
    if (!(await hasUnread(batched(db), reader))) return false;
    const begun = performance.now();
    const isShort = await isDelivering();
    // not durable: counts that a power cut loses are counted again, because their position is lost too
    const step = await stepAround(transaction, isShort ? SHORT_STEP : undefined);
    if (step === 'again') return true;
    await report(step.backfilled, step.more);
    const tookMs = performance.now() - begun;
    if (!step.more) return Math.min(LONGEST_REST_MS, Math.max(REST_MS, restAfter(tookMs, 0)));
    return isShort ? restAfter(tookMs, urgency(step.oldest ? currentMs() - step.oldest.getTime() : 0)) : true;
  });
}
