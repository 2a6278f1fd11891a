// Reads a change feed: each change once, in the order in which it becomes visible.

import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { DATABASE_RUN } from '../../sql/session';

/**
 * The position of a reader. It has read all changes visible in the snapshot `from`. If `to` is set, it is reading the
 * changes visible in `to`, and has read those up to `afterId`. Because snapshots are compared, not ids, changes that
 * are committed late are found. Snapshots are those of PostgreSQL (`pg_snapshot` as text).
 */
export interface FeedPosition {
  from: string;
  to: string | null;
  afterId: string;
}

export interface Change {
  id: string;
  at: Date;
}

/** A table of changes with `id`, `xid` and `at`, and the statements that read it. */
export interface Feed {
  fromSnapshot: string;
  fromChange: string;
}

/** @param columns the SELECT list besides `id` and `at` */
export function feedOf(table: string, columns: string): Feed {
  const unseen = `select id, at, ${columns} from ${table}
        where xid >= pg_snapshot_xmin($1::pg_snapshot)::text::bigint and id > $3::bigint
          and not pg_visible_in_snapshot(xid::text::xid8, $1::pg_snapshot)
          and pg_visible_in_snapshot(xid::text::xid8, t.snapshot)`;
  const reading = (
    rows: string,
  ) => `with target as (select coalesce($2::pg_snapshot, pg_current_snapshot()) as snapshot)
      select t.snapshot::text as now, ${DATABASE_RUN} as run, c.*
      from target t left join lateral (${rows} order by id limit $4) as c on true order by c.id`;
  return {
    // After a snapshot there are few changes, which the index on xid finds: `offset 0` keeps PostgreSQL from scanning
    // all older changes in the order of ids. After a change, that scan is right.
    fromSnapshot: reading(`select * from (${unseen} offset 0) as unseen`),
    fromChange: reading(unseen),
  };
}

/** A position in memory. Those that are saved in the database go back with it. */
export interface FeedPositionOfRun extends FeedPosition {
  /** In another run, transactions may have got the numbers of others: see `DATABASE_RUN`. */
  run: string;
}

/** The position after all changes that are committed now, of any feed. */
export async function endOfFeed(db: Db): Promise<FeedPositionOfRun> {
  const sql = statement(`select pg_current_snapshot()::text as from, ${DATABASE_RUN} as run`);
  const row = (await rowOf<Pick<FeedPositionOfRun, 'from' | 'run'>>(db, sql)) as FeedPositionOfRun;
  return { ...row, to: null, afterId: '0' };
}

export interface ReadChanges<Row extends Change> {
  changes: Row[];
  /** The position after these changes. */
  position: FeedPosition;
  /** Of the database, as it was read. */
  run: string;
  /** Whether the caller should read again at once. */
  more: boolean;
}

/** Reads the next changes after a position, at most `limit`, in the order in which they were written. */
export async function readChanges<Row extends Change>(
  db: Db,
  feed: Feed,
  position: FeedPosition,
  limit: number,
): Promise<ReadChanges<Row>> {
  const rows = await rowsOf<{ now: string; run: string } & (Row | { id: null })>(
    db,
    statement(position.afterId === '0' ? feed.fromSnapshot : feed.fromChange),
    [position.from, position.to, position.afterId, limit],
  );
  const { now, run } = rows[0] as { now: string; run: string };
  const changes = rows.filter((row): row is { now: string; run: string } & Row => row.id !== null);
  // changes committed since `to` come next
  const more = position.to !== null;
  if (changes.length < limit) return { changes, position: { from: now, to: null, afterId: '0' }, run, more };
  const afterId = changes.at(-1)?.id as string;
  return { changes, position: { from: position.from, to: now, afterId }, run, more: true };
}
