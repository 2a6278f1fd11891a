// Finds rows of the tables of the tree that sealing never writes: surplus, repeated, and with values that no row has. An owner of the
// database can drop constraints, so nothing is taken for granted: neither that a value is there, nor that it is unique or small.
import { type Db, rowOf, rowsOf, statement } from '../../../sql/db';
import { LEAF_KINDS, type LeafKind, leafKind } from '../../formats/leaf-kinds';
import { LEVELS_PER_TILE } from '../../formats/tree-proofs';
import { LEAF_TABLES } from '../../sealed-rows.store';

/** Rows of each kind that are named. */
export const MAX_ROWS = 1_000;
/** A head has a few lines of signatures. */
export const MAX_HEAD_BYTES = 65_536;

/** Whether the column has no time, or one that PostgreSQL or JavaScript does not have. */
export const isNoTime = (column: string) => `${column} between '1970-01-01' and '9999-12-31' is not true`;
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
