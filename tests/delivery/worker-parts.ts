import { createDataSource } from '../../src/database/data-source';
import { SHORT_LOCK_WAITS } from '../../src/database/pools';
import { createLockedRows } from '../../src/delivery/capacity/locked-rows.store';
import { createQueueBacklog, giveNewJobs } from '../../src/delivery/capacity/queue-backlog';
import { createWorkerCapacity } from '../../src/delivery/capacity/worker-capacity';
import type { Attempt } from '../../src/delivery/engine/attempt';
import type { FirstAttempts } from '../../src/delivery/engine/attempt-transaction';
import { createFanOut, type FanOut } from '../../src/delivery/engine/fan-out';
import { createWebhookDirectory } from '../../src/delivery/engine/matching-webhooks';
import type { PendingStepParts } from '../../src/delivery/engine/pending-decisions';
import { startAttempts } from '../../src/delivery/engine/start-attempts';
import type { WorkerParts } from '../../src/delivery/engine/worker';
import { createHeldLeases } from '../../src/delivery/engine/worker-leases';
import { createSender } from '../../src/delivery/http/send';
import { createDeadLetters } from '../../src/delivery/queue/dead-letters';
import { OLDEST } from '../../src/delivery/queue/read-position';
import { NO_SLOTS } from '../../src/events/publisher';
import { createKeyring } from '../../src/keyring/keyring';
import { createLog } from '../../src/logging/log';
import type { Db } from '../../src/sql/db';
import { WHOLE } from '../../src/sql/index-lookup';
import { pipelinedTransactions, type Transaction } from '../../src/sql/transactions';
import { FIRST_ID, LAST_ID } from '../../src/values/ids';
import { parseNetworks } from '../../src/values/networks';
import { type TestApp, useTestApi } from '../support/app';
import { duringFile } from '../support/during-file';

/** For a step of a relay. */
export const ALL_IDS = { from: FIRST_ID, before: LAST_ID };
/** Since when jobs are taken: whenever they became due. */
export const ALL_JOBS = new Date(OLDEST);

/** All deliveries go to the queue. */
export const NO_FIRST_ATTEMPTS: FirstAttempts = {
  batchSize: () => 200,
  isReady: () => true,
  reserve: () => NO_SLOTS,
  stopReserving: () => undefined,
  queued: () => undefined,
  begin: () => ({
    mayOpen: false,
    prepare: async () => new Map(),
    freeSlotsFor: () => Number.POSITIVE_INFINITY,
    open: ({ deliveries }) => ({ deliveries: [...deliveries], requests: [] }),
    onCommit: () => undefined,
    onRollback: () => undefined,
    onUnknown: () => undefined,
  }),
  idle: async () => undefined,
};

/** The parts of a worker, on the database of an application without a worker. */
export interface Parts extends WorkerParts {
  db: Db;
  /**
   * A relay with a memory of its own, as in another process.
   * @param transaction what it writes with, where a test intervenes
   * @returns its step, for all events of the outbox
   */
  relay(transaction?: Transaction): () => Promise<FanOut>;
  /** What a relay of this process is made of. */
  fanOutParts: PendingStepParts;
  /** Fans out until the outbox is empty. */
  fanOutAll(): Promise<void>;
  /** The first step of a worker: takes due deliveries and starts their attempts. */
  take(): Promise<readonly Attempt[]>;
  /** Gives a delivery to another worker, as is done when the lease of a worker has expired. */
  giveAway(deliveryId: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startParts(app: TestApp): Promise<Parts> {
  const source = await createDataSource(app.database.servingUrl, {
    name: 'test worker',
    settings: SHORT_LOCK_WAITS,
    pipeline: true,
  }).initialize();
  const keyring = createKeyring([Buffer.from(app.env.ENCRYPTION_KEY as string, 'base64')]);
  const readEvidenceHead = async () => null;
  const sender = createSender({ allowHttp: true, allowedNetworks: parseNetworks('127.0.0.0/8') });
  const transaction = pipelinedTransactions(source);
  const locked = createLockedRows(source.manager);
  const partsOfRelay = () => ({ db: source.manager, transaction, locked, directory: createWebhookDirectory() });
  const relay = (own = transaction) => {
    const fanOut = createFanOut({ ...partsOfRelay(), transaction: own, firstAttempts: null });
    return () => fanOut(WHOLE, ALL_IDS);
  };
  const step = relay();
  return {
    db: source.manager,
    transaction,
    keyring,
    readEvidenceHead,
    sender,
    log: createLog('silent'),
    capacity: createWorkerCapacity(),
    queueBacklog: createQueueBacklog(),
    locked,
    leases: createHeldLeases(),
    onAttemptEnded: () => undefined,
    onWaiting: () => undefined,
    onSlotFreed: () => undefined,
    relay,
    fanOutParts: { ...partsOfRelay(), deadLetters: createDeadLetters(source.manager, createLog('silent'), 'fan_out') },
    async fanOutAll() {
      while ((await step()).events > 0);
    },
    take: async () =>
      (
        await transaction((db) =>
          startAttempts(
            db,
            { keyring, readEvidenceHead, locked, capacity: { free: () => 1_000, freeFor: () => 1_000 } },
            100,
            ALL_JOBS,
          ),
        )
      ).attempts,
    giveAway: (deliveryId) => transaction((db) => giveNewJobs(db, [deliveryId])),
    async stop() {
      await sender.stop();
      await source.destroy();
    },
  };
}

/** The parts of a worker on the shared application, for all tests of a file. */
export function workerParts(): { app: TestApp; parts: Parts } {
  const app = useTestApi();
  return { app, parts: duringFile(() => startParts(app)) };
}
