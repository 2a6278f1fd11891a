// Reads the keys of the log, and the entries of the audit trail that say how each came to be.
import { type Db, rowsOf, statement } from '../../../sql/db';
import { type FactsOf, RESTARTED_ACTION, ROTATED_ACTION } from '../../formats/leaf-kinds';
import type { StoredKey } from '../../head.store';
import { LEAF_TABLES, PLACE, PLACED, type Placed } from '../../sealed-rows.store';

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
