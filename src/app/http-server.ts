import type { ApolloServer } from '@apollo/server';
import cors from '@fastify/cors';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { DataSource } from 'typeorm';
import type { Config } from '../config';
import type { Context, Services } from '../graphql/context';
import { newId } from '../ids';
import type { Receiver } from '../incoming/receive';
import type { Log } from '../log';
import type { Db } from '../sql/db';
import { createRecognition } from '../users/recognition';
import { serveEventStreams, streamUrl } from './event-stream';
import { serveExports } from './exports';
import { graphiqlPage } from './graphiql';
import type { Gate } from './graphql-gate';
import { serveGraphQL } from './graphql-route';
import { serveHealth } from './health';
import { answerError, answerErrorsAsJson } from './http-errors';
import { serveIncoming, shownPath } from './incoming-route';
import { readJsonBodies } from './json-body';
import { type Metrics, serveMetrics } from './metrics';
import type { RateLimits } from './rate-limits';
import { refuseWhileClosing } from './refuse-while-closing';
import { createTurnstile } from './turnstile';
import { closeUnusedConnections } from './unused-connections';
import type { WatchServer } from './watch-server';
import { isWebSocketUpgrade, serveWebSockets } from './web-socket';
import { serveWebhookKeys } from './webhook-keys';

export interface Api {
  apollo: ApolloServer<Context>;
  gate: Gate;
  rates: RateLimits;
  watching: WatchServer;
  receiver: Receiver;
  readingDb: Db;
  services: Services;
  /** Called at the first question for it. */
  sdl(): string;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** @param api null: a worker, which answers only about its health. */
export async function createHttpServer(
  config: Config,
  log: Log,
  source: DataSource,
  metrics: Metrics,
  api: Api | null,
): Promise<FastifyInstance> {
  const server = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    requestTimeout: 30_000,
    // it has a form of its own
    return503OnClosing: false,
    http: { shouldUpgradeCallback: isWebSocketUpgrade },
    rewriteUrl: streamUrl,
    frameworkErrors: (error, request, reply) => answerError(error, request, nameRequest(request, reply)),
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId();
    },
  });
  server.addHook('onRequest', async (request, reply) => {
    nameRequest(request, reply);
  });
  server.addHook('onResponse', async (request, reply) => {
    const { method, url, ip } = request;
    const fields = {
      method,
      path: shownPath(url),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      ip,
    };
    request.log.debug(fields, 'answered');
  });
  refuseWhileClosing(server);
  closeUnusedConnections(server);
  answerErrorsAsJson(server);
  serveHealth(server, source);
  serveMetrics(server, metrics);
  if (api) await serveApi(server, config, source, api);
  return server;
}

function nameRequest(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
}

async function serveApi(server: FastifyInstance, config: Config, source: DataSource, api: Api): Promise<void> {
  const { apollo, gate, rates, watching, services } = api;
  if (config.corsOrigins.length > 0) {
    const exposedHeaders = ['x-request-id', 'retry-after'];
    await server.register(cors, { origin: config.corsOrigins, exposedHeaders, maxAge: 600 });
  }
  server.decorateRequest('viewer', null);
  server.decorateRequest('unconfirmed', null);
  server.decorate('rates', rates);
  readJsonBodies(server);
  const turnstile = createTurnstile(config.rateLimits.requestsAtOnce);
  const recognition = config.databaseReplicaUrl === null ? createRecognition() : null;
  serveGraphQL(server, { apollo, gate, turnstile, source, services, recognition });
  serveEventStreams(server, watching);
  serveWebSockets(server, watching);
  serveExports(server, source, api.readingDb);
  serveWebhookKeys(server, source);
  serveIncoming(server, config, api.receiver);
  let sdl: string | undefined;
  server.get('/schema.graphql', async (_request, reply) => {
    sdl ??= api.sdl();
    return reply.type('text/plain; charset=utf-8').send(sdl);
  });
  server.get('/', async (_request, reply) => {
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'public, max-age=3600')
      .send(await graphiqlPage());
  });
}
