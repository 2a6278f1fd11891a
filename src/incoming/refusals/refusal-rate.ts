// Limits how many refused calls are recorded, so that a flood of them does not fill the disk.
import { createTokenBuckets } from '../../token-buckets';

/** How many refused calls are recorded for each webhook and process: this number at once, then one per second. */
export const REFUSALS_AT_ONCE = 100;
const REFUSALS_PER_SECOND = 1;
/** How many bytes of the body of a refused call are recorded, and how many after half of the refusals at once. */
const MAX_REFUSED_BYTES = 256 * 1024;
const MAX_REFUSED_BYTES_OF_MANY = 4 * 1024;

const MANY = REFUSALS_AT_ONCE / 2;

export interface RefusalRate {
  /**
   * How many bytes of the body are recorded; null: the call is only counted. `othersUnrecorded`: other such calls are only
   * counted.
   */
  admit(webhookId: string): { bodyBytes: number; othersUnrecorded: boolean } | null;
}

export function createRefusalRate(now?: () => number): RefusalRate {
  const buckets = createTokenBuckets(REFUSALS_PER_SECOND, REFUSALS_AT_ONCE, now);
  return {
    admit(webhookId) {
      const left = buckets.take(webhookId, 1);
      if (left < 0) return null;
      return { bodyBytes: left >= MANY ? MAX_REFUSED_BYTES : MAX_REFUSED_BYTES_OF_MANY, othersUnrecorded: left < 1 };
    },
  };
}
