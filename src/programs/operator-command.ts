// The commands that act on the database beside the server, each with a reason for the audit trail.
import { type Config, environment, readConfig } from '../config/config';
import type { createDataSource } from '../database/data-source';
import { openDatabase } from '../database/database';
import { followDatabaseClock } from '../database/database-clock';
import { SERVE } from '../database/pools';
import { refuseWithoutMigrations } from '../database/stored-migrations';
import { createKeyring, type Keyring } from '../keyring/keyring';
import { createLog } from '../logging/log';
import { reasonFault } from '../values/reason';
import { runLocalCommand, UsageError } from './command';

interface Tools {
  reason: string;
  config: Config;
  source: ReturnType<typeof createDataSource>;
  keyring: Keyring;
}

export interface OperatorCommand {
  /** As in bin/commands.json. */
  name: string;
  help: string;
  /** The names of further errors that are shown without a stack, because their messages say what to do. */
  expectedErrors?: readonly string[];
  /** @returns what the command prints */
  act(tools: Tools): Promise<string>;
}

const OPTIONS = { because: { type: 'string' } } as const;

/** Runs the command with the arguments of this process, and sets its exit code: 2 for wrong arguments, 1 for a failure. */
export function runOperatorCommand({ name, help, expectedErrors, act }: OperatorCommand): void {
  void runLocalCommand(
    { name, help, options: OPTIONS },
    ({ because }) => onDatabase(readReason(name, because), act),
    expectedErrors,
  );
}

/** The value of --because. @throws UsageError */
export function readReason(command: string, because: string | undefined): string {
  if (because === undefined) throw new UsageError(command, '--because is missing');
  const fault = reasonFault(because);
  if (fault) throw new UsageError(command, `--because: ${fault.message.replace(/\.$/, '')}`);
  return because.trim();
}

async function onDatabase(reason: string, act: OperatorCommand['act']): Promise<string> {
  const config = readConfig(environment());
  // it loads three quarters of all modules, which the help and a refusal do not need
  const dataSources = await import('../database/data-source');
  const log = createLog('error');
  const database = await openDatabase(config, log, () => undefined);
  try {
    const source = await dataSources.createDataSource(database.servingUrl, { ...SERVE, poolSize: 2 }).initialize();
    const clock = await followDatabaseClock(source, log);
    try {
      const { servingUrl: url, cluster } = database;
      await refuseWithoutMigrations(source, { url, cluster }, config.dataDir);
      return await act({ reason, config, source, keyring: createKeyring(database.encryptionKeys) });
    } finally {
      await clock.stop();
      await source.destroy();
    }
  } finally {
    await database.stop();
  }
}
