// Who a person is by the claims of the ID token and of the user info.
import type { IDToken } from 'openid-client';
import type { RoleRule } from '../../config/config-values';
import { quoted } from '../../errors/errors';
import { currentMs } from '../../time/clock';
import { type Identity, rolesByClaims } from '../../users/identity/sign-in-identity';
import { isEmail, MAX_EMAIL } from '../../users/user.type';
import { isClean } from '../../values/text';

type Claims = Readonly<Record<string, unknown>>;

/** How far the clock of the provider may be ahead of ours. */
const MAX_AHEAD_S = 300;

/**
 * What the library leaves open: OpenID Connect Core, section 3.1.3.7, steps 5 and 10.
 * @throws Error that says why the token is not for this client, or not of now
 */
export function refuseForeignToken({ azp, iat }: IDToken, clientId: string): void {
  if (azp !== undefined && azp !== clientId) throw new Error(`azp is ${quoted(azp)}, another client`);
  const ahead = iat - currentMs() / 1_000;
  if (ahead > MAX_AHEAD_S) {
    throw new Error(`iat ${iat} is more than ${MAX_AHEAD_S / 60} minutes ahead of the clock of this machine`);
  }
}

/** @throws Error that says what of the claims cannot be used */
export function identityIn(idToken: IDToken, userInfo: Claims, roleMap: readonly RoleRule[] | null): Identity {
  const claims = { ...userInfo, ...idToken };
  const { iss, sub, sid, iat, name } = claims;
  for (const id of [sub, sid]) refuseUnfitId(id);
  const addresses = [emailIn(idToken), emailIn(userInfo)];
  // what one answer verifies is its own address, and not that of the other
  const email = addresses.find((each) => each?.emailVerified) ?? addresses.find((each) => each !== null);
  return {
    issuer: iss,
    subject: sub,
    email: email?.email ?? null,
    emailVerified: email?.emailVerified ?? false,
    fullName: typeof name === 'string' ? name : null,
    providerSession: typeof sid === 'string' ? sid : null,
    providerTime: timeOf(iat),
    roles: roleMap && rolesByClaims(roleMap, claims),
  };
}

function timeOf(iat: number): Date {
  if (iat >= 0) return new Date(iat * 1_000);
  throw new Error(`iat ${iat} is no time`);
}

/** OpenID Connect Core, section 2: a subject has at most 255 ASCII characters. */
const MAX_ID = 255;

function refuseUnfitId(id: unknown): void {
  if (typeof id !== 'string' || (id.length <= MAX_ID && isClean(id))) return;
  throw new Error(`sub or sid ${quoted(id)} has more than ${MAX_ID} characters, or a control character`);
}

function emailIn({ email, email_verified: emailVerified }: Claims): { email: string; emailVerified: boolean } | null {
  if (typeof email !== 'string' || email.length > MAX_EMAIL || !isEmail(email)) return null;
  return { email: email.toLowerCase(), emailVerified: emailVerified === true };
}
