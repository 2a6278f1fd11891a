// Records decided calls. A call is answered when its transaction has committed.
import { createGroupCommit, type GroupCommit } from '../sql/sharing/group-commit';
import type { Transaction } from '../sql/transactions';
import type { DecidedCall } from './decided-call';
import { type Recorded, recordCalls } from './record-calls';

/** One transaction takes at most 200 calls or 4 MiB, unless one call is larger: while its statement is written, nothing else runs. */
const BYTES_PER_UNIT = (4 * 1024 * 1024) / 200;

export function createRecorder(transaction: Transaction): GroupCommit<DecidedCall, Recorded> {
  return createGroupCommit({
    run: async (calls) => ({ results: await transaction((db) => recordCalls(db, calls)) }),
    sizeOf: ({ call, decision }) => {
      const decoded = decision.accepted ? (decision.decodedBody?.length ?? 0) : 0;
      return Math.max(1, (call.body.length + decoded) / BYTES_PER_UNIT);
    },
  });
}
