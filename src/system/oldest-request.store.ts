import { type Db, rowsOf } from '../sql/db';

/** When the oldest request of the log began; null: there is none. */
export async function oldestRequestAt(db: Db): Promise<Date | null> {
  const sql = 'select started_at from webhook_request_logs order by id limit 1';
  const [row] = await rowsOf<{ started_at: Date }>(db, sql);
  return row?.started_at ?? null;
}
