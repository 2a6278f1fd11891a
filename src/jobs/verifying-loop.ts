// Does the verifications that verifyEvidence orders, one at a time in each process.
import type { DataSource } from 'typeorm';
import { SEALING } from '../database/pools';
import type { Trust } from '../evidence/verifying/tree/check-tree';
import { hasOpenRuns } from '../evidence/verifying/verification-run.store';
import { verifyNext } from '../evidence/verifying/verify-run';
import type { Log } from '../log';
import { type Commits, type Loop, restUntilCommit, startLoop } from '../loop';
import { pipelinedTransactions } from '../sql/transactions';
import { batched } from '../sql/wire/batched-statements';

const REST_MS = 5_000;

export function startVerifying(source: DataSource, trust: Trust, commits: Commits, log: Log): Loop {
  const transaction = pipelinedTransactions(source, SEALING);
  return startLoop('verifying evidence', restUntilCommit(REST_MS, commits), log, async () => {
    if (!(await hasOpenRuns(batched(source.manager)))) return false;
    // another process has it, and may end
    return (await verifyNext(source.manager, transaction, trust)) || REST_MS;
  });
}
