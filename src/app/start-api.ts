// The API: GraphQL, subscriptions, exports, and the calls of partners.
import type { Config } from '../config/config';
import { createDataSource } from '../database/data-source';
import { ANSWERING, acceptingWith, READ, watchingWith } from '../database/pools';
import { openDeliveries } from '../delivery/commands/apply-webhook-changes';
import type { BacklogWatch } from '../delivery/queue/backlog-limit';
import { createPublisher } from '../events/publisher';
import { createGuessLimit } from '../incoming/explaining/secret-guessing-limit';
import { createReceiver } from '../incoming/receive';
import { createNotifier } from '../jobs/notifier';
import { startAuditNotes } from '../jobs/write-audit-notes';
import { createMaskingRules } from '../masking/current-rules';
import { allMaskingRules } from '../masking/rules/masking-rule.store';
import { createTail } from '../request-log/watch/tail';
import { readDashboardFiles } from '../server/dashboard/dashboard-files';
import { createOutageLog } from '../server/edge/outage-log';
import type { RateLimits } from '../server/edge/rate-limits';
import { createApollo } from '../server/graphql/apollo';
import { createExecutor, type ExecutorOptions } from '../server/graphql/executor';
import { createGate } from '../server/graphql/graphql-gate';
import { createNoteAnswer } from '../server/graphql/note-answer';
import { createQuickAnswers } from '../server/graphql/quick-answers';
import { trustedDocumentsFor } from '../server/graphql/trusted-documents';
import type { Api } from '../server/http-server';
import { printApi, sharedSchema } from '../server/schema/schema';
import { createWatchServer } from '../server/subscriptions/watch-server';
import { createPipelines } from '../sql/pipelines';
import { PoolShare } from '../sql/pool-share';
import { createExplain } from '../verification/explaining/explain-apart';
import type { Parts } from './process-parts';
import type { Delivering } from './start-delivering';
import type { Stop } from './stops';

export interface ApiEdge {
  backlog: BacklogWatch;
  rates: RateLimits;
  /** The URL at which partners call; null until the server listens. */
  own: { url: string | null };
  /** null: this process delivers nothing, and events are announced to other processes. */
  worker: Delivering | null;
}

export async function startApi(
  config: Config,
  parts: Parts,
  { backlog, rates, own, worker }: ApiEdge,
  stops: Stop[],
): Promise<Api> {
  const { source, deliver, keyring, policy, metrics, log } = parts;
  const schema = sharedSchema();
  const reading = await openReading(config, parts.url, stops);
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
  const quick = createQuickAnswers(gate, executor);
  const apollo = createApollo(schema, executor, log, gate, quick);
  const notifier = createNotifier(source.manager, log);
  stops.push({ part: 'notifier', stop: () => notifier.stop() });
  // other processes find events within a second if the relay of this one is busy
  const announce = worker?.wakeRelay ?? notifier.announce;
  const watchingDb = new PoolShare(source, watchingWith(config.connections.serve));
  const requestTail = createTail(watchingDb, log);
  stops.push({ part: 'subscriptions', stop: () => requestTail.stop() });
  const accepting = new PoolShare(deliver, acceptingWith(config.connections.deliver));
  const publisher = createPublisher({
    transaction: accepting.inTransaction,
    checkBacklog: backlog.check,
    directFanOut: worker?.directFanOut ?? null,
    onPublished: announce,
    log,
  });
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
    hasIdentityProvider: config.identityProvider !== null,
    maskingRules: createMaskingRules(() => allMaskingRules(source.manager)),
    webhookRules: { keyring, targetPolicy: policy, clientCertHeader: config.clientCertHeader },
    publicUrl: config.publicUrl,
    ownUrl,
    addressOfToken: (token: string) => `${ownUrl()}/in/${token}`,
    requestTail,
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
    sdl: () => printApi(schema),
    dashboard,
  };
}

/** Enough for two cores of the database, also under load. */
const MAX_PIPELINES = 4;

/** One third of the READ connections (at most 4) run pipelined quick statements; the rest are a pool. */
async function openReading(
  config: Config,
  primaryUrl: string,
  stops: Stop[],
): Promise<Omit<ExecutorOptions, 'onFallback' | 'noteAnswer' | 'noteOutage'>> {
  const url = config.databaseReplicaUrl ?? primaryUrl;
  const shared = Math.min(MAX_PIPELINES, Math.floor(config.connections.read / 3));
  const reading = await createDataSource(url, { ...READ, poolSize: config.connections.read - shared }).initialize();
  stops.push({ part: 'READ connections', stop: () => reading.destroy() });
  const settings = { ...READ.settings, ...ANSWERING.settings };
  const pipelines = createPipelines(url, { connections: shared, settings });
  stops.push({ part: 'READ pipelines', stop: () => pipelines.stop() });
  return {
    readPlans: config.readPlans,
    readingDb: reading.manager,
    answering: { db: new PoolShare(reading, ANSWERING), pipelines },
  };
}
