// Logout tokens of OpenID Connect Back-Channel Logout 1.0, section 2.6.
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { currentTime } from '../../clock';
import { AppError } from '../../errors';
import type { ProviderSession } from '../../users/sessions/session.store';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** An older token is one that was sent before. */
const MAX_AGE_S = 300;
const CLOCK_TOLERANCE_S = 30;

/** @throws AppError BAD_USER_INPUT that says what is wrong with the token; UNAVAILABLE without the keys of the provider */
export async function readLogoutToken(
  token: string,
  { keys, issuer, clientId }: { keys: JWTVerifyGetKey; issuer: string; clientId: string },
): Promise<ProviderSession> {
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer,
    audience: clientId,
    maxTokenAge: MAX_AGE_S,
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ['iat', 'exp', 'jti'],
    currentDate: currentTime(),
  }).catch((error: unknown) => {
    throw refusedBy(error);
  });
  const { typ } = protectedHeader;
  if (typ !== undefined && !['jwt', 'logout+jwt'].includes(typ.toLowerCase())) throw bad('its typ is another one');
  return signedOutIn(payload, issuer);
}

function signedOutIn({ sub, sid, iat, nonce, events }: JWTPayload, issuer: string): ProviderSession {
  const event = typeof events === 'object' && events !== null ? (events as Record<string, unknown>)[EVENT] : undefined;
  if (typeof event !== 'object' || event === null) throw bad(`events lacks ${EVENT}`);
  // an ID token must not pass for a logout token
  if (nonce !== undefined) throw bad('it has a nonce');
  if (sub !== undefined && !isText(sub)) throw bad('sub is no text, or empty');
  if (sid !== undefined && !isText(sid)) throw bad('sid is no text, or empty');
  if (sub === undefined && sid === undefined) throw bad('it has neither sub nor sid');
  return {
    issuer,
    subject: sub ?? null,
    providerSession: sid ?? null,
    // in whole seconds, and the clocks of several machines of the provider may differ
    at: new Date(((iat as number) + CLOCK_TOLERANCE_S) * 1_000),
  };
}

function isText(claim: unknown): claim is string {
  return typeof claim === 'string' && claim !== '';
}

function refusedBy(error: unknown): AppError {
  const isToken =
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTExpired ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys;
  if (isToken) return bad(error.message);
  const message = 'The keys of the identity provider cannot be read: send the logout token again.';
  return Object.assign(new AppError('UNAVAILABLE', message), { cause: error });
}

function bad(what: string): AppError {
  return new AppError('BAD_USER_INPUT', `The logout token is not valid: ${what.slice(0, 200)}.`);
}
