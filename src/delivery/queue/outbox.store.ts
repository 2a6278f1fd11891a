// The outbox: the ids of the events that are to be fanned out.
import type { IdRange } from '../../events/business-event.store';
import { type Db, rowsOf, statement } from '../../sql/db';
import { type HashPart, isInPartSql } from '../../sql/hash-part';

/** The ids of the events that `readOutbox` would read. */
export async function oldestInOutbox(
  db: Db,
  { index, of }: HashPart,
  { from, before }: IdRange,
  atMost: number,
): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`select event_id as id from outbox
     where event_id >= $5::uuid and event_id < $3::uuid and ${isInPartSql('event_id', 1, 2)} order by event_id limit $4`),
    [index, of, before, atMost, from],
  );
  return rows.map(({ id }) => id);
}

/** Locks those of these events that are still in the outbox and that no other transaction has locked. @returns their ids */
export async function claimFromOutbox(db: Db, ids: readonly string[]): Promise<Set<string>> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`select event_id as id from outbox where event_id = any($1::uuid[])
     order by event_id for update skip locked`),
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}
