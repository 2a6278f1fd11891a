// hookledger admin-key --because REASON: makes a key of a SYSTEM_MANAGER when none is left.
import { hostname, userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { refuseMissingEncryptionKeys } from '../app/refuse-missing-encryption-keys';
import { reasonFault } from '../audit/reason';
import { ConfigError, environment, readConfig } from '../config/config';
import { createDataSource } from '../database/data-source';
import { openDatabase } from '../database/database';
import { followDatabaseClock } from '../database/database-clock';
import { SERVE } from '../database/pools';
import { createKeyring } from '../keyring/keyring';
import { createLog } from '../log';
import { ADMINISTRATOR, makeAdministratorKey } from '../users/api-keys/first-administrator';

const USAGE = `hookledger admin-key --because REASON

Makes an API key of the user ${ADMINISTRATOR}, who is activated and gets the role SYSTEM_MANAGER if necessary, and prints it once. Run it
with the settings of the server: it needs the database and ENCRYPTION_KEY. Other keys stay as they are; revoke the lost one.
REASON has 10 to 500 characters and stands in the audit trail, beside the name of the user of this machine.
`;

async function main(): Promise<number> {
  const reason = readReason();
  if (reason === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  const config = readConfig(environment());
  const log = createLog('error');
  const database = await openDatabase(config, log, () => undefined);
  try {
    const source = await createDataSource(database.servingUrl, { ...SERVE, poolSize: 2 }).initialize();
    const clock = await followDatabaseClock(source, log);
    try {
      await refuseMissingEncryptionKeys(source, createKeyring(database.encryptionKeys));
      const by = `${machineUser()}@${hostname()}`;
      const { token, expiresAt } = await source.transaction((db) => makeAdministratorKey(db, { reason, by }));
      process.stdout.write(
        `The API key of ${ADMINISTRATOR}, shown this once. It expires at ${expiresAt.toISOString()}.\n\n  ${token}\n\n`,
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

/** In a container, the id of the user often has no name. */
function machineUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
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
const FOR_OPERATORS = ['AlreadyRunning', 'DatabaseStartError', 'UnknownEncryptionKey'];

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
