/** A budget for each key: `capacity` at once, refilled by `perSecond`. Each process counts separately. */
export interface TokenBuckets {
  /** Returns the remaining points. Negative: nothing was taken; its absolute value is the number of seconds to wait. */
  take(key: string, points: number): number;
}

/** Above this number, the oldest key is removed and starts again with a full bucket. */
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
      // a request larger than the bucket waits until the bucket is full, and then leaves it negative
      const missing = Math.min(points, capacity) - bucket.points;
      if (missing > 0) return -missing / perSecond;
      bucket.points -= points;
      return Math.max(0, bucket.points);
    },
  };
}
