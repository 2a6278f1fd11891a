// Finds the user of an HTTP request, by its API key or its session.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Viewer } from '../../access/viewer';
import type { AuditNotes } from '../../audit/notes/audit-notes';
import { AppError } from '../../errors/errors';
import type { OptimisticAuth } from '../../graphql/context';
import type { JsonDocument } from '../../json/json-text';
import type { Db } from '../../sql/db';
import { authenticate, type From } from '../../users/api-keys/authenticate';
import { allowsFrom } from '../../users/api-keys/key-networks';
import type { AuthCache, TokenKind } from '../../users/auth-cache';
import { authenticateSession } from '../../users/sessions/authenticate-session';
import type { OwnPages } from './cross-site';
import { Refusal } from './http-errors';
import type { RateLimits } from './rate-limits';

declare module 'fastify' {
  interface FastifyInstance {
    rates: RateLimits;
    ownPages: OwnPages;
    auditNotes: AuditNotes;
  }
  interface FastifyRequest {
    /** The JSON body with its exact text; null without one. */
    json: JsonDocument | null;
    /** null without a key and a session. */
    viewer: Viewer | null;
    /** Set if the viewer comes from the auth cache and is not confirmed yet. */
    optimisticAuth: OptimisticAuth | null;
    /** Set if the viewer was read from the database. */
    viewerReading: ViewerReading | null;
  }
}

interface ViewerReading {
  /** When, by `performance.now()`. */
  at: number;
  again(): Promise<Viewer>;
}

/** A viewer who was read longer ago than this is read again before the work begins. */
const MAX_READING_AGE_MS = 250;

/**
 * Called before a body is read, so that callers without a key, or over their rate, cannot make us read much.
 * @param authCache given if the route confirms a viewer from the cache
 * @throws AppError UNAUTHENTICATED, BAD_USER_INPUT for a key beside a session; Refusal 403, 429
 */
export async function readViewer(request: FastifyRequest, db: Db, authCache: AuthCache | null = null): Promise<void> {
  const { rates } = request.server;
  const credential = readCredential(request);
  if (credential) {
    const { kind, token } = credential;
    const from = originOf(request);
    const ask = () =>
      kind === 'key'
        ? authenticateWithin(rates, db, token, from, authCache ?? undefined)
        : findSessionUser(rates, db, token, from, authCache ?? undefined);
    const cached = authCache?.find(kind, token, (networks) => allowsFrom(networks, from.remoteAddress));
    if (cached) {
      request.viewer = { ...cached.who, ...from };
      request.optimisticAuth = { stillHolds: cached.stillHolds, version: cached.version, confirm: ask };
    } else {
      request.viewerReading = { at: performance.now(), again: ask };
      request.viewer = await ask();
    }
  }
  rates.countRequest(request.viewer, request.ip);
}

/**
 * Call it when the body has arrived and the request has its slot, which may take half a minute: the key may have been revoked
 * meanwhile. @throws as `readViewer`
 */
export async function readViewerAgain(request: FastifyRequest): Promise<void> {
  const { viewerReading: reading } = request;
  if (reading === null || performance.now() - reading.at < MAX_READING_AGE_MS) return;
  request.viewer = await reading.again();
}

function readCredential(request: FastifyRequest): { kind: TokenKind; token: string } | null {
  const { authorization } = request.headers;
  const session = sessionToken(request);
  if (session !== null) {
    if (authorization !== undefined) throw twoCredentials();
    request.server.ownPages.refuseForeignCookie(request);
    return { kind: 'session', token: session };
  }
  if (authorization === undefined) return null;
  const token = bearerToken(authorization);
  if (!token) throw new AppError('UNAUTHENTICATED', 'The Authorization header must be: Bearer hl_...');
  return { kind: 'key', token };
}

/** The API key in the value of an Authorization header; null: it has another form. */
export function bearerToken(authorization: string): string | null {
  return /^Bearer +([\x21-\x7e]{1,200}) *$/i.exec(authorization)?.[1] ?? null;
}

/** The error of a request with two credentials, whose user is ambiguous. */
export function twoCredentials(): AppError {
  const message = 'The request has both an API key and a session cookie. Leave out the key, or sign out first.';
  return new AppError('BAD_USER_INPUT', message);
}

// A session's token cannot be guessed. Old ones are not counted as wrong keys: a page that was left open may send many.
async function findSessionUser(
  rates: RateLimits,
  db: Db,
  token: string,
  from: From & { remoteAddress: string },
  authCache?: AuthCache,
): Promise<Viewer> {
  try {
    return await authenticateSession(db, token, from, authCache);
  } catch (error) {
    if (error instanceof AppError) rates.countRequest(null, from.remoteAddress);
    throw asRefusal(error);
  }
}

function isForbidden(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'FORBIDDEN';
}

// before GraphQL, what is forbidden has its own HTTP status
function asRefusal(error: unknown): unknown {
  return isForbidden(error) ? new Refusal('FORBIDDEN', error.message, 403) : error;
}

const MAX_USER_AGENT = 500;

/** `ip` is as `trustProxy` of http-server.ts finds it. */
export function originOf({ ip, id, headers }: FastifyRequest): From & { remoteAddress: string } {
  return { remoteAddress: ip, requestId: id, userAgent: headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null };
}

/** @throws AppError UNAUTHENTICATED; Refusal 403 from outside of the key's networks, 429 after too many wrong keys */
export async function authenticateWithin(
  rates: RateLimits,
  db: Db,
  token: string,
  from: From & { remoteAddress: string },
  authCache?: AuthCache,
): Promise<Viewer> {
  rates.refuseGuessing(from.remoteAddress, token);
  try {
    const viewer = await authenticate(db, token, from, authCache);
    rates.rightKey(token);
    return viewer;
  } catch (error) {
    if (error instanceof AppError && error.code === 'UNAUTHENTICATED') rates.wrongKey(from.remoteAddress);
    // a right key from a wrong network is no guess, but many of them must cost us little
    if (isForbidden(error)) rates.countRequest(null, from.remoteAddress);
    throw asRefusal(error);
  }
}

// The prefix makes browsers refuse the cookie from another host of the domain, and without Secure (RFC 6265bis).
const NAME = '__Host-hl_session';

// Lax: a link to this server from an e-mail finds the user signed in. cross-site.ts refuses what another site sends.
const ATTRIBUTES = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const;

/** The token of the browser's session; null: there is no cookie. */
export function sessionToken(request: FastifyRequest): string | null {
  return request.cookies[NAME] || null;
}

/** The cookie is gone when the browser is closed. */
export function setSessionCookie(reply: FastifyReply, token: string): void {
  reply.setCookie(NAME, token, ATTRIBUTES);
}

export function clearSessionCookie(reply: FastifyReply): void {
  reply.clearCookie(NAME, ATTRIBUTES);
}
