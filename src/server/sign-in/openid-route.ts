// GET /auth/login sends a browser to the identity provider, which sends it back to GET /auth/callback.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { AppError, quoted } from '../../errors';
import { beginSignIn, endSignIn } from '../../users/identity/pending-sign-ins';
import { signInIdentity } from '../../users/identity/sign-in-identity';
import { startSession } from '../../users/sessions/sessions';
import { originOf } from '../edge/read-viewer';
import { Refusal } from '../edge/refusal';
import { sessionToken, setSessionCookie } from '../edge/session-cookie';
import type { RefusedSignIns } from './audit-refused-sign-ins';
import type { IdentityProvider } from './identity-provider';

const COOKIE = '__Host-hl_signin';
// Lax: the provider sends the browser back with a link
const ATTRIBUTES = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const;
const MAX_RETURN_TO = 2_000;

export interface OpenIdRoutes {
  source: DataSource;
  refused: RefusedSignIns;
  /** null: people sign in with API keys alone. */
  provider: IdentityProvider | null;
  createUsers: boolean;
}

export function serveOpenId(server: FastifyInstance, { source, refused, provider, createUsers }: OpenIdRoutes): void {
  const { rates, ownPages } = server;
  const count = async ({ ip }: FastifyRequest) => rates.countRequest(null, ip);

  server.get<{ Querystring: Record<string, unknown> }>('/auth/login', { onRequest: count }, async (request, reply) => {
    const chosen = configured(provider);
    ownPages.refuseUnencrypted(request);
    rates.countSignIn(request.ip);
    const { token, secrets } = await beginSignIn(source.manager, readReturnTo(request.query));
    const url = await chosen.startUrl(secrets);
    reply.setCookie(COOKIE, token, ATTRIBUTES);
    return redirect(reply, url.href);
  });

  server.get('/auth/callback', { onRequest: count }, async (request, reply) => {
    const chosen = configured(provider);
    reply.clearCookie(COOKIE, ATTRIBUTES);
    const { returnTo, token } = await refused.recording(request, async (of) => {
      const cookie = request.cookies[COOKIE];
      const pending = cookie ? await endSignIn(source.manager, cookie) : null;
      if (!pending) {
        const message = 'This sign-in has expired, was used before, or was started in another browser: start again.';
        throw new AppError('UNAUTHENTICATED', message);
      }
      const identity = await chosen.identityOf(searchOf(request.url), pending.secrets);
      of(identity.email);
      const from = originOf(request);
      const replacedToken = sessionToken(request);
      const started = await source.transaction(async (db) => {
        const { user, refused } = await signInIdentity(db, identity, { createUsers, from });
        if (refused !== null) return { refusal: refused };
        const actor = { ...from, userId: user.id, apiKeyId: null, sessionId: null };
        const { providerSession, providerTime } = identity;
        return startSession(db, { actor, method: 'OPENID_CONNECT', providerSession, providerTime, replacedToken });
      });
      if ('refusal' in started) throw new Refusal('FORBIDDEN', started.refusal, 403);
      return { returnTo: pending.returnTo, token: started.token };
    });
    setSessionCookie(reply, token);
    return redirect(reply, returnTo);
  });
}

/** @throws Refusal 404 without an identity provider */
export function configured(provider: IdentityProvider | null): IdentityProvider {
  if (provider) return provider;
  const message = 'No identity provider is configured (OIDC_ISSUER): sign in with an API key, POST /auth/login.';
  throw new Refusal('NOT_FOUND', message, 404);
}

function redirect(reply: FastifyReply, location: string): FastifyReply {
  return reply.code(303).header('location', location).header('cache-control', 'no-store').send();
}

/** Only a path of this server: otherwise a link could send people who have just signed in to a page that looks like it. */
function readReturnTo({ returnTo, ...others }: Record<string, unknown>): string {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new AppError('BAD_USER_INPUT', `There is no parameter ${quoted(unknown)}: write ?returnTo=/..., or none.`);
  }
  if (returnTo === undefined) return '/';
  const isPath =
    typeof returnTo === 'string' && returnTo.length <= MAX_RETURN_TO && /^\/(?![/\\])[\x21-\x7e]*$/.test(returnTo);
  if (isPath && !returnTo.includes('\\')) return returnTo;
  throw new AppError(
    'BAD_USER_INPUT',
    `returnTo is ${quoted(returnTo)}; it must be a path of this server, such as /requests, of at most 2000 characters.`,
  );
}

function searchOf(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at);
}
