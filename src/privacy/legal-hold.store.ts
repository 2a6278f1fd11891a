// Legal holds: what may not be erased or dropped.
import { changedBy, type Db, rowOf, rowsOf, statement } from '../sql/db';
import type { LegalHoldEntity } from './legal-hold.entity';

export type LegalHoldRow = Omit<LegalHoldEntity, 'webhook' | 'user' | 'placer'>;

export const LEGAL_HOLDS = {
  table: 'legal_holds',
  columns: `id, name, webhook_id as "webhookId", document_type as "documentType",
  reference_document as "referenceDocument", user_id as "userId", from_at as "from", to_at as "to", reason,
  placed_by as "placedBy", created_at as "createdAt", release_id as "releaseId",
  released_at as "releasedAt"`,
};

export async function legalHoldsById(db: Db, ids: readonly string[]): Promise<Map<string, LegalHoldRow>> {
  const rows = await rowsOf<LegalHoldRow>(
    db,
    statement(`select ${LEGAL_HOLDS.columns} from legal_holds where id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

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
