import type { FastifyInstance } from 'fastify';
import type { DataSource } from 'typeorm';
import type { Config } from '../config';
import {
  BY_ID_PLANS,
  createDataSource,
  FOR_ANSWERING,
  FOR_MONITORING,
  FOR_READING,
  FOR_RECEIVING,
  FOR_WATCHING,
} from '../database/data-source';
import { openDatabase, warnOfPowerfulLogin } from '../database/database';
import { type DatabaseClock, followDatabaseClock } from '../database/database-clock';
import { migrate } from '../database/migrate';
import { startWithDatabase } from '../database/start-with-database';
import { startWorker } from '../delivery/attempt/worker';
import { startBacklogDispatcher } from '../delivery/capacity/backlog-dispatcher';
import { createWorkerCapacity } from '../delivery/capacity/worker-capacity';
import { openDeliveriesWith } from '../delivery/commands/webhook-changes';
import { startDecidingPending } from '../delivery/fan-out/pending-decisions';
import { startRelay } from '../delivery/fan-out/relay';
import { createSender } from '../delivery/http/send';
import { type DeliveryQueue, startQueue } from '../delivery/queue/queue';
import { createPublisher } from '../events/publisher';
import { createFaultLog } from '../fault-log';
import { createGuessLimit } from '../incoming/explaining/guess-limit';
import { createReceiver } from '../incoming/receive';
import { createDeliveryActivity } from '../jobs/delivery-activity';
import { startFollowing } from '../jobs/follow-log';
import { startMaintenance } from '../jobs/maintenance';
import { createNotifier } from '../jobs/notifier';
import { startNotifyListener } from '../jobs/notify-listener';
import { createKeyring, type Keyring } from '../keyring/keyring';
import type { Log } from '../log';
import { startReplayLoop } from '../replay/replay-loop';
import { createTail } from '../request-log/watch/tail';
import { createRateLimits } from '../server/edge/rate-limits';
import { createApollo } from '../server/graphql/apollo';
import { createExecutor } from '../server/graphql/executor';
import { createGate } from '../server/graphql/graphql-gate';
import { trustedDocumentsFor } from '../server/graphql/trusted-documents';
import { createHttpServer } from '../server/http-server';
import { createMetrics, type Metrics } from '../server/routes/metrics';
import { createSchema, printApi } from '../server/schema/schema';
import { createWatchServer } from '../server/subscriptions/watch-server';
import { createPipelines } from '../sql/pipelines';
import { pipelinedTransactions } from '../sql/transactions';
import { ensureFirstAdministrator } from '../users/first-administrator';
import { createExplain } from '../verification/explaining/explain-apart';
import type { TargetPolicy } from '../webhooks/request/target-url';
import { refuseUnknownKeys } from './refuse-unknown-keys';
import { type Stop, stopAll, stopTogether, stopWithin } from './stops';
import { targetPolicyOf } from './target-policy';

export interface App {
  /** The address of the API; null: this process has none. */
  url: string | null;
  /** The key of the first SYSTEM_MANAGER, at the first start without ADMIN_API_KEY: to be shown once. */
  adminToken: string | null;
  /** Resolves if the application cannot continue, and only then. */
  lost: Promise<Error>;
  /** Finishes the work in progress, or hands it back, and closes everything. */
  stop(): Promise<void>;
}

/** Upper limit of a stop, even if a part does not answer: a supervisor kills the process next. */
const STOP_MS = 10_000;
/** The time for attempts on the wire to end. The rest of the stop is for writing their outcomes. */
const GRACE_MS = 7_500;

/** Starts all parts of this process. Nothing is left running if it fails. */
export async function startApp(config: Config, log: Log): Promise<App> {
  const stops: Stop[] = [];
  const stop = () => stopWithin(STOP_MS, stops, () => log.warn('not everything has stopped in time'));
  // made once, in whichever try of the start
  const administrator: Administrator = { token: null };
  const { promise: lost, resolve: onLost } = Promise.withResolvers<Error>();
  return startWithDatabase(config, log, async () => {
    try {
      const url = await startParts(config, log, stops, administrator, onLost);
      return { url, adminToken: administrator.token, lost, stop };
    } catch (error) {
      await stop().catch((fault: unknown) => log.warn({ err: fault }, 'after the failed start'));
      throw error;
    }
  });
}

