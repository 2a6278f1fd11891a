import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { credentialId } from '../../access/viewer';
import type { Context, Services } from '../../graphql/context';
import { MAX_ANSWER_BYTES } from '../../graphql/limits/answer-size';
import { isObject } from '../../json/json-form';
import { type JsonPart, memberOf, rootOf } from '../../json/json-part';
import type { Log } from '../../logging/log';
import type { AuthCache } from '../../users/auth-cache';
import { type ConcurrencyLimiter, createBudget, inSlot, takeSlot } from '../edge/concurrency-limiter';
import { tooMany } from '../edge/http-errors';
import { type CurrentRequest, withRequest } from '../edge/query-time-limit';
import { addressRange } from '../edge/rate-limits';
import { refuseUnservableAccept } from '../edge/read-body';
import { readViewer } from '../edge/read-viewer';
import { traceparentOfRequest } from '../edge/trace-requests';
import type { Gate } from './graphql-gate';
import type { KnownDocuments } from './known-documents';

export interface GraphQLRoute {
  apollo: ApolloServer<Context>;
  gate: Gate;
  quick: KnownDocuments;
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
          request.answered = { kind: context.hasMutated ? 'mutation' : 'query', outcome: 'OK' };
          reply.header('cache-control', NOT_KEPT).header('content-type', quickly.mediaType);
          return quickly.text;
        }
        const httpGraphQLRequest = { ...asked, method: request.method, headers: headersOf(request) };
        const answer = () => apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => context });
        const current: CurrentRequest = { id: request.id, seesSchema: gate.mayIntrospect(request.viewer) };
        const { headers, body, status } = await withRequest(current, answer);
        reply.header('cache-control', NOT_KEPT);
        for (const [name, value] of headers) reply.header(name, value);
        reply.code(status ?? 200);
        if (body.kind !== 'complete') throw new Error('answers in parts are not served');
        hold(request, reply, body.string, current.answered?.kind !== 'mutation');
        request.answered = current.answered ?? null;
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

/** The context of resolvers. */
export function httpContext(request: FastifyRequest, source: DataSource, services: Services): Context {
  // read by mutations whose arguments keep their exact text
  let variables: JsonPart | undefined;
  return {
    db: source.manager,
    transaction: (work) => source.transaction(work),
    viewer: request.viewer,
    optimisticAuth: request.optimisticAuth,
    requestId: request.id,
    remoteAddress: request.ip,
    traceparent: traceparentOfRequest(request),
    log: request.log as Log,
    // no getter: V8 would give each context a shape of its own, which keeps the request until all garbage is collected
    variables() {
      if (request.json) variables ??= memberOf(rootOf(request.json), 'variables');
      return variables;
    },
    services,
    memory: new Map(),
  };
}

// Answers in memory that their clients have not read yet.

/** Characters that may wait, and how long. */
const HELD = { inProcess: 4 * MAX_ANSWER_BYTES, ofOneKey: 2 * MAX_ANSWER_BYTES, mostMs: 300_000 };
/** The buffers of a socket take a shorter answer at once. */
const SHORT = 16 * 1024;
const RETRY_AFTER_S = 5;

/**
 * Holds an answer until it is read.
 * @param mayRefuse not after a mutation: its answer may have what is shown only once
 * @throws Refusal 429 if too much waits to be read already
 */
export type HoldAnswer = (request: FastifyRequest, reply: FastifyReply, text: string, mayRefuse: boolean) => void;

export function createHeldAnswers(held = HELD): HoldAnswer {
  const budget = createBudget(held.inProcess);
  return ({ viewer, ip }, { raw }, { length }, mayRefuse) => {
    if (length <= SHORT) return;
    const holding = budget.open();
    holding.countFor(viewer ? credentialId(viewer) : addressRange(ip), held.ofOneKey);
    if ((!holding.take(length) && mayRefuse) || raw.destroyed) {
      holding.end();
      throw tooMany('Too many answers wait until their clients read them.', RETRY_AFTER_S);
    }
    const timer = setTimeout(() => raw.destroy(), held.mostMs);
    timer.unref();
    raw.once('close', () => {
      clearTimeout(timer);
      holding.end();
    });
  };
}
