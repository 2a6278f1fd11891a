// Reads and stores signed heads, and the keys that sign them.
import type { EncryptedSecret } from '../keyring/keyring';
import { changedBy, type Db, rowOf, rowsOf, type Statement, statement } from '../sql/db';
import { SIGNATURE_LINE } from './formats/signed-note';

export interface SignedHead {
  origin: string;
  treeSize: number;
  checkpoint: string;
  signedAt: Date;
}

// A login that inserts a proof must not keep heads from being read: what is no line of a witness is left out.
const headIs = (
  h: string,
) => `${h}.origin, ${h}.tree_size::float8 as "treeSize", ${h}.signed_at as "signedAt", ${h}.checkpoint,
  array(select proof from evidence_anchors a where a.tree_size = ${h}.tree_size and a.origin = ${h}.origin and a.kind = 'WITNESS'
    and octet_length(proof) <= 1000 order by a.id limit 50) as proofs`;
const HEAD = headIs('h');

/** A list has ids, of which a head has none: its size. */
export const HEADS = {
  table: `(select *, lpad(to_hex(tree_size), 32, '0')::uuid as id from evidence_heads) as heads`,
  columns: `id, ${headIs('heads')}`,
};

export type HeadRow = SignedHead & { proofs: Buffer[] };

/** With the cosignatures of witnesses. */
export function headOf({ proofs, ...head }: HeadRow): SignedHead {
  const lines = proofs.map(String).filter((line) => SIGNATURE_LINE.test(line));
  return { ...head, checkpoint: head.checkpoint + lines.join('') };
}

async function headIn(db: Db, sql: Statement, values: unknown[] = []): Promise<SignedHead | null> {
  const row = await rowOf<HeadRow>(db, sql, values);
  return row && headOf(row);
}

export async function newestHead(db: Db): Promise<SignedHead | null> {
  return headIn(db, statement(`select ${HEAD} from evidence_heads h order by tree_size desc limit 1`));
}

export async function headAt(db: Db, treeSize: number): Promise<SignedHead | null> {
  return headIn(db, statement(`select ${HEAD} from evidence_heads h where tree_size = $1`), [treeSize]);
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

/** The answers of authorities about heads with a size in these bounds, of the smallest trees first. */
export async function timeStamps(
  db: Db,
  origin: string,
  { from, to }: { from: number; to: number },
  atMost: number,
): Promise<{ treeSize: number; answer: Buffer }[]> {
  return rowsOf(
    db,
    statement(`select tree_size::float8 as "treeSize", proof as answer from evidence_anchors
     where kind = 'RFC3161' and origin = $1 and tree_size between $2 and $3 and proof is not null
     order by tree_size, id limit $4`),
    [origin, from, to, atMost],
  );
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
  /** The private half; null: it was destroyed. */
  secret: EncryptedSecret | null;
  /** The time from which it signs nothing; null: it was not rotated. */
  retiresAt: Date | null;
  /** Heads that it alone signed prove nothing, unless they were anchored before; null: it is not compromised. */
  compromisedAt: Date | null;
  /** After a restart: the newest known head of the log before. */
  continues: string | null;
  createdAt: Date;
}

/** Newest first. */
export async function evidenceKeys(db: Db): Promise<StoredKey[]> {
  const rows = await rowsOf<Omit<StoredKey, 'secret'> & EncryptedSecret>(
    db,
    statement(`select id, origin, vkey, kek, wrapped, box, retires_at as "retiresAt",
       compromised_at as "compromisedAt", continues, created_at as "createdAt" from evidence_keys order by id desc`),
  );
  return rows.map(({ kek, wrapped, box, ...key }) => ({ ...key, secret: kek === null ? null : { kek, wrapped, box } }));
}

export async function insertKey(db: Db, key: Omit<StoredKey, 'retiresAt' | 'compromisedAt'>): Promise<void> {
  await changedBy(
    db,
    statement(`insert into evidence_keys (id, origin, vkey, kek, wrapped, box, continues, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`),
    [key.id, key.origin, key.vkey, key.secret?.kek, key.secret?.wrapped, key.secret?.box, key.continues, key.createdAt],
  );
}

export interface Rotation {
  oldId: string;
  newId: string;
  /** The size of the first tree that the new key signs. */
  signsFrom: number;
  retiresAt: Date;
  compromisedAt: Date | null;
}

export async function noteRotation(db: Db, rotation: Rotation): Promise<void> {
  const { oldId, newId, signsFrom, retiresAt, compromisedAt } = rotation;
  await changedBy(
    db,
    statement(`update evidence_keys set signs_from = case when id = $2 then $3 else signs_from end,
       retires_at = case when id = $1 then $4::timestamptz else retires_at end,
       compromised_at = case when id = $1 then $5::timestamptz else compromised_at end
     where id in ($1, $2)`),
    [oldId, newId, signsFrom, retiresAt, compromisedAt],
  );
}

/** Destroys the private halves of keys that sign no more. @returns these keys */
export async function destroyRetired(db: Db, now: Date): Promise<{ id: string; vkey: string }[]> {
  return rowsOf(
    db,
    statement(`update evidence_keys set kek = null, wrapped = null, box = null, destroyed_at = $1
     where retires_at <= $1 and destroyed_at is null returning id, vkey`),
    [now],
  );
}

/** The first head of at least this size. */
export async function firstHeadFrom(db: Db, origin: string, treeSize: number): Promise<SignedHead | null> {
  return headIn(
    db,
    statement(`select ${HEAD} from evidence_heads h where origin = $1 and tree_size >= $2 order by tree_size limit 1`),
    [origin, treeSize],
  );
}
