import { type Db, rowOf, rowsOf, statement } from '../../sql/db';

/** So that reveals of one user at the same time do not exceed the limit. */
export async function lockReveals(db: Db, userId: string): Promise<void> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock(hashtext('hookledger.reveal'), hashtext($1))`), [userId]);
}

/** @param action of the entries. @param since the first id that counts */
export async function countReveals(db: Db, userId: string, action: string, since: string): Promise<number> {
  const row = await rowOf<{ reveals: number }>(
    db,
    statement(
      `select count(*)::int as reveals from audit_entries where actor_id = $1 and action = $2 and id >= $3::uuid`,
    ),
    [userId, action, since],
  );
  return row?.reveals ?? 0;
}

export async function isErased(db: Db, requestId: string): Promise<boolean> {
  const row = await rowOf<{ erased: boolean }>(
    db,
    statement('select erasure_id is not null as erased from webhook_request_logs where id = $1'),
    [requestId],
  );
  return row?.erased ?? false;
}
