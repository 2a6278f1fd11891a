import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import type { Viewer } from '../../access/viewer';
import { createRefusalEntries, recordRefusal } from '../../audit/write-audit-entry';
import { AppError, quoted } from '../../errors/errors';
import { isObject } from '../../json/json-form';
import type { Log } from '../../logging/log';
import type { Db } from '../../sql/db';
import { beginSignIn, endSignIn } from '../../users/identity/pending-sign-ins.store';
import { signInIdentity } from '../../users/identity/sign-in-identity';
import type { SessionRow } from '../../users/sessions/session.store';
import { endByProvider, signOut, startSession } from '../../users/sessions/sessions';
import { toNodeId } from '../../values/ids';
import { Refusal } from '../edge/http-errors';
import { addressRange } from '../edge/rate-limits';
import { authenticateWithin, clearSessionCookie, originOf, sessionToken, setSessionCookie } from '../edge/read-viewer';
import type { IdentityProvider } from './identity-provider';

const MINUTE_MS = 60_000;
const MAX_PER_MINUTE = 60;

/** Records refused sign-ins in the audit trail, one for each address and minute; the next one counts the others. */
interface RefusedSignIns {
  /** Runs a sign-in, and records it if it is refused. @param work calls `of` with the address of the person, once it is known */
  recording<T>(request: FastifyRequest, work: (of: (email: string | null) => void) => Promise<T>): Promise<T>;
}

export function createRefusedSignIns(db: Db, log: Log): RefusedSignIns {
  const entries = createRefusalEntries({ windowMs: MINUTE_MS, maxEntries: MAX_PER_MINUTE });
  return {
    async recording(request, work) {
      let person: string | null = null;
      try {
        return await work((email) => {
          person = email;
        });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const entry = entries.take(addressRange(request.ip));
        if (entry) {
          const act = { action: 'session.refused', ...refusalOf(error.message, person), details: { ...entry } };
          await recordRefusal(db, originOf(request), act).catch((fault: unknown) =>
            log.error({ err: fault }, 'a refused sign-in is not recorded'),
          );
        }
        throw error;
      }
    },
  };
}

/** The erasure of a person takes the address, and leaves the reason. */
function refusalOf(message: string, email: string | null) {
  if (email === null) return { reason: message };
  return { reason: message.replaceAll(email, '(see criteria)'), criteria: { users: [email] } };
}

// GET /auth/login sends a browser to the identity provider, which sends it back to GET /auth/callback.

const COOKIE = '__Host-hl_signin';
// Lax: the provider sends the browser back with a link
const ATTRIBUTES = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const;
const MAX_RETURN_TO = 2_000;

interface OpenIdRoutes {
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
function configured(provider: IdentityProvider | null): IdentityProvider {
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

// POST /auth/login makes a session from an API key, POST /auth/logout ends the session.

export interface SignInRoute {
  source: DataSource;
  refused: RefusedSignIns;
  provider: IdentityProvider | null;
}

export function serveSignIn(server: FastifyInstance, { source, refused, provider }: SignInRoute): void {
  const { rates, ownPages } = server;
  const before = async (request: FastifyRequest) => {
    ownPages.refuseUnsafeSignIn(request);
    rates.countRequest(null, request.ip);
  };

  server.post('/auth/login', { onRequest: before }, async (request, reply) => {
    const key = readApiKey(request);
    const viewer = await refused.recording(request, () =>
      authenticateWithin(rates, source.manager, key, originOf(request)),
    );
    const order = {
      actor: viewer,
      method: 'API_KEY',
      providerSession: null,
      providerTime: null,
      replacedToken: sessionToken(request),
    } as const;
    const { session, token } = await source.transaction((db) => startSession(db, order));
    setSessionCookie(reply, token);
    return reply.header('cache-control', 'no-store').send(shown(viewer, session));
  });

  server.post('/auth/logout', { onRequest: before }, async (request, reply) => {
    const token = sessionToken(request);
    if (token !== null) {
      ownPages.refuseForeignCookie(request);
      await source.transaction((db) => signOut(db, token, originOf(request)));
      clearSessionCookie(reply);
    }
    return reply.header('cache-control', 'no-store').send({ providerUrl: (await provider?.signOutUrl()) ?? null });
  });
}

function readApiKey({ body }: FastifyRequest): string {
  const { apiKey, ...others }: Record<string, unknown> = isObject(body) ? { ...body } : {};
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new AppError('BAD_USER_INPUT', `There is no field ${quoted(unknown)} in a sign-in.`);
  if (typeof apiKey === 'string' && /^[\x21-\x7e]{1,200}$/.test(apiKey)) return apiKey;
  throw new AppError('BAD_USER_INPUT', 'Send the API key as JSON: { "apiKey": "hl_..." }.');
}

function shown({ userId, name, roles }: Viewer, { id, createdAt, expiresAt }: SessionRow): object {
  return {
    session: { id: toNodeId('Session', id), createdAt, expiresAt },
    user: { id: toNodeId('User', userId), name, roles: [...roles] },
  };
}

// POST /auth/backchannel-logout: the identity provider says that a person has signed out there.

const FORM = 'application/x-www-form-urlencoded';
const MAX_BYTES = 32 * 1024;

export function serveBackChannelLogout(
  server: FastifyInstance,
  { source, refused, provider }: Pick<OpenIdRoutes, 'source' | 'refused' | 'provider'>,
): void {
  void server.register(async (scope) => {
    scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: MAX_BYTES }, (_request, body, done) =>
      done(null, new URLSearchParams(String(body))),
    );
    scope.post(
      '/auth/backchannel-logout',
      { onRequest: async ({ ip }) => server.rates.countRequest(null, ip) },
      async (request, reply) => {
        const chosen = configured(provider);
        await refused.recording(request, async () => {
          const tokens = request.body instanceof URLSearchParams ? request.body.getAll('logout_token') : [];
          const [token] = tokens;
          if (tokens.length !== 1 || !token) {
            throw new AppError('BAD_USER_INPUT', `Send one logout_token as ${FORM}.`);
          }
          const signedOut = await chosen.signedOutBy(token);
          await source.transaction((db) => endByProvider(db, originOf(request), signedOut));
        });
        return reply.header('cache-control', 'no-store').send();
      },
    );
  });
}
