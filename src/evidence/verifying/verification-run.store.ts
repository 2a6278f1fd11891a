// Verifications as jobs: their order, progress and findings.
import { changedBy, type Db, rowOf, statement } from '../../sql/db';
import type { RunDepth, RunState } from './verification-run.entity';

export interface RunRow {
  id: string;
  depth: RunDepth;
  /** JSON of a Scope. */
  scope: string;
  state: RunState;
  knownHeads: string[];
  checked: number;
  findings: string;
  findingCount: number;
  error: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}

const RUN = `id, depth, scope, state, known_heads as "knownHeads", checked::float8 as checked, findings,
  finding_count::float8 as "findingCount", error, created_at as "createdAt", finished_at as "finishedAt"`;

export async function runById(db: Db, id: string): Promise<RunRow | null> {
  return rowOf<RunRow>(db, statement(`select ${RUN} from evidence_runs where id = $1`), [id]);
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
    statement(`insert into evidence_runs (id, depth, scope, state, known_heads, checked, findings, finding_count,
       ordered_by, created_at) values ($1, $2, $3, 'PENDING', $4, 0, '[]', 0, $5, $6)`),
    [run.id, run.depth, run.scope, run.knownHeads, run.orderedBy, run.createdAt],
  );
}

/** Takes the oldest run that no process works on. @param seenBefore a process seen last before this has ended */
export async function takeRun(db: Db, now: Date, seenBefore: Date): Promise<RunRow | null> {
  return rowOf<RunRow>(
    db,
    statement(`update evidence_runs set state = 'RUNNING', seen_at = $1, checked = 0 where id = (
       select id from evidence_runs where state = 'PENDING' or (state = 'RUNNING' and seen_at < $2)
       order by id limit 1 for update skip locked
     ) returning ${RUN}`),
    [now, seenBefore],
  );
}

export async function reportRun(db: Db, id: string, checked: number, now: Date): Promise<void> {
  await changedBy(db, statement('update evidence_runs set checked = $2, seen_at = $3 where id = $1'), [
    id,
    checked,
    now,
  ]);
}

export interface RunResult {
  state: Extract<RunState, 'COMPLETED' | 'FAILED'>;
  checked: number;
  findings: string;
  findingCount: number;
  error: string | null;
  finishedAt: Date;
}

export async function finishRun(db: Db, id: string, result: RunResult): Promise<void> {
  await changedBy(
    db,
    statement(`update evidence_runs set state = $2, checked = $3, findings = $4, finding_count = $5, error = $6,
       finished_at = $7 where id = $1`),
    [id, result.state, result.checked, result.findings, result.findingCount, result.error, result.finishedAt],
  );
}
