import type { ApolloServer } from '@apollo/server';
import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import type { Context, Services } from '../graphql/context';
import { newId } from '../ids';
import type { Receiver } from '../incoming/receive';
import { type Log, lazyLog } from '../log';
import type { Db } from '../sql/db';
import { createAuthCache } from '../users/auth-cache';
import type { DashboardFiles } from './dashboard/dashboard-files';
import { serveDashboard } from './dashboard/dashboard-route';
import { createConcurrencyLimiter } from './edge/concurrency-limiter';
import { createOwnPages } from './edge/cross-site';
import { answerError, answerErrorsAsJson, answerUnreadable } from './edge/http-errors';
import { readJsonBodies } from './edge/json-body';
import type { RateLimits } from './edge/rate-limits';
import { readViewerAgain } from './edge/read-viewer';
import { refuseFraming } from './edge/refuse-framing';
import { refuseWhileClosing } from './edge/refuse-while-closing';
import { closeUnusedConnections } from './edge/unused-connections';
import { serveGraphiQL } from './graphql/graphiql-route';
import type { Gate } from './graphql/graphql-gate';
import { serveGraphQL } from './graphql/graphql-route';
import type { QuickAnswers } from './graphql/quick-answers';
import { serveEvents } from './publishing/events-route';
import { serveAuditExport } from './routes/audit-entries-route';
import { serveEvidenceFiles } from './routes/evidence-files-route';
import { type BacklogState, serveHealth } from './routes/health-route';
import { serveIncoming, shownPath } from './routes/incoming-route';
import type { Metrics } from './routes/metrics';
import { serveMetrics } from './routes/metrics-route';
import { serveExports } from './routes/request-export-route';
import { serveSchema } from './routes/schema-route';
import { serveWebhookKeys } from './routes/webhook-keys-route';
import { createRefusedSignIns } from './sign-in/audit-refused-sign-ins';
import { serveBackChannelLogout } from './sign-in/back-channel-logout-route';
import { createIdentityProvider } from './sign-in/identity-provider';
import { serveOpenId } from './sign-in/openid-route';
import { serveSignIn } from './sign-in/sign-in-route';
import { serveEventStreams, streamUrl } from './subscriptions/server-sent-events';
import type { WatchServer } from './subscriptions/watch-server';
import { isWebSocketUpgrade, serveWebSockets } from './subscriptions/web-socket';

export interface Api {
  apollo: ApolloServer<Context>;
  gate: Gate;
  quick: QuickAnswers;
  rates: RateLimits;
  watching: WatchServer;
  receiver: Receiver;
  readingDb: Db;
  services: Services;
  /** Called at the first request for it. */
  sdl(): string;
  /** null: the pages were not built. */
  dashboard: DashboardFiles | null;
}

/** The paths without a key. */
export interface Monitoring {
  /** A connection of its own, so that these requests delay nothing else. */
  source: DataSource;
  metrics: Metrics;
  rates: RateLimits;
  backlog: BacklogState;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** @param api null for a worker, which serves only health and metrics. */
export async function createHttpServer(
  config: Config,
  log: Log,
  source: DataSource,
  monitoring: Monitoring,
  api: Api | null,
): Promise<FastifyInstance> {
  const server = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    requestTimeout: 30_000,
    // refuse-while-closing.ts answers these requests, in the form of all errors
    return503OnClosing: false,
    // refuse-framing.ts answers requests without a host, in the form of all errors
    http: { shouldUpgradeCallback: isWebSocketUpgrade, requireHostHeader: false },
    rewriteUrl: streamUrl,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (error, request, reply) => answerError(error, request, nameRequest(request, reply)),
    genReqId: () => newId(),
    // the id of a caller may be the id of another request
    childLoggerFactory: (logger, bindings, options, { headers }) => {
      const given = headers['x-request-id'];
      const isGiven = typeof given === 'string' && REQUEST_ID.test(given);
      const named = isGiven ? { ...bindings, callerRequestId: given } : bindings;
      return lazyLog(() => logger.child(named, options) as Log);
    },
  });
  server.addHook('onRequest', (request, reply, done) => {
    nameRequest(request, reply);
    done();
  });
  if (log.isLevelEnabled('debug')) server.addHook('onResponse', logAnswer);
  refuseFraming(server);
  refuseWhileClosing(server);
  closeUnusedConnections(server);
  answerErrorsAsJson(server);
  const countVisit = async ({ ip }: FastifyRequest) => monitoring.rates.countVisit(ip);
  monitoring.metrics.showReadiness(serveHealth(server, monitoring, countVisit));
  serveMetrics(server, monitoring.metrics, countVisit);
  if (!api) return server;
  await serveApi(server, config, source, api);
  serveWebhookKeys(server, monitoring.source, countVisit);
  serveEvidenceFiles(server, monitoring.source, countVisit);
  if (config.graphiql) serveGraphiQL(server, countVisit);
  serveDashboard(server, api.dashboard, countVisit);
  return server;
}

async function logAnswer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { method, url, ip } = request;
  const fields = {
    method,
    path: shownPath(url),
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
    ip,
  };
  request.log.debug(fields, 'answered');
}

function nameRequest(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
}

async function serveApi(server: FastifyInstance, config: Config, source: DataSource, api: Api): Promise<void> {
  const { rates, services } = api;
  if (config.corsOrigins.length > 0) {
    const exposedHeaders = ['x-request-id', 'retry-after'];
    await server.register(cors, { origin: config.corsOrigins, exposedHeaders, maxAge: 600 });
  }
  server.decorateRequest('viewer', null);
  server.decorateRequest('optimisticAuth', null);
  server.decorateRequest('viewerReading', null);
  server.decorateRequest('slot', null);
  server.decorate('rates', rates);
  server.decorate('auditNotes', services.auditNotes);
  server.decorate('ownPages', createOwnPages(config.publicUrl));
  serveIncoming(server, { ...config, ownUrl: services.ownUrl }, api.receiver);
  // calls of partners, which come in large numbers, have neither a viewer nor cookies
  await server.register((scope) => serveViewers(scope, config, source, api));
}

/** All routes that read the key or the session of the caller. */
async function serveViewers(server: FastifyInstance, config: Config, source: DataSource, api: Api): Promise<void> {
  const { apollo, gate, quick, watching, services } = api;
  server.addHook('preHandler', readViewerAgain);
  await server.register(cookie);
  const readJson = readJsonBodies(server);
  const limiter = createConcurrencyLimiter(config.rateLimits.requestsAtOnce);
  const authCache = config.databaseReplicaUrl === null ? createAuthCache() : null;
  serveGraphQL(server, { apollo, gate, quick, limiter, source, services, authCache });
  await serveEvents(server, { source, limiter, publisher: services.publisher, authCache, readJson });
  serveEventStreams(server, watching);
  serveWebSockets(server, watching);
  serveExports(server, source, api.readingDb, services.maskingRules);
  serveAuditExport(server, source, services.maskingRules);
  const refused = createRefusedSignIns(source.manager, server.log as Log);
  const { identityProvider, publicUrl } = config;
  const provider = identityProvider && createIdentityProvider(identityProvider, publicUrl as string, server.log);
  serveSignIn(server, { source, refused, provider });
  serveOpenId(server, { source, refused, provider, createUsers: identityProvider?.createUsers ?? false });
  serveBackChannelLogout(server, { source, refused, provider });
  serveSchema(server, source, gate, api.sdl);
}
