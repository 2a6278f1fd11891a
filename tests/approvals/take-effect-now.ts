// Approvals of erasures and of releases of holds, where no second person can give them.
import { takeEffect } from '../../src/approvals/decide';
import type { Transaction } from '../../src/sql/transactions';
import type { TestDatabase } from '../support/database';

/** The time of those that wait has come. */
export async function endWaiting(database: TestDatabase): Promise<void> {
  await database.query(
    `update approvals set takes_effect_at = now() - interval '1 second' where status = 'WAITING' and takes_effect_at is not null`,
  );
}

/** The same, and they take effect, as the loop does it. @returns how many */
export async function takeEffectNow(database: TestDatabase, transaction: Transaction): Promise<number> {
  await endWaiting(database);
  let taken = 0;
  while (await transaction(takeEffect)) taken += 1;
  return taken;
}
