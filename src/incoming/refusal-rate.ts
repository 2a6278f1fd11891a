// How many refused calls are kept: a flood of them must not fill the disk.
import { createTokenBuckets } from '../token-buckets';

/** Of each webhook, in each process: so many at once, then one a second. */
export const REFUSALS_AT_ONCE = 100;
const REFUSALS_PER_SECOND = 1;
/** Of each body: the beginning, and less of it once there are many. */
const MAX_KEPT = 256 * 1024;
const MAX_KEPT_OF_MANY = 4 * 1024;
const MANY = REFUSALS_AT_ONCE / 2;

export interface RefusalRate {
  /** How many bytes of its body are kept; null: it is only counted. `sampled`: others like it are not kept. */
  admit(webhookId: string): { bodyBytes: number; sampled: boolean } | null;
}

export function createRefusalRate(now?: () => number): RefusalRate {
  const buckets = createTokenBuckets(REFUSALS_PER_SECOND, REFUSALS_AT_ONCE, now);
  return {
    admit(webhookId) {
      const left = buckets.take(webhookId, 1);
      if (left < 0) return null;
      return { bodyBytes: left >= MANY ? MAX_KEPT : MAX_KEPT_OF_MANY, sampled: left < 1 };
    },
  };
}