interface Administrator {
  token: string | null;
}

// Each part pushes the function that stops it; parts stop in reverse order.
async function startParts(
  config: Config,
  log: Log,
  stops: Stop[],
  administrator: Administrator,
  onLost: (error: Error) => void,
): Promise<string | null> {
  const policy = targetPolicyOf(config);
  const database = await openDatabase(config, log, onLost);
  stops.push(database.stop);
  await migrate(database.ownerUrl, database.servingUrl, database.cluster);

  const source = await createDataSource(database.servingUrl, { name: 'serve', poolSize: 12 }).initialize();
  stops.push(() => source.destroy());
  const clock = await followDatabaseClock(source, log);
  stops.push(() => clock.stop());
  await warnOfPowerfulLogin(source, log);
  const keyring = createKeyring(database.encryptionKeys);
  await refuseUnknownKeys(source, keyring);
  administrator.token ??= await source.transaction((db) => ensureFirstAdministrator(db, config.adminApiKey));

  const isWorker = config.processes.has('worker');
  const queue = await startQueue(database.servingUrl, {
    supervise: isWorker,
    onError: createFaultLog((error, unwritten) => log.warn({ err: error, unwritten }, 'the queue reports an error')),
  });
  stops.push(() => queue.stop());

  const monitor = await createDataSource(database.servingUrl, FOR_MONITORING).initialize();
  stops.push(() => monitor.destroy());
  const metrics = createMetrics(monitor);
  const delivering: Stop[] = [];
  const serving: Stop[] = [];
  const groups = [delivering, serving].map(
    (group): Stop =>
      (late) =>
        stopAll(group, late),
  );
  // together, so that slow callers take no time from attempts
  stops.push((late) => stopTogether(groups, late));
  const { servingUrl: url } = database;
  if (isWorker) await startDelivering({ source, clock, queue, keyring, policy, metrics, log, url }, delivering);
  return serve(config, log, { source, monitor, queue, keyring, policy, metrics, databaseUrl: url }, serving);
}

interface Parts {
  source: DataSource;
  monitor: DataSource;
  queue: DeliveryQueue;
  keyring: Keyring;
  policy: TargetPolicy;
  metrics: Metrics;
  databaseUrl: string;
}

async function startDelivering(
  parts: Omit<Parts, 'databaseUrl' | 'monitor'> & { clock: DatabaseClock; log: Log; url: string },
  stops: Stop[],
): Promise<void> {
  const { source, clock, queue, keyring, policy, metrics, log, url } = parts;
  const options = { name: 'deliver', poolSize: 6, settings: BY_ID_PLANS, pipeline: true };
  const deliver = await createDataSource(url, options).initialize();
  stops.push(() => deliver.destroy());
  const transaction = pipelinedTransactions(deliver);
  const sender = createSender(policy);
  stops.push(() => sender.stop());
  const capacity = createWorkerCapacity();
  const delivering = createDeliveryActivity();
  const loops: Stop[] = [];
  stops.push((late) => stopTogether(loops, late));
  const worker = startWorker({
    transaction,
    queue,
    keyring,
    sender,
    capacity,
    log,
    onAttemptEnded(outcome, durationMs) {
      delivering.note();
      metrics.attemptEnded(outcome, durationMs);
    },
    onWaiting: () => dispatcher.wake(),
    onSlotFreed: (webhookId) => dispatcher.slotFreed(webhookId),
  });
  loops.push(() => worker.stop(GRACE_MS));
  const dispatcher = startBacklogDispatcher({
    db: deliver.manager,
    transaction,
    queue,
    log,
    freeFor: capacity.freeFor,
    onDispatched: worker.wake,
  });
  loops.push(() => dispatcher.stop());
  const onDecided = () => {
    delivering.note();
    worker.wake();
  };
  const pending = startDecidingPending({ transaction, queue, log, onDecided });
  loops.push(() => pending.stop());
  const relay = startRelay({
    db: deliver.manager,
    transaction,
    queue,
    log,
    onFannedOut: onDecided,
    onPending: pending.wake,
  });
  loops.push(() => relay.stop());
  const replays = startReplayLoop({ transaction, queue, log, onReplayed: worker.wake });
  loops.push(() => replays.stop());
  const following = await startFollowing(url, log, delivering.isUnderWay);
  loops.push(() => following.stop());
  const maintenance = startMaintenance(source, clock, keyring, log);
  loops.push(() => maintenance.stop());
  const wakeUp = startNotifyListener(url, log, (what) => {
    if (what !== 'deliveries') relay.wake();
    if (what !== 'events') {
      worker.wake();
      dispatcher.wake();
    }
  });
  loops.push(() => wakeUp.stop());
}

