// Records decided calls. A call is answered when its transaction has committed.
import type { Log } from '../log';
import { createNoteFailedTogether } from '../sql/sharing/failed-together';
import { createGroupCommit, type GroupCommit, MAX_SIZE } from '../sql/sharing/group-commit';
import type { Transaction } from '../sql/transactions';
import type { DecidedCall } from './decided-call';
import { OutdatedCalls } from './outdated-calls';
import { type Recorded, recordCalls } from './record-calls';

/**
 * One transaction takes at most 64 calls or 4 MiB, unless one call is larger: while its statement is written, nothing else runs. Of more
 * callers, one part is answered, and calls again, while PostgreSQL records the calls of the other.
 */
const SIZE_OF_CALL = MAX_SIZE / 64;
const BYTES_PER_UNIT = (4 * 1024 * 1024) / MAX_SIZE;

/** null: the settings by which the call was accepted have changed, so that it is not recorded. */
type Result = Recorded | null;

export function createRecorder(transaction: Transaction, log: Pick<Log, 'warn'>): GroupCommit<DecidedCall, Result> {
  return createGroupCommit({
    onFailedTogether: createNoteFailedTogether('incoming', log),
    run: async (calls) => ({ results: await recordCurrent(transaction, calls) }),
    sizeOf: ({ call, decision }) => {
      const decoded = decision.accepted ? (decision.decodedBody?.length ?? 0) : 0;
      return Math.max(SIZE_OF_CALL, (call.body.length + decoded) / BYTES_PER_UNIT);
    },
  });
}

async function recordCurrent(transaction: Transaction, calls: readonly DecidedCall[]): Promise<readonly Result[]> {
  if (calls.length === 0) return [];
  try {
    return await transaction((db) => recordCalls(db, calls));
  } catch (error) {
    if (!(error instanceof OutdatedCalls)) throw error;
    const current = calls.filter((call) => !error.calls.has(call));
    const recorded = [...(await recordCurrent(transaction, current))];
    return calls.map((call) => (error.calls.has(call) ? null : (recorded.shift() as Result)));
  }
}
