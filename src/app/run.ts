import { environment, readConfig } from '../config/config';
import { createLog, type Log } from '../logging/log';
import { type App, startApp } from './app';
import { standardOutput } from './log-output';
import { stopOnSignals, writeFatalError } from './stopping';

/** Runs the server until a signal or a lost database ends the process. @param onRunning called when it has started */
export async function run(onRunning: () => void): Promise<void> {
  try {
    await start(onRunning);
  } catch (error) {
    writeFatalError(error as Error);
    process.exit(1);
  }
}

async function start(onRunning: () => void): Promise<void> {
  const config = readConfig(environment());
  const log = createLog(config.logLevel, standardOutput());
  const app = await startApp(config, log, showAdminToken);
  log.info({ url: app.url, processes: [...config.processes] }, 'Hookledger is running');
  try {
    onRunning();
  } catch (error) {
    log.debug({ err: error }, 'the next start compiles the program again');
  }

  stopOnSignals(async (signal) => {
    log.info({ signal }, 'stopping');
    await stopInOrder(app, log);
  });
  void app.lost.then(async (error) => {
    log.fatal({ err: error }, 'the database is lost: stopping');
    await stopInOrder(app, log).catch(() => undefined);
    process.exit(1);
  });
}

// not through the logger, because logs are stored and have many readers
function showAdminToken(token: string): void {
  process.stdout.write(`\nThe API key of Administrator, shown this once. It expires in a year.\n\n  ${token}\n\n`);
}

async function stopInOrder(app: App, log: Log): Promise<void> {
  try {
    const late = await app.stop();
    if (late.length > 0) throw new Error(`not everything has stopped in time: ${late.join(', ')}`);
    log.info('stopped');
  } catch (error) {
    log.error({ err: error }, 'could not stop in order');
    throw error;
  }
}
