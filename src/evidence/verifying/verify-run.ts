// Verifies the log, or a part of its rows. Nothing that the database has computed is trusted: neither the stored hashes of rows, nor its
// functions, nor the roots of blocks.
import { recordOwnAct } from '../../audit/write-audit-entry';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { currentTime } from '../../time/clock';
import { LEAF_KINDS, type LeafKind } from '../formats/leaf-kinds';
import { checkNames, reportAbsent } from './check-names';
import { RowCheck } from './check-rows';
import { DroppedMonths } from './dropped-months';
import { erasedLeaves } from './erased-leaves';
import { type RunProgress, startRunProgress } from './run-progress';
import { coveredBy, type Scope } from './scope';
import { checkTree, type Trust } from './tree/check-tree';
import { Findings } from './tree/findings';
import { storedLeaves } from './tree/tree-rows.store';
import { finishRun, type RunRow, type TakenRun, takeRun } from './verification-run.store';

/** A process that was not seen for this long has ended. */
const ENDED_AFTER_MS = 60_000;
const SEEN_EVERY_MS = 10_000;

/**
 * Does one run of verifyEvidence, if one waits, or if the process that had it has ended. A process that was not seen for so long
 * without having ended gives it up when it notices.
 * @param trust what is believed besides the database
 * @param seenEveryMs how often it says that it lives
 * @returns whether there was one
 */
export async function verifyNext(
  db: Db,
  transaction: Transaction,
  trust: Trust,
  seenEveryMs = SEEN_EVERY_MS,
): Promise<boolean> {
  const now = currentTime();
  const run = await takeRun(db, now, new Date(now.getTime() - ENDED_AFTER_MS));
  if (!run) return false;
  const taken: TakenRun = { id: run.id, seenAt: now };
  const findings = new Findings();
  const progress = startRunProgress(db, taken, seenEveryMs);
  let error: string | null = null;
  let scope: Scope | null = null;
  try {
    // a text that is none, which Hookledger never writes, would be tried again each minute
    scope = scopeOf(run);
    await verify(db, run, scope, trust, findings, progress);
  } catch (fault) {
    error = (fault as Error).message;
  } finally {
    await progress.stop();
  }
  const result = {
    status: error === null ? ('COMPLETED' as const) : ('FAILED' as const),
    checked: progress.checked(),
    findings: JSON.stringify(findings.kept),
    findingCount: findings.count,
    error,
    finishedAt: currentTime(),
  };
  const { status, checked, findingCount } = result;
  await transaction(async (own) => {
    // what the process that has it now finds counts
    if (!(await finishRun(own, taken, result))) return;
    const details = { depth: run.depth, scope: scope?.kind ?? null, status, checked, findings: findingCount };
    await recordOwnAct(own, { action: 'evidence.verified', subjectType: 'EvidenceRun', subjectId: run.id, details });
  });
  return true;
}

async function verify(
  db: Db,
  run: RunRow,
  scope: Scope,
  trust: Trust,
  findings: Findings,
  progress: RunProgress,
): Promise<void> {
  const { depth, knownHeads } = run;
  if (depth === 'TREE') {
    return checkTree(db, knownHeads, trust, findings, { onLeaves: () => undefined, onPage: progress.report });
  }
  const treeSize = await storedLeaves(db);
  const rows = new RowCheck(treeSize, findings, currentTime());
  const report = () => progress.report(rows.checked);
  const covered = await coveredBy(db, scope);
  const kinds = Object.keys(LEAF_KINDS) as LeafKind[];
  for (const kind of kinds) await rows.rows(db, kind, covered[kind], depth === 'CONTENT', report);
  await rows.reportErased(db, await erasedLeaves(db, treeSize, currentTime()));
  await rows.deliveries(db, covered.delivery, report);
  await checkNames(db, covered, findings, report);
  await checkTree(db, knownHeads, trust, findings, { onLeaves: rows.search, onPage: report });
  const dropped = await DroppedMonths.read(db, treeSize);
  if (scope.kind === 'ALL') return rows.finish(db, dropped);
  for (const kind of kinds) await rows.finishPart(db, kind, covered[kind], dropped);
  if (scope.kind === 'IDS') await reportAbsent(db, covered, dropped, findings);
}

const scopeOf = (run: RunRow) => JSON.parse(run.scope) as Scope;
