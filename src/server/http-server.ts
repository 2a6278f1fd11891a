import type { ApolloServer } from '@apollo/server';
import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
  type onRequestAsyncHookHandler,
} from 'fastify';
import type { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import type { Context, Services } from '../graphql/context';
import type { Receiver } from '../incoming/receive';
import { type Log, lazyLog } from '../logging/log';
import type { Db } from '../sql/db';
import type { ReadSystemHealth } from '../system/system-health';
import { createAuthCache } from '../users/auth-cache';
import { newId } from '../values/ids';
import { type DashboardFiles, serveDashboard } from './dashboard/dashboard-route';
import { closeOldestConnections, closeUnusedConnections, refuseWhileClosing } from './edge/closing';
import { createConcurrencyLimiter } from './edge/concurrency-limiter';
import { createOwnPages, refuseFraming } from './edge/cross-site';
import { answerError, answerErrorsAsJson, answerUnreadable } from './edge/http-errors';
import { decideOnPageHeaders } from './edge/page-headers';
import type { RateLimits } from './edge/rate-limits';
import { readJsonBodies } from './edge/read-body';
import { readViewerAgain } from './edge/read-viewer';
import { countRequests, type RequestMetrics } from './edge/request-metrics';
import { traceRequests } from './edge/trace-requests';
import { serveGraphiQL } from './graphql/graphiql-route';
import type { Gate } from './graphql/graphql-gate';
import { serveGraphQL } from './graphql/graphql-route';
import type { KnownDocuments } from './graphql/known-documents';
import { serveEvents } from './publishing/events-route';
import { serveAuditExport } from './routes/audit-entries-route';
import { serveEvidenceFiles, serveSchema, serveWebhookKeys } from './routes/files-routes';
import { type BacklogState, serveReadiness } from './routes/health-route';
import { serveIncoming, shownPath } from './routes/incoming-route';
import { serveMailLinks } from './routes/mail-links-route';
import { type Metrics, serveMetrics } from './routes/metrics';
import { serveExports } from './routes/request-export-route';
import { createIdentityProvider } from './sign-in/identity-provider';
import { createRefusedSignIns, serveBackChannelLogout, serveOpenId, serveSignIn } from './sign-in/sign-in-route';
import { STREAM_PATH, serveEventStreams, streamUrl } from './subscriptions/server-sent-events';
import type { WatchServer } from './subscriptions/watch-server';
import { isWebSocketUpgrade, serveWebSockets } from './subscriptions/web-socket';

export interface Api {
  apollo: ApolloServer<Context>;
  gate: Gate;
  quick: KnownDocuments;
  rates: RateLimits;
  watching: WatchServer;
  receiver: Receiver;
  readingDb: Db;
  services: Services;
  onAnswered: RequestMetrics['requestAnswered'];
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
  health: ReadSystemHealth;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** What listens on PORT. @param api null for a worker, which serves only health and metrics. */
export async function createHttpServer(
  config: Config,
  log: Log,
  source: DataSource,
  monitoring: Monitoring,
  api: Api | null,
): Promise<FastifyInstance> {
  const server = createServer(config, log);
  const countVisit = serveMonitors(server, monitoring, config.monitorPort === null);
  if (!api) return server;
  await serveApi(server, config, source, api);
  serveWebhookKeys(server, monitoring.source, countVisit);
  serveEvidenceFiles(server, monitoring.source, countVisit);
  if (config.graphiql) serveGraphiQL(server, countVisit);
  serveDashboard(server, api.dashboard, countVisit);
  return server;
}

/** Of several monitors and probes, each with a few connections. */
const MONITOR_CONNECTIONS = 100;

/** What listens on MONITOR_PORT. */
export function createMonitorServer(config: Config, log: Log, monitoring: Monitoring): FastifyInstance {
  const server = createServer(config, log, { forceCloseConnections: true });
  closeOldestConnections(server, MONITOR_CONNECTIONS);
  serveMonitors(server, monitoring, true);
  return server;
}

/** @returns counts the visits of an address to a path without a key */
function serveMonitors(
  server: FastifyInstance,
  { rates, health, backlog, metrics }: Monitoring,
  withMetrics: boolean,
): onRequestAsyncHookHandler {
  const countVisit = async ({ ip }: FastifyRequest) => rates.countVisit(ip);
  serveReadiness(server, health, backlog, countVisit);
  if (withMetrics) serveMetrics(server, metrics, countVisit);
  return countVisit;
}

function createServer(
  config: Config,
  log: Log,
  options: Pick<FastifyServerOptions, 'forceCloseConnections'> = {},
): FastifyInstance {
  const server = fastify({
    ...options,
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    requestTimeout: 30_000,
    // closing.ts answers these requests, in the form of all errors
    return503OnClosing: false,
    // cross-site.ts answers requests without a host, in the form of all errors
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
  decideOnPageHeaders(server, config.publicUrl);
  refuseFraming(server);
  refuseWhileClosing(server);
  closeUnusedConnections(server);
  answerErrorsAsJson(server);
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
  if (config.mail) {
    const { keyring } = services.webhookRules;
    serveMailLinks(server, { source, keyring }, async ({ ip }) => rates.countVisit(ip));
  }
  serveIncoming(server, { ...config, ownUrl: services.ownUrl }, api.receiver);
  // calls of partners, which come in large numbers, have neither a viewer nor cookies
  await server.register((scope) => serveViewers(scope, config, source, api));
}

/** All routes that read the key or the session of the caller. */
async function serveViewers(server: FastifyInstance, config: Config, source: DataSource, api: Api): Promise<void> {
  const { apollo, gate, quick, watching, services } = api;
  traceRequests(server, STREAM_PATH);
  countRequests(server, api.onAnswered, STREAM_PATH);
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
