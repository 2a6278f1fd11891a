import { firstIdAt } from '../ids';
import { type Db, rowsOf, statement } from '../sql/db';

/**
 * When the last requests to a webhook had arrived there at the latest, newest first, at most so many: when they were
 * over, but no later than `travelMs` after they began. Those since `since`. The log itself is what a rate limit counts,
 * so that no two counts can differ.
 */
export async function recentArrivals(
  db: Db,
  webhookId: string,
  since: Date,
  { travelMs, atMost }: { travelMs: number; atMost: number },
): Promise<Date[]> {
  const rows = await rowsOf<{ arrivedBy: Date }>(
    db,
    // least() passes over the null of those that are not over
    statement(`select * from (
       select least(finished_at, started_at + $3 * interval '1 ms') as "arrivedBy" from webhook_request_logs
       where webhook_id = $1 and id >= $2::uuid
     ) as requests where "arrivedBy" > $4 order by "arrivedBy" desc limit $5`),
    [webhookId, firstIdAt(since.getTime() - travelMs), travelMs, since, atMost],
  );
  return rows.map((row) => row.arrivedBy);
}
