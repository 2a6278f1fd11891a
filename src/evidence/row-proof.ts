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
  const proof = await inclusionProof(leafIndex, head.treeSize, read);
  return proofText(kind, facts, { leafIndex, proof, head }, parts);
}

/** @param place in the tree of the head, with its inclusion proof */
export function proofText<Kind extends LeafKind>(
  kind: Kind,
  facts: FactsOf[Kind],
  { leafIndex, proof, head }: { leafIndex: number; proof: readonly Buffer[]; head: SignedHead },
  parts: object = {},
): string {
  const extra = JSON.stringify({ record: recordOf(kind, facts), parts });
  return writeTlogProof({ extra, index: leafIndex, proof, checkpoint: head.checkpoint });
}
