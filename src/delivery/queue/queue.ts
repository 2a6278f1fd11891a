// The queue of delivery jobs. Only this file uses pg-boss.
import { type Db as BossDatabase, getConstructionPlans, PgBoss } from 'pg-boss';
import { type Db, rowsOf, statement } from '../../sql/db';
import { sessionConfig } from '../../sql/session';
import { SessionPool } from '../../sql/session-pool';

const DELIVERY_QUEUE = 'deliveries';
const SCHEMA = 'pgboss';
const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECT_MS = 10_000;
/** A second call of `supervise` within this time does nothing, in whichever process: less than the interval of a process. */
const SUPERVISED_ONCE_IN_S = 3;
const TEN_YEARS_S = 10 * 365 * 24 * 3600;

export interface DeliveryJob {
  id: string;
  deliveryId: string;
}

export interface NewJob extends DeliveryJob {
  /** null: now. */
  startAfter: Date | null;
}

/**
 * After a crash a job is given to another worker when heartbeats are missing, without a limit of retries: a failed attempt
 * deletes its job and inserts the next one. Jobs are kept for ten years: without its job, a delivery would never be sent.
 */
const QUEUE_OPTIONS = {
  heartbeatSeconds: 10,
  expireInSeconds: 600,
  retryLimit: 1_000_000,
  retryDelay: 0,
  retentionSeconds: TEN_YEARS_S,
};

/** What `installQueue` makes, to compare it with what another version made. */
export const queueSetup = (): string[] => [getConstructionPlans(SCHEMA), JSON.stringify(QUEUE_OPTIONS)];

/** Creates the schema and the queue of pg-boss. Needs the login that migrates. */
export async function installQueue(url: string): Promise<void> {
  const boss = new PgBoss({
    ...sessionConfig({ name: 'migrate queue' }),
    connectionString: url,
    schema: SCHEMA,
    max: 2,
    supervise: false,
    schedule: false,
  });
  boss.on('error', () => undefined); // start() rejects with the same error
  await boss.start();
  try {
    if (await boss.getQueue(DELIVERY_QUEUE)) await boss.updateQueue(DELIVERY_QUEUE, QUEUE_OPTIONS);
    else await boss.createQueue(DELIVERY_QUEUE, QUEUE_OPTIONS);
  } finally {
    await boss.stop({ graceful: false });
  }
}

// `boss.touch` may lock jobs in another order than the transaction that deletes many of them, so that each waits for the other. A job
// that is locked is about to be deleted.
const TOUCH = `update ${SCHEMA}.job set heartbeat_on = now() where name = '${DELIVERY_QUEUE}' and id in (
  select id from ${SCHEMA}.job where name = '${DELIVERY_QUEUE}' and id = any($1::uuid[]) and state = 'active'
  for update skip locked)`;

/** Jobs of deliveries. Each call runs in the given transaction. */
export interface DeliveryQueue {
  insert(db: Db, jobs: readonly NewJob[]): Promise<void>;
  take(db: Db, atMost: number): Promise<DeliveryJob[]>;
  /** Of ended attempts. pg-boss would keep them as completed: at 200 jobs a second, 720,000 in an hour. */
  delete(db: Db, jobIds: string[]): Promise<void>;
  /** A heartbeat: jobs without one for 10 s are given to another worker. */
  touch(jobIds: string[]): Promise<void>;
  /** Gives the jobs of dead workers to others. Of several processes that call it at a time, one does it. */
  supervise(): Promise<void>;
  stop(): Promise<void>;
}

/** The most connections of the queue. Without supervision it asks for nothing but the settings of the queue. */
export const queueConnections = (supervise: boolean): number => (supervise ? 3 : 1);

/** @param options `supervise`: whether `supervise` will be called: it must not delay heartbeats */
export async function startQueue(
  url: string,
  options: { supervise: boolean; onError: (error: Error) => unknown },
): Promise<DeliveryQueue> {
  const pool = new SessionPool({
    ...sessionConfig({ name: 'queue', statementTimeoutMs: STATEMENT_TIMEOUT_MS }),
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    max: queueConnections(options.supervise),
  });
  pool.on('error', options.onError);
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schema: SCHEMA,
    migrate: false,
    createSchema: false,
    schedule: false,
    reindex: false, // needs the owner of the tables, which this login is not
    monitorVacuum: false, // nothing reads its warnings, and it takes longer than all else that supervision does
    registerInstance: false, // it would sample the delay of the event loop 50 times a second
    supervise: false, // see supervision.ts
    monitorIntervalSeconds: SUPERVISED_ONCE_IN_S,
  });
  boss.on('error', options.onError);
  await boss.start().catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  return {
    async insert(db, jobs) {
      if (jobs.length === 0) return;
      await boss.insert(
        DELIVERY_QUEUE,
        jobs.map((job) => ({
          id: job.id,
          data: { deliveryId: job.deliveryId },
          ...(job.startAfter && { startAfter: job.startAfter }),
        })),
        { db: prepared(db), returnId: false },
      );
    },
    async take(db, atMost) {
      const jobs = await boss.fetch<{ deliveryId: string }>(DELIVERY_QUEUE, {
        batchSize: atMost,
        db: inTransaction(db),
      });
      return jobs.map((job) => ({ id: job.id, deliveryId: job.data.deliveryId }));
    },
    async delete(db, jobIds) {
      if (jobIds.length > 0) await boss.deleteJob(DELIVERY_QUEUE, jobIds, { db: inTransaction(db) });
    },
    async touch(jobIds) {
      if (jobIds.length > 0) await pool.query(TOUCH, [jobIds]);
    },
    async supervise() {
      await boss.supervise(DELIVERY_QUEUE);
    },
    async stop() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}

/** pg-boss on our connection. Not prepared: the best plan depends on the length of the queue. */
function inTransaction(db: Db): BossDatabase {
  needsTransaction(db);
  return { executeSql: async (sql, values) => ({ rows: await rowsOf(db, sql, values) }) };
}

/** pg-boss on our connection, for a statement with constant text and one plan: planning costs as much as running it. */
function prepared(db: Db): BossDatabase {
  needsTransaction(db);
  return { executeSql: async (sql, values) => ({ rows: await rowsOf(db, statement(sql), values) }) };
}

function needsTransaction(db: Db): void {
  if (!db.queryRunner) throw new Error('the delivery queue must be used in a transaction');
}
