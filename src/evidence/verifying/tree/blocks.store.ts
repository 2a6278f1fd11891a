// Reads the stored tree as a verification compares it: blocks with their heads, inner hashes, and heads without a block.
import { type Db, rowOf, rowsOf, statement } from '../../../sql/db';
import type { TreeNode } from '../../formats/merkle-tree';
import { MAX_HEAD_BYTES } from './tree-rows.store';

/** The values that a block has at least are its first leaf and its leaves: see wrongBlocks. */
export interface CheckedBlock {
  firstIndex: number;
  leafHashes: Buffer;
  frontier: Buffer | null;
  rootHash: Buffer | null;
  /** The heads of the tree after this block, as far as they can be heads. */
  heads: { origin: string; checkpoint: string }[];
}

/** The heads of one tree: after a restart there may be two. */
const MAX_HEADS = 100;

export async function blocksFrom(db: Db, firstIndex: number, atMost: number): Promise<CheckedBlock[]> {
  return rowsOf<CheckedBlock>(
    db,
    statement(`select first_index::float8 as "firstIndex", leaf_hashes as "leafHashes", frontier, root_hash as "rootHash",
       (select coalesce(json_agg(json_build_object('origin', origin, 'checkpoint', checkpoint)), '[]') from (
         select origin, checkpoint from evidence_heads h where h.tree_size = b.tree_size and origin is not null
           and octet_length(checkpoint) <= ${MAX_HEAD_BYTES} order by origin limit ${MAX_HEADS}) as these) as heads
     from evidence_blocks b where first_index >= $1 and octet_length(leaf_hashes) >= 32 order by first_index, ctid limit $2`),
    [firstIndex, atMost],
  );
}

/** The stored hashes of these inner nodes, in their order; null: it is missing. */
export async function storedNodes(db: Db, nodes: readonly TreeNode[]): Promise<(Buffer | null)[]> {
  const rows = await rowsOf<{ hash: Buffer | null }>(
    db,
    statement(`select (select hash from evidence_nodes n where n.level = w.level and n.node_index = w.node_index limit 1) as hash
     from unnest($1::smallint[], $2::bigint[]) with ordinality as w (level, node_index, at) order by w.at`),
    [nodes.map(({ level }) => level), nodes.map(({ index }) => index)],
  );
  return rows.map(({ hash }) => hash);
}

export interface HeadsWithoutBlock {
  count: number;
  smallest: number | null;
  largest: number | null;
}

/** Signed heads of trees that no block ends. In one statement, because other heads are signed meanwhile. */
export async function headsWithoutBlock(db: Db): Promise<HeadsWithoutBlock> {
  const row = await rowOf<HeadsWithoutBlock>(
    db,
    statement(`select count(*)::float8 as count, min(tree_size)::float8 as smallest, max(tree_size)::float8 as largest
     from evidence_heads h where not exists (select from evidence_blocks b where b.tree_size = h.tree_size)`),
  );
  return row as HeadsWithoutBlock;
}
