// npm run migrate: brings the database up to date without starting the server, for operators who deploy in steps.
import { writeFatalError } from '../app/fatal-error';
import { environment, readConfig } from '../config/config';
import { openDatabase } from '../database/database';
import { approvalRulesOf, migrate } from '../database/migrate';
import { startWithDatabase } from '../database/start-with-database';
import { createLog } from '../log';

async function main(): Promise<void> {
  const config = readConfig(environment());
  const log = createLog(config.logLevel);
  await startWithDatabase(config, log, async () => {
    const database = await openDatabase(config, log, () => undefined);
    try {
      await migrate(database.ownerUrl, database.servingUrl, database.cluster, approvalRulesOf(config));
      log.info('the database is up to date');
    } finally {
      await database.stop();
    }
  });
}

main().catch((error: Error) => {
  writeFatalError(error);
  process.exitCode = 1;
});
