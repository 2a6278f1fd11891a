// hookledger admin-key --because REASON: makes a key of a SYSTEM_MANAGER when none is left.
import { hostname, userInfo } from 'node:os';
import { refuseMissingEncryptionKeys } from '../app/settings';
import { ADMINISTRATOR, makeAdministratorKey } from '../users/api-keys/first-administrator';
import { runOperatorCommand } from './operator-command';

const HELP = `hookledger admin-key --because REASON

Makes an API key of the user ${ADMINISTRATOR}, who is activated and gets the role SYSTEM_MANAGER if necessary, and prints it once. Run it
with the settings of the server: it needs the database and ENCRYPTION_KEY. Other keys stay as they are; revoke the lost one.
REASON has 1 to 1,000 characters, on one line. The audit trail keeps it, with the name of the user of this machine.
`;

runOperatorCommand({
  name: 'admin-key',
  help: HELP,
  async act({ reason, source, keyring }) {
    await refuseMissingEncryptionKeys(source, keyring);
    const by = `${machineUser()}@${hostname()}`;
    const { token, expiresAt } = await source.transaction((db) => makeAdministratorKey(db, { reason, by }));
    return `The API key of ${ADMINISTRATOR}, shown this once. It expires at ${expiresAt.toISOString()}.\n\n  ${token}\n\n`;
  },
});

/** In a container, the id of the user often has no name. */
function machineUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}
