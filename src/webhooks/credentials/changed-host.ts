// What must be given again when the URL of a webhook leads to another host.
import type { UserError } from '../../errors';
import { INPUT_FIELDS } from './credential-settings';
import type { CredentialRow } from './webhook-credential.store';

/**
 * A fault if credentials would be sent to another host than the one they were given for. Otherwise a user who may change
 * a webhook could read its secrets by sending them to another server.
 * @param removed the ids of the credentials that the same change removes or replaces
 */
export function keptForOtherHost(removed: readonly string[], stored: readonly CredentialRow[]): UserError[] {
  const kept = stored.filter((row) => !removed.includes(row.id));
  if (kept.length === 0) return [];
  const fields = [...new Set(kept.map(({ kind }) => INPUT_FIELDS[kind]))].join(', ');
  const message =
    `url leads to another scheme, host or port, to which stored credentials are not sent: give ${fields} again in ` +
    'the same call, with the secrets, or null to remove them.';
  return [{ field: ['url'], code: 'CONFLICT', message }];
}
