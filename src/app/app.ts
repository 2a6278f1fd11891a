import type { FastifyInstance } from 'fastify';
import type { DataSource } from 'typeorm';
import { type Config, ConfigError } from '../config/config';
import { createDataSource, type DataSourceOptions } from '../database/data-source';
import { openDatabase, refusePowerfulLogin } from '../database/database';
import { followDatabaseClock } from '../database/database-clock';
import { approvalRulesOf, migrate } from '../database/migrate';
import { mostConnections, poolSizes } from '../database/pool-sizes';
import { DELIVER, MEASURING, MONITOR, SEALING, SERVE, warnOfFewConnections } from '../database/pools';
import { checkReadiness, refusePooler } from '../database/readiness';
import { startWithDatabase } from '../database/start-with-database';
import { pauseDeliveries } from '../delivery/pause/deliveries-pause.store';
import { watchBacklog } from '../delivery/queue/backlog-limit';
import { createKeyring } from '../keyring/keyring';
import type { Log } from '../logging/log';
import { tellManagers } from '../mail/installation-notices.store';
import { journalAt, noJournal, refuseUnwritableJournal } from '../privacy/erasing/journal';
import { repeatErasures } from '../privacy/erasing/repeat-erasures';
import { createRateLimits } from '../server/edge/rate-limits';
import { createHttpServer, createMonitorServer } from '../server/http-server';
import { cached } from '../server/routes/files-routes';
import { createMetrics } from '../server/routes/metrics';
import { PoolShare } from '../sql/session-pool';
import { pipelinedTransactions } from '../sql/transactions';
import { createStandbyLag } from '../system/standby-lag.store';
import { readSystemHealth } from '../system/system-health';
import { spanCounts } from '../tracing/span';
import { startTracing } from '../tracing/tracing';
import { ensureFirstAdministrator } from '../users/api-keys/first-administrator';
import { lostLogLines } from './log-output';
import { anchorSettingsOf, refuseMissingEncryptionKeys, targetPolicyOf } from './settings';
import { startApi, type WatchedStandby } from './start-api';
import { type Delivering, type Parts, startDelivering, startIndexing } from './start-workers';
import { STOP_MS, type Stop, stopAll, stopTogether, stopWithin } from './stopping';

export interface App {
  /** The address of the API; null: this process has none. */
  url: string | null;
  /** Resolves if the application cannot continue, and only then. */
  lost: Promise<Error>;
  /**
   * Finishes the work in progress, or hands it back, and closes everything.
   * @returns the parts that have not stopped within 10 s
   */
  stop(): Promise<string[]>;
}

/** Called with the key of the first SYSTEM_MANAGER, which the first start without ADMIN_API_KEY creates. */
export type ShowAdminToken = (token: string) => void;

/**
 * Starts all parts of this process. Nothing is left running if it fails.
 * @param showAdminToken called as soon as the key exists: a start that then fails must not lose it
 */
export async function startApp(
  config: Config,
  log: Log,
  showAdminToken: ShowAdminToken = () => undefined,
): Promise<App> {
  const stops: Stop[] = [];
  const stop = () => stopWithin(STOP_MS, stops);
  const { promise: lost, resolve: onLost } = Promise.withResolvers<Error>();
  return startWithDatabase(config, log, async () => {
    try {
      const url = await startParts(config, log, stops, showAdminToken, onLost);
      return { url, lost, stop };
    } catch (error) {
      await stop().catch((fault: unknown) => log.warn({ err: fault }, 'after the failed start'));
      throw error;
    }
  });
}

// Each part pushes the function that stops it; parts stop in reverse order.
async function startParts(
  config: Config,
  log: Log,
  stops: Stop[],
  showAdminToken: ShowAdminToken,
  onLost: (error: Error) => void,
): Promise<string | null> {
  const policy = targetPolicyOf(config);
  const anchors = await anchorSettingsOf(config);
  if (config.erasureJournalFile !== null) await refuseUnwritableJournal(config.erasureJournalFile);
  if (config.tracing) stops.push({ part: 'traces', stop: await startTracing(config.tracing, log) });
  const database = await openDatabase(config, log, onLost);
  stops.push({ part: 'database', stop: database.stop });
  const { ownerUrl, servingUrl: url, cluster } = database;
  await migrate(ownerUrl, url, { cluster, rules: approvalRulesOf(config), log });

  const sizes = poolSizes(config);
  const open = async (options: DataSourceOptions) => {
    const pool = await createDataSource(url, options).initialize();
    stops.push({ part: `${options.name} connections`, stop: () => pool.destroy() });
    return pool;
  };
  const source = await open({ ...SERVE, poolSize: sizes.serve });
  const clock = await followDatabaseClock(source, log);
  stops.push({ part: 'clock', stop: () => clock.stop() });
  await refusePowerfulLogin(source, config, log);
  await warnOfFewConnections(source, mostConnections(config), log);
  const keyring = createKeyring(database.encryptionKeys);
  await refuseMissingEncryptionKeys(source, keyring);
  if (config.startPaused) await startPaused(source, log);
  const adminToken = await source.transaction((db) => ensureFirstAdministrator(db, config.adminApiKey, log));
  if (adminToken !== null) showAdminToken(adminToken);

  const isWorker = config.processes.has('worker');
  const deliver = await open({ ...DELIVER, poolSize: sizes.deliver });
  await refusePooler(deliver);
  const monitor = await open(MONITOR);
  const metrics = createMetrics(new PoolShare(monitor, MEASURING), log);
  metrics.showLostLogLines(lostLogLines);
  metrics.showSpans(spanCounts);
  metrics.showPool(SERVE.name, source);
  metrics.showPool(DELIVER.name, deliver);
  metrics.showPool(MONITOR.name, monitor);
  const journal = config.erasureJournalFile === null ? noJournal : journalAt(config.erasureJournalFile, log);
  const parts: Parts = { source, deliver, monitor, keyring, policy, metrics, log, url };
  const transaction = pipelinedTransactions(deliver, SEALING);
  const erasing = { db: deliver.manager, transaction, journal };
  // before anything of it is sent or read
  const repeated = await repeatErasures(erasing);
  if (repeated > 0) log.warn({ repeated }, 'rows of a restored backup were erased again, as the journal says');
  const isIndexer = config.processes.has('indexer');
  const delivering: Stop[] = [];
  const indexing: Stop[] = [];
  const serving: Stop[] = [];
  const groups = [delivering, indexing, serving].map(
    (group): Stop => ({ part: null, stop: (deadline) => stopAll(group, deadline) }),
  );
  // together, so that slow callers take no time from attempts
  stops.push({ part: null, stop: (deadline) => stopTogether(groups, deadline) });
  const worker = isWorker ? startDelivering(config, parts, clock, delivering) : null;
  if (isIndexer) startIndexing(config, parts, { anchors, erasing }, indexing);
  return config.port === null && config.monitorPort === null ? null : serve(config, parts, worker, serving);
}

