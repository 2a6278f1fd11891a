// The OpenID provider at which people sign in (authorization code, PKCE, state, nonce), by openid-client.
import { setTimeout as wait } from 'node:timers/promises';
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { FetchBody } from 'openid-client';
import * as openid from 'openid-client';
import type { Config } from '../../config/config';
import { AppError } from '../../errors/errors';
import { createFaultLog, type Log } from '../../logging/log';
import { currentTime } from '../../time/clock';
import type { SignInSecrets } from '../../users/identity/pending-sign-ins.store';
import type { Identity } from '../../users/identity/sign-in-identity';
import type { ProviderSession } from '../../users/sessions/session.store';
import { identityIn, refuseForeignToken } from './identity-of-claims';

export interface IdentityProvider {
  /** The address at which the browser signs in. @throws AppError UNAVAILABLE */
  startUrl(secrets: SignInSecrets): Promise<URL>;
  /**
   * Exchanges the code of the way back and checks everything about it.
   * @param search the query of the address to which the provider has sent the browser
   * @throws AppError UNAUTHENTICATED, UNAVAILABLE
   */
  identityOf(search: string, secrets: SignInSecrets): Promise<Identity>;
  /**
   * Checks a logout token (OpenID Connect Back-Channel Logout 1.0).
   * @throws AppError BAD_USER_INPUT, UNAVAILABLE
   */
  signedOutBy(logoutToken: string): Promise<ProviderSession>;
  /** Where the browser signs out of the provider too; null: it has no such address, or did not say so within a second. */
  signOutUrl(): Promise<string | null>;
}

const TIMEOUT_S = 10;
/** A person who signs out is not kept waiting for a provider that is silent. */
const SIGN_OUT_MS = 1_000;

export function createIdentityProvider(
  settings: NonNullable<Config['identityProvider']>,
  publicUrl: string,
  log: Pick<Log, 'warn'>,
): IdentityProvider {
  const { issuer, clientId, clientSecret, scopes, roleMap } = settings;
  const callback = `${publicUrl}/auth/callback`;
  const isPlain = issuer.startsWith('http:');
  const report = createFaultLog((error, unwritten) =>
    log.warn(
      { issuer, reason: faultOf(error), unwritten },
      'the identity provider does not answer as an OpenID provider',
    ),
  );
  const unreachable = (cause: unknown) => {
    report(cause);
    return Object.assign(new AppError('UNAVAILABLE', UNREACHABLE), { cause });
  };
  let keys: JWTVerifyGetKey | null = null;
  let discovered: Promise<openid.Configuration> | null = null;

  const discover = () => {
    discovered ??= openid
      .discovery(new URL(issuer), clientId, clientSecret, authenticateClient(clientSecret), {
        timeout: TIMEOUT_S,
        [openid.customFetch]: fetchWhole,
        // without the check of the signature, the library trusts what comes over TLS from the token endpoint. config.ts
        // allows http only for this machine
        execute: [openid.enableNonRepudiationChecks, ...(isPlain ? [openid.allowInsecureRequests] : [])],
      })
      .then(withKeys)
      .catch((error: unknown) => {
        discovered = null;
        throw unreachable(error);
      });
    return discovered;
  };

  return {
    async startUrl({ state, nonce, codeVerifier }) {
      return openid.buildAuthorizationUrl(await discover(), {
        redirect_uri: callback,
        scope: scopes,
        state,
        nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      });
    },
    async identityOf(search, { state, nonce, codeVerifier }) {
      const provider = await discover();
      try {
        const tokens = await openid.authorizationCodeGrant(provider, new URL(`${callback}${search}`), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
        });
        const idToken = tokens.claims() as openid.IDToken;
        refuseForeignToken(idToken, clientId);
        // many providers put groups and the e-mail address only there
        const userInfo = provider.serverMetadata().userinfo_endpoint
          ? await openid.fetchUserInfo(provider, tokens.access_token, idToken.sub)
          : {};
        return identityIn(idToken, userInfo, roleMap);
      } catch (error) {
        throw isUnanswered(error) ? unreachable(error) : refusedBy(error);
      }
    },
    async signedOutBy(logoutToken) {
      const provider = await discover();
      const { issuer: expected, jwks_uri: uri } = provider.serverMetadata();
      keys ??= createRemoteJWKSet(new URL(uri as string), {
        timeoutDuration: TIMEOUT_S * 1_000,
        [customFetch]: fetchWhole,
      });
      return readLogoutToken(logoutToken, { keys, issuer: expected, clientId });
    },
    async signOutUrl() {
      const patience = wait(SIGN_OUT_MS, null, { ref: false });
      const provider = await Promise.race([discover().catch(() => null), patience]);
      if (!provider?.serverMetadata().end_session_endpoint) return null;
      return openid.buildEndSessionUrl(provider, { post_logout_redirect_uri: `${publicUrl}/` }).href;
    },
  };
}

