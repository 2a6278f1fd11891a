// Spans of the requests of the API.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Span } from '../../tracing/span';
import { traceparentOf } from '../../tracing/traceparent';
import { isTracing, startRequestSpan } from '../../tracing/tracing';

declare module 'fastify' {
  interface FastifyRequest {
    /** null: no spans are exported. */
    span: Span | null;
  }
}

/** Begins a span for each request of this scope. @param except the route of streams, which last as long as their readers want */
export function traceRequests(scope: FastifyInstance, except: string): void {
  scope.decorateRequest('span', null);
  if (!isTracing()) return;
  scope.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions, headers } = request;
    // the route and not the path, which may have a name or a token
    const route = routeOptions.url ?? 'unknown';
    if (route !== except) {
      request.span = startRequestSpan(`${method} ${route}`, traceparentOf(headers.traceparent));
      request.span.set(() => ({ 'http.request.method': method, 'http.route': route }));
    }
    done();
  });
  scope.addHook('onResponse', ({ span, answered }, { statusCode }, done) => {
    span?.set(() => ({ 'http.response.status_code': statusCode, 'graphql.operation.type': answered?.kind }));
    span?.end(statusCode >= 500 ? String(statusCode) : faultOf(answered?.outcome));
    done();
  });
}

function faultOf(outcome: string | undefined): string | null {
  return outcome === undefined || outcome === 'OK' ? null : outcome;
}

/** Where the request is in a trace, as `traceparentOf` keeps it; null: in none. */
export function traceparentOfRequest({ span, headers }: FastifyRequest): string | null {
  return span ? span.traceparent : traceparentOf(headers.traceparent);
}
