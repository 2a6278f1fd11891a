// Webhooks and deliveries that another transaction holds for longer than one lasts, such as that of a worker that stands still. What
// needs them is put off, and the transactions of all others need not wait for them.
import { LRUCache } from 'lru-cache';
import { isLockTimeout, TablesLocked } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import { type AskedRows, lockedRows } from './locked-rows.store';

/** Longer than a transaction waits for a lock: or each would wait for them again. */
const KEPT_MS = 2_000;
const MAX_ROWS = 10_000;

export interface LockedRows {
  /** Whether it was locked within the last two seconds. @param id of a webhook or of a delivery */
  has(id: string): boolean;
  isEmpty(): boolean;
  /**
   * After a transaction for these has waited for a lock in vain.
   * @returns whether some of them are locked: put these off, and try again @throws TablesLocked
   */
  look(asked: AskedRows): Promise<boolean>;
}

/** @param db for statements without a transaction */
export function createLockedRows(db: Db): LockedRows {
  const found = new LRUCache<string, true>({ max: MAX_ROWS, ttl: KEPT_MS });
  return {
    has: (id) => found.has(id),
    isEmpty() {
      if (found.size > 0) found.purgeStale();
      return found.size === 0;
    },
    async look(asked) {
      const ids = await lockedRows(db, asked).catch((error: unknown) => {
        throw isLockTimeout(error) ? new TablesLocked(error) : error;
      });
      for (const id of ids) found.set(id, true);
      return ids.length > 0;
    },
  };
}
