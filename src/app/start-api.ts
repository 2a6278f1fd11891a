// The API: GraphQL, subscriptions, exports, and the calls of partners.
import type { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import { createDataSource } from '../database/data-source';
import { ANSWERING, acceptingWith, READ, readingBeside, watchingWith } from '../database/pools';
import { followStandby } from '../database/standby-route';
import { openDeliveries } from '../delivery/commands/open-deliveries';
import type { BacklogWatch } from '../delivery/queue/backlog-limit';
import { createPublisher } from '../events/publisher';
import { createGuessLimit } from '../incoming/explaining/explain-verification';
import { createReceiver } from '../incoming/receive';
import { startAuditNotes } from '../jobs/audit-loops';
import { createNotifier } from '../jobs/notifier';
import { createMaskingRules } from '../masking/masks-of-viewer';
import { allMaskingRules } from '../masking/rules/masking-rule.store';
import { createTail } from '../request-log/watch/tail';
import { readDashboardFiles } from '../server/dashboard/dashboard-route';
import { createOutageLog } from '../server/edge/http-errors';
import type { RateLimits } from '../server/edge/rate-limits';
import { createApollo } from '../server/graphql/apollo';
import { createExecutor, createNoteAnswer, type ExecutorOptions } from '../server/graphql/executor';
import { createGate } from '../server/graphql/graphql-gate';
import { createKnownDocuments } from '../server/graphql/known-documents';
import { trustedDocumentsFor } from '../server/graphql/trusted-documents';
import type { Api } from '../server/http-server';
import { printApi, sharedSchema } from '../server/schema/schema';
import { createWatchServer } from '../server/subscriptions/watch-server';
import { createPipelines } from '../sql/pipelines';
import { PoolShare } from '../sql/session-pool';
import { StandbyReads } from '../sql/standby-reads';
import type { StandbyLag } from '../system/standby-lag.store';
import type { ReadSystemHealth } from '../system/system-health';
import { createExplain } from '../verification/explaining/explain-apart';
import type { Delivering, Parts } from './start-workers';
import type { Stop } from './stopping';

/** The standby of DATABASE_REPLICA_URL. */
export interface WatchedStandby {
  url: string;
  /** The connection over which its lag is measured. */
  connection: DataSource;
  lag(): Promise<StandbyLag>;
}

export interface ApiEdge {
  backlog: BacklogWatch;
  health: ReadSystemHealth;
  rates: RateLimits;
  /** The URL at which partners call; null until the server listens. */
  own: { url: string | null };
  /** null: there is none. */
  standby: WatchedStandby | null;
  /** null: this process delivers nothing, and events are announced to other processes. */
  worker: Delivering | null;
}

export async function startApi(
  config: Config,
  parts: Parts,
  { backlog, health, rates, own, standby, worker }: ApiEdge,
  stops: Stop[],
): Promise<Api> {
  const { source, deliver, keyring, policy, metrics, log } = parts;
  const schema = sharedSchema();
  const reading = await openReading(config, parts, standby, stops);
  const dashboard = readDashboardFiles();
  const gate = createGate(schema, rates, trustedDocumentsFor(config, schema, log, dashboard?.documents));
  const auditNotes = startAuditNotes(source, log);
  stops.push({ part: 'audit notes', stop: () => auditNotes.stop() });
  const noteAnswer = createNoteAnswer(schema, auditNotes);
  const executor = createExecutor(schema, {
    ...reading,
    onFallback: metrics.readPlanFellBack,
    noteAnswer,
    noteOutage: createOutageLog(log),
  });
  const quick = createKnownDocuments(gate, executor);
  const apollo = createApollo(schema, executor, log, gate, quick);
  const notifier = createNotifier(source.manager, log);
  stops.push({ part: 'notifier', stop: () => notifier.stop() });
  // other processes find events within a second if the relay of this one is busy
  const announce = worker?.wakeRelay ?? notifier.announce;
  const watchingDb = new PoolShare(source, watchingWith(config.connections.serve));
  const tail = createTail(watchingDb, log);
  stops.push({ part: 'subscriptions', stop: () => tail.stop() });
  const accepting = new PoolShare(deliver, acceptingWith(config.connections.deliver));
  const publisher = metrics.measured(
    createPublisher({
      transaction: accepting.inTransaction,
      checkBacklog: backlog.check,
      directFanOut: worker?.directFanOut ?? null,
      onPublished: announce,
      log,
    }),
  );
  stops.push({ part: 'publisher', stop: publisher.idle });
  const receiver = createReceiver({
    db: deliver.manager,
    transaction: accepting.inTransaction,
    keyring,
    log,
    announceEvents: announce,
    onReceived: metrics.callReceived,
  });
  stops.push({ part: 'incoming calls', stop: () => receiver.stop() });
  const ownUrl = () => own.url ?? '';
  const services = {
    hasMailServer: config.mail !== null,
    hasIdentityProvider: config.identityProvider !== null,
    maskingRules: createMaskingRules(() => allMaskingRules(source.manager)),
    webhookRules: { keyring, targetPolicy: policy, clientCertHeader: config.clientCertHeader },
    publicUrl: config.publicUrl,
    systemHealth: health,
    ownUrl,
    addressOfToken: (token: string) => `${ownUrl()}/in/${token}`,
    tail,
    openDeliveries,
    publisher,
    auditNotes,
    explaining: { explain: createExplain(), guesses: createGuessLimit(config.rateLimits.wrongKeysPerMinute) },
  };
  await apollo.start();
  stops.push({ part: 'GraphQL', stop: () => apollo.stop() });
  const { corsOrigins } = config;
  const watching = createWatchServer({ schema, gate, rates, db: watchingDb, services, noteAnswer, corsOrigins, log });
  stops.push({ part: 'keys of subscriptions', stop: async () => watching.keys.stop() });
  return {
    apollo,
    gate,
    quick,
    rates,
    watching,
    receiver,
    readingDb: reading.readingDb,
    services,
    onAnswered: metrics.requestAnswered,
    sdl: () => printApi(schema),
    dashboard,
  };
}

/** Enough for two cores of the database, also under load. */
const MAX_PIPELINES = 4;

/** One third of the READ connections (at most 4) run pipelined quick statements; the rest are a pool. */
async function openReading(
  config: Config,
  { url: primaryUrl, source, monitor, metrics, log }: Parts,
  standby: WatchedStandby | null,
  stops: Stop[],
): Promise<Omit<ExecutorOptions, 'onFallback' | 'noteAnswer' | 'noteOutage'>> {
  const url = standby?.url ?? primaryUrl;
  const shared = Math.min(MAX_PIPELINES, Math.floor(config.connections.read / 3));
  const reading = createDataSource(url, { ...READ, poolSize: config.connections.read - shared });
  stops.push({ part: 'READ connections', stop: async () => reading.isInitialized && reading.destroy() });
  const settings = { ...READ.settings, ...ANSWERING.settings };
  const pipelines = createPipelines(url, { connections: shared, settings });
  stops.push({ part: 'READ pipelines', stop: () => pipelines.stop() });
  if (standby) {
    const route = await followStandby({
      reading,
      standby: standby.connection,
      primary: monitor.manager,
      lag: standby.lag,
      maxLagSeconds: config.replicaMaxLagSeconds,
      onFallback: metrics.readFromPrimary,
      log,
    });
    stops.push({ part: 'standby', stop: () => route.stop() });
    metrics.showPool(READ.name, reading);
    const readingDb = new StandbyReads(route, new PoolShare(source, readingBeside(config.connections.serve)));
    const answering = readingDb.shaped((db) =>
      db instanceof PoolShare ? db.withSettings(ANSWERING.settings) : new PoolShare(db.dataSource, ANSWERING),
    );
    return { readPlans: config.readPlans, readingDb, answering: { db: answering, pipelines } };
  }
  await reading.initialize();
  metrics.showPool(READ.name, reading);
  return {
    readPlans: config.readPlans,
    readingDb: reading.manager,
    answering: { db: new PoolShare(reading, ANSWERING), pipelines },
  };
}
