// The links in mails, which their readers follow without signing in. Each can do one thing for one user.
import { createHash } from 'node:crypto';
import type { Keyring } from '../keyring/keyring';
import { toNodeId, uuidOf } from '../values/ids';

export const UNSUBSCRIBE_PATH = '/unsubscribe';
export const VERIFY_PATH = '/verify-address';

const MAX_TOKEN = 150;

type Purpose = 'unsubscribe' | 'verify-address';

/** Ends the mail of the user. @param url of this installation, without a slash at its end */
export function unsubscribeLink(keyring: Pick<Keyring, 'sign'>, url: string, userId: string): string {
  return `${url}${UNSUBSCRIBE_PATH}?token=${tokenOf(keyring, 'unsubscribe', toNodeId('User', userId))}`;
}

/** Confirms that the user reads mail to this address. It is valid while the address is that of the user. */
export function verifyLink(keyring: Pick<Keyring, 'sign'>, url: string, userId: string, email: string): string {
  const text = `${toNodeId('User', userId)}.${addressDigest(email)}`;
  return `${url}${VERIFY_PATH}?token=${tokenOf(keyring, 'verify-address', text)}`;
}

function tokenOf(keyring: Pick<Keyring, 'sign'>, purpose: Purpose, text: string): string {
  return `${text}.${keyring.sign(text, purpose).toString('base64url')}`;
}

/** The user whose link it is; null: it is none of ours, or of a key that ENCRYPTION_KEY has no more. */
export function userToUnsubscribe(keyring: Pick<Keyring, 'isSigned'>, token: unknown): string | null {
  return uuidOf('User', signedText(keyring, 'unsubscribe', token) ?? '');
}

/** The user and the digest of the address; null: as for `userToUnsubscribe`. */
export function addressToVerify(
  keyring: Pick<Keyring, 'isSigned'>,
  token: unknown,
): { userId: string; digest: string } | null {
  const [id = '', digest = ''] = signedText(keyring, 'verify-address', token)?.split('.') ?? [];
  const userId = uuidOf('User', id);
  return userId === null ? null : { userId, digest };
}

function signedText(keyring: Pick<Keyring, 'isSigned'>, purpose: Purpose, token: unknown): string | null {
  if (typeof token !== 'string' || token.length > MAX_TOKEN) return null;
  const end = token.lastIndexOf('.');
  const text = token.slice(0, Math.max(0, end));
  return keyring.isSigned(text, purpose, Buffer.from(token.slice(end + 1), 'base64url')) ? text : null;
}

/** The link does not name the address: it may stand in logs of proxies. */
export function addressDigest(email: string): string {
  return createHash('sha256').update(email).digest('base64url').slice(0, 22);
}
