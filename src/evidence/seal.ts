// Sealing: appends the leaves of the queue to the tree, and then signs the head of the committed tree.
import type { Keyring } from '../keyring/keyring';
import { isUniqueViolation } from '../sql/database-errors';
import type { Db } from '../sql/db';
import type { Transaction } from '../sql/transactions';
import { appendBlocks } from './append-leaves';
import { type HeadMemory, NO_HEAD_FILE } from './head-memory';
import { signHead } from './sign-head';
import { leavesExcept, lockTree, newLeavesExcept } from './tree.store';

/** Compares the known heads with the tree. @returns false: another process seals @throws SealingStopped */
export async function checkHeads(db: Db, memory: HeadMemory): Promise<boolean> {
  if (!(await lockTree(db))) return false;
  await memory.check(db);
  return true;
}

/**
 * Appends the leaves that wait.
 * @param except rows of the queue that stay there
 * @returns whether more wait @throws SealingStopped
 */
export async function appendWaiting(
  transaction: Transaction,
  memory: HeadMemory,
  except: readonly string[],
): Promise<boolean> {
  const appended = await transaction((db) => appendBlocks(db, memory, { take: leavesExcept(except) })).catch(
    (error) => {
      if (!isUniqueViolation(error)) throw error;
      return transaction((db) => appendBlocks(db, memory, { take: newLeavesExcept(except) }));
    },
  );
  return appended?.isFull ?? false;
}

/** Seals everything that waits. @returns whether more waits @throws SealingStopped */
export async function seal(
  transaction: Transaction,
  keyring: Keyring,
  host: string,
  memory: HeadMemory = NO_HEAD_FILE,
): Promise<boolean> {
  const isFull = await appendWaiting(transaction, memory, []);
  // while many leaves wait, the head is signed once, at the end
  if (!isFull) await transaction((db) => signHead(db, keyring, host, memory));
  return isFull;
}
