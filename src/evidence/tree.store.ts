// Reads and extends the stored tree.
import { changedBy, type Db, rowOf, rowsOf, type Statement, statement } from '../sql/db';
import { LEAF_KINDS } from './formats/leaf-kinds';
import { HASH_BYTES, type TreeNode } from './formats/merkle-tree';
import { LEVELS_PER_TILE, type ReadTile, TILE_WIDTH } from './formats/tree-proofs';

/** The tree after its newest block. */
export interface StoredTree {
  treeSize: number;
  frontier: Buffer;
  rootHash: Buffer;
  sealedAt: Date;
}

/** null: there is no block yet. */
export async function newestTree(db: Db): Promise<StoredTree | null> {
  return rowOf<StoredTree>(
    db,
    statement(`select tree_size::float8 as "treeSize", frontier, root_hash as "rootHash", sealed_at as "sealedAt"
     from evidence_blocks order by first_index desc limit 1`),
  );
}

/** Waits until no process seals. The lock ends with the transaction. */
export async function waitForTree(db: Db): Promise<void> {
  await rowOf(db, statement(`select pg_advisory_xact_lock(hashtext('hookledger.evidence')) as locked`));
}

/** Locks the tree until the transaction ends. @returns false if another process holds the lock */
export async function lockTree(db: Db): Promise<boolean> {
  const row = await rowOf<{ locked: boolean }>(
    db,
    statement(`select pg_try_advisory_xact_lock(hashtext('hookledger.evidence')) as locked`),
  );
  return row?.locked ?? false;
}

/**
 * Takes leaves from the queue and notes their places, from `firstIndex` on.
 * @param atMost leaves; those of the last row of the queue may exceed it
 * @returns their hashes, concatenated; null: the queue is empty
 * @throws Error, a unique violation, if one is in the tree already: see `newLeaves`
 */
export type TakeLeaves = (db: Db, firstIndex: number, atMost: number) => Promise<Buffer | null>;

/** Of the oldest rows of the queue. @param except the rows that stay there */
export function leavesExcept(except: readonly string[] = []): TakeLeaves {
  return (db, firstIndex, atMost) => hashesOfTaken(db, TAKE_LEAVES, [firstIndex, atMost, except]);
}

/** The same, but leaves that are in the tree already, as after rows were restored with pg_restore, are only removed. */
export function newLeavesExcept(except: readonly string[] = []): TakeLeaves {
  return (db, firstIndex, atMost) => hashesOfTaken(db, TAKE_NEW_LEAVES, [firstIndex, atMost, except]);
}

/** Of one row of the queue, and of these the ones that are not in the tree yet. */
export function newLeavesOf(row: string): TakeLeaves {
  return (db, firstIndex) => hashesOfTaken(db, TAKE_NEW_LEAVES_OF, [firstIndex, row]);
}

async function hashesOfTaken(db: Db, take: Statement, values: readonly unknown[]): Promise<Buffer | null> {
  const row = await rowOf<{ hashes: Buffer | null }>(db, take, values);
  return row?.hashes ?? null;
}

const taken = (rows: string) => `taken as (
     delete from evidence_queue where ${rows} returning id, kind, subject_ids, leaf_hashes
   )`;

const OLDEST = taken(`ctid = any(array(
       select ctid from (
         select ctid, sum(cardinality(subject_ids)) over (order by id rows between unbounded preceding and 1 preceding) as before
         from (select ctid, id, subject_ids from evidence_queue where id <> all($3::bigint[]) order by id limit $2) as oldest
       ) as counted where coalesce(before, 0) < $2))`);

// In the order of the queue, so that the hashes are concatenated as they are.
const TAKE_LEAVES = statement(`with ${OLDEST}, numbered as (
     select kind, subject_ids, coalesce(sum(cardinality(subject_ids))
       over (order by id rows between unbounded preceding and 1 preceding), 0) as before from taken
   ), placed as (
     insert into evidence_leaves (kind, subject_id, leaf_index)
       select kind, unnest(subject_ids), $1::bigint + before + generate_subscripts(subject_ids, 1) - 1 from numbered
   )
   select string_agg(leaf_hashes, '' order by id) as hashes from taken`);

