// The OpenID provider at which people sign in (authorization code, PKCE, state, nonce), by openid-client.
import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import * as openid from 'openid-client';
import type { Config } from '../../config/config';
import type { RoleRule } from '../../config/config-values';
import { AppError } from '../../errors';
import type { SignInSecrets } from '../../users/identity/pending-sign-ins';
import { rolesByClaims } from '../../users/identity/role-map';
import type { Identity } from '../../users/identity/sign-in-identity';
import type { ProviderSession } from '../../users/sessions/session.store';
import { readLogoutToken } from './logout-token';

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
  /** Where the browser signs out of the provider too; null: it has no such address, or cannot be reached. */
  signOutUrl(): Promise<string | null>;
}

const TIMEOUT_S = 10;

export function createIdentityProvider(
  settings: NonNullable<Config['identityProvider']>,
  publicUrl: string,
): IdentityProvider {
  const { issuer, clientId, clientSecret, scopes, roleMap } = settings;
  const callback = `${publicUrl}/auth/callback`;
  let keys: JWTVerifyGetKey | null = null;
  let discovered: Promise<openid.Configuration> | null = null;

  const discover = () => {
    discovered ??= openid
      .discovery(new URL(issuer), clientId, clientSecret, authenticateClient(clientSecret), {
        timeout: TIMEOUT_S,
        // config.ts allows http only for this machine
        ...(issuer.startsWith('http:') && { execute: [openid.allowInsecureRequests] }),
      })
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
        // many providers put groups and the e-mail address only there
        const userInfo = provider.serverMetadata().userinfo_endpoint
          ? await openid.fetchUserInfo(provider, tokens.access_token, idToken.sub)
          : {};
        return identityIn({ ...userInfo, ...idToken }, roleMap);
      } catch (error) {
        throw refusedBy(error);
      }
    },
    async signedOutBy(logoutToken) {
      const provider = await discover();
      const { issuer: expected, jwks_uri: uri } = provider.serverMetadata();
      keys ??= createRemoteJWKSet(new URL(uri ?? ''), { timeoutDuration: TIMEOUT_S * 1_000 });
      return readLogoutToken(logoutToken, { keys, issuer: expected, clientId });
    },
    async signOutUrl() {
      const provider = await discover().catch(() => null);
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

function identityIn(claims: openid.IDToken & Record<string, unknown>, roleMap: readonly RoleRule[] | null): Identity {
  const { iss, sub, sid, iat, email, email_verified: emailVerified, name } = claims;
  const isAddress =
    typeof email === 'string' && email.length <= MAX_EMAIL && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email);
  return {
    issuer: iss,
    subject: sub,
    email: isAddress ? email.toLowerCase() : null,
    emailVerified: isAddress && emailVerified === true,
    fullName: typeof name === 'string' ? name : null,
    providerSession: typeof sid === 'string' ? sid : null,
    providerTime: new Date(iat * 1_000),
    roles: roleMap && rolesByClaims(roleMap, claims),
  };
}

// RFC 5321, section 4.5.3.1.3
const MAX_EMAIL = 254;

function unreachable(cause: unknown): AppError {
  const message =
    'The identity provider does not answer as an OpenID provider. Try again, or sign in with an API key (POST /auth/login).';
  return Object.assign(new AppError('UNAVAILABLE', message), { cause });
}

function refusedBy(error: unknown): AppError {
  // the person declined, or the provider did
  if (error instanceof openid.AuthorizationResponseError) {
    return new AppError('UNAUTHENTICATED', `The identity provider refused the sign-in: ${error.error.slice(0, 100)}.`);
  }
  const isAnswer = error instanceof openid.ClientError || error instanceof openid.ResponseBodyError;
  const isNetwork = error instanceof TypeError || (error as { code?: string }).code === 'OAUTH_TIMEOUT';
  if (isNetwork || (!isAnswer && !(error instanceof Error))) return unreachable(error);
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
