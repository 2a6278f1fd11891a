// Finds rows of the tables of the tree that sealing never writes: surplus, repeated, and with values that no row has. An owner of the
// database can drop constraints, so nothing is taken for granted: neither that a value is there, nor that it is unique or small.
import { type Db, rowOf, rowsOf, statement } from '../../../sql/db';
import { ANCHOR_KINDS, MAX_PROOF_BYTES } from '../../anchors/anchor.store';
import {
  type FactsOf,
  LEAF_KINDS,
  type LeafKind,
  leafKind,
  RESTARTED_ACTION,
  ROTATED_ACTION,
} from '../../formats/leaf-kinds';
import type { TreeNode } from '../../formats/merkle-tree';
import { LEVELS_PER_TILE } from '../../formats/tree-proofs';
import type { StoredKey } from '../../head.store';
import { LEAF_TABLES, PLACE, PLACED, type Placed } from '../../sealed-rows.store';

/** Rows of each kind that are named. */
const MAX_ROWS = 1_000;
/** A head has a few lines of signatures. */
const MAX_HEAD_BYTES = 65_536;

/** Whether the column has no time, or one that PostgreSQL or JavaScript does not have. */
const isNoTime = (column: string) => `${column} between '1970-01-01' and '9999-12-31' is not true`;
const END_OF = 'first_index::numeric + octet_length(leaf_hashes) / 32';

/** How many leaves are stored without a gap, by the bytes that are there: what a row says about its size may be anything. */
export async function storedLeaves(db: Db): Promise<number> {
  const row = await rowOf<{ size: number }>(
    db,
    statement(`select coalesce(max(size), 0)::float8 as size from (
       select ${END_OF} as block_end, sum(octet_length(leaf_hashes) / 32) over (order by first_index) as size
       from evidence_blocks where first_index >= 0) as summed where block_end = size`),
  );
  return row?.size ?? 0;
}

/** The first leaves of blocks that overlap others, or whose numbers or time are not those of a block; null: without a first leaf. */
export async function wrongBlocks(db: Db): Promise<{ firstIndex: number | null }[]> {
  return rowsOf(
    db,
    statement(`select first_index::float8 as "firstIndex" from (
       select *, max(${END_OF}) over (order by first_index, ctid rows between unbounded preceding and 1 preceding) as begun
       from evidence_blocks) as b
     where coalesce(first_index, -1) < 0 or coalesce(octet_length(leaf_hashes), 0) = 0 or octet_length(leaf_hashes) % 32 <> 0
       or leaf_count is distinct from octet_length(leaf_hashes) / 32 or tree_size is distinct from ${END_OF}
       or first_index < begun or ${isNoTime('sealed_at')}
     order by first_index nulls first limit ${MAX_ROWS}`),
  );
}

/** Stored hashes that are repeated, or that no tree has. */
export async function wrongNodes(db: Db): Promise<{ level: number | null; index: number | null }[]> {
  return rowsOf(
    db,
    statement(`select level, node_index::float8 as index from (
       select *, count(*) over (partition by level, node_index) as copies from evidence_nodes) as n
     where copies > 1 or hash is null or level is null or level <= 0 or level % ${LEVELS_PER_TILE} <> 0 or coalesce(node_index, -1) < 0
       or (node_index + 1::numeric) * 2::numeric ^ level > coalesce((select max(tree_size) from evidence_blocks), 0)
     order by level, node_index limit ${MAX_ROWS}`),
  );
}

/** Heads that are repeated, that lack a value, or that are too large to be a head. What a head says is compared with its block. */
export async function wrongHeads(db: Db): Promise<{ treeSize: number | null }[]> {
  return rowsOf(
    db,
    statement(`select tree_size::float8 as "treeSize" from (
       select *, count(*) over (partition by tree_size, origin) as copies from evidence_heads) as h
     where copies > 1 or origin is null or tree_size is null or ${isNoTime('signed_at')}
       or coalesce(octet_length(checkpoint), ${MAX_HEAD_BYTES + 1}) > ${MAX_HEAD_BYTES}
     order by tree_size nulls first limit ${MAX_ROWS}`),
  );
}

/** Places in the tree. */
export interface Place {
  /** null: no number of a kind. */
  kind: LeafKind | null;
  rowId: string | null;
  leafIndex: number | null;
}

/** How many places there are of leaves of this tree, and of none that was sealed until now. */
export async function countPlaces(db: Db, treeSize: number): Promise<{ within: number; outside: number }> {
  const row = await rowOf<{ within: number; outside: number }>(
    db,
    statement(`select (count(*) filter (where leaf_index >= 0 and leaf_index < $1))::float8 as within,
       (count(*) filter (where ${OUTSIDE}))::float8 as outside from evidence_leaves`),
    [treeSize],
  );
  return row ?? { within: 0, outside: 0 };
}