// Each leaf is looked up by itself: a join that was planned while the tree was small would read all of it for each leaf.
const takeNewLeaves = (rows: string) =>
  statement(`with ${rows}, single as (
     select kind, unnest(subject_ids) as subject_id,
       substring(leaf_hashes from 32 * generate_subscripts(subject_ids, 1) - 31 for 32) as leaf_hash from taken
   ), fresh as (
     select kind, subject_id, leaf_hash, row_number() over (order by subject_id, kind) - 1 as position
     from (select distinct on (subject_id, kind) * from single as q
       where (select l.leaf_index from evidence_leaves l where l.kind = q.kind and l.subject_id = q.subject_id) is null
       order by subject_id, kind) as t
   ), placed as (
     insert into evidence_leaves (kind, subject_id, leaf_index)
       select kind, subject_id, $1::bigint + position from fresh
   )
   select string_agg(leaf_hash, '' order by position) as hashes from fresh`);

const TAKE_NEW_LEAVES = takeNewLeaves(OLDEST);
const TAKE_NEW_LEAVES_OF = takeNewLeaves(taken('id = $2::bigint'));

/** A row of the queue, by which a person finds it. */
export interface QueuedRow {
  id: string;
  kind: number;
  /** The first row of the record whose leaf it has; null: it was removed by hand. */
  subjectId: string | null;
}

/** The oldest rows of the queue. */
export async function oldestQueued(db: Db, except: readonly string[], atMost: number): Promise<QueuedRow[]> {
  return rowsOf<QueuedRow>(
    db,
    statement(`select id, kind, subject_ids[1] as "subjectId" from evidence_queue where id <> all($1::bigint[])
      order by id limit $2`),
    [except, atMost],
  );
}

/** Takes the leaf of a row that was inserted alone. @returns null: it is not in the queue */
export async function takeLeaf(db: Db, kind: number, subjectId: string, index: number): Promise<Buffer | null> {
  const row = await rowOf<{ leafHash: Buffer }>(
    db,
    statement(`with taken as (
       delete from evidence_queue where kind = $1 and subject_ids = array[$2::uuid] returning kind, leaf_hashes
     ), placed as (
       insert into evidence_leaves (kind, subject_id, leaf_index) select kind, $2, $3 from taken
     )
     select leaf_hashes as "leafHash" from taken`),
    [kind, subjectId, index],
  );
  return row?.leafHash ?? null;
}

export interface NewBlock extends StoredTree {
  firstIndex: number;
  leafHashes: Buffer;
  /** The nodes at the levels that are stored. */
  nodes: readonly TreeNode[];
}

export async function insertBlock(db: Db, block: NewBlock): Promise<void> {
  await changedBy(
    db,
    statement(`with nodes as (
       insert into evidence_nodes (level, node_index, hash) select * from unnest($8::smallint[], $9::bigint[], $10::bytea[])
     )
     insert into evidence_blocks (first_index, leaf_count, tree_size, leaf_hashes, frontier, root_hash, sealed_at)
     values ($1, $2, $3, $4, $5, $6, $7)`),
    [
      block.firstIndex,
      block.leafHashes.length / HASH_BYTES,
      block.treeSize,
      block.leafHashes,
      block.frontier,
      block.rootHash,
      block.sealedAt,
      block.nodes.map((node) => node.level),
      block.nodes.map((node) => node.index),
      block.nodes.map((node) => node.hash),
    ],
  );
}

interface WantedTile {
  level: number;
  index: number;
  resolve(hashes: Buffer): void;
  reject(error: unknown): void;
}

const NOTHING = Buffer.alloc(0);

/** The hashes that proofs are made of. One statement reads all tiles that are asked for at once, as for one proof. */
export function tilesOf(db: Db): ReadTile {
  let wanted: WantedTile[] = [];
  const readWanted = async () => {
    const tiles = wanted;
    wanted = [];
    try {
      const read = await readTiles(db, tiles);
      for (const { level, index, resolve } of tiles) resolve(read.get(`${level}/${index}`) ?? NOTHING);
    } catch (error) {
      for (const { reject } of tiles) reject(error);
    }
  };
  return (level, index) =>
    new Promise((resolve, reject) => {
      if (wanted.length === 0) queueMicrotask(readWanted);
      wanted.push({ level, index, resolve, reject });
    });
}

