// Leases: while a worker moves their expiry on, the attempts under them are its own. When a lease has expired, and is not renewed
// while other workers renew theirs, one of these gives jobs to the deliveries that are still on the wire.

import type { Log } from '../../logging/log';
import { batched } from '../../sql/batched-statements';
import { isLockTimeout, isUnrelatedToRows } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import { createNoteFailedTogether } from '../../sql/sharing/failed-together';
import type { Transaction } from '../../sql/transactions';
import { startLoop } from '../../time/loop';
import { newId, toNodeId } from '../../values/ids';
import { giveNewJobs } from '../capacity/queue-backlog';
import { ALONE } from '../queue/dead-letters';
import { freeStranded } from '../queue/stranded-deliveries.store';
import {
  allOnTheWire,
  databaseRun,
  deleteLeases,
  type ExpiredLease,
  expiredLeases,
  findOnTheWire,
  holdLease,
  insertLease,
  type LeaseRow,
  leasesStillExpired,
  lockOnTheWire,
  type NewLease,
  renewLeases,
  takeExpiredLeases,
} from './worker-lease.store';

/** A lease expires 7 s after it was renewed. */
const RENEW_MS = 2_000;
/** How often a lease of another worker is found expired before it is taken over: two renewals of a worker that lives lie between. */
const FOUND_BEFORE_TAKEN = 3;
/** A lease without attempts is kept for this long: the next attempt needs no new one. Renewing it is a commit, which loops wait for. */
const IDLE_MS = 5_000;

const CANNOT_BE_TAKEN_OVER =
  'the attempt of a worker that has ended cannot be made again; maintenance tries it again, and others continue meanwhile';

export interface WorkerLeases extends Pick<HeldLeases, 'use' | 'hold' | 'ended' | 'took' | 'closed'> {
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
  /** The expired leases of others that the last check has found, and how many checks in a row have. */
  let found: ReadonlyMap<string, number> = new Map();
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

