import { columns, type RowCount } from '../sql/columns';
import { type Db, rowsOf, statement } from '../sql/db';

export interface IdempotencyKey {
  userId: string;
  key: string;
  eventId: string;
  contentHash: Buffer;
}

export type NewKey = IdempotencyKey & { createdAt: Date };

export const NEW_KEY = columns<NewKey>([
  ['userId', 'user_id', 'uuid'],
  ['key', 'key', 'text'],
  ['eventId', 'event_id', 'uuid'],
  ['contentHash', 'content_hash', 'bytea'],
  ['createdAt', 'created_at', 'timestamptz'],
]);

/**
 * Always in the same order, so that two transactions with the same keys wait for each other instead of deadlocking. The
 * statement fails if a key was used meanwhile.
 * @param first the number of its first parameter
 */
export function insertKeysSql(first: number, count?: RowCount): string {
  const inOrder = count === 'ONE' ? '' : 'order by user_id, key';
  return `insert into idempotency_keys (${NEW_KEY.names})
    select * from ${NEW_KEY.source(first, count)} as k (${NEW_KEY.names}) ${inOrder}`;
}

/** Which of these keys were used. Sends no statement for none. */
export async function knownKeys(db: Db, keys: readonly { userId: string; key: string }[]): Promise<IdempotencyKey[]> {
  if (keys.length === 0) return [];
  return rowsOf<IdempotencyKey>(
    db,
    statement(`select distinct k.user_id as "userId", k.key, k.event_id as "eventId", k.content_hash as "contentHash"
     from unnest($1::uuid[], $2::text[]) as wanted (user_id, key)
     join idempotency_keys k on k.user_id = wanted.user_id and k.key = wanted.key`),
    [keys.map(({ userId }) => userId), keys.map(({ key }) => key)],
  );
}
