// From an HTTP request to who asks and what for.
import type { FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { AppError } from '../errors';
import type { Context, Services } from '../graphql/context';
import { memberOf } from '../json/json-member';
import { rootOf } from '../json/json-part';
import type { JsonDocument } from '../json/json-text';
import type { Log } from '../log';
import { authenticate } from '../users/authenticate';
import type { Viewer } from '../viewer';

declare module 'fastify' {
  interface FastifyRequest {
    /** The JSON body with its exact text; null without one. */
    json: JsonDocument | null;
    /** null without a key. */
    viewer: Viewer | null;
  }
}

/** What resolvers get. */
export function httpContext(request: FastifyRequest, source: DataSource, services: Services): Context {
  const variables = request.json ? memberOf(rootOf(request.json), 'variables') : undefined;
  return {
    db: source.manager,
    transaction: (work) => source.transaction(work),
    viewer: request.viewer,
    requestId: request.id,
    log: request.log as Log,
    variables,
    services,
    memory: new Map(),
  };
}

/** Asked before a body is read: whoever has no key cannot make us read much. @throws AppError UNAUTHENTICATED */
export async function readViewer(request: FastifyRequest, source: DataSource): Promise<void> {
  const { authorization } = request.headers;
  if (authorization === undefined) return;
  const token = /^Bearer +([\x21-\x7e]{1,200}) *$/i.exec(authorization)?.[1];
  if (!token) throw new AppError('UNAUTHENTICATED', 'The Authorization header must be: Bearer hl_...');
  const from = { remoteAddress: request.ip, requestId: request.id };
  request.viewer = await authenticate(source.manager, token, from);
}
