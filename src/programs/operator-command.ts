// The commands that act on the database beside the server, each with a reason for the audit trail.
import { parseArgs } from 'node:util';
import { writeFatalError } from '../app/fatal-error';
import { type Config, environment, readConfig } from '../config/config';
import type { createDataSource } from '../database/data-source';
import { openDatabase } from '../database/database';
import { followDatabaseClock } from '../database/database-clock';
import { SERVE } from '../database/pools';
import { refuseWithoutMigrations } from '../database/refuse-other-migrations';
import { createKeyring, type Keyring } from '../keyring/keyring';
import { createLog } from '../log';
import { reasonFault } from '../text';

interface Tools {
  reason: string;
  config: Config;
  source: ReturnType<typeof createDataSource>;
  keyring: Keyring;
}

export interface OperatorCommand {
  usage: string;
  /** The names of further errors that are shown without a stack, because their messages say what to do. */
  expectedErrors?: readonly string[];
  /** @returns what the command prints */
  act(tools: Tools): Promise<string>;
}

/** Runs the command with the arguments of this process, and sets its exit code: 2 for wrong arguments, 1 for a failure. */
export function runOperatorCommand(command: OperatorCommand): void {
  run(command).then(
    (code) => {
      process.exitCode = code;
    },
    (error: Error) => {
      writeFatalError(error, command.expectedErrors);
      process.exitCode = 1;
    },
  );
}

async function run({ usage, act }: OperatorCommand): Promise<number> {
  const { isHelp, reason, fault } = readReason(process.argv.slice(2));
  if (isHelp) {
    process.stdout.write(usage);
    return 0;
  }
  if (fault !== null) {
    process.stderr.write(`${fault}\n\n${usage}`);
    return 2;
  }
  const config = readConfig(environment());
  // it loads three quarters of all modules, which the help and a refusal do not need
  const dataSources = await import('../database/data-source');
  const log = createLog('error');
  const database = await openDatabase(config, log, () => undefined);
  try {
    const source = await dataSources.createDataSource(database.servingUrl, { ...SERVE, poolSize: 2 }).initialize();
    const clock = await followDatabaseClock(source, log);
    try {
      await refuseWithoutMigrations(source, config.databaseUrl === null ? config.dataDir : null);
      process.stdout.write(await act({ reason, config, source, keyring: createKeyring(database.encryptionKeys) }));
      return 0;
    } finally {
      await clock.stop();
      await source.destroy();
    }
  } finally {
    await database.stop();
  }
}

const OPTIONS = { because: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } } as const;

/** The value of --because; fault: what is wrong with the arguments. */
export function readReason(args: string[]): { isHelp: boolean; reason: string; fault: string | null } {
  try {
    const { because, help: isHelp } = parseArgs({ args, options: OPTIONS }).values;
    if (because === undefined) return { isHelp, reason: '', fault: '--because is missing.' };
    const fault = reasonFault(because);
    return { isHelp, reason: because.trim(), fault: fault && `--because: ${fault.message}` };
  } catch (error) {
    return { isHelp: false, reason: '', fault: (error as Error).message };
  }
}