  // Several times in a row: a database that stands still, or whose clock is set, lets the leases of all workers expire, and those that live
  // renew theirs between the checks, also where one renewal comes late.
  async function takeOver(): Promise<void> {
    const expired = await expiredLeases(batched(db), held.ids());
    found = new Map(expired.map(keyOf).map((key) => [key, (found.get(key) ?? 0) + 1]));
    const dead = expired.filter((lease) => (found.get(keyOf(lease)) ?? 0) >= FOUND_BEFORE_TAKEN);
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
      found = new Map();
      return true;
    }
    await takeOver();
    return RENEW_MS;
  }

  const step = () =>
    renewAndTakeOver().catch((error: unknown) => {
      found = new Map();
      throw error;
    });
  const loop = startLoop('worker leases', RENEW_MS, log, step);

  return {
    use: held.use,
    hold: held.hold,
    ended: held.ended,
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

// The leases of this worker in its memory: which one new first attempts use, and what is on the wire under each. First attempts
// share a lease; the attempts of one taking of jobs have their own, which names their deliveries, since these may be old.

/** Another worker has taken over the lease. */
export class LeaseLost extends Error {
  constructor() {
    super('The lease of this worker has expired: its attempts were given to other workers.');
    this.name = 'LeaseLost';
  }
}

/** A transaction that opens attempts under a lease, from its beginning to its end. */
export interface LeaseUse {
  readonly lease: HeldLease;
  /** An id from its beginning. The deliveries that it makes have larger ids. */
  readonly begun: string;
  /** Whether it has inserted the lease, or kept it from being taken over. */
  isHeld: boolean;
}

/** How a transaction has ended. UNKNOWN: it may have committed. */
export type TransactionEnd = 'COMMITTED' | 'ROLLED_BACK' | 'UNKNOWN';

export interface HeldLease {
  id: string;
  isCommitted: boolean;
  /** `begun` of each transaction under way. */
  uses: Set<string>;
  onTheWire: Set<string>;
  lastUsed: number;
  /**
   * An id from the beginning of a transaction that failed and may still commit, of which this process would not learn. No
   * further transaction uses the lease, and its row is left to expire: then its deliveries since this id are looked for.
   */
  retiredAt: string | null;
}

interface HeldLeases {
  /** For first attempts. Call it before the ids of the deliveries are made, then `hold`, and `ended` when the transaction has ended. */
  use(): LeaseUse;
  /** Call it in the transaction that opens attempts: if this commits, the lease covers them. @throws LeaseLost */
  hold(db: Db, use: LeaseUse): Promise<void>;
  /** @param deliveryIds of the attempts that were opened, or may have been. `closed` removes them */
  ended(use: LeaseUse, end: TransactionEnd, deliveryIds: readonly string[]): void;
  /** A lease of its own was committed with the attempts of these deliveries. */
  took(leaseId: string, deliveryIds: readonly string[]): void;
  closed(leaseId: string, deliveryId: string): void;
  ids(): string[];
  /** Whether the attempt of this delivery is on the wire, or its transaction under way, so that it may soon be. */
  mayHaveOnTheWire(leaseId: string, deliveryId: string): boolean;
  has(lease: HeldLease): boolean;
  committed(): HeldLease[];
  /** Those without attempts. The one that is used next is among them if it was last used before `since`. */
  idle(since: number): HeldLease[];
  /** It is not used again. */
  end(lease: HeldLease): void;
}

export function createHeldLeases(): HeldLeases {
  const held = new Map<string, HeldLease>();
  /** The one that is used next. */
  let current: HeldLease | null = null;

  function end(lease: HeldLease): void {
    held.delete(lease.id);
    if (current === lease) current = null;
  }

  /** No further transaction uses it: another worker takes it over. */
  function retire(lease: HeldLease, begun: string): void {
    if (lease.retiredAt === null || begun < lease.retiredAt) lease.retiredAt = begun;
    if (current === lease) current = null;
  }

  return {
    use() {
      const lease = current ?? newLease();
      held.set(lease.id, lease);
      const begun = newId();
      lease.uses.add(begun);
      return { lease, begun, isHeld: false };
    },
    async hold(db, use) {
      const { lease, begun } = use;
      use.isHeld = true;
      if (!lease.isCommitted) return insertLease(db, { id: lease.id, oldestDeliveryId: begun, deliveryIds: null });
      const isOurs = await holdLease(db, lease.id).catch((error: unknown) => {
        // another worker takes it over
        if (isLockTimeout(error)) retire(lease, begun);
        throw error;
      });
      if (!isOurs) throw new LeaseLost();
    },
    ended({ lease, begun, isHeld }, end, deliveryIds) {
      lease.uses.delete(begun);
      if (isHeld) lease.lastUsed = performance.now();
      for (const id of deliveryIds) lease.onTheWire.add(id);
      if (end === 'COMMITTED') lease.isCommitted ||= isHeld;
      if (end === 'UNKNOWN' && isHeld) retire(lease, begun);
      if (!lease.isCommitted) held.delete(lease.id);
      else if (end === 'COMMITTED' && held.has(lease.id) && lease.retiredAt === null) current ??= lease;
    },
    took(leaseId, deliveryIds) {
      held.set(leaseId, { ...newLease(leaseId), isCommitted: true, onTheWire: new Set(deliveryIds) });
    },
    closed: (leaseId, deliveryId) => void held.get(leaseId)?.onTheWire.delete(deliveryId),
    ids: () => [...held.keys()],
    mayHaveOnTheWire(leaseId, deliveryId) {
      const { onTheWire, uses } = held.get(leaseId) ?? newLease();
      return onTheWire.has(deliveryId) || [...uses].some((begun) => begun < deliveryId);
    },
    has: ({ id }) => held.has(id),
    committed: () => [...held.values()].filter((lease) => lease.isCommitted),
    idle: (since) =>
      [...held.values()].filter((lease) => isIdle(lease) && (lease !== current || lease.lastUsed < since)),
    end,
  };
}

function newLease(id = newId()): HeldLease {
  return { id, isCommitted: false, uses: new Set(), onTheWire: new Set(), lastUsed: 0, retiredAt: null };
}

function isIdle({ isCommitted, uses, onTheWire }: HeldLease): boolean {
  return isCommitted && uses.size === 0 && onTheWire.size === 0;
}

function leaseRow({ id, uses, onTheWire, retiredAt }: HeldLease): LeaseRow {
  let oldest = retiredAt ?? newId();
  for (const ids of [uses, onTheWire]) for (const each of ids) if (each < oldest) oldest = each;
  return { id, oldestDeliveryId: oldest };
}
