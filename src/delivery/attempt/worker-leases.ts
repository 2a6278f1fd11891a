// Leases: while a worker moves their expiry on, the attempts under them are its own. When a lease has expired, and is not renewed
// while other workers renew theirs, one of these gives jobs to the deliveries that are still on the wire.
import { toNodeId } from '../../ids';
import type { Log } from '../../log';
import { startLoop } from '../../loop';
import { isUnrelatedToRows } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import { createNoteFailedTogether } from '../../sql/sharing/failed-together';
import type { Transaction } from '../../sql/transactions';
import { batched } from '../../sql/wire/batched-statements';
import { giveNewJobs } from '../capacity/new-jobs';
import { ALONE } from '../queue/dead-letters';
import { freeStranded } from '../queue/stranded-deliveries.store';
import { createHeldLeases, type LeaseUse, leaseRow } from './held-leases';
import {
  allOnTheWire,
  databaseRun,
  deleteLeases,
  type ExpiredLease,
  expiredLeases,
  findOnTheWire,
  leasesStillExpired,
  lockOnTheWire,
  type NewLease,
  renewLeases,
  takeExpiredLeases,
} from './worker-lease.store';

/** A lease expires 7 s after it was renewed. */
const RENEW_MS = 3_000;
/** A lease without attempts is kept for this long: the next attempt needs no new one. Renewing it is a commit, which loops wait for. */
const IDLE_MS = 5_000;

const CANNOT_BE_TAKEN_OVER =
  'the attempt of a worker that has ended cannot be made again; maintenance tries it again, and others continue meanwhile';

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
  const notTogether = createNoteFailedTogether('take_over', log);
  /** The expired leases of others that the last check has found. */
  let found: ReadonlySet<string> = new Set();
  let run: string | null = null;

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

  // Twice in a row: a database that stands still, or whose clock is set, lets the leases of all workers expire, and those that live renew
  // theirs between two checks.
  async function takeOver(): Promise<void> {
    const expired = await expiredLeases(batched(db), held.ids());
    const dead = expired.filter((lease) => found.has(keyOf(lease)));
    found = new Set(expired.map(keyOf));
    if (dead.length === 0) return;
    const ids = dead.map(({ id }) => id);
    const deliveries = await transaction((tx) => giveDeliveriesOfDeadWorkersJobs(tx, ids)).catch(
      async (error: unknown) => {
        if (isUnrelatedToRows(error)) throw error;
        notTogether(error);
        return giveEachAJob(ids);
      },
    );
    if (deliveries === 0) return;
    log.info({ deliveries }, 'attempts of a worker that has ended are made again');
    onTakenOver();
  }

  // What fails by itself has no lease then. Maintenance gives it an expired one, and it comes here again.
  async function giveEachAJob(leaseIds: readonly string[]): Promise<number> {
    const given = await giveJobsAlone(await leasesStillExpired(db, leaseIds));
    await takeExpiredLeases(db, leaseIds);
    return given;
  }

  async function giveJobsAlone(leases: readonly NewLease[]): Promise<number> {
    let given = 0;
    for (const lease of leases) {
      for (const id of await findOnTheWire(db, [lease])) {
        try {
          const own = { ...lease, deliveryIds: [id] };
          given += await transaction(async (tx) => giveJobs(tx, await lockOnTheWire(tx, [own])), ALONE);
        } catch (error) {
          if (isUnrelatedToRows(error)) throw error;
          log.error({ delivery: toNodeId('Delivery', id), err: error }, CANNOT_BE_TAKEN_OVER);
        }
      }
    }
    return given;
  }

  // A standby that was promoted may lack the outcomes that were committed last: their attempts are on the wire there, and no process waits for
  // their answers, while this worker renews their lease.
  async function compareAfterRestart(): Promise<void> {
    const now = await databaseRun(batched(db));
    if (run !== null && run !== now) {
      const all = await allOnTheWire(db, held.committed().map(leaseRow));
      const unknown = all.map((lease) => ({
        ...lease,
        deliveryIds: (lease.deliveryIds ?? []).filter((id) => !held.mayHaveOnTheWire(lease.id, id)),
      }));
      const deliveries = await giveJobsAlone(unknown.filter(({ deliveryIds }) => deliveryIds.length > 0));
      if (deliveries > 0) {
        log.warn({ deliveries }, 'the database has lost the outcomes of attempts: they are made again');
        onTakenOver();
      }
      // also of leases that have ended
      await freeStranded(db);
    }
    run = now;
  }

  async function renewAndTakeOver(): Promise<boolean | number> {
    // before leases end under which it may have attempts again
    await compareAfterRestart();
    await endIdle(performance.now() - IDLE_MS);
    const begun = performance.now();
    await renew();
    if (performance.now() - begun > RENEW_MS) {
      // they may have expired before the renewal was committed
      found = new Set();
      return true;
    }
    await takeOver();
    return RENEW_MS;
  }

  const step = () =>
    renewAndTakeOver().catch((error: unknown) => {
      found = new Set();
      throw error;
    });
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
 * attempts as UNKNOWN.
 */
async function giveDeliveriesOfDeadWorkersJobs(db: Db, leaseIds: readonly string[]): Promise<number> {
  const expired = await takeExpiredLeases(db, leaseIds);
  if (expired.length === 0) return 0;
  return giveJobs(db, await lockOnTheWire(db, expired));
}

async function giveJobs(db: Db, deliveryIds: readonly string[]): Promise<number> {
  await giveNewJobs(db, deliveryIds);
  return deliveryIds.length;
}

function keyOf({ id, expiredAt }: ExpiredLease): string {
  return `${id} ${expiredAt}`;
}