/** Before any loop starts: what a restored backup has to send may have been sent before. */
async function startPaused(source: DataSource, log: Log): Promise<void> {
  const { since, reason } = await source.transaction((db) => pauseDeliveries(db, null, 'START_PAUSED is on'));
  log.warn({ since, reason }, 'all deliveries are paused: nothing is sent before resumeDeliveries');
}

/** Callers of `/readyz` need no key, so they may ask at any rate. */
const HEALTH_KEPT_MS = 1_000;

async function serve(config: Config, parts: Parts, worker: Delivering | null, stops: Stop[]): Promise<string | null> {
  const { source, monitor, metrics, log } = parts;
  const rates = createRateLimits(config.rateLimits);
  const onRefused = config.mail
    ? (reason: string) => tellManagers(source.manager, 'PUBLISHING_REFUSED', { reason })
    : undefined;
  const backlog = watchBacklog(source.manager, config.backlogLimits, log, onRefused);
  stops.push({ part: 'backlog limit', stop: () => backlog.stop() });
  metrics.showBacklog(backlog);
  const isApi = config.processes.has('api');
  const replicaUrl = isApi ? config.databaseReplicaUrl : null;
  const standby = replicaUrl === null ? null : watchStandby(replicaUrl, monitor, stops);
  const sources = {
    db: monitor.manager,
    checkDatabase: () => checkReadiness(monitor),
    refusal: backlog.refusal,
    standbyLag: standby?.lag ?? null,
  };
  const health = cached(HEALTH_KEPT_MS, () => readSystemHealth(sources));
  const own = { url: config.publicUrl };
  const api = isApi ? await startApi(config, parts, { backlog, health, rates, own, standby, worker }, stops) : null;
  const monitoring = { source: monitor, metrics, rates, backlog, health };
  metrics.showReadiness(health);
  let url: string | null = null;
  if (config.port !== null) {
    const server = await createHttpServer(config, log, source, monitoring, api);
    stops.push({ part: 'HTTP server', stop: () => server.close() });
    url = await listen(server, 'PORT', config.port, config.host);
    own.url ??= url;
  }
  if (config.monitorPort !== null) {
    // a proxy's callers of PORT must not use up what a monitor on its machine may read
    const server = createMonitorServer(config, log, { ...monitoring, rates: createRateLimits(config.rateLimits) });
    // it stops first, so that load balancers that ask it learn of the stop at once
    stops.push({ part: 'HTTP server of MONITOR_PORT', stop: () => server.close() });
    await listen(server, 'MONITOR_PORT', config.monitorPort, config.host);
  }
  return isApi ? url : null;
}

/** By a connection of its own: those that read may all be in use. */
function watchStandby(url: string, primary: DataSource, stops: Stop[]): WatchedStandby {
  const connection = createDataSource(url, { ...MONITOR, name: 'standby', poolSize: 1 });
  stops.push({ part: 'standby connection', stop: async () => connection.isInitialized && connection.destroy() });
  return { url, connection, lag: createStandbyLag(primary.manager, connection) };
}

type PortSetting = 'PORT' | 'MONITOR_PORT';

const LISTEN_PROBLEMS: Record<string, (setting: PortSetting, port: number, host: string) => string> = {
  EADDRINUSE: (setting, port) =>
    `${setting}: another program already listens on ${port}. Stop it, or name another port.`,
  EACCES: (setting, port) => `${setting}: this user must not listen on ${port}. Name a port above 1023.`,
  EADDRNOTAVAIL: (_setting, _port, host) =>
    `HOST: ${host} is not an address of this machine. Name one of its addresses, or 0.0.0.0 for all.`,
  ENOTFOUND: unresolved,
  EAI_AGAIN: unresolved,
};

function unresolved(_setting: PortSetting, _port: number, host: string): string {
  return `HOST: the name ${host} cannot be resolved. Name an address of this machine, or 0.0.0.0 for all.`;
}

async function listen(server: FastifyInstance, setting: PortSetting, port: number, host: string): Promise<string> {
  try {
    await server.listen({ port, host });
  } catch (error) {
    const problem = LISTEN_PROBLEMS[(error as NodeJS.ErrnoException).code ?? ''];
    throw problem ? new ConfigError([problem(setting, port, host)]) : error;
  }
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no TCP port');
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${shown === '0.0.0.0' || shown === '[::]' ? 'localhost' : shown}:${address.port}`;
}
