// The capacity of one worker, and the share of it that each webhook may use: a slow endpoint must not stop the others.

const MAX_CONCURRENT_REQUESTS = 1_024;
const BATCH = 250;
/** The batch while one webhook has used up its share: most of what is due is its own, and is only set aside. */
const BATCH_TO_SET_ASIDE = 1_000;
/** A smaller batch is not worth a transaction while running requests are about to end. */
const MIN_BATCH = 64;
/** A webhook none of whose requests has been answered for this long is slow: its other deliveries are set aside. */
const SLOW_MS = 100;
/**
 * The same for a webhook that has answered all requests, whose outcomes are being committed: a database that is busy makes no
 * webhook slow, but outcomes that cannot be committed must not stop the others.
 */
const UNCOMMITTED_MS = 5_000;

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
  /** Whether requests of this webhook are likely to end soon; false if it has none. */
  isFast(webhookId: string, now: number): boolean;
  /** Takes slots, default 1. */
  acquire(webhookId: string, now: number, slots?: number): void;
  /** A request that has a slot begins. */
  begun(webhookId: string, now: number): void;
  /** A request was answered, or has failed. Its slot is freed when the outcome is committed. */
  answered(webhookId: string, now: number): void;
  /** Frees slots, default 1. */
  release(webhookId: string, now: number, slots?: number): void;
}

interface Use {
  slots: number;
  /** The number of requests on the wire. */
  unanswered: number;
  /** When the first of these began, or the last one was answered, or a slot was last taken first or freed. */
  lastChange: number;
}

export function createWorkerCapacity(slots = MAX_CONCURRENT_REQUESTS): WorkerCapacity {
  const uses = new Map<string, Use>();
  let used = 0;

  // half of the difference: each slot taken is one more used by the webhook, and one less free
  const freeFor = (webhookId: string) => Math.max(0, Math.ceil((slots - used - (uses.get(webhookId)?.slots ?? 0)) / 2));

  function largest(): [string, Use] | null {
    let found: [string, Use] | null = null;
    for (const each of uses) if (found === null || each[1].slots > found[1].slots) found = each;
    return found;
  }

  return {
    free: () => slots - used,
    freeFor,
    batchSize(now) {
      const [id, use] = largest() ?? [null, null];
      const headroom = id === null ? slots : freeFor(id);
      if (headroom >= MIN_BATCH) return Math.min(BATCH, headroom);
      return used >= slots || (use !== null && isFast(use, now)) ? 0 : BATCH_TO_SET_ASIDE;
    },
    isFast(webhookId, now) {
      const use = uses.get(webhookId);
      return use !== undefined && isFast(use, now);
    },
    acquire(webhookId, now, count = 1) {
      const use = uses.get(webhookId) ?? { slots: 0, unanswered: 0, lastChange: now };
      use.slots += count;
      uses.set(webhookId, use);
      used += count;
    },
    begun(webhookId, now) {
      const use = uses.get(webhookId);
      if (!use) return;
      if (use.unanswered === 0) use.lastChange = now;
      use.unanswered += 1;
    },
    answered(webhookId, now) {
      const use = uses.get(webhookId);
      if (!use) return;
      use.unanswered -= 1;
      use.lastChange = now;
    },
    release(webhookId, now, count = 1) {
      const use = uses.get(webhookId);
      used -= count;
      if (!use) return;
      use.slots -= count;
      use.lastChange = now;
      if (use.slots === 0) uses.delete(webhookId);
    },
  };
}

function isFast({ unanswered, lastChange }: Use, now: number): boolean {
  return now - lastChange < (unanswered > 0 ? SLOW_MS : UNCOMMITTED_MS);
}
