// The windows of time for which there is one entry of the audit trail, shared by all processes. Their lengths
// are in note-windows.ts and note-windows.ts.
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';

export interface NewWindow {
  key: Buffer;
  endsAt: Date;
}

export interface DenialWindow extends NewWindow {
  /** The entry, as JSON. */
  denial: string;
  count: number;
}

export interface EndedDenial {
  denial: string;
  count: number;
}

/** @returns the keys, in hexadecimal, of those that no process has opened before */
export async function openWindows(db: Db, windows: readonly NewWindow[]): Promise<Set<string>> {
  // ordered by key, as in each statement here, so that two processes do not wait for each other
  const rows = await rowsOf<{ key: Buffer }>(
    db,
    statement(`insert into audit_windows (key, ends_at)
     select key, ends_at from unnest($1::bytea[], $2::timestamptz[]) as opened (key, ends_at) order by key
     on conflict do nothing returning key`),
    [windows.map(({ key }) => key), windows.map(({ endsAt }) => endsAt)],
  );
  return new Set(rows.map(({ key }) => key.toString('hex')));
}

/** Adds the counts, unless the batch was written before. @param batch a window of its own, which says that it was written */
export async function addDenials(db: Db, batch: NewWindow, windows: readonly DenialWindow[]): Promise<void> {
  await changedBy(
    db,
    statement(`with batch as (
       insert into audit_windows (key, ends_at) values ($5, $6) on conflict do nothing returning key
     )
     insert into audit_windows as known (key, ends_at, denial, count)
     select key, ends_at, denial, count
     from unnest($1::bytea[], $2::timestamptz[], $3::text[], $4::integer[]) as added (key, ends_at, denial, count)
     where exists (select from batch) order by key
     on conflict (key) do update set count = known.count + excluded.count`),
    [
      windows.map(({ key }) => key),
      windows.map(({ endsAt }) => endsAt),
      windows.map(({ denial }) => denial),
      windows.map(({ count }) => count),
      batch.key,
      batch.endsAt,
    ],
  );
}

/** Deletes windows that have ended, at most `atMost`. @returns how many, and the denials that were counted in them */
export async function closeWindows(
  db: Db,
  now: Date,
  atMost: number,
): Promise<{ closed: number; denials: EndedDenial[] }> {
  const rows = await rowsOf<{ denial: string | null; count: number }>(
    db,
    statement(`delete from audit_windows where key in (
       select key from audit_windows where ends_at <= $1 order by ends_at limit $2 for update skip locked
     ) returning denial, count`),
    [now, atMost],
  );
  const denials = rows.flatMap(({ denial, count }) => (denial === null ? [] : [{ denial, count }]));
  return { closed: rows.length, denials };
}
