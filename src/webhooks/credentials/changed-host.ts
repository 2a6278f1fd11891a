// What must be given again when it could reach another server.
import type { UserError } from '../../errors';
import { INPUT_FIELDS, isForPartner } from './credential-settings';
import type { CredentialRow } from './webhook-credential.store';

/**
 * A fault if credentials would be sent to another host than the one they were given for. Otherwise a user who may change
 * a webhook could read its secrets by sending them to another server.
 * @param removed the ids of the credentials that the same change removes or replaces
 */
export function keptForOtherHost(removed: readonly string[], stored: readonly CredentialRow[]): UserError[] {
  const fields = keptFields(removed, stored);
  if (fields === '') return [];
  const message =
    `url leads to another scheme, host or port, to which stored credentials are not sent: give ${fields} again in ` +
    'the same call, with the secrets, or null to remove them.';
  return [{ field: ['url'], code: 'CONFLICT', message }];
}

/**
 * A fault if credentials would be sent over a connection on which another server could pose as the partner: with other
 * authorities, or through another proxy without encryption. Otherwise a user who may change a webhook could read its
 * secrets with a certificate authority and a proxy of their own.
 */
export function keptForOtherTrust(
  field: 'proxy' | 'caCertificates',
  removed: readonly string[],
  stored: readonly CredentialRow[],
): UserError[] {
  const fields = keptFields(removed, stored);
  if (fields === '') return [];
  const why = field === 'proxy' ? 'reads what is sent over http' : 'decides which servers get the stored credentials';
  const message = `${field} ${why}: give ${fields} again in the same call, with the secrets, or null to remove them.`;
  return [{ field: [field], code: 'CONFLICT', message }];
}

function keptFields(removed: readonly string[], stored: readonly CredentialRow[]): string {
  const kept = stored.filter((row) => isForPartner(row) && !removed.includes(row.id));
  return [...new Set(kept.map(({ kind }) => INPUT_FIELDS[kind]))].join(', ');
}
