import type { FastifyReply, FastifyRequest } from 'fastify';
import { credentialId } from '../../viewer';
import { addressRange } from './address-range';
import type { ConcurrencyLimiter, Turn } from './concurrency-limiter';

declare module 'fastify' {
  interface FastifyRequest {
    /** The slot of a request whose route limits concurrency, until its handler has it. */
    turn: Turn | null;
  }
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
