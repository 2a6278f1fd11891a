import type { FastifyReply, FastifyRequest } from 'fastify';
import { credentialId } from '../../access/viewer';
import { once } from './closing';
import { Refusal, tooMany } from './http-errors';
import { addressRange } from './rate-limits';

declare module 'fastify' {
  interface FastifyRequest {
    /** The slot of a request whose route limits concurrency, until its handler has it. */
    slot: Slot | null;
  }
}

/** The slot of one request, or its place in the queue. */
export interface Slot {
  /** undefined: the request may run at once. Rejected when `release` is called while it waits, or after MAX_WAIT_MS. */
  ready: Promise<void> | undefined;
  /** May be called more than once. */
  release(): void;
}

/**
 * Limits the concurrent requests of each caller. Further ones wait in order of arrival, before their bodies are read.
 */
export interface ConcurrencyLimiter {
  /** @throws Refusal 429 when too many wait */
  acquire(caller: string): Slot;
}

const MAX_WAITING = 1_000;

/**
 * A database that does not answer holds all requests of a caller until their statements time out: those behind would wait for several such
 * times, one after the other.
 */
export const MAX_WAIT_MS = 10_000;

interface CallerQueue {
  running: number;
  /** Each admits one waiting request. */
  waiting: Set<() => void>;
}

/** @param atOnce 0: no limit */
export function createConcurrencyLimiter(atOnce: number): ConcurrencyLimiter {
  const queues = new Map<string, CallerQueue>();
  if (atOnce === 0) return { acquire: () => ({ ready: undefined, release: () => undefined }) };
  const next = (caller: string, queue: CallerQueue) => {
    const [first] = queue.waiting;
    if (first) {
      queue.waiting.delete(first);
      first();
      return;
    }
    queue.running -= 1;
    if (queue.running === 0) queues.delete(caller);
  };
  return {
    acquire(caller) {
      const queue = queues.get(caller) ?? { running: 0, waiting: new Set() };
      queues.set(caller, queue);
      if (queue.running < atOnce) {
        queue.running += 1;
        return { ready: undefined, release: once(() => next(caller, queue)) };
      }
      if (queue.waiting.size >= MAX_WAITING) {
        throw tooMany(`${atOnce} requests of this caller are being answered and ${MAX_WAITING} more are waiting.`, 1);
      }
      return waitIn(queue, () => next(caller, queue));
    },
  };
}

function waitedTooLong(): Refusal {
  const message = `Earlier requests of this caller were not answered within ${MAX_WAIT_MS / 1000} s, so this one was not begun. Try again.`;
  return new Refusal('UNAVAILABLE', message, 503, undefined, 1);
}

function waitIn(queue: CallerQueue, next: () => void): Slot {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  let isIn = false;
  const letIn = () => {
    isIn = true;
    clearTimeout(timer);
    resolve();
  };
  const giveUp = (why: Refusal) => {
    queue.waiting.delete(letIn);
    clearTimeout(timer);
    reject(why);
  };
  const timer = setTimeout(() => giveUp(waitedTooLong()), MAX_WAIT_MS);
  queue.waiting.add(letIn);
  const release = once(() => {
    if (isIn) next();
    else giveUp(tooMany('The client disconnected while the request waited.', 1));
  });
  return { ready, release };
}

/** Waits for a slot of the caller. One that disconnects leaves the queue; work that has begun continues. */
export async function takeSlot(
  limiter: ConcurrencyLimiter,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const slot = limiter.acquire(request.viewer ? credentialId(request.viewer) : addressRange(request.ip));
  request.slot = slot;
  reply.raw.once('close', () => {
    if (request.slot === slot) slot.release();
  });
  // disconnected while the key was looked up: the response is closed already
  if (reply.raw.destroyed) slot.release();
  await slot.ready;
}

/** Runs the handler of a request that has its slot, and gives the slot back. */
export async function inSlot<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> {
  const { slot } = request;
  request.slot = null;
  try {
    return await work();
  } finally {
    slot?.release();
  }
}

/** A limit on what a process holds at one time, in calls or in bytes. */
export interface Budget {
  open(): Holding;
}

/** The part of the budget that one request holds. */
export interface Holding {
  /** Counts the part for this owner too. @returns false if the owner then holds more than `most` */
  countFor(owner: string, most: number): boolean;
  /**
   * @returns false if all requests together, or one of the owners, then hold too much; it is counted until `end` even
   * so
   */
  take(amount: number): boolean;
  /** Gives everything back. May be called more than once. */
  end(): void;
}

/** @param most limit for all requests together */
export function createBudget(most: number): Budget {
  const byOwner = new Map<string, number>();
  let all = 0;
  const count = (owner: string, amount: number) => {
    const now = (byOwner.get(owner) ?? 0) + amount;
    if (now > 0) byOwner.set(owner, now);
    else byOwner.delete(owner);
    return now;
  };
  return {
    open() {
      const owners = new Map<string, number>();
      let held = 0;
      return {
        countFor(owner, mostOfOwner) {
          owners.set(owner, mostOfOwner);
          return count(owner, held) <= mostOfOwner;
        },
        take(amount) {
          held += amount;
          all += amount;
          const within = [...owners].map(([owner, mostOfOwner]) => count(owner, amount) <= mostOfOwner);
          return all <= most && within.every(Boolean);
        },
        end() {
          for (const owner of owners.keys()) count(owner, -held);
          all -= held;
          held = 0;
        },
      };
    },
  };
}
