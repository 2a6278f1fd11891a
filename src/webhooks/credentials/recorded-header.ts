import { SECRET_VALUE } from '../../header-pairs';
import { type DescribedCredential, settingsOf } from './credential-settings';

/** The header that a credential adds, as request rows show it; null: it adds none. */
export function recordedHeader(row: DescribedCredential): [string, string] | null {
  if (row.kind === 'HEADER') return [settingsOf(row).name, SECRET_VALUE];
  if (row.kind === 'BASIC') return ['authorization', `Basic ${SECRET_VALUE}`];
  return row.kind === 'OAUTH2' ? ['authorization', `Bearer ${SECRET_VALUE}`] : null;
}
