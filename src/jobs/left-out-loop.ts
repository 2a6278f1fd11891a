// Tries to count and to index again what was left out, each by itself.
import { failureOf } from '../delivery/queue/dead-letters';
import { countChanges } from '../delivery/stats/count-deliveries';
import type { Log } from '../log';
import { type Loop, startLoop } from '../loop';
import type { FollowedKind } from '../request-log/feed/feed-position.entity';
import {
  dueLeftOut,
  type FollowedRow,
  type LeftOutRow,
  leaveOut,
  takeLeftOut,
} from '../request-log/feed/left-out.store';
import { indexThese } from '../request-log/search/index-requests';
import { countOne } from '../request-log/stats/update-rollups';
import type { Db } from '../sql/db';
import type { Transaction } from '../sql/transactions';
import { isOfAll } from './around-broken-rows';

const REST_MS = 60_000;
const AT_ONCE = 100;

const DO_ONE: Record<FollowedKind, (db: Db, row: FollowedRow) => Promise<void>> = {
  INDEX: (db, row) => indexThese(db, [row]),
  COUNT_OPENED: countOne,
  COUNT_CLOSED: countOne,
  COUNT_DELIVERIES: (db, row) => countChanges(db, [row]),
};

export interface LeftOutParts {
  /** For statements without a transaction. */
  db: Db;
  transaction: Transaction;
}

/** @returns whether there may be more */
export async function retryLeftOut({ db, transaction }: LeftOutParts): Promise<boolean> {
  const due = await dueLeftOut(db, AT_ONCE);
  for (const row of due) await retryOne({ db, transaction }, row);
  return due.length === AT_ONCE;
}

async function retryOne({ db, transaction }: LeftOutParts, { letter, kind, id }: LeftOutRow): Promise<void> {
  try {
    // first, so that another process that tries it waits, and then finds it done
    await transaction(async (own) => {
      if (await takeLeftOut(own, letter)) await DO_ONE[kind](own, { kind, id });
    });
  } catch (error) {
    if (isOfAll(error)) throw error;
    await leaveOut(db, [{ kind, id, ...failureOf(error) }]);
  }
}

export function startRetryingLeftOut(parts: LeftOutParts, log: Log): Loop {
  return startLoop('rows left out', REST_MS, log, () => retryLeftOut(parts));
}
