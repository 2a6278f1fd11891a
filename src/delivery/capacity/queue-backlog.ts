import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { newId } from '../../values/ids';
import { insertJobs } from '../queue/queue.store';
import { giveJobs } from './waiting.store';

/** While there are due jobs, new deliveries get jobs at most a quarter as fast as jobs are taken: so the queue empties at any rate of new events. */
const ENTERING = 0.25;

/**
 * What a worker knows of the due jobs in the queue. New deliveries must not overtake those of their webhook that wait in
 * the queue, so they go there too until the worker has found no more of them.
 */
export interface QueueBacklog {
  /** A delivery of this webhook, which could otherwise be sent at once, goes to the queue. */
  queued(webhookId: string): void;
  /** Call it before jobs are taken, and then `taken` or `notTaken`. */
  mark(): number;
  /** @param mark of before the jobs were taken @param left how many deliveries left the queue @param isAll whether these were all due jobs */
  taken(mark: number, left: number, isAll: boolean): void;
  /** No jobs could be taken, because of an error or a pause of all deliveries. */
  notTaken(): void;
  /** Whether jobs are being taken. */
  isTaking(): boolean;
  /** Whether a new delivery of this webhook must go to the queue. */
  mustQueue(webhookId: string): boolean;
  /** New deliveries were given jobs. */
  entered(deliveries: number): void;
  /**
   * How many new deliveries may follow now; the others should wait in the outbox. Through the queue they cost more than at
   * once: if all entered it, it would never be empty under a steady load.
   */
  allowance(): number;
}

export function createQueueBacklog(): QueueBacklog {
  /** When deliveries of a webhook were last queued, by a count of all calls. */
  const queuedAt = new Map<string, number>();
  let calls = 0;
  // other processes may have left jobs
  let hasMore = true;
  let taking = false;
  let allowance = 0;
  return {
    queued(webhookId) {
      calls += 1;
      queuedAt.set(webhookId, calls);
    },
    mark() {
      taking = true;
      return calls;
    },
    taken(mark, left, isAll) {
      taking = false;
      // what entered beyond the allowance is made up for; what was not used is not kept
      allowance = left * ENTERING + (hasMore ? Math.min(0, allowance) : 0);
      hasMore = !isAll;
      if (!isAll) return;
      for (const [webhookId, at] of queuedAt) if (at <= mark) queuedAt.delete(webhookId);
    },
    notTaken() {
      taking = false;
      allowance = 0;
    },
    isTaking: () => taking,
    mustQueue: (webhookId) => hasMore || queuedAt.has(webhookId),
    entered(deliveries) {
      allowance -= deliveries;
    },
    allowance() {
      if (hasMore) return Math.max(0, Math.floor(allowance));
      return queuedAt.size > 0 ? 0 : Number.POSITIVE_INFINITY;
    },
  };
}

/** Makes deliveries due now, each with a new job. A job that a delivery had before is deleted when a worker takes it. */
export async function giveNewJobs(db: Db, deliveryIds: readonly string[]): Promise<void> {
  const jobs = deliveryIds.map((deliveryId) => ({ id: newId(), deliveryId, dueAt: null }));
  await giveJobs(db, jobs, currentTime());
  await insertJobs(db, jobs);
}