// The default of OpenID Connect is Basic; some providers take only the other one.
function authenticateClient(secret: string): openid.ClientAuth {
  const [basic, post] = [openid.ClientSecretBasic(secret), openid.ClientSecretPost(secret)];
  return (server, client, body, headers) => {
    const known = server.token_endpoint_auth_methods_supported;
    const isPost = Array.isArray(known) && !known.includes('client_secret_basic');
    return (isPost ? post : basic)(server, client, body, headers);
  };
}

/** @throws Error without an address of its keys that can be trusted: all tokens are checked by them */
function withKeys(provider: openid.Configuration): openid.Configuration {
  const { jwks_uri: uri, issuer } = provider.serverMetadata();
  if (uri === undefined) throw new Error('its metadata has no jwks_uri');
  if (issuer.startsWith('https:') && !uri.startsWith('https:')) throw new Error('its jwks_uri is not https');
  return provider;
}

const UNREACHABLE =
  'The identity provider does not answer as an OpenID provider. Try again, or sign in with an API key (POST /auth/login).';

/** Whether there is no answer to judge: fetch fails with a TypeError. */
function isUnanswered(error: unknown): boolean {
  return (
    !(error instanceof Error) || error instanceof TypeError || (error as { code?: string }).code === 'OAUTH_TIMEOUT'
  );
}

function refusedBy(error: unknown): AppError {
  // the person declined, or the provider did
  if (error instanceof openid.AuthorizationResponseError) {
    return new AppError('UNAUTHENTICATED', `The identity provider refused the sign-in: ${error.error.slice(0, 100)}.`);
  }
  const message = `The answer of the identity provider does not belong to this sign-in, or is not valid (${faultOf(error)}): start again.`;
  return Object.assign(new AppError('UNAUTHENTICATED', message), { cause: error });
}

/** What is wrong with it, such as its state, nonce or issuer. The sentences of the library have no values. */
function faultOf(error: unknown): string {
  // invalid_grant: the code or its verifier; invalid_client: OIDC_CLIENT_ID or OIDC_CLIENT_SECRET
  if (error instanceof openid.ResponseBodyError) return `the code is refused as ${error.error.slice(0, 100)}`;
  const { cause, message } = error as Error;
  return cause instanceof Error ? faultOf(cause) : message;
}

// Calls to the identity provider, for openid-client and jose.

interface ProviderCall {
  method: string;
  headers: HeadersInit;
  body?: FetchBody;
  redirect: 'manual';
  signal?: AbortSignal;
}

/** Metadata, keys and claims are some kilobytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Reads the whole answer, so that the time limit of the caller holds for the body too.
 * @throws TypeError, like `fetch`, if there is no answer to judge: also of a status of 500 and more, and of a body of more than 1 MiB
 */
async function fetchWhole(url: string, call: ProviderCall): Promise<Response> {
  const response = await fetch(url, call as RequestInit);
  const { status, statusText, headers } = response;
  if (status >= 500) {
    await response.body?.cancel();
    throw new TypeError(`the identity provider answers ${status}`);
  }
  const body = await readBody(response);
  return new Response(body.length > 0 ? body : null, { status, statusText, headers });
}

async function readBody({ body }: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    // leaving the loop closes the connection
    if (bytes > MAX_ANSWER_BYTES) throw new TypeError('the answer of the identity provider is larger than 1 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

// Logout tokens of OpenID Connect Back-Channel Logout 1.0, section 2.6.

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** An older token is one that was sent before. */
const MAX_AGE_S = 300;
const CLOCK_TOLERANCE_S = 30;

/** @throws AppError BAD_USER_INPUT that says what is wrong with the token; UNAVAILABLE without the keys of the provider */
async function readLogoutToken(
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
    throw refusedLogout(error);
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

function refusedLogout(error: unknown): AppError {
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
