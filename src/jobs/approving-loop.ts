// Publishes events about approvals that wait, and lets those take effect whose time has come.
import { announceApprovals } from '../approvals/announce';
import { takeEffect } from '../approvals/take-effect';
import type { Log } from '../log';
import { type Commits, type Loop, restUntilCommit, startLoop } from '../loop';
import type { ErasingParts } from '../privacy/erasing/run-erasures';
import { batched } from '../sql/wire/batched-statements';
import { hasDueApprovals } from '../users/approvals/approval.store';

const REST_MS = 2_000;

export function startApproving({ db, transaction }: ErasingParts, commits: Commits, log: Log): Loop {
  return startLoop('approving', restUntilCommit(REST_MS, commits), log, async () => {
    // transactions for nothing would be six statements
    if (!(await hasDueApprovals(batched(db)))) return false;
    await transaction(announceApprovals);
    return transaction(takeEffect);
  });
}
