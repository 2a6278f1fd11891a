// Limits how many refused calls are recorded, so that a flood of them does not fill the disk.
import { createTokenBuckets } from '../token-buckets';
import { MAX_REFUSED_BYTES, MAX_REFUSED_BYTES_OF_MANY, REFUSALS_AT_ONCE, REFUSALS_PER_SECOND } from './call-limits';

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
