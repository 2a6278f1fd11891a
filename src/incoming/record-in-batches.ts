// Records decided calls. A call is answered when its transaction has committed.
import { createGroupCommit, type GroupCommit } from '../sql/group-commit';
import type { Transaction } from '../sql/transactions';
import type { DecidedCall } from './decided-call';
import { type Recorded, recordCalls } from './record-calls';

export function createRecorder(transaction: Transaction): GroupCommit<DecidedCall, Recorded> {
  return createGroupCommit({ run: (calls) => transaction((db) => recordCalls(db, calls)) });
}
