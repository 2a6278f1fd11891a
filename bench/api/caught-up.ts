// The application counts and indexes the log by itself, behind the writers: the figures are taken when it is through.
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';

const LIMIT_MS = 4 * 3_600_000;
/** Gives up when a reader of the feed has not moved for so long. */
const STALL_MS = 300_000;
const READERS = ['counts', 'index'];

/** Waits until every reader of the feed has read all of it. @returns whether one had anything to read */
export async function untilCaughtUp(sql: Client, say: (what: string) => void): Promise<boolean> {
  let hadToRead = false;
  const end = Date.now() + LIMIT_MS;
  for (const reader of READERS) {
    let last = { left: Number.POSITIVE_INFINITY, at: Date.now() };
    for (let told = 0; ; await wait(200)) {
      const left = await leftFor(sql, reader);
      if (left === 0) break;
      hadToRead = true;
      if (left < last.left) last = { left, at: Date.now() };
      if (Date.now() > end || Date.now() - last.at > STALL_MS)
        throw new Error(`the reader ${reader} is still ${left} changes behind`);
      if (Date.now() - told < 10_000) continue;
      told = Date.now();
      say(`  ${reader} has ${left.toLocaleString('en')} changes to go`);
    }
    say(`  ${reader} has caught up`);
  }
  return hadToRead;
}

// Each saves a FeedPosition; see read-feed.store.ts.
async function leftFor(sql: Client, reader: string): Promise<number> {
  const { rows } = await sql.query<{ left: number }>(
    `select count(*)::int as left from request_changes as c, feed_positions as p
     where p.reader = $1 and not pg_visible_in_snapshot(c.xid::text::xid8, p.from_snapshot::pg_snapshot)
       and not (p.to_snapshot is not null and c.id <= p.after_id
         and pg_visible_in_snapshot(c.xid::text::xid8, p.to_snapshot::pg_snapshot))`,
    [reader],
  );
  return rows[0]?.left as number;
}