const OUTSIDE = `leaf_index is null or leaf_index < 0 or leaf_index >= coalesce((select max(tree_size) from evidence_blocks), 0)`;
const KINDS = Object.keys(LEAF_KINDS) as LeafKind[];
const HAS_ROW = `case kind ${KINDS.map(
  (kind) => `when ${LEAF_KINDS[kind]} then exists (select from ${LEAF_TABLES[kind].table} r where r.id = subject_id)`,
).join(' ')} else false end`;

/**
 * Places of no leaf, and of leaves that have another place, as far as they have no row: those of rows are found with the rows, unless a
 * row has two. It takes as long as to sort all places, so it is for a table whose number of places is wrong.
 */
export async function wrongPlaces(db: Db): Promise<Place[]> {
  const rows = await rowsOf<{ kind: number | null; rowId: string | null; leafIndex: number | null }>(
    db,
    statement(`select kind, subject_id as "rowId", leaf_index::float8 as "leafIndex" from (
       select *, count(*) over (partition by leaf_index) as copies, count(*) over (partition by kind, subject_id) as places
       from evidence_leaves) as l
     where places > 1 or (copies > 1 or ${OUTSIDE}) and not ${HAS_ROW} order by leaf_index, kind, subject_id limit ${MAX_ROWS}`),
  );
  return rows.map((row) => ({ ...row, kind: leafKind(row.kind) }));
}

// Reads the stored tree as a verification compares it: blocks with their heads, inner hashes, and heads without a block.

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

// Reads the keys of the log, and the entries of the audit trail that say how each came to be.

/** What the database says about a key: any value may be missing. */
export interface CheckedKey extends Omit<StoredKey, 'id' | 'secret'> {
  id: string | null;
  kek: string | null;
  wrapped: Buffer | null;
  box: Buffer | null;
  signsFrom: number | null;
  destroyedAt: Date | null;
}

/** Oldest first. */
export async function keysToCheck(db: Db): Promise<CheckedKey[]> {
  return rowsOf(
    db,
    statement(`select id, origin, vkey, kek, wrapped, box, signs_from::float8 as "signsFrom", retires_at as "retiresAt",
       destroyed_at as "destroyedAt", compromised_at as "compromisedAt", continues, created_at as "createdAt"
     from evidence_keys order by id limit 10000`),
  );
}

/** The entries about rotations and restarts, oldest first, with their leaves. */
export async function keyEntries(db: Db): Promise<(FactsOf['audit'] & Placed)[]> {
  const { table, facts } = LEAF_TABLES.audit;
  return rowsOf(
    db,
    statement(`select ${facts}, ${PLACED} from ${table} r ${PLACE('audit')}
     where r.action in ('${ROTATED_ACTION}', '${RESTARTED_ACTION}') order by r.id`),
  );
}

// Reads anchors as a verification compares them. An owner of the database can drop constraints, so any value may be missing or huge.

export interface CheckedAnchor {
  id: string;
  origin: string | null;
  treeSize: number | null;
  kind: string | null;
  by: string | null;
  query: Buffer | null;
  /** null: there is none, or it is larger than any proof. */
  proof: Buffer | null;
  hasProof: boolean;
  /** The head as it is stored, without cosignatures; null: it is gone. */
  checkpoint: string | null;
}

/** The anchors after this one, by their ids. */
export async function anchorsAfter(db: Db, after: string, atMost: number): Promise<CheckedAnchor[]> {
  return rowsOf(
    db,
    statement(`select id, origin, tree_size::float8 as "treeSize", kind, left(by, 2000) as by, proof is not null as "hasProof",
       case when octet_length(query) <= 1024 then query end as query,
       case when octet_length(proof) <= ${MAX_PROOF_BYTES} then proof end as proof,
       (select checkpoint from evidence_heads h where h.tree_size = a.tree_size and h.origin = a.origin
         and octet_length(checkpoint) <= ${MAX_HEAD_BYTES} limit 1) as checkpoint
     from evidence_anchors a where id > $1 order by id limit $2`),
    [after, atMost],
  );
}

/** The sizes of anchors that are repeated, or lack a value that each has. */
export async function wrongAnchors(db: Db): Promise<{ treeSize: number | null }[]> {
  return rowsOf(
    db,
    statement(`select tree_size::float8 as "treeSize" from (
       select *, count(*) over (partition by id) as ids, count(*) over (partition by tree_size, origin, kind, by) as copies
       from evidence_anchors) as a
     where ids > 1 or copies > 1 or id is null or origin is null or tree_size is null or by is null or ${isNoTime('at')}
       or kind in (${ANCHOR_KINDS.map((kind) => `'${kind}'`).join(', ')}) is not true
     order by tree_size nulls first limit ${MAX_ROWS}`),
  );
}

/** What parties got last, of which there is no head any more. */
export async function targetsWithoutHead(db: Db): Promise<{ by: string | null; treeSize: number }[]> {
  return rowsOf(
    db,
    statement(`select left(by, 200) as by, anchored_size::float8 as "treeSize" from evidence_anchor_targets t
     where anchored_size <> 0 and not exists (select from evidence_heads h where h.tree_size = t.anchored_size)
     order by kind, by limit ${MAX_ROWS}`),
  );
}
