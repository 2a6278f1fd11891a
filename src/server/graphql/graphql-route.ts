import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import type { Context, Services } from '../../graphql/context';
import { isObject } from '../../json/is-object';
import type { AuthCache } from '../../users/auth-cache';
import { refuseUnservableAccept } from '../edge/accept-header';
import { type ConcurrencyLimiter, inSlot, takeSlot } from '../edge/concurrency-limiter';
import { withRequest } from '../edge/current-request';
import { readViewer } from '../edge/read-viewer';
import type { Gate } from './graphql-gate';
import { createHeldAnswers } from './held-answers';
import { httpContext } from './http-context';
import type { QuickAnswers } from './quick-answers';

export interface GraphQLRoute {
  apollo: ApolloServer<Context>;
  gate: Gate;
  quick: QuickAnswers;
  limiter: ConcurrencyLimiter;
  source: DataSource;
  services: Services;
  /** null with a replica, which may lag behind the primary. */
  authCache: AuthCache | null;
}

/** Answers have content, and what the viewer may see of it can change at any moment. */
const NOT_KEPT = 'no-store';

/** GraphQL over HTTP at /graphql. */
export function serveGraphQL(server: FastifyInstance, route: GraphQLRoute): void {
  const { apollo, gate, quick, limiter, source, services, authCache } = route;
  const hold = createHeldAnswers();
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    onRequest: async (request, reply) => {
      await readViewer(request, source.manager, authCache);
      await takeSlot(limiter, request, reply);
    },
    preHandler: async (request) => refuseUnservableAccept(request),
    handler: (request, reply) =>
      inSlot(request, async () => {
        const { accept } = request.headers;
        const asked = operationOf(request, gate);
        const context = httpContext(request, source, services);
        const quickly = request.method === 'POST' ? await quick.answer(asked.body, accept, context) : null;
        if (quickly) {
          hold(request, reply, quickly.text, !context.hasMutated);
          reply.header('cache-control', NOT_KEPT).header('content-type', quickly.mediaType);
          return quickly.text;
        }
        const httpGraphQLRequest = { ...asked, method: request.method, headers: headersOf(request) };
        const answer = () => apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => context });
        const { headers, body, status } = await withRequest(
          { id: request.id, seesSchema: gate.mayIntrospect(request.viewer) },
          answer,
        );
        reply.header('cache-control', NOT_KEPT);
        for (const [name, value] of headers) reply.header(name, value);
        reply.code(status ?? 200);
        if (body.kind !== 'complete') throw new Error('answers in parts are not served');
        hold(request, reply, body.string, !context.hasMutated);
        const mediaType = headers.get('content-type');
        if (mediaType !== undefined && (status ?? 200) === 200) quick.learnMediaType(accept, mediaType);
        return body.string;
      }),
  });
}

function headersOf(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

function operationOf(
  { method, url, viewer, body }: FastifyRequest,
  gate: Gate,
): Pick<HTTPGraphQLRequest, 'body' | 'search'> {
  if (method === 'GET') return { body: undefined, search: searchOf(url, (asked) => gate.resolve(asked, viewer)) };
  return { body: isObject(body) ? gate.resolve(body, viewer) : body, search: '' };
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
