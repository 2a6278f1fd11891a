// How much of one worker each webhook may use, so that a slow endpoint does not stop the others.

const AT_ONCE = 1_024;
const TAKE = 250;
/** Beside a slow webhook: most of them are its own, and only step aside. */
const TAKE_ASIDE = 1_000;
/** Fewer than this are not worth a transaction while others are about to come back. */
const TAKE_LEAST = 64;
/** An endpoint that has answered nothing for so long is slow: what else waits for it steps aside. */
const SLOW_MS = 100;

/**
 * The places of a worker. A webhook may take as many more as are free beside those that it has (dynamic thresholds,
 * Choudhury and Hahne 1998): alone it gets half of them, one that hangs leaves the other half to the rest, and two that
 * hang leave a third.
 */
export interface WorkerCapacity {
  /** How many jobs to take now. */
  takeable(now: number): number;
  /** How many more requests may start in all. */
  free(): number;
  /** How many more requests to this webhook may start. */
  freeFor(webhookId: string): number;
  enter(webhookId: string, now: number): void;
  leave(webhookId: string, now: number): void;
}

export function createWorkerCapacity(places = AT_ONCE): WorkerCapacity {
  const inside = new Map<string, number>();
  /** When the last request to a webhook ended, or the first one began. */
  const lastMoved = new Map<string, number>();
  let total = 0;

  // half of the difference: each of them is one more that it has, and one less that is free
  const freeFor = (webhookId: string) => Math.max(0, Math.ceil((places - total - (inside.get(webhookId) ?? 0)) / 2));

  function fullest(): string | null {
    let found: string | null = null;
    for (const [id, count] of inside) if (found === null || count > (inside.get(found) ?? 0)) found = id;
    return found;
  }

  return {
    free: () => places - total,
    freeFor,
    takeable(now) {
      const id = fullest();
      const headroom = id === null ? places : freeFor(id);
      if (headroom >= TAKE_LEAST) return Math.min(TAKE, headroom);
      const isFast = id !== null && now - (lastMoved.get(id) ?? 0) < SLOW_MS;
      return isFast || total >= places ? 0 : TAKE_ASIDE;
    },
    enter(webhookId, now) {
      if (!inside.has(webhookId)) lastMoved.set(webhookId, now);
      inside.set(webhookId, (inside.get(webhookId) ?? 0) + 1);
      total += 1;
    },
    leave(webhookId, now) {
      const left = (inside.get(webhookId) ?? 1) - 1;
      total -= 1;
      if (left > 0) {
        inside.set(webhookId, left);
        lastMoved.set(webhookId, now);
      } else {
        inside.delete(webhookId);
        lastMoved.delete(webhookId);
      }
    },
  };
}
