// The changes that were sent lately: after a restart of the database, they are distinguished from others that got the numbers
// of their transactions.
import { currentMs } from '../../clock';
import type { RequestChange } from '../feed/request-change.store';

/** A change has the time at which it was written; after a failover, the clock of another machine may be behind. */
const MARGIN_MS = 10_000;

export interface SentChanges {
  /** What was committed before is not to be sent. */
  begin(): void;
  add(changes: readonly RequestChange[]): void;
  has(change: RequestChange): boolean;
  /** What was committed by now is sent. */
  hasReadAll(): void;
  /** Of what was written since then, all that was sent is known; what was written before is sent, if it was visible then. */
  since(): Date;
}

export function createSentChanges(): SentChanges {
  /** In the order in which they were sent. */
  const sent = new Map<string, number>();
  let begun = currentMs();
  let since = begun;
  return {
    begin() {
      sent.clear();
      begun = currentMs();
      since = begun;
    },
    add(changes) {
      for (const change of changes) sent.set(keyOf(change), change.at.getTime());
    },
    has: (change) => sent.has(keyOf(change)),
    hasReadAll() {
      since = Math.max(begun, currentMs() - MARGIN_MS);
      for (const [key, at] of sent) {
        if (at >= since) return;
        sent.delete(key);
      }
    },
    since: () => new Date(since),
  };
}

// ids may be given again too
function keyOf({ id, at }: RequestChange): string {
  return `${id} ${at.getTime()}`;
}
