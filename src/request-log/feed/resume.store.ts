// Finds the position in the feed from which a client resumes.
import { type Db, rowOf, statement } from '../../sql/db';

/** The time of a change; null if the feed does not have it. */
export async function timeOfChange(db: Db, id: string): Promise<Date | null> {
  const row = await rowOf<{ at: Date }>(db, statement('select at from request_changes where id = $1::bigint'), [id]);
  return row?.at ?? null;
}

/** The time of the first change of a request, and the oldest transaction that wrote to the feed since `since`. */
export interface RequestInFeed {
  at: Date;
  xid: string;
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
      select own.at, least(
          (select min(c.xid) from request_changes c, before where c.id > before.id),
          pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        ) as xid
      from own`),
    [requestId, since],
  );
}
