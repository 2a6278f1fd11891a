// How many requests of the API are answered, with which outcome, and how long it takes: of all, and of those that publish.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter, Histogram, type Registry } from 'prom-client';
import { CallerChanged, ERROR_CODES } from '../../errors/errors';
import type { Publisher } from '../../events/publisher';
import { knownError } from './format-error';

const INTERNAL = 'INTERNAL_SERVER_ERROR';
const OUTCOMES = ['OK', ...ERROR_CODES, INTERNAL] as const;
export type RequestOutcome = (typeof OUTCOMES)[number];

/** `other`: a request to another route, or one at /graphql whose operation could not be read. */
const KINDS = ['query', 'mutation', 'publish', 'other'] as const;

/** How an operation of GraphQL ended: its answer has status 200 also if fields have failed. */
export interface Answered {
  kind: (typeof KINDS)[number];
  outcome: RequestOutcome;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** null: the status says how the request ended. */
    answered: Answered | null;
  }
}

export interface RequestMetrics {
  requestAnswered(answered: Answered, ms: number): void;
  /** The publisher, with its calls counted. */
  measured(publisher: Publisher): Publisher;
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createRequestMetrics(registry: Registry): RequestMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'hookledger_api_requests_total',
    help: 'Requests with or for a key or a session that were answered, by kind and outcome.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'hookledger_api_request_duration_seconds',
    help: 'From the arrival of their headers to the end of the answer.',
    labelNames: ['kind'],
    buckets: BUCKETS,
    registers,
  });
  const calls = new Counter({
    name: 'hookledger_publish_calls_total',
    help: 'Calls that publish events, of publishEvents and POST /events, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const publishing = new Histogram({
    name: 'hookledger_publish_duration_seconds',
    help: 'Duration of calls that publish events, until they are committed or refused.',
    buckets: BUCKETS,
    registers,
  });
  const events = new Counter({
    name: 'hookledger_published_events_total',
    help: 'Events that were accepted; duplicate: whether they were published before, with the same idempotency key.',
    labelNames: ['duplicate'],
    registers,
  });
  for (const outcome of OUTCOMES) {
    calls.inc({ outcome }, 0);
    for (const kind of KINDS) requests.inc({ kind, outcome }, 0);
  }
  for (const kind of KINDS) duration.zero({ kind });
  for (const duplicate of ['false', 'true']) events.inc({ duplicate }, 0);
  return {
    requestAnswered({ kind, outcome }, ms) {
      requests.inc({ kind, outcome });
      duration.observe({ kind }, ms / 1_000);
    },
    measured: ({ publish, idle }) => ({
      idle,
      async publish(...call) {
        const begun = performance.now();
        const ended = (outcome: RequestOutcome) => {
          calls.inc({ outcome });
          publishing.observe((performance.now() - begun) / 1_000);
        };
        try {
          const published = await publish(...call);
          ended('OK');
          const duplicates = published.filter(({ duplicate }) => duplicate).length;
          events.inc({ duplicate: 'false' }, published.length - duplicates);
          events.inc({ duplicate: 'true' }, duplicates);
          return published;
        } catch (error) {
          // the call is made again
          if (!(error instanceof CallerChanged)) ended(knownError(error)?.code ?? INTERNAL);
          throw error;
        }
      },
    }),
  };
}

/** Counts the requests of all routes of this scope. @param except the route of streams, which last as long as their readers want */
export function countRequests(
  scope: FastifyInstance,
  onAnswered: RequestMetrics['requestAnswered'],
  except: string,
): void {
  scope.decorateRequest('answered', null);
  scope.addHook('onResponse', (request, reply, done) => {
    if (request.routeOptions.url !== except)
      onAnswered(request.answered ?? byStatus(request, reply), reply.elapsedTime);
    done();
  });
}

function byStatus({ routeOptions }: FastifyRequest, { statusCode }: FastifyReply): Answered {
  return { kind: routeOptions.url === '/events' ? 'publish' : 'other', outcome: outcomeOf(statusCode) };
}

const BY_STATUS: Record<number, RequestOutcome> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'LIMIT_EXCEEDED',
  414: 'LIMIT_EXCEEDED',
  429: 'LIMIT_EXCEEDED',
  503: 'UNAVAILABLE',
};

function outcomeOf(status: number): RequestOutcome {
  if (status < 400) return 'OK';
  return BY_STATUS[status] ?? (status < 500 ? 'BAD_USER_INPUT' : INTERNAL);
}

/** The worst of the errors of an answer, by their codes. Codes of Apollo are about the document. */
export function outcomeOfErrors(codes: readonly unknown[]): RequestOutcome {
  if (codes.length === 0) return 'OK';
  const worst = [INTERNAL, 'UNAVAILABLE'].find((code) => codes.includes(code)) ?? codes[0];
  return OUTCOMES.find((outcome) => outcome === worst) ?? 'BAD_USER_INPUT';
}
