// Legal holds: what may not be erased or dropped.
import { changedBy, type Db, rowOf, rowsOf, statement } from '../sql/db';
import { byIds, listing, type RowOf } from '../sql/listing';
import { LegalHoldEntity } from './legal-hold.entity';

export const LEGAL_HOLDS = listing(LegalHoldEntity);
export type LegalHoldRow = RowOf<typeof LEGAL_HOLDS>;
export const legalHoldsById = byIds(LEGAL_HOLDS);

export async function countHoldsInForce(db: Db): Promise<number> {
  const row = await rowOf<{ count: number }>(
    db,
    statement('select count(*)::int as count from legal_holds where released_at is null'),
  );
  return row?.count ?? 0;
}

/**
 * Waits for erasures in progress, which hold the lock shared. Those that begin after this transaction see its hold.
 */
export async function lockHolds(db: Db): Promise<void> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock(hashtext('hookledger.holds'))`));
}

/** No hold is placed until this transaction ends. */
export async function keepHolds(db: Db): Promise<void> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock_shared(hashtext('hookledger.holds'))`));
}

export async function wasHoldReleasedSince(db: Db, time: Date): Promise<boolean> {
  return (await rowOf(db, statement('select from legal_holds where released_at >= $1 limit 1'), [time])) !== null;
}

export async function findHoldForUpdate(db: Db, id: string): Promise<LegalHoldRow | null> {
  return rowOf(db, statement(`select ${LEGAL_HOLDS.columns} from legal_holds where id = $1 for update`), [id]);
}

export async function insertHold(db: Db, hold: LegalHoldRow): Promise<void> {
  await changedBy(
    db,
    statement(`insert into legal_holds (id, name, webhook_id, document_type, reference_document, user_id, from_at, to_at,
       reason, placed_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`),
    [
      hold.id,
      hold.name,
      hold.webhookId,
      hold.documentType,
      hold.referenceDocument,
      hold.userId,
      hold.from,
      hold.to,
      hold.reason,
      hold.placedBy,
      hold.createdAt,
    ],
  );
}

/** @param approvalId which is APPROVED */
export async function endHold(db: Db, id: string, approvalId: string, at: Date): Promise<LegalHoldRow> {
  const sql = `update legal_holds set release_id = $2, released_at = $3 where id = $1 returning ${LEGAL_HOLDS.columns}`;
  const [ended] = await rowsOf<LegalHoldRow>(db, statement(sql), [id, approvalId, at]);
  return ended as LegalHoldRow;
}
