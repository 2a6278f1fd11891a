/** A budget per key: `capacity` at once, refilled by `perSecond`. Kept in this process, so each process counts alone. */
export interface TokenBuckets {
  /** What is left. Negative: nothing was taken, and so many seconds later it would be there. */
  take(key: string, points: number): number;
}

/** Addresses come and go: the oldest is forgotten, and begins anew with a full bucket. */
const MAX_KEYS = 20_000;

export function createTokenBuckets(perSecond: number, capacity: number, now = () => performance.now()): TokenBuckets {
  const buckets = new Map<string, { points: number; at: number }>();
  const bucketOf = (key: string, at: number) => {
    const known = buckets.get(key);
    if (known) return known;
    if (buckets.size >= MAX_KEYS) buckets.delete(buckets.keys().next().value as string);
    const made = { points: capacity, at };
    buckets.set(key, made);
    return made;
  };
  return {
    take(key, points) {
      const at = now();
      const bucket = bucketOf(key, at);
      bucket.points = Math.min(capacity, bucket.points + ((at - bucket.at) / 1_000) * perSecond);
      bucket.at = at;
      // what is larger than the bucket waits until it is full, and then leaves a debt
      const missing = Math.min(points, capacity) - bucket.points;
      if (missing > 0) return -missing / perSecond;
      bucket.points -= points;
      return Math.max(0, bucket.points);
    },
  };
}
