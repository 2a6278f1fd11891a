// Leases: while a worker moves their expiry on, the attempts under them are its own. When a lease has expired, another worker
// gives jobs to the deliveries that are still on the wire.
import type { Log } from '../../log';
import { startLoop } from '../../loop';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { giveNewJobs } from '../capacity/new-jobs';
import { createHeldLeases, type LeaseUse, leaseRow } from './held-leases';
import { deleteLeases, hasExpiredLeases, lockOnTheWire, renewLeases, takeExpiredLeases } from './worker-lease.store';

/** A lease expires 10 s after it was renewed. */
const RENEW_MS = 3_000;
/** A lease without attempts is kept for this long: the next attempt needs no new one. Renewing it is a commit, which loops wait for. */
const IDLE_MS = 5_000;

export interface WorkerLeases {
  /** For first attempts. Call it before the ids of the deliveries are made. */
  use(): LeaseUse;
  /** The attempts of taken jobs were committed under this lease. */
  took(leaseId: string, deliveryIds: readonly string[]): void;
  /** The outcome of the attempt is committed. */
  closed(leaseId: string, deliveryId: string): void;
  /** Ends the leases that have no attempts and with which no transaction failed. The others expire. */
  stop(): Promise<void>;
}

export interface WorkerLeasesParts {
  /** For statements without a transaction. */
  db: Db;
  transaction: Transaction;
  log: Log;
  /** Called after deliveries of an expired lease got jobs. */
  onTakenOver(): void;
}

export function startWorkerLeases({ db, transaction, log, onTakenOver }: WorkerLeasesParts): WorkerLeases {
  const held = createHeldLeases();
  let wasUnreachable = false;

  async function renew(): Promise<void> {
    const committed = held.committed();
    const kept = await renewLeases(db, committed.map(leaseRow));
    for (const lease of committed.filter((each) => !kept.has(each.id) && held.has(each))) {
      held.end(lease);
      log.warn({ attempts: lease.onTheWire.size }, 'a lease of this worker was lost: its attempts are made again');
    }
  }

  async function endIdle(since: number): Promise<void> {
    const idle = held.idle(since);
    idle.forEach(held.end);
    const done = idle.filter(({ retiredAt }) => retiredAt === null);
    await deleteLeases(
      db,
      done.map(({ id }) => id),
    );
  }

  async function takeOver(): Promise<void> {
    const own = held.ids();
    if (!(await hasExpiredLeases(db, own))) return;
    const deliveries = await transaction((tx) => giveDeliveriesOfDeadWorkersJobs(tx, own));
    if (deliveries === 0) return;
    log.info({ deliveries }, 'attempts of a worker that has ended are made again');
    onTakenOver();
  }

  const step = async () => {
    try {
      await endIdle(performance.now() - IDLE_MS);
      await renew();
      // after an outage, other workers get the time to renew their leases
      if (!wasUnreachable) await takeOver();
      wasUnreachable = false;
    } catch (error) {
      wasUnreachable = true;
      throw error;
    }
    return RENEW_MS;
  };
  const loop = startLoop('worker leases', RENEW_MS, log, step);

  return {
    use: held.use,
    took: held.took,
    closed: held.closed,
    async stop() {
      await loop.stop();
      // also those that have been used lately
      await endIdle(Number.POSITIVE_INFINITY);
    },
  };
}

/**
 * Takes over expired leases: their deliveries that are on the wire get jobs. The workers that take these jobs close the
 * attempts as UNKNOWN. @param own the leases of this worker
 */
async function giveDeliveriesOfDeadWorkersJobs(db: Db, own: readonly string[]): Promise<number> {
  const expired = await takeExpiredLeases(db, own);
  if (expired.length === 0) return 0;
  const deliveryIds = await lockOnTheWire(db, expired);
  await giveNewJobs(db, deliveryIds);
  return deliveryIds.length;
}
