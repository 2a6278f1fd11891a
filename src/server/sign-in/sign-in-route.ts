// POST /auth/login makes a session from an API key, POST /auth/logout ends the session.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { AppError, quoted } from '../../errors';
import { toNodeId } from '../../ids';
import { isObject } from '../../json/is-object';
import type { SessionRow } from '../../users/sessions/session.store';
import { signOut, startSession } from '../../users/sessions/sessions';
import type { Viewer } from '../../viewer';
import { authenticateWithin, originOf } from '../edge/read-viewer';
import { clearSessionCookie, sessionToken, setSessionCookie } from '../edge/session-cookie';
import type { RefusedSignIns } from './audit-refused-sign-ins';
import type { IdentityProvider } from './identity-provider';

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
