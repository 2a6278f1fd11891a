// Verifications as jobs: their order, progress and findings.
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { byIds, listing, type RowOf } from '../../sql/listing';
import { EvidenceRunEntity, type RunDepth, type RunStatus } from './verification-run.entity';

export const EVIDENCE_RUNS = listing(EvidenceRunEntity, ['findings', 'seenAt'], {
  checked: 'checked::float8',
  findingCount: 'finding_count::float8',
});
export type RunRow = RowOf<typeof EVIDENCE_RUNS>;
export const runsById = byIds(EVIDENCE_RUNS);

/** The findings of these runs as JSON, by the ids of the runs: they are up to a thousand of each. */
export async function findingsOf(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await rowsOf<{ id: string; findings: string }>(
    db,
    statement('select id, findings from evidence_runs where id = any($1::uuid[])'),
    [ids],
  );
  return new Map(rows.map(({ id, findings }) => [id, findings]));
}

export interface NewRun {
  id: string;
  depth: RunDepth;
  scope: string;
  knownHeads: readonly string[];
  orderedBy: string;
  createdAt: Date;
}

export async function insertRun(db: Db, run: NewRun): Promise<void> {
  await changedBy(
    db,
    statement(`insert into evidence_runs (id, depth, scope, status, known_heads, checked, findings, finding_count,
       ordered_by, created_at) values ($1, $2, $3, 'PENDING', $4, 0, '[]', 0, $5, $6)`),
    [run.id, run.depth, run.scope, run.knownHeads, run.orderedBy, run.createdAt],
  );
}

/** Those ordered by a user that have not ended. */
export async function countOpenRuns(db: Db, userId: string): Promise<number> {
  const counted = statement(
    `select count(*)::int as open from evidence_runs where status in ('PENDING', 'RUNNING') and ordered_by = $1`,
  );
  return (await rowOf<{ open: number }>(db, counted, [userId]))?.open ?? 0;
}

/**
 * Takes the oldest run that no process works on. @param seenBefore a process seen last before this has ended; one that is to be seen
 * long after `now` never was, because all times are those of the database
 */
export async function takeRun(db: Db, now: Date, seenBefore: Date): Promise<RunRow | null> {
  return rowOf<RunRow>(
    db,
    statement(`update evidence_runs set status = 'RUNNING', seen_at = $1, checked = 0 where id = (
       select id from evidence_runs where status = 'PENDING' or (status = 'RUNNING'
         and (seen_at between $2 and $1::timestamptz + interval '1 minute') is not true)
       order by id limit 1 for update skip locked
     ) returning ${EVIDENCE_RUNS.columns}`),
    [now, seenBefore],
  );
}

export async function hasOpenRuns(db: Db): Promise<boolean> {
  const row = await rowOf(
    db,
    statement(`select from evidence_runs where status = 'PENDING' or status = 'RUNNING' limit 1`),
  );
  return row !== null;
}

/** A run that this process has taken, and when it was seen last: another time in the row is that of another process. */
export interface TakenRun {
  id: string;
  seenAt: Date;
}

/** @returns false: another process has taken the run */
export async function reportRun(db: Db, run: TakenRun, checked: number, now: Date): Promise<boolean> {
  const changed = await changedBy(
    db,
    statement('update evidence_runs set checked = $3, seen_at = $4 where id = $1 and seen_at = $2'),
    [run.id, run.seenAt, checked, now],
  );
  return changed > 0;
}

export interface RunResult {
  status: Extract<RunStatus, 'COMPLETED' | 'FAILED'>;
  checked: number;
  findings: string;
  findingCount: number;
  error: string | null;
  finishedAt: Date;
}

/** @returns false: another process has taken the run */
export async function finishRun(db: Db, run: TakenRun, result: RunResult): Promise<boolean> {
  const { status, checked, findings, findingCount, error, finishedAt } = result;
  const changed = await changedBy(
    db,
    statement(`update evidence_runs set status = $3, checked = $4, findings = $5, finding_count = $6, error = $7,
       finished_at = $8 where id = $1 and seen_at = $2`),
    [run.id, run.seenAt, status, checked, findings, findingCount, error, finishedAt],
  );
  return changed > 0;
}
