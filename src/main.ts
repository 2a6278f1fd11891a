import { type App, startApp } from './app/app';
import { stopOnSignals } from './app/stop-on-signals';
import { environment, readConfig } from './config';
import { createLog, type Log } from './log';

/** A name whose servers do not answer holds a thread for many seconds: four of them would hold up every lookup. */
const THREADS = '64';

async function main(): Promise<void> {
  // before anything uses them: the pool is made then, once
  process.env.UV_THREADPOOL_SIZE ??= THREADS;
  const config = readConfig(environment());
  const log = createLog(config.logLevel);
  const app = await startApp(config, log);
  if (app.adminToken) {
    // not through the logger: logs are kept and read by many
    process.stdout.write(`\nThe API key of Administrator, shown this once:\n\n  ${app.adminToken}\n\n`);
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
