import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import type { Context, Services } from '../../graphql/context';
import type { AuthCache } from '../../users/auth-cache';
import { refuseUnservableAccept } from '../edge/accept-header';
import type { ConcurrencyLimiter } from '../edge/concurrency-limiter';
import { readViewer } from '../edge/read-viewer';
import { withRequestId } from '../edge/request-id';
import { inTurn, takeTurn } from '../edge/wait-for-slot';
import type { Gate } from './graphql-gate';
import { httpContext } from './http-context';

export interface GraphQLRoute {
  apollo: ApolloServer<Context>;
  gate: Gate;
  limiter: ConcurrencyLimiter;
  source: DataSource;
  services: Services;
  /** null with a replica, which may lag behind the primary. */
  authCache: AuthCache | null;
}

/** GraphQL over HTTP at /graphql. */
export function serveGraphQL(server: FastifyInstance, route: GraphQLRoute): void {
  const { apollo, gate, limiter, source, services, authCache } = route;
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    onRequest: async (request, reply) => {
      await readViewer(request, source.manager, authCache);
      await takeTurn(limiter, request, reply);
    },
    preHandler: async (request) => refuseUnservableAccept(request),
    handler: (request, reply) =>
      inTurn(request, async () => {
        const httpGraphQLRequest = operationOf(request, gate);
        const answer = () =>
          apollo.executeHTTPGraphQLRequest({
            httpGraphQLRequest,
            context: async () => httpContext(request, source, services),
          });
        const { headers, body, status } = await withRequestId(request.id, answer);
        // answers have content, and what the viewer may see of it can change at any moment
        reply.header('cache-control', 'no-store');
        for (const [name, value] of headers) reply.header(name, value);
        reply.code(status ?? 200);
        if (body.kind !== 'complete') throw new Error('answers in parts are not served');
        return body.string;
      }),
  });
}

function operationOf(request: FastifyRequest, gate: Gate): HTTPGraphQLRequest {
  const { method, url, viewer } = request;
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  if (method === 'GET')
    return { method, headers, body: undefined, search: searchOf(url, (asked) => gate.resolve(asked, viewer)) };
  const { body } = request;
  const isOne = typeof body === 'object' && body !== null && !Array.isArray(body);
  return { method, headers, body: isOne ? gate.resolve(body, viewer) : body, search: '' };
}

type Search = { query?: unknown; documentId?: unknown; extensions?: unknown };

function searchOf(url: string, resolve: (asked: Search) => Search): string {
  const at = url.indexOf('?');
  if (at < 0) return '';
  const search = url.slice(at);
  const params = new URLSearchParams(search);
  const asked = {
    query: params.get('query') ?? undefined,
    documentId: params.get('documentId') ?? undefined,
    extensions: jsonOf(params.get('extensions')),
  };
  const resolved = resolve(asked);
  if (resolved === asked) return search;
  for (const name of ['query', 'documentId', 'extensions'] as const) {
    const value = resolved[name];
    if (value === undefined || value === null) params.delete(name);
    else params.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return `?${params}`;
}

function jsonOf(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Apollo reports the error
    return undefined;
  }
}
