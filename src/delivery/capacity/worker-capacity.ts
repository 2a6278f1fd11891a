// The capacity of one worker, and the share of it that each webhook may use: a slow endpoint must not stop the others.

const MAX_CONCURRENT_REQUESTS = 1_024;
const BATCH = 250;
/** The batch while one webhook has used up its share: most of what is due is its own, and is only set aside. */
const BATCH_TO_SET_ASIDE = 1_000;
/** A smaller batch is not worth a transaction while running requests are about to end. */
const MIN_BATCH = 64;
/** A webhook none of whose requests has ended for this long is slow: its other deliveries are set aside. */
const SLOW_MS = 100;

/**
 * The slots of a worker: one for each running request. A webhook may take as many further slots as are free beyond those
 * that it has (dynamic thresholds, Choudhury and Hahne 1998): alone it gets half of them, one that hangs leaves the other
 * half to the rest, and two that hang leave a third.
 */
export interface WorkerCapacity {
  /** The number of jobs to take now. */
  batchSize(now: number): number;
  /** The number of free slots. */
  free(): number;
  /** The number of free slots that this webhook may take. */
  freeFor(webhookId: string): number;
  /** Takes a slot. */
  acquire(webhookId: string, now: number): void;
  /** Frees a slot. */
  release(webhookId: string, now: number): void;
}

export function createWorkerCapacity(slots = MAX_CONCURRENT_REQUESTS): WorkerCapacity {
  const usedBy = new Map<string, number>();
  /** When the last request to a webhook ended, or its first one began. */
  const lastChange = new Map<string, number>();
  let used = 0;

  // half of the difference: each slot taken is one more used by the webhook, and one less free
  const freeFor = (webhookId: string) => Math.max(0, Math.ceil((slots - used - (usedBy.get(webhookId) ?? 0)) / 2));

  function largestUser(): string | null {
    let found: string | null = null;
    for (const [id, count] of usedBy) if (found === null || count > (usedBy.get(found) ?? 0)) found = id;
    return found;
  }

  return {
    free: () => slots - used,
    freeFor,
    batchSize(now) {
      const id = largestUser();
      const headroom = id === null ? slots : freeFor(id);
      if (headroom >= MIN_BATCH) return Math.min(BATCH, headroom);
      const isFast = id !== null && now - (lastChange.get(id) ?? 0) < SLOW_MS;
      return isFast || used >= slots ? 0 : BATCH_TO_SET_ASIDE;
    },
    acquire(webhookId, now) {
      if (!usedBy.has(webhookId)) lastChange.set(webhookId, now);
      usedBy.set(webhookId, (usedBy.get(webhookId) ?? 0) + 1);
      used += 1;
    },
    release(webhookId, now) {
      const left = (usedBy.get(webhookId) ?? 1) - 1;
      used -= 1;
      if (left > 0) {
        usedBy.set(webhookId, left);
        lastChange.set(webhookId, now);
      } else {
        usedBy.delete(webhookId);
        lastChange.delete(webhookId);
      }
    },
  };
}
