// The proof of one row.
import { type FactsOf, type LeafKind, recordOf } from './formats/leaf-kinds';
import { writeTlogProof } from './formats/tlog-proof';
import { inclusionProof, type ReadTile } from './formats/tree-proofs';
import type { SignedHead } from './head.store';

/** The tree that proofs are made for. */
export interface ProvenTree {
  head: SignedHead;
  read: ReadTile;
}

/** A tlog-proof, whose `extra` has the record of the row, and the parts that are disclosed. */
export async function proofOf<Kind extends LeafKind>(
  kind: Kind,
  facts: FactsOf[Kind],
  leafIndex: number,
  { head, read }: ProvenTree,
  parts: object = {},
): Promise<string> {
  const extra = JSON.stringify({ record: recordOf(kind, facts), parts });
  const proof = await inclusionProof(leafIndex, head.treeSize, read);
  return writeTlogProof({ extra, index: leafIndex, proof, checkpoint: head.checkpoint });
}
