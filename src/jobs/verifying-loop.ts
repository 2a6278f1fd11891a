// Does the verifications that verifyEvidence orders, one at a time in each process.
import type { DataSource } from 'typeorm';
import { SEALING } from '../database/pools';
import type { Trust } from '../evidence/verifying/tree/check-tree';
import { verifyNext } from '../evidence/verifying/verify-run';
import type { Log } from '../log';
import { type Loop, startLoop } from '../loop';
import { pipelinedTransactions } from '../sql/transactions';

const REST_MS = 5_000;

export function startVerifying(source: DataSource, trust: Trust, log: Log): Loop {
  const transaction = pipelinedTransactions(source, SEALING);
  return startLoop('verifying evidence', REST_MS, log, () => verifyNext(source.manager, transaction, trust));
}
