import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';

/** Waits until every event has become what it becomes. */
export async function untilFannedOut(sql: Client, limitMs = 300_000): Promise<void> {
  for (const end = Date.now() + limitMs; ; await wait(20)) {
    const { rowCount } = await sql.query('select 1 from outbox limit 1');
    if (rowCount === 0) return;
    if (Date.now() > end) throw new Error(`events were still in the outbox after ${limitMs} ms`);
  }
}