async function serve(config: Config, log: Log, parts: Parts, stops: Stop[]): Promise<string | null> {
  if (config.port === null) return null;
  const { source, queue, keyring, policy, metrics } = parts;
  const isApi = config.processes.has('api');
  const schema = createSchema();
  const rates = createRateLimits(config.rateLimits);
  const gate = createGate(schema, rates, trustedDocumentsFor(config, schema, log));
  const readingUrl = config.databaseReplicaUrl ?? parts.databaseUrl;
  const reading = await createDataSource(readingUrl, FOR_READING).initialize();
  stops.push(() => reading.destroy());
  const answering = await createDataSource(readingUrl, FOR_ANSWERING).initialize();
  stops.push(() => answering.destroy());
  const pipelines = createPipelines(readingUrl, FOR_ANSWERING.settings);
  stops.push(() => pipelines.stop());
  const executor = createExecutor(schema, {
    readPlans: config.readPlans,
    readingDb: reading.manager,
    answering: { db: answering.manager, pipelines },
  });
  const apollo = createApollo(schema, executor, log, gate);
  const announcer = createNotifier(source, log);
  stops.push(() => announcer.stop());
  const watchSource = await createDataSource(parts.databaseUrl, FOR_WATCHING).initialize();
  stops.push(() => watchSource.destroy());
  const requestTail = createTail(watchSource.manager, log);
  stops.push(() => requestTail.stop());
  const receiving = await createDataSource(parts.databaseUrl, FOR_RECEIVING).initialize();
  stops.push(() => receiving.destroy());
  const transaction = pipelinedTransactions(receiving);
  const publisher = createPublisher(transaction, announcer.announce);
  stops.push(publisher.idle);
  const receiver = createReceiver({
    db: receiving.manager,
    transaction,
    keyring,
    log,
    announceEvents: announcer.announce,
    onReceived: metrics.callReceived,
  });
  stops.push(() => receiver.stop());
  let ownUrl = config.publicUrl;
  const services = {
    webhookRules: { keyring, targetPolicy: policy, clientCertHeader: config.clientCertHeader },
    addressOfToken: (token: string) => `${ownUrl ?? ''}/in/${token}`,
    requestTail,
    openDeliveries: openDeliveriesWith(queue),
    deliveryQueue: queue,
    publisher,
    explaining: { explain: createExplain(), guesses: createGuessLimit(config.rateLimits.wrongKeysPerMinute) },
  };
  await apollo.start();
  stops.push(() => apollo.stop());
  const { corsOrigins } = config;
  const watching = createWatchServer({ schema, gate, rates, source: watchSource, services, corsOrigins, log });
  stops.push(async () => watching.keys.stop());
  const api = isApi
    ? { apollo, gate, rates, watching, receiver, readingDb: reading.manager, services, sdl: () => printApi(schema) }
    : null;
  const server = await createHttpServer(config, log, source, { source: parts.monitor, metrics, rates }, api);
  stops.push(() => server.close());
  const url = await listen(server, config);
  ownUrl ??= url;
  return isApi ? url : null;
}

async function listen(server: FastifyInstance, config: Config): Promise<string> {
  await server.listen({ port: config.port ?? 0, host: config.host });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no TCP port');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host === '0.0.0.0' || host === '[::]' ? 'localhost' : host}:${address.port}`;
}
