// Sealing: appends the leaves of the queue to the tree, and then signs the head of the committed tree.
import type { Keyring } from '../keyring/keyring';
import { isUniqueViolation } from '../sql/database-errors';
import type { Db } from '../sql/db';
import type { Transaction } from '../sql/transactions';
import { appendBlocks } from './append-leaves';
import { type HeadMemory, NO_HEAD_FILE } from './head-memory';
import { signHead } from './sign-head';
import { lockTree, takeNewLeaves } from './tree.store';

/** Compares the known heads with the tree. @returns false: another process seals @throws SealingStopped */
export async function checkHeads(db: Db, memory: HeadMemory): Promise<boolean> {
  if (!(await lockTree(db))) return false;
  await memory.check(db);
  return true;
}

/** Seals everything that waits. @returns whether leaves were appended @throws SealingStopped */
export async function seal(
  transaction: Transaction,
  keyring: Keyring,
  host: string,
  memory: HeadMemory = NO_HEAD_FILE,
): Promise<boolean> {
  const appended = await transaction((db) => appendBlocks(db, memory)).catch((error) => {
    if (!isUniqueViolation(error)) throw error;
    return transaction((db) => appendBlocks(db, memory, { take: takeNewLeaves }));
  });
  const isFull = appended?.isFull ?? false;
  // while many leaves wait, the head is signed once, at the end
  if (!isFull) await transaction((db) => signHead(db, keyring, host, memory));
  return isFull;
}
