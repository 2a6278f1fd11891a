import type { FastifyInstance } from 'fastify';
import { type Config, ConfigError } from '../config/config';
import { watchCommits } from '../database/commits';
import { warnOfFewConnections } from '../database/connection-limits';
import { createDataSource, type DataSourceOptions } from '../database/data-source';
import { openDatabase, refusePowerfulLogin } from '../database/database';
import { followDatabaseClock } from '../database/database-clock';
import { approvalRulesOf, migrate } from '../database/migrate';
import { DELIVER, MEASURING, MONITOR, SEALING, SERVE } from '../database/pools';
import { refusePooler } from '../database/refuse-pooler';
import { startWithDatabase } from '../database/start-with-database';
import { watchBacklog } from '../delivery/queue/backlog-limit';
import { createKeyring } from '../keyring/keyring';
import type { Log } from '../log';
import { journalAt, noJournal, refuseUnwritableJournal } from '../privacy/erasing/journal';
import { repeatErasures } from '../privacy/erasing/repeat-erasures';
import { createRateLimits } from '../server/edge/rate-limits';
import { createHttpServer } from '../server/http-server';
import { createMetrics } from '../server/routes/metrics';
import { PoolShare } from '../sql/pool-share';
import { pipelinedTransactions } from '../sql/transactions';
import { ensureFirstAdministrator } from '../users/api-keys/first-administrator';
import { anchorSettingsOf } from './anchor-settings';
import { lostLogLines } from './log-output';
import { mostConnections, poolSizes } from './pool-sizes';
import type { Parts } from './process-parts';
import { refuseMissingEncryptionKeys } from './refuse-missing-encryption-keys';
import { startApi } from './start-api';
import { type Delivering, startDelivering } from './start-delivering';
import { startIndexing } from './start-indexing';
import { STOP_MS, type Stop, stopAll, stopTogether, stopWithin } from './stops';
import { targetPolicyOf } from './target-settings';

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
  const database = await openDatabase(config, log, onLost);
  stops.push({ part: 'database', stop: database.stop });
  await migrate(database.ownerUrl, database.servingUrl, database.cluster, approvalRulesOf(config));

  const { servingUrl: url } = database;
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
  const adminToken = await source.transaction((db) => ensureFirstAdministrator(db, config.adminApiKey, log));
  if (adminToken !== null) showAdminToken(adminToken);

  const isWorker = config.processes.has('worker');
  const deliver = await open({ ...DELIVER, poolSize: sizes.deliver });
  await refusePooler(deliver);
  const monitor = await open(MONITOR);
  const metrics = createMetrics(new PoolShare(monitor, MEASURING), log);
  metrics.showLostLogLines(lostLogLines);
  const journal = config.erasureJournalFile === null ? noJournal : journalAt(config.erasureJournalFile, log);
  const parts: Parts = { source, deliver, monitor, keyring, policy, metrics, log, url };
  const transaction = pipelinedTransactions(deliver, SEALING);
  const erasing = { db: deliver.manager, transaction, journal };
  // before anything of it is sent or read
  const repeated = await repeatErasures(erasing);
  if (repeated > 0) log.warn({ repeated }, 'rows of a restored backup were erased again, as the journal says');
  const isIndexer = config.processes.has('indexer');
  const commits = isWorker || isIndexer ? watchCommits(deliver, log) : null;
  stops.push({ part: 'watch of commits', stop: async () => commits?.stop() });
  const delivering: Stop[] = [];
  const indexing: Stop[] = [];
  const serving: Stop[] = [];
  const groups = [delivering, indexing, serving].map(
    (group): Stop => ({ part: null, stop: (deadline) => stopAll(group, deadline) }),
  );
  // together, so that slow callers take no time from attempts
  stops.push({ part: null, stop: (deadline) => stopTogether(groups, deadline) });
  const worker = commits && isWorker ? startDelivering(parts, clock, commits, delivering) : null;
  if (commits && isIndexer) startIndexing(config, parts, { anchors, erasing, commits }, indexing);
  return config.port === null ? null : serve(config, config.port, parts, worker, serving);
}

async function serve(
  config: Config,
  port: number,
  parts: Parts,
  worker: Delivering | null,
  stops: Stop[],
): Promise<string | null> {
  const { source, monitor, metrics, log } = parts;
  const rates = createRateLimits(config.rateLimits);
  const backlog = watchBacklog(source.manager, config.backlogLimits, log);
  stops.push({ part: 'backlog limit', stop: () => backlog.stop() });
  metrics.showBacklog(backlog);
  const own = { url: config.publicUrl };
  const isApi = config.processes.has('api');
  const api = isApi ? await startApi(config, parts, { backlog, rates, own, worker }, stops) : null;
  const server = await createHttpServer(config, log, source, { source: monitor, metrics, rates, backlog }, api);
  stops.push({ part: 'HTTP server', stop: () => server.close() });
  const url = await listen(server, port, config.host);
  own.url ??= url;
  return isApi ? url : null;
}

const LISTEN_PROBLEMS: Record<string, (port: number, host: string) => string> = {
  EADDRINUSE: (port) => `PORT: another program already listens on ${port}. Stop it, or name another port.`,
  EACCES: (port) => `PORT: this user must not listen on ${port}. Name a port above 1023.`,
  EADDRNOTAVAIL: (_port, host) =>
    `HOST: ${host} is not an address of this machine. Name one of its addresses, or 0.0.0.0 for all.`,
  ENOTFOUND: unresolved,
  EAI_AGAIN: unresolved,
};

function unresolved(_port: number, host: string): string {
  return `HOST: the name ${host} cannot be resolved. Name an address of this machine, or 0.0.0.0 for all.`;
}

async function listen(server: FastifyInstance, port: number, host: string): Promise<string> {
  try {
    await server.listen({ port, host });
  } catch (error) {
    const problem = LISTEN_PROBLEMS[(error as NodeJS.ErrnoException).code ?? ''];
    throw problem ? new ConfigError([problem(port, host)]) : error;
  }
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no TCP port');
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${shown === '0.0.0.0' || shown === '[::]' ? 'localhost' : shown}:${address.port}`;
}
