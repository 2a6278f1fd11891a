// Reads and stores signed heads, and the keys that sign them.
import { changedBy, type Db, rowOf, rowsOf, statement } from '../sql/db';

export interface SignedHead {
  origin: string;
  treeSize: number;
  checkpoint: string;
  signedAt: Date;
}

// with the cosignatures of witnesses
const HEAD = `h.origin, h.tree_size::float8 as "treeSize", h.signed_at as "signedAt",
  h.checkpoint || coalesce((select string_agg(convert_from(proof, 'UTF8'), '' order by id) from evidence_anchors a
    where a.tree_size = h.tree_size and a.origin = h.origin and a.kind = 'WITNESS'), '') as checkpoint`;

export async function newestHead(db: Db): Promise<SignedHead | null> {
  return rowOf<SignedHead>(db, statement(`select ${HEAD} from evidence_heads h order by tree_size desc limit 1`));
}

export async function headAt(db: Db, treeSize: number): Promise<SignedHead | null> {
  return rowOf<SignedHead>(db, statement(`select ${HEAD} from evidence_heads h where tree_size = $1`), [treeSize]);
}

/** Heads of larger trees first. @param before only those of trees smaller than this; null: all */
export async function headsBefore(db: Db, before: number | null, atMost: number): Promise<SignedHead[]> {
  return rowsOf<SignedHead>(
    db,
    statement(`select ${HEAD} from evidence_heads h where $1::bigint is null or tree_size < $1
     order by tree_size desc limit $2`),
    [before, atMost],
  );
}

export async function insertHead(db: Db, { origin, treeSize, checkpoint, signedAt }: SignedHead): Promise<void> {
  await changedBy(
    db,
    statement('insert into evidence_heads (origin, tree_size, checkpoint, signed_at) values ($1, $2, $3, $4)'),
    [origin, treeSize, checkpoint, signedAt],
  );
}

/** The size of the largest tree whose head a witness has cosigned; null: none was. */
export async function witnessedSize(db: Db): Promise<number | null> {
  const row = await rowOf<{ size: number }>(
    db,
    statement(`select tree_size::float8 as size from evidence_anchors where kind = 'WITNESS'
     order by tree_size desc limit 1`),
  );
  return row?.size ?? null;
}

/** As it was signed, without the cosignatures of witnesses: what a time-stamp authority gets. */
export async function signedText(db: Db, { origin, treeSize }: SignedHead): Promise<string> {
  const row = await rowOf<{ checkpoint: string }>(
    db,
    statement('select checkpoint from evidence_heads where origin = $1 and tree_size = $2'),
    [origin, treeSize],
  );
  return row?.checkpoint ?? '';
}

export interface StoredKey {
  id: string;
  origin: string;
  vkey: string;
  kek: string;
  wrapped: Buffer;
  box: Buffer;
  /** After a restart: the newest known head of the log before. */
  continues: string | null;
  createdAt: Date;
}

/** Newest first. */
export async function evidenceKeys(db: Db): Promise<StoredKey[]> {
  return rowsOf<StoredKey>(
    db,
    statement(
      `select id, origin, vkey, kek, wrapped, box, continues, created_at as "createdAt" from evidence_keys order by id desc`,
    ),
  );
}

export async function insertKey(db: Db, key: StoredKey): Promise<void> {
  await changedBy(
    db,
    statement(`insert into evidence_keys (id, origin, vkey, kek, wrapped, box, continues, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`),
    [key.id, key.origin, key.vkey, key.kek, key.wrapped, key.box, key.continues, key.createdAt],
  );
}
