// Verifies the log, or a part of its rows. Nothing that the database has computed is trusted: neither the stored hashes of rows, nor its
// functions, nor the roots of blocks.
import { recordOwnAct } from '../../audit/write-audit-entry';
import { currentTime } from '../../clock';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { LEAF_KINDS, type LeafKind } from '../formats/leaf-kinds';
import { newestTree } from '../tree.store';
import { RowCheck } from './check-rows';
import { checkTree } from './check-tree';
import { DroppedMonths } from './dropped-months';
import { erasedLeaves } from './erased-leaves';
import { Findings } from './findings';
import { reportAbsent } from './named-rows';
import { coveredBy, type Scope } from './scope';
import { finishRun, type RunRow, reportRun, type TakenRun, takeRun } from './verification-run.store';

/** A process that was not seen for this long has ended. */
const ENDED_AFTER_MS = 60_000;
/** A commit for each page would take as long as the page. */
const REPORT_EVERY_MS = 1_000;

/**
 * Does one run of verifyEvidence, if one waits, or if the process that had it has ended. A process that was not seen for so long
 * without having ended gives it up when it notices.
 * @returns whether one did
 */
export async function verifyNext(db: Db, transaction: Transaction): Promise<boolean> {
  const now = currentTime();
  const run = await takeRun(db, now, new Date(now.getTime() - ENDED_AFTER_MS));
  if (!run) return false;
  const taken: TakenRun = { id: run.id, seenAt: now };
  const findings = new Findings();
  const progress = { checked: 0 };
  let error: string | null = null;
  try {
    await verify(db, run, taken, findings, progress);
  } catch (fault) {
    error = (fault as Error).message;
  }
  const result = {
    state: error === null ? ('COMPLETED' as const) : ('FAILED' as const),
    checked: progress.checked,
    findings: JSON.stringify(findings.kept),
    findingCount: findings.count,
    error,
    finishedAt: currentTime(),
  };
  const { state, checked, findingCount } = result;
  await transaction(async (own) => {
    // what the process that has it now finds counts
    if (!(await finishRun(own, taken, result))) return;
    const details = { depth: run.depth, scope: scopeOf(run).kind, state, checked, findings: findingCount };
    await recordOwnAct(own, { action: 'evidence.verified', subjectType: 'EvidenceRun', subjectId: run.id, details });
  });
  return true;
}

async function verify(
  db: Db,
  run: RunRow,
  taken: TakenRun,
  findings: Findings,
  progress: { checked: number },
): Promise<void> {
  const { depth, knownHeads } = run;
  let reportedAt = Number.NEGATIVE_INFINITY;
  const reportAt = async (checked: number) => {
    progress.checked = checked;
    if (performance.now() - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = performance.now();
    const now = currentTime();
    if (!(await reportRun(db, taken, checked, now))) throw new Error('Another process has taken this run.');
    taken.seenAt = now;
  };
  if (depth === 'TREE') return checkTree(db, knownHeads, findings, { onLeaves: () => undefined, onPage: reportAt });
  const treeSize = (await newestTree(db))?.treeSize ?? 0;
  const rows = new RowCheck(treeSize, findings, currentTime());
  // also while no rows are compared: otherwise another process takes the run
  const report = () => reportAt(rows.checked);
  const scope = scopeOf(run);
  const covered = await coveredBy(db, scope);
  const kinds = Object.keys(LEAF_KINDS) as LeafKind[];
  for (const kind of kinds) await rows.rows(db, kind, covered[kind], depth === 'CONTENT', report);
  await rows.reportErased(db, await erasedLeaves(db, treeSize, currentTime()));
  await rows.deliveries(db, covered.delivery, report);
  await checkTree(db, knownHeads, findings, { onLeaves: rows.search, onPage: report });
  const dropped = await DroppedMonths.read(db, treeSize);
  if (scope.kind === 'ALL') return rows.finish(db, dropped);
  for (const kind of kinds) await rows.finishPart(db, kind, covered[kind], dropped);
  if (scope.kind === 'IDS') await reportAbsent(db, covered, dropped, findings);
}

const scopeOf = (run: RunRow) => JSON.parse(run.scope) as Scope;
