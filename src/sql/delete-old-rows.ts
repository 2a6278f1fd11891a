import { type Db, rowOf, statement } from './db';

/** As many take less than a second. An hour of calls at full load is more than one statement can delete in its time limit. */
const ROWS_AT_ONCE = 100_000;

interface Gone {
  rows: number;
  last: Date | null;
}

/**
 * Deletes the rows of a table that were created before a time, the oldest first, in as many transactions as that takes. The table must
 * have an index on `created_at`, and its old rows must not change.
 * @param db not a transaction
 * @returns their number
 */
export async function deleteCreatedBefore(
  db: Db,
  table: 'idempotency_keys' | 'incoming_ids',
  time: Date,
  atOnce = ROWS_AT_ONCE,
): Promise<number> {
  // from the last one on: before it, the index has the entries of all that were deleted
  const someOf = statement(`with gone as (
      delete from ${table} where ctid = any(array(
        select ctid from ${table} where created_at < $1 and created_at >= $2 order by created_at limit $3))
      returning created_at
    ) select count(*)::integer as rows, max(created_at) as last from gone`);
  let deleted = 0;
  for (let from: Date | '-infinity' = '-infinity'; ; ) {
    const gone: Gone | null = await rowOf<Gone>(db, someOf, [time, from, atOnce]);
    deleted += gone?.rows ?? 0;
    if (!gone?.last || gone.rows < atOnce) return deleted;
    from = gone.last;
  }
}
