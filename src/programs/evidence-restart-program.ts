// hookledger evidence restart --because REASON: continues with sealing after heads were lost, as by a restored backup.
import { parseArgs } from 'node:util';
import { reasonFault } from '../audit/reason';
import { ConfigError, environment, readConfig } from '../config/config';
import { createDataSource } from '../database/data-source';
import { openDatabase } from '../database/database';
import { followDatabaseClock } from '../database/database-clock';
import { SEALING, SERVE } from '../database/pools';
import { createHeadMemory } from '../evidence/head-memory';
import { logHostOf } from '../evidence/log-key';
import { restartLog } from '../evidence/restart-log';
import { createKeyring } from '../keyring/keyring';
import { createLog } from '../log';
import { pipelinedTransactions } from '../sql/transactions';

const USAGE = `hookledger evidence restart --because REASON

Makes a new log after signed heads were lost, as by a restored backup. It keeps the leaves that are there, and its first
own leaf names the newest head that is known: of EVIDENCE_HEAD_FILE, or reported by another process. Run it with the
settings of the indexer. REASON has 10 to 500 characters and stands in the audit trail.
`;

async function main(): Promise<number> {
  const reason = readReason();
  if (reason === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  const config = readConfig(environment());
  const log = createLog('error');
  const host = logHostOf(config);
  const database = await openDatabase(config, log, () => undefined);
  try {
    const source = await createDataSource(database.servingUrl, { ...SERVE, poolSize: 2 }).initialize();
    const clock = await followDatabaseClock(source, log);
    try {
      const { head, vkey, lost } = await restartLog(pipelinedTransactions(source, SEALING), {
        keyring: createKeyring(database.encryptionKeys),
        host,
        memory: createHeadMemory(config.evidenceHeadFile, host),
        reason,
      });
      process.stdout.write(
        `The log continues as ${head.origin} with ${head.treeSize} leaves.\n` +
          `The newest head before has ${lost.treeSize} leaves of ${lost.origin}; the audit entry evidence.restarted names it.\n` +
          `Give its verifier key to all who verify:\n\n  ${vkey}\n\n`,
      );
      return 0;
    } finally {
      await clock.stop();
      await source.destroy();
    }
  } finally {
    await database.stop();
  }
}

/** null: the arguments are wrong */
function readReason(): string | null {
  try {
    const { because = '' } = parseArgs({ options: { because: { type: 'string' } } }).values;
    const reason = because.trim();
    return reasonFault(reason) === null ? reason : null;
  } catch {
    return null;
  }
}

/** Errors whose messages say what to do; they need no stack. */
const FOR_OPERATORS = ['AlreadyRunning', 'DatabaseStartError', 'NoRestart', 'SealingStopped'];

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    const isExpected = error instanceof ConfigError || FOR_OPERATORS.includes(error.name);
    process.stderr.write(`${isExpected ? error.message : (error.stack ?? error.message)}\n`);
    process.exitCode = 1;
  },
);
