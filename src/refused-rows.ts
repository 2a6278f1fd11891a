// Rows that the database refused because of their time (migrations/7-write-once-and-partitions.sql): the clock of this
// process, or that of the database, was wrong by more than 10 minutes at that moment.

const CONSTRAINT = 'rows_are_in_time';

/** An error of the database, as the driver reports it. */
interface DatabaseFault {
  constraint?: string;
  message?: string;
}

let latest: { message: string; at: number } | null = null;

/** Called for each error of each session. */
export function noteRefusedRow({ constraint, message }: DatabaseFault): void {
  if (constraint === CONSTRAINT) latest = { message: String(message), at: performance.now() };
}

/** Why the latest row was refused, if that was within this time; null: none was. */
export function refusedRowWithin(ms: number): string | null {
  return latest !== null && performance.now() - latest.at <= ms ? latest.message : null;
}
