// Why nothing is sealed, as all processes see it.
import { changedBy, type Db, rowsOf, statement } from '../sql/db';

/** Why a process seals nothing, or not all (ROWS). */
export const STOP_CODES = ['UNREADABLE', 'UNWRITABLE', 'OTHER_LOG', 'NEWER', 'CONTRADICTS', 'FAILED', 'ROWS'] as const;
export type StopCode = (typeof STOP_CODES)[number];

export interface SealingStop {
  /** The host and the file of the process that found it. */
  reporter: string;
  code: StopCode;
  message: string;
  /** The known head that contradicts the tree: no process seals; null: the reason concerns only the reporter. */
  checkpoint: string | null;
  since: Date;
}

const STOP = 'reporter, code, message, checkpoint';

/** Heads that contradicted the tree when they were reported. */
export async function reportedHeads(db: Db): Promise<Omit<SealingStop, 'since'>[]> {
  return rowsOf(db, statement(`select ${STOP} from evidence_stops where checkpoint is not null order by reporter`));
}

/** A reason that concerns only its process, which is repeated while the process runs, is forgotten after this time. */
const FORGOTTEN_AFTER = `interval '1 minute'`;

/** The reasons that hold at `now`, oldest first. A thief of the login of the application can write any time, also one that is none. */
export async function sealingStops(db: Db, now: Date): Promise<SealingStop[]> {
  return rowsOf<SealingStop>(
    db,
    statement(`select ${STOP}, greatest(least(since, $1::timestamptz), $1::timestamptz - interval '10 years') as since
     from evidence_stops where checkpoint is not null
       or seen_at between $1::timestamptz - ${FORGOTTEN_AFTER} and $1::timestamptz + ${FORGOTTEN_AFTER}
     order by evidence_stops.since, reporter`),
    [now],
  );
}

/** `since` stays while the code does. */
export async function reportStop(db: Db, stop: SealingStop): Promise<void> {
  await changedBy(
    db,
    statement(`insert into evidence_stops as s (reporter, code, message, checkpoint, since, seen_at)
     values ($1, $2, $3, $4, $5, $5)
     on conflict (reporter) do update set code = excluded.code, message = excluded.message,
       checkpoint = excluded.checkpoint, seen_at = excluded.seen_at,
       since = case when s.code = excluded.code then s.since else excluded.since end`),
    [stop.reporter, stop.code, stop.message, stop.checkpoint, stop.since],
  );
}

export async function deleteStop(db: Db, reporter: string): Promise<void> {
  await changedBy(db, statement('delete from evidence_stops where reporter = $1'), [reporter]);
}

/** After a restart, which names the newest of them. */
export async function deleteReportedHeads(db: Db): Promise<void> {
  await changedBy(db, statement('delete from evidence_stops where checkpoint is not null'));
}
