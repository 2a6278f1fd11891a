// hookledger migrate: brings the database up to date without starting the server, for operators who deploy in steps.
import { environment, readConfig } from '../config/config';
import { openDatabase } from '../database/database';
import { approvalRulesOf, migrate } from '../database/migrate';
import { startWithDatabase } from '../database/start-with-database';
import { createLog } from '../logging/log';
import { runLocalCommand } from './command';

const HELP = `hookledger migrate

Makes the tables or brings them up to date, grants rights to the login of DATABASE_URL, and ends. It reads the settings of the
environment and of .env, as the server does. A start of the server with MIGRATION_DATABASE_URL does the same.

Exit: 0 the database is up to date, 1 it is not (a message says why), 2 an argument is wrong.
`;

void runLocalCommand({ name: 'migrate', help: HELP, options: {} }, async () => {
  const config = readConfig(environment());
  const log = createLog(config.logLevel);
  await startWithDatabase(config, log, async () => {
    const database = await openDatabase(config, log, () => undefined);
    try {
      const { ownerUrl, servingUrl, cluster } = database;
      await migrate(ownerUrl, servingUrl, { cluster, rules: approvalRulesOf(config), log });
      log.info('the database is up to date');
    } finally {
      await database.stop();
    }
  });
  return undefined;
});
