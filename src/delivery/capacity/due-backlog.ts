/**
 * What a worker knows of the due jobs in the queue. New deliveries must not overtake those of their webhook that wait in
 * the queue, so they go there too until the worker has found no more of them.
 */
export interface DueBacklog {
  /** A delivery of this webhook, which could otherwise be sent at once, goes to the queue. */
  queued(webhookId: string): void;
  /** Call it before jobs are taken. */
  mark(): number;
  /** @param mark of before the jobs were taken @param isAll whether these were all due jobs */
  taken(mark: number, isAll: boolean): void;
  /** Whether a new delivery of this webhook must go to the queue. */
  mustQueue(webhookId: string): boolean;
  /**
   * Whether the worker is about to take the last of these jobs. New deliveries should wait for that: if they went to the
   * queue too, it would never be empty under a steady load.
   */
  isDraining(): boolean;
}

export function createDueBacklog(): DueBacklog {
  /** When deliveries of a webhook were last queued, by a count of all calls. */
  const queuedAt = new Map<string, number>();
  let calls = 0;
  // other processes may have left jobs
  let hasMore = true;
  return {
    queued(webhookId) {
      calls += 1;
      queuedAt.set(webhookId, calls);
    },
    mark: () => calls,
    taken(mark, isAll) {
      hasMore = !isAll;
      if (!isAll) return;
      for (const [webhookId, at] of queuedAt) if (at <= mark) queuedAt.delete(webhookId);
    },
    mustQueue: (webhookId) => hasMore || queuedAt.has(webhookId),
    isDraining: () => !hasMore && queuedAt.size > 0,
  };
}
