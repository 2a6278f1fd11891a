import { changedBy, type Db, rowsOf, statement } from '../sql/db';

/** The tables with encrypted secrets, in the columns kek, wrapped and box. */
export const ENCRYPTED_TABLES = ['webhook_secrets', 'webhook_credentials', 'evidence_keys'] as const;
export type EncryptedTable = (typeof ENCRYPTED_TABLES)[number];

export interface EncryptedRow {
  id: string;
  kek: string;
  wrapped: Buffer;
  box: Buffer;
}

/** The names of the ENCRYPTION_KEYs that are still needed. */
export async function keysInUse(db: Db): Promise<string[]> {
  const sql = ENCRYPTED_TABLES.map((table) => `select kek from ${table} where kek is not null`).join(' union ');
  return (await rowsOf<{ kek: string }>(db, statement(sql))).map((row) => row.kek);
}

/** Locks up to `most` secrets of these keys, ordered by id. Skips rows that another transaction has locked. */
export async function lockEncrypted(
  db: Db,
  table: EncryptedTable,
  keks: readonly string[],
  after: string,
  most: number,
): Promise<EncryptedRow[]> {
  return rowsOf<EncryptedRow>(
    db,
    `select id, kek, wrapped, box from ${table} where kek = any($1::text[]) and id > $2
     order by id limit $3 for no key update skip locked`,
    [keks, after, most],
  );
}

/** `box` does not change. @returns the number of changed rows */
export async function rewrapEncrypted(
  db: Db,
  table: EncryptedTable,
  rows: readonly Omit<EncryptedRow, 'box'>[],
): Promise<number> {
  return changedBy(
    db,
    `update ${table} t set kek = n.kek, wrapped = n.wrapped
     from unnest($1::uuid[], $2::text[], $3::bytea[]) as n (id, kek, wrapped) where t.id = n.id`,
    [rows.map((row) => row.id), rows.map((row) => row.kek), rows.map((row) => row.wrapped)],
  );
}
