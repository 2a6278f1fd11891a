import { type App, startApp } from './app/app';
import { stopOnSignals } from './app/stop-on-signals';
import { environment, readConfig } from './config';
import { createLog, type Log } from './log';

/**
 * A DNS look-up without an answer blocks a thread for many seconds. With the default of four threads, four such names
 * block all look-ups.
 */
const THREADS = '64';

async function main(): Promise<void> {
  // before any use: Node creates the pool once, at the first use
  process.env.UV_THREADPOOL_SIZE ??= THREADS;
  const config = readConfig(environment());
  const log = createLog(config.logLevel);
  const app = await startApp(config, log);
  if (app.adminToken) {
    // not through the logger, because logs are stored and have many readers
    process.stdout.write(
      `\nThe API key of Administrator, shown this once. It expires in a year.\n\n  ${app.adminToken}\n\n`,
    );
  }
  log.info({ url: app.url, processes: [...config.processes] }, 'Hookledger is running');

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

async function stopInOrder(app: App, log: Log): Promise<void> {
  try {
    await app.stop();
    log.info('stopped');
  } catch (error) {
    log.error({ err: error }, 'could not stop in order');
    throw error;
  }
}

main().catch((error: Error) => {
  const expected = ['ConfigError', 'AlreadyRunning', 'DatabaseStartError'].includes(error.name);
  process.stderr.write(`${expected ? error.message : (error.stack ?? error.message)}\n`);
  process.exit(1);
});
