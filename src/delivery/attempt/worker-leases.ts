// Leases: what a worker has in place of a queue job for each first attempt. While it moves their expiry on, its attempts
// are its own. When a lease has expired, another worker gives jobs to the deliveries that are still on the wire.
import { currentTime } from '../../clock';
import { newId } from '../../ids';
import type { Log } from '../../log';
import { startLoop } from '../../loop';
import { isLockTimeout } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { giveJobs } from '../capacity/waiting.store';
import type { DeliveryQueue } from '../queue/queue';
import {
  deleteLeases,
  hasExpiredLeases,
  holdLease,
  insertLease,
  type LeaseRow,
  lockOnTheWire,
  renewLeases,
  takeExpiredLeases,
} from './worker-lease.store';

/** A lease expires 10 s after it was renewed. */
const RENEW_MS = 3_000;
/** A lease without attempts is kept for this long: the next attempt needs no new one. */
const IDLE_MS = 60_000;

/** Another worker has taken over the lease. */
export class LeaseLost extends Error {
  constructor() {
    super('The lease of this worker has expired: its first attempts were given to other workers.');
    this.name = 'LeaseLost';
  }
}

/** The part of one transaction in a lease. Call `committed`, `rolledBack` or `mayHaveCommitted` when it has ended. */
export interface LeaseUse {
  id: string;
  /** Call it in the transaction that opens attempts: if this commits, the lease covers them. @throws LeaseLost */
  hold(db: Db): Promise<void>;
  /** @param deliveryIds of the opened attempts. `closed` removes them */
  committed(deliveryIds: readonly string[]): void;
  rolledBack(): void;
  /** It is not known whether the transaction committed. No further transaction uses this lease. */
  mayHaveCommitted(deliveryIds: readonly string[]): void;
}

export interface WorkerLeases {
  /** Call it before the ids of the deliveries are made. */
  use(): LeaseUse;
  /** The outcome of the attempt is committed. */
  closed(leaseId: string, deliveryId: string): void;
  /** Ends the leases that have no attempts and with which no transaction failed. The others expire. */
  stop(): Promise<void>;
}

export interface WorkerLeasesParts {
  /** For statements without a transaction. */
  db: Db;
  transaction: Transaction;
  queue: DeliveryQueue;
  log: Log;
  /** Called after deliveries of an expired lease got jobs. */
  onTakenOver(): void;
}

interface Held {
  id: string;
  isCommitted: boolean;
  /** An id from the beginning of each transaction under way. The deliveries that it makes have larger ids. */
  uses: Set<string>;
  onTheWire: Set<string>;
  lastUsed: number;
  /**
   * An id from the beginning of a transaction that failed and may still commit, of which this process would not learn. No
   * further transaction uses the lease, and its row is left to expire: then its deliveries since this id are looked for.
   */
  retiredAt: string | null;
}

export function startWorkerLeases({ db, transaction, queue, log, onTakenOver }: WorkerLeasesParts): WorkerLeases {
  const held = new Map<string, Held>();
  let current: Held | null = null;
  let wasUnreachable = false;

  function end(lease: Held): void {
    held.delete(lease.id);
    if (current === lease) current = null;
  }

  function retire(lease: Held, begun: string): void {
    if (lease.retiredAt === null || begun < lease.retiredAt) lease.retiredAt = begun;
    if (current === lease) current = null;
  }

  async function renew(): Promise<void> {
    const committed = [...held.values()].filter((lease) => lease.isCommitted);
    const kept = await renewLeases(db, committed.map(leaseRow));
    for (const lease of committed.filter(({ id }) => !kept.has(id) && held.has(id))) {
      end(lease);
      log.warn(
        { attempts: lease.onTheWire.size },
        'a lease of this worker was lost: its first attempts are made again',
      );
    }
  }

  // `isEnding`: also those that have been used lately
  async function endIdle(isEnding: boolean): Promise<void> {
    const since = isEnding ? Number.POSITIVE_INFINITY : performance.now() - IDLE_MS;
    const idle = [...held.values()].filter((lease) => isIdle(lease) && (lease !== current || lease.lastUsed < since));
    idle.forEach(end);
    const done = idle.filter(({ retiredAt }) => retiredAt === null);
    await deleteLeases(
      db,
      done.map(({ id }) => id),
    );
  }

  async function takeOver(): Promise<void> {
    const own = [...held.keys()];
    if (!(await hasExpiredLeases(db, own))) return;
    const deliveries = await transaction((tx) => giveDeliveriesOfDeadWorkersJobs(tx, queue, own));
    if (deliveries === 0) return;
    log.info({ deliveries }, 'first attempts of a worker that has ended are made again');
    onTakenOver();
  }

  const step = async () => {
    try {
      await endIdle(false);
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
    use() {
      const lease: Held = current ?? {
        id: newId(),
        isCommitted: false,
        uses: new Set(),
        onTheWire: new Set(),
        lastUsed: 0,
        retiredAt: null,
      };
      held.set(lease.id, lease);
      const begun = newId();
      lease.uses.add(begun);
      let isHeld = false;
      // another worker takes it over
      const retireIfLocked = (error: unknown) => {
        if (isLockTimeout(error)) retire(lease, begun);
        throw error;
      };
      const finish = (deliveryIds: readonly string[]) => {
        lease.uses.delete(begun);
        if (isHeld) lease.lastUsed = performance.now();
        for (const id of deliveryIds) lease.onTheWire.add(id);
      };
      return {
        id: lease.id,
        async hold(tx) {
          isHeld = true;
          if (!lease.isCommitted) await insertLease(tx, { id: lease.id, oldestDeliveryId: begun });
          else if (!(await holdLease(tx, lease.id).catch(retireIfLocked))) throw new LeaseLost();
        },
        committed(deliveryIds) {
          finish(deliveryIds);
          lease.isCommitted ||= isHeld;
          if (!lease.isCommitted) held.delete(lease.id);
          else if (held.has(lease.id) && lease.retiredAt === null) current ??= lease;
        },
        rolledBack() {
          finish([]);
          if (!lease.isCommitted) held.delete(lease.id);
        },
        mayHaveCommitted(deliveryIds) {
          finish(deliveryIds);
          if (isHeld) retire(lease, begun);
          if (!lease.isCommitted) held.delete(lease.id);
        },
      };
    },
    closed(leaseId, deliveryId) {
      held.get(leaseId)?.onTheWire.delete(deliveryId);
    },
    async stop() {
      await loop.stop();
      await endIdle(true);
    },
  };
}

function isIdle({ isCommitted, uses, onTheWire }: Held): boolean {
  return isCommitted && uses.size === 0 && onTheWire.size === 0;
}

function leaseRow({ id, uses, onTheWire, retiredAt }: Held): LeaseRow {
  let oldest = retiredAt ?? newId();
  for (const ids of [uses, onTheWire]) for (const each of ids) if (each < oldest) oldest = each;
  return { id, oldestDeliveryId: oldest };
}

/**
 * Takes over expired leases: their deliveries that are on the wire get jobs. The workers that take these jobs close the
 * attempts as UNKNOWN. @param own the leases of this worker
 */
async function giveDeliveriesOfDeadWorkersJobs(db: Db, queue: DeliveryQueue, own: readonly string[]): Promise<number> {
  const expired = await takeExpiredLeases(db, own);
  if (expired.length === 0) return 0;
  const jobs = (await lockOnTheWire(db, expired)).map((deliveryId) => ({ id: newId(), deliveryId, startAfter: null }));
  await giveJobs(db, jobs, currentTime());
  await queue.insert(db, jobs);
  return jobs.length;
}
