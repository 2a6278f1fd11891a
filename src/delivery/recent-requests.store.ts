import { firstIdAt, timeOfId } from '../ids';
import { type Db, rowsOf, statement } from '../sql/db';

/**
 * When the last requests to a webhook began, newest first: those since `since`, at most so many. The log itself is what
 * a rate limit counts, so that no two counts can differ.
 */
export async function recentRequests(db: Db, webhookId: string, since: Date, atMost: number): Promise<Date[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`select id from webhook_request_logs where webhook_id = $1 and id >= $2::uuid order by id desc limit $3`),
    [webhookId, firstIdAt(since.getTime()), atMost],
  );
  return rows.map((row) => timeOfId(row.id));
}
