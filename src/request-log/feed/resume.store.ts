// Finds the position in the feed from which a client resumes.

import { type Db, rowOf, statement } from '../../sql/db';
import { DATABASE_RUN } from '../../sql/session';

/** The run of the database, and the time of a change; null if the feed does not have it. */
export async function timeOfChange(db: Db, id: string): Promise<{ run: string; at: Date | null }> {
  const sql = `select ${DATABASE_RUN} as run, (select at from request_changes where id = $1::bigint) as at`;
  return (await rowOf<{ run: string; at: Date | null }>(db, statement(sql), [id])) as { run: string; at: Date | null };
}

/** The id of the last change that was written before a time; '0': there is none. */
export async function lastChangeBefore(db: Db, time: Date): Promise<string> {
  const sql = 'select id::text from request_changes where at < $1 order by id desc limit 1';
  return (await rowOf<{ id: string }>(db, statement(sql), [time]))?.id ?? '0';
}

/** The time of the first change of a request, and the oldest transaction that wrote to the feed since `since`. */
export interface RequestInFeed {
  at: Date;
  xid: string;
  run: string;
}

/**
 * Returns null if the feed has no change of the request since `since`. Transactions in progress count as well. The scan
 * begins with the newest changes, so an older request costs more.
 */
export async function findRequestInFeed(db: Db, requestId: string, since: Date): Promise<RequestInFeed | null> {
  return rowOf<RequestInFeed>(
    db,
    statement(`with before as (
        select coalesce((select id from request_changes where at < $2 order by id desc limit 1), 0) as id
      ), own as (
        select c.at from request_changes c, before where c.id > before.id and $1::uuid = any(c.request_ids)
        order by c.id limit 1
      )
      select own.at, ${DATABASE_RUN} as run, least(
          (select min(c.xid) from request_changes c, before where c.id > before.id),
          pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        ) as xid
      from own`),
    [requestId, since],
  );
}
