import { LRUCache } from 'lru-cache';

const MAX_KEYS = 1_000;

/** Decides which of many equal refusals have an entry: the trail is kept for years, and a caller must not fill it. */
export interface RefusalEntries {
  /**
   * @param key what is refused, and to whom
   * @returns what the entry says of the refusals before it that have none; null: this one has none
   */
  take(key: string): { notRecorded: number } | null;
}

/** One entry for each key and window, and at most `maxEntries` in a window. */
export function createRefusalEntries({
  windowMs,
  maxEntries,
}: {
  windowMs: number;
  maxEntries: number;
}): RefusalEntries {
  const keys = new LRUCache<string, { until: number; count: number }>({ max: MAX_KEYS });
  let all = { until: 0, entries: 0 };
  return {
    take(key) {
      const now = performance.now();
      if (now >= all.until) all = { until: now + windowMs, entries: 0 };
      const known = keys.get(key);
      if (all.entries >= maxEntries || (known && now < known.until)) {
        keys.set(key, { until: known?.until ?? now, count: (known?.count ?? 0) + 1 });
        return null;
      }
      all.entries += 1;
      keys.set(key, { until: now + windowMs, count: 0 });
      return { notRecorded: known?.count ?? 0 };
    },
  };
}
