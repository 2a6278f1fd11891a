// Leaves the months to come out of statements that read.
import { currentMs } from '../clock';
import { firstIdAt } from '../ids';

/** Each has a partition for each month of its ids: missing_partitions() of migrations/7-write-once-and-partitions.sql. */
const TABLES_BY_MONTH: ReadonlySet<string> = new Set([
  'audit_entries',
  'payloads',
  'business_events',
  'deliveries',
  'finished_deliveries',
  'delivery_decisions',
  'webhook_request_logs',
  'request_index',
  'evidence_leaves',
]);

/** The database refuses rows whose id is 10 minutes ahead of its clock, which this process follows (clock.ts). */
const AHEAD_MS = 86_400_000;

export function isByMonth(table: string): boolean {
  return TABLES_BY_MONTH.has(table);
}

/**
 * ` and id < ...` for a table by month, otherwise nothing. The partitions of the next months exist and are empty, and a
 * statement prepares all partitions of its tables, each time. The limit is part of the text, so that the planner leaves those
 * partitions out; it is the end of the month of tomorrow, so the text changes once a month.
 */
export function andNotToCome(table: string, id = 'id'): string {
  return isByMonth(table) ? ` and ${id} < '${firstIdAt(limitOfIds())}'::uuid` : '';
}

/** The time of this limit, in milliseconds since 1970. */
export function limitOfIds(): number {
  return endOfMonth(currentMs() + AHEAD_MS);
}

let known = { from: 0, to: 0 };

function endOfMonth(ms: number): number {
  if (ms < known.from || ms >= known.to) {
    const date = new Date(ms);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    known = { from: Date.UTC(year, month, 1), to: Date.UTC(year, month + 1, 1) };
  }
  return known.to;
}
