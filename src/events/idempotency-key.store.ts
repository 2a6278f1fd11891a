import { changedBy, type Db, rowsOf, statement } from '../sql/db';

export interface IdempotencyKey {
  key: string;
  eventId: string;
  contentHash: Buffer;
}

/**
 * Claims these keys for their events. Waits for a concurrent transaction that claims one of them.
 * @returns the event of each key, which is an earlier event when the key was already claimed.
 */
export async function claimKeys(
  db: Db,
  userId: string,
  claims: readonly IdempotencyKey[],
  at: Date,
): Promise<Map<string, IdempotencyKey>> {
  // always in the same order: two publishers with the same keys wait for each other instead of deadlocking
  const ordered = [...claims].sort((a, b) => (a.key < b.key ? -1 : 1));
  const keys = ordered.map((claim) => claim.key);
  await changedBy(
    db,
    statement(`insert into idempotency_keys (user_id, key, event_id, content_hash, created_at)
     select $1, key, event_id, content_hash, $5
     from unnest($2::text[], $3::uuid[], $4::bytea[]) as claim (key, event_id, content_hash)
     on conflict (user_id, key) do nothing`),
    [userId, keys, ordered.map((claim) => claim.eventId), ordered.map((claim) => claim.contentHash), at],
  );
  const rows = await rowsOf<IdempotencyKey>(
    db,
    statement(`select key, event_id as "eventId", content_hash as "contentHash" from idempotency_keys
     where user_id = $1 and key = any($2::text[])`),
    [userId, keys],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

export async function forgetKeysBefore(db: Db, time: Date): Promise<number> {
  return changedBy(db, statement('delete from idempotency_keys where created_at < $1'), [time]);
}
