// Requests, and changes of deliveries, that cannot be counted or indexed because something in the database is wrong with them. They are
// left out, so that the readers of the feeds continue, and are tried again by themselves: see src/jobs/feed-dead-letters-loop.ts.
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import { FOLLOWED_KINDS, type FollowedKind } from './feed-position.store';

export interface FollowedRow {
  kind: FollowedKind;
  /** The id of the request, or of the change in delivery_changes. */
  id: string;
}

export interface FeedDeadLetter extends FollowedRow {
  code: string;
  error: string;
}

/** In the transaction that saves the position after them, so that each is counted or left out. */
export async function keepAsDeadLetters(db: Db, rows: readonly FeedDeadLetter[]): Promise<void> {
  if (rows.length === 0) return;
  await changedBy(
    db,
    statement(`insert into dead_letters as l (id, kind, work_id, request_id, change_id, webhook_id, code, error, failures, created_at,
        failed_at, retry_at)
      select new_id(), kind, md5(kind || ' ' || id)::uuid, case when kind <> 'COUNT_DELIVERIES' then id::uuid end,
        case when kind = 'COUNT_DELIVERIES' then id::bigint end,
        case when kind = 'COUNT_DELIVERIES' then (select c.webhook_id from delivery_changes c where c.id = left_out.id::bigint) end,
        code, error, 1, now(), now(), now() + interval '1 min'
      from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as left_out (kind, id, code, error)
      on conflict (work_id) do update set code = excluded.code, error = excluded.error, failures = l.failures + 1,
        failed_at = now(), retry_at = now() + least(interval '10 min', interval '1 min' * 2 ^ least(l.failures, 10))`),
    [
      rows.map(({ kind }) => kind),
      rows.map(({ id }) => id),
      rows.map(({ code }) => code),
      rows.map(({ error }) => error),
    ],
  );
}

/** Leaves out those of these rows that are to be. @returns the ids of the others */
export async function without(
  db: Db,
  deadLetters: readonly FeedDeadLetter[],
  kind: FollowedKind,
  ids: readonly string[],
): Promise<string[]> {
  if (deadLetters.length === 0) return [...ids];
  const known = new Map(deadLetters.filter((row) => row.kind === kind).map((row) => [row.id, row]));
  await keepAsDeadLetters(
    db,
    ids.flatMap((id) => known.get(id) ?? []),
  );
  return ids.filter((id) => !known.has(id));
}

export interface DueFeedDeadLetter extends FollowedRow {
  letter: string;
}

/** Those whose time to be tried again has come. */
export async function dueFeedDeadLetters(db: Db, atMost: number): Promise<DueFeedDeadLetter[]> {
  return rowsOf<DueFeedDeadLetter>(
    db,
    statement(`select id as letter, kind, coalesce(request_id::text, change_id::text) as id from dead_letters
      where retry_at <= now() and kind = any($1::text[]) order by retry_at limit $2`),
    [FOLLOWED_KINDS, atMost],
  );
}

/** Until the transaction ends, it is this one's. @returns false: another process has done it */
export async function takeFeedDeadLetter(db: Db, letter: string): Promise<boolean> {
  return (await changedBy(db, statement('delete from dead_letters where id = $1'), [letter])) > 0;
}
