// npm run migrate: brings the database up to date without serving it, for an operator who deploys in steps.
import { ConfigError, environment, readConfig } from '../config';
import { createLog } from '../log';
import { openDatabase } from './database';
import { migrate } from './migrate';

async function main(): Promise<void> {
  const config = readConfig(environment());
  const log = createLog(config.logLevel);
  const database = await openDatabase(config, log);
  try {
    await migrate(database.ownerUrl, database.servingUrl);
    log.info('the database is up to date');
  } finally {
    await database.stop();
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error.stack ?? error.message)}\n`);
  process.exitCode = 1;
});
