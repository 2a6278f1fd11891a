// The leases of this worker in its memory: which one new first attempts use, and what is on the wire under each. First attempts
// share a lease; the attempts of one taking of jobs have their own, which names their deliveries, since these may be old.
import { newId } from '../../ids';
import { isLockTimeout } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import { holdLease, insertLease, type LeaseRow } from './worker-lease.store';

/** Another worker has taken over the lease. */
export class LeaseLost extends Error {
  constructor() {
    super('The lease of this worker has expired: its attempts were given to other workers.');
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

export interface HeldLease {
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

export interface HeldLeases {
  use(): LeaseUse;
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

  const ends: UseEnds = {
    again(lease) {
      if (held.has(lease.id) && lease.retiredAt === null) current ??= lease;
    },
    never: (lease) => void held.delete(lease.id),
    retired(lease, begun) {
      if (lease.retiredAt === null || begun < lease.retiredAt) lease.retiredAt = begun;
      if (current === lease) current = null;
    },
  };

  return {
    use() {
      const lease = current ?? newLease();
      held.set(lease.id, lease);
      return useOf(lease, ends);
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

/** What becomes of a lease when a use of it has ended. */
interface UseEnds {
  /** Further transactions may use it. */
  again(lease: HeldLease): void;
  /** It was never committed. */
  never(lease: HeldLease): void;
  /** @param begun an id from the beginning of the use */
  retired(lease: HeldLease, begun: string): void;
}

function useOf(lease: HeldLease, ends: UseEnds): LeaseUse {
  const begun = newId();
  lease.uses.add(begun);
  let isHeld = false;
  // another worker takes it over
  const retireIfLocked = (error: unknown) => {
    if (isLockTimeout(error)) ends.retired(lease, begun);
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
      if (!lease.isCommitted) await insertLease(tx, { id: lease.id, oldestDeliveryId: begun, deliveryIds: null });
      else if (!(await holdLease(tx, lease.id).catch(retireIfLocked))) throw new LeaseLost();
    },
    committed(deliveryIds) {
      finish(deliveryIds);
      lease.isCommitted ||= isHeld;
      if (lease.isCommitted) ends.again(lease);
      else ends.never(lease);
    },
    rolledBack() {
      finish([]);
      if (!lease.isCommitted) ends.never(lease);
    },
    mayHaveCommitted(deliveryIds) {
      finish(deliveryIds);
      if (isHeld) ends.retired(lease, begun);
      if (!lease.isCommitted) ends.never(lease);
    },
  };
}

function newLease(id = newId()): HeldLease {
  return { id, isCommitted: false, uses: new Set(), onTheWire: new Set(), lastUsed: 0, retiredAt: null };
}

function isIdle({ isCommitted, uses, onTheWire }: HeldLease): boolean {
  return isCommitted && uses.size === 0 && onTheWire.size === 0;
}

export function leaseRow({ id, uses, onTheWire, retiredAt }: HeldLease): LeaseRow {
  let oldest = retiredAt ?? newId();
  for (const ids of [uses, onTheWire]) for (const each of ids) if (each < oldest) oldest = each;
  return { id, oldestDeliveryId: oldest };
}
