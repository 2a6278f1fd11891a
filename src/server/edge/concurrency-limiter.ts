import type { FastifyReply, FastifyRequest } from 'fastify';
import { credentialId } from '../../viewer';
import { addressRange } from './address-range';
import { once } from './once';
import { tooMany } from './refusal';

declare module 'fastify' {
  interface FastifyRequest {
    /** The slot of a request whose route limits concurrency, until its handler has it. */
    turn: Turn | null;
  }
}

/** The slot of one request, or its place in the queue. */
export interface Turn {
  /** undefined: the request may run at once. Rejected when `leave` is called while it waits. */
  ready: Promise<void> | undefined;
  /** May be called more than once. */
  leave(): void;
}

/**
 * Limits the concurrent requests of each caller. Further ones wait in order of arrival, before their bodies are read.
 */
export interface ConcurrencyLimiter {
  /** @throws Refusal 429 when too many wait */
  enter(caller: string): Turn;
}

const MAX_WAITING = 1_000;

interface Line {
  running: number;
  /** Each admits one waiting request. */
  waiting: Set<() => void>;
}

/** @param atOnce 0: no limit */
export function createConcurrencyLimiter(atOnce: number): ConcurrencyLimiter {
  const lines = new Map<string, Line>();
  if (atOnce === 0) return { enter: () => ({ ready: undefined, leave: () => undefined }) };
  const next = (caller: string, line: Line) => {
    const [first] = line.waiting;
    if (first) {
      line.waiting.delete(first);
      first();
      return;
    }
    line.running -= 1;
    if (line.running === 0) lines.delete(caller);
  };
  return {
    enter(caller) {
      const line = lines.get(caller) ?? { running: 0, waiting: new Set() };
      lines.set(caller, line);
      if (line.running < atOnce) {
        line.running += 1;
        return { ready: undefined, leave: once(() => next(caller, line)) };
      }
      if (line.waiting.size >= MAX_WAITING) {
        throw tooMany(`${atOnce} requests of this caller are being answered and ${MAX_WAITING} more are waiting.`, 1);
      }
      return waitIn(line, () => next(caller, line));
    },
  };
}

function waitIn(line: Line, next: () => void): Turn {
  let giveUp: () => void = () => undefined;
  let letIn: () => void = () => undefined;
  const ready = new Promise<void>((resolve, reject) => {
    letIn = resolve;
    giveUp = () => reject(tooMany('The client disconnected while the request waited.', 1));
  });
  line.waiting.add(letIn);
  const leave = once(() => {
    if (line.waiting.delete(letIn)) giveUp();
    else next();
  });
  return { ready, leave };
}

/** Waits for a slot of the caller. One that disconnects leaves the queue; work that has begun continues. */
export async function takeTurn(
  limiter: ConcurrencyLimiter,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const turn = limiter.enter(request.viewer ? credentialId(request.viewer) : addressRange(request.ip));
  request.turn = turn;
  reply.raw.once('close', () => {
    if (request.turn === turn) turn.leave();
  });
  // disconnected while the key was looked up: the response is closed already
  if (reply.raw.destroyed) turn.leave();
  await turn.ready;
}

/** Runs the handler of a request that has taken its turn, and gives the slot back. */
export async function inTurn<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> {
  const { turn } = request;
  request.turn = null;
  try {
    return await work();
  } finally {
    turn?.leave();
  }
}
