// hookledger evidence restart --because REASON: continues with sealing after heads were lost, as by a restored backup.
import { SEALING } from '../database/pools';
import { createHeadMemory } from '../evidence/known-head';
import { logHostOf } from '../evidence/log-key';
import { restartLog } from '../evidence/restart-log';
import { pipelinedTransactions } from '../sql/transactions';
import { runOperatorCommand } from './operator-command';

const HELP = `hookledger evidence restart --because REASON

Makes a new log after signed heads were lost, such as by restoring a backup. It keeps the leaves that are there, and its
first own leaf names the newest head that is known: of EVIDENCE_HEAD_FILE, or reported by another process. Run it with the
settings of the indexer. REASON has 1 to 1,000 characters, on one line. The audit trail keeps it.
`;

runOperatorCommand({
  name: 'evidence restart',
  help: HELP,
  expectedErrors: ['NoRestart', 'SealingStopped'],
  async act({ reason, config, source, keyring }) {
    const host = logHostOf(config);
    const memory = createHeadMemory(config.evidenceHeadFile, host);
    const transactions = pipelinedTransactions(source, SEALING);
    const { head, vkey, lost } = await restartLog(transactions, { keyring, host, memory, reason });
    return (
      `The log continues as ${head.origin} with ${head.treeSize} leaves.\n` +
      `The newest head before has ${lost.treeSize} leaves of ${lost.origin}; the audit entry evidence.restarted names it.\n` +
      `Give its verifier key to all who verify:\n\n  ${vkey}\n\n`
    );
  },
});
