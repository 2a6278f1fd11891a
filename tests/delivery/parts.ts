import { createDataSource } from '../../src/database/data-source';
import { type Attempt, openAttempts } from '../../src/delivery/attempt/open-attempts';
import type { WorkerParts } from '../../src/delivery/attempt/worker';
import { createWorkerCapacity } from '../../src/delivery/capacity/worker-capacity';
import { fanOut } from '../../src/delivery/fan-out/fan-out';
import { createSender } from '../../src/delivery/http/send';
import { type DeliveryQueue, startQueue } from '../../src/delivery/queue/queue';
import { createKeyring } from '../../src/keyring/keyring';
import { createLog } from '../../src/log';
import type { Db } from '../../src/sql/db';
import { pipelinedTransactions } from '../../src/sql/transactions';
import { parseNetworks } from '../../src/webhooks/request/public-address';
import type { TestApp } from '../support/app';

/** What a worker is made of, on the database of an application that has no worker of its own. */
export interface Parts extends WorkerParts {
  db: Db;
  /** The relay's work, until the outbox is empty. */
  fanOutAll(): Promise<void>;
  /** A worker's first step: takes what is due and opens the attempts. */
  take(): Promise<Attempt[]>;
  /** What supervision does when a worker has given no sign of life for 10 s, without the wait. */
  giveAway(jobId: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startParts(app: TestApp): Promise<Parts> {
  const source = await createDataSource(app.database.servingUrl, { name: 'test worker', pipeline: true }).initialize();
  const queue = await startQueue(app.database.servingUrl, { supervise: false, onError: () => undefined });
  const keyring = createKeyring([Buffer.from(app.env.ENCRYPTION_KEY as string, 'base64')]);
  const sender = createSender({ allowHttp: true, allowedNetworks: parseNetworks('127.0.0.0/8') });
  const transaction = pipelinedTransactions(source);
  return {
    db: source.manager,
    transaction,
    queue,
    keyring,
    sender,
    log: createLog('silent'),
    room: createWorkerCapacity(),
    onAttemptEnded: () => undefined,
    onWaiting: () => undefined,
    onRoom: () => undefined,
    fanOutAll: () => fanOutAll(transaction, queue),
    take: async () =>
      (
        await transaction((db) =>
          openAttempts(db, { queue, keyring, room: { free: () => 1_000, freeFor: () => 1_000 } }, 100),
        )
      ).attempts,
    giveAway: async (jobId) => {
      const sql = `update pgboss.job set state = 'retry', start_after = now() - interval '1 s' where id = $1`;
      await app.database.query(sql, [jobId]);
    },
    async stop() {
      await sender.stop();
      await queue.stop();
      await source.destroy();
    },
  };
}

async function fanOutAll(transaction: WorkerParts['transaction'], queue: DeliveryQueue): Promise<void> {
  while ((await transaction((db) => fanOut(db, queue))).events > 0);
}
