import { quoted } from '../errors';
import type { SettingFault, VerificationSettings } from './provider';

/** RFC 9110, section 5.1: a token. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

export function headerNameFault(
  settings: VerificationSettings,
  setting: 'header' | 'timestampHeader' | 'idHeader',
): SettingFault | null {
  const name = settings[setting];
  if (name === null || HEADER_NAME.test(name)) return null;
  return { setting, message: `${setting} ${quoted(name)} is not the name of a header.` };
}
