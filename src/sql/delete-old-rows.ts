import { type Db, rowOf, statement } from './db';

/** Deleting as many takes less than a second. An hour of calls at full load is more than one statement can delete in its time limit. */
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

/** A table whose ids ascend with the time. */
export interface AgingTable {
  name: 'request_changes' | 'sessions';
  /** The column by which its rows are old. */
  time: string;
  /** SQL: which of its old rows may go. Its parameters begin with $4. */
  mayGo?: string;
}

interface Step {
  rows: number;
  last: string;
  mayBeMore: boolean;
}

/**
 * Deletes the old rows of a table in the order of its ids, in as many statements as that takes, and does not look at the young
 * ones behind them.
 * @param firstId before all ids. @param values from $4 on
 * @returns their number
 */
export async function deleteOlderThan(
  db: Db,
  { name, time, mayGo = 'true' }: AgingTable,
  before: Date,
  firstId: string,
  values: readonly unknown[] = [],
  atOnce = ROWS_AT_ONCE,
): Promise<number> {
  const step = statement(`with looked as (
      select id, ${time} as time from ${name} where id > $2 order by id limit $3
    ), gone as (
      delete from ${name} where id = any(array(select id from looked where time < $1)) and ${mayGo} returning id
    ) select (select count(*)::integer from gone) as rows, id::text as last,
        time < $1 and (select count(*) from looked) = $3::integer as "mayBeMore"
      from looked order by id desc limit 1`);
  let deleted = 0;
  for (let after = firstId; ; ) {
    const done: Step | null = await rowOf<Step>(db, step, [before, after, atOnce, ...values]);
    deleted += done?.rows ?? 0;
    if (!done?.mayBeMore) return deleted;
    after = done.last;
  }
}
