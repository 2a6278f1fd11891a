// Names the rows of the tables of the tree that sealing does not write: a verification that reads the rows it expects meets no others.
import type { Db } from '../../../sql/db';
import type { Findings } from './findings';
import { countPlaces, wrongBlocks, wrongHeads, wrongNodes, wrongPlaces } from './tree-rows.store';

/** @param size the number of leaves that were checked */
export async function checkTreeRows(db: Db, size: number, findings: Findings): Promise<void> {
  for (const { firstIndex } of await wrongBlocks(db)) {
    const message =
      'The numbers or the time of a block are not those of its leaves, or another block has its leaves too.';
    findings.add('BAD_TREE', message, { leafIndex: firstIndex });
  }
  for (const { level, index } of await wrongNodes(db)) {
    const message = `The stored hash of level ${level}, number ${index}, is repeated, or the tree has none there.`;
    findings.add('BAD_TREE', message);
  }
  for (const { treeSize } of await wrongHeads(db)) {
    const message = `The row of the head of ${treeSize} leaves is repeated, or has values that no head has.`;
    findings.add('BAD_HEAD', message, { treeSize });
  }
  await checkPlaces(db, size, findings);
}

async function checkPlaces(db: Db, size: number, findings: Findings): Promise<void> {
  const { within, outside } = await countPlaces(db, size);
  // with other findings, a place may be surplus and another one missing
  if (within === size && outside === 0 && findings.count === 0) return;
  for (const { kind, rowId, leafIndex } of await wrongPlaces(db)) {
    const message =
      'A place in the tree belongs to no row or is repeated, and its leaf has another place or is none of the tree.';
    findings.add('BAD_TREE', message, { kind, rowId, leafIndex });
  }
}
