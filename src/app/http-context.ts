// From an HTTP request to who asks and what for.
import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { DataSource } from 'typeorm';
import { AppError } from '../errors';
import type { Context, Services } from '../graphql/context';
import { memberOf } from '../graphql/json-member';
import { rootOf } from '../graphql/json-part';
import type { JsonDocument } from '../graphql/json-text';
import type { Log } from '../log';
import { isDatabaseUnavailable } from '../sql/unavailable';
import { authenticate } from '../users/authenticate';
import type { Viewer } from '../viewer';

declare module 'fastify' {
  interface FastifyRequest {
    /** The JSON body with its exact text; null without one. */
    json: JsonDocument | null;
  }
}

const STATUS = { UNAUTHENTICATED: 401, UNAVAILABLE: 503, BAD_USER_INPUT: 400 } as const;

/** @throws GraphQLError with the HTTP status that it deserves */
export async function httpContext(request: FastifyRequest, source: DataSource, services: Services): Promise<Context> {
  const variables = request.json ? memberOf(rootOf(request.json), 'variables') : undefined;
  return {
    db: source.manager,
    transaction: (work) => source.transaction(work),
    viewer: await viewerOf(request, source),
    requestId: request.id,
    log: request.log as Log,
    variables,
    services,
    memory: new Map(),
  };
}

async function viewerOf(request: FastifyRequest, source: DataSource): Promise<Viewer | null> {
  const { authorization } = request.headers;
  if (authorization === undefined) return null;
  const token = /^Bearer +([\x21-\x7e]{1,200}) *$/i.exec(authorization)?.[1];
  try {
    if (!token) throw new AppError('UNAUTHENTICATED', 'The Authorization header must be: Bearer hl_...');
    return await authenticate(source.manager, token, { remoteAddress: request.ip, requestId: request.id });
  } catch (error) {
    throw withStatus(error, request);
  }
}

function withStatus(error: unknown, request: FastifyRequest): GraphQLError {
  const requestId = request.id;
  const known = isDatabaseUnavailable(error)
    ? new AppError('UNAVAILABLE', 'The database cannot be reached. Try again.')
    : error;
  if (known instanceof AppError) {
    const status = STATUS[known.code as keyof typeof STATUS] ?? 400;
    return new GraphQLError(known.message, { extensions: { code: known.code, requestId, http: { status } } });
  }
  request.log.error({ err: error }, 'authentication failed');
  return new GraphQLError('Something went wrong on our side.', {
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId, http: { status: 500 } },
  });
}