/** The tiles by level and index. Tiles beyond the tree are left out. */
async function readTiles(db: Db, tiles: readonly { level: number; index: number }[]): Promise<Map<string, Buffer>> {
  const rows = await rowsOf<{ level: number; index: number; hashes: Buffer | null }>(
    db,
    statement(`select w.level, w.index::float8 as index, case when w.level = 0 then (
         select string_agg(substring(leaf_hashes from (greatest(w.first - first_index, 0) * 32 + 1)::int
           for ((least(w.first + ${TILE_WIDTH}, tree_size) - greatest(w.first, first_index)) * 32)::int), ''::bytea
           order by first_index)
         from evidence_blocks where first_index < w.first + ${TILE_WIDTH} and tree_size > w.first
           and first_index >= (select coalesce(max(first_index), 0) from evidence_blocks where first_index <= w.first)
       ) else (
         select string_agg(hash, ''::bytea order by node_index) from evidence_nodes
         where level = w.level * ${LEVELS_PER_TILE} and node_index between w.first and w.first + ${TILE_WIDTH - 1}
       ) end as hashes
     from (select level, index, index * ${TILE_WIDTH} as first from unnest($1::int[], $2::bigint[]) as t (level, index)) as w`),
    [tiles.map(({ level }) => level), tiles.map(({ index }) => index)],
  );
  return new Map(rows.map(({ level, index, hashes }) => [`${level}/${index}`, hashes ?? NOTHING]));
}

export interface SealingState {
  /** Leaves wait in the queue, or the newest block has no head yet, because its process ended before. */
  hasUnsealed: boolean;
  /** The size of the tree that was signed last; null: none was. */
  signedSize: number | null;
}

/** By the index of the queue: until the next vacuum, a scan of the table, as for EXISTS, reads all rows that were in it. */
export async function sealingState(db: Db): Promise<SealingState> {
  const row = await rowOf<SealingState>(
    db,
    statement(`select (select true from evidence_queue order by id limit 1) is not null
         or blocks.size is distinct from heads.size as "hasUnsealed",
       heads.size::float8 as "signedSize"
     from (select max(tree_size) as size from evidence_blocks) as blocks,
       (select max(tree_size) as size from evidence_heads) as heads`),
  );
  return row as SealingState;
}

export interface Waiting {
  waiting: number;
  /** When the row that has waited the longest could be sealed; null: the queue is empty. */
  since: Date | null;
}

/** A request waits from its end: one that a process left open may have begun hours before. */
const WAITING_SINCE = `select coalesce(
    (select finished_at from webhook_request_logs where q.kind = ${LEAF_KINDS.request} and id = q.subject_ids[1]),
    to_timestamp(ms_of_id(q.subject_ids[1]) / 1000.0))
  from (select kind, subject_ids from evidence_queue order by id limit 1) as q`;

/**
 * For how many seconds the first row has waited that no signed head contains; 0: all are sealed. A block has waited for its head since
 * it was appended.
 */
export async function evidenceBehindSeconds(db: Db): Promise<number> {
  const row = await rowOf<{ seconds: number }>(
    db,
    statement(`select coalesce(greatest(0, extract(epoch from clock_timestamp()) - extract(epoch from least(
         (${WAITING_SINCE}),
         (select sealed_at from evidence_blocks
          where tree_size > coalesce((select max(tree_size) from evidence_heads), 0) order by tree_size limit 1)
       ))), 0)::float8 as seconds`),
  );
  return row?.seconds ?? 0;
}

/** At most 1,001 are counted. */
export async function waitingLeaves(db: Db): Promise<Waiting> {
  const row = await rowOf<Waiting>(
    db,
    statement(`select least(coalesce(sum(leaves), 0), 1001)::int as waiting,
       (${WAITING_SINCE}) as since
     from (select cardinality(subject_ids) as leaves from evidence_queue limit 1001) as waiting`),
  );
  return row ?? { waiting: 0, since: null };
}
