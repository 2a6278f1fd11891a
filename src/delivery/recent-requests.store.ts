import { firstIdAt } from '../ids';
import { type Db, rowsOf, statement } from '../sql/db';

/**
 * The latest times at which the last requests to a webhook can have arrived there, newest first: the time when a request
 * was finished, but at most `travelMs` after it began. Only times after `since`, at most `atMost`. The rate limit counts
 * the rows of the log, so no second count can differ from it.
 */
export async function recentArrivals(
  db: Db,
  webhookId: string,
  since: Date,
  { travelMs, atMost }: { travelMs: number; atMost: number },
): Promise<Date[]> {
  const rows = await rowsOf<{ arrivedBy: Date }>(
    db,
    // least() ignores the null of open requests
    statement(`select * from (
       select least(finished_at, started_at + $3 * interval '1 ms') as "arrivedBy" from webhook_request_logs
       where webhook_id = $1 and id >= $2::uuid
     ) as requests where "arrivedBy" > $4 order by "arrivedBy" desc limit $5`),
    [webhookId, firstIdAt(since.getTime() - travelMs), travelMs, since, atMost],
  );
  return rows.map((row) => row.arrivedBy);
}
