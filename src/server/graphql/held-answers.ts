// Answers in memory that their clients have not read yet.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MAX_ANSWER_BYTES } from '../../graphql/limits/large-answers';
import { credentialId } from '../../viewer';
import { addressRange } from '../edge/address-range';
import { createBudget } from '../edge/in-flight-budget';
import { tooMany } from '../edge/refusal';

/** Characters that may wait, and how long. */
const HELD = { inProcess: 4 * MAX_ANSWER_BYTES, ofOneKey: 2 * MAX_ANSWER_BYTES, mostMs: 300_000 };
/** The buffers of a socket take a shorter answer at once. */
const SHORT = 16 * 1024;
const RETRY_AFTER_S = 5;

/**
 * Holds an answer until it is read.
 * @param mayRefuse not after a mutation: its answer may have what is shown only once
 * @throws Refusal 429 if too much waits to be read already
 */
export type HoldAnswer = (request: FastifyRequest, reply: FastifyReply, text: string, mayRefuse: boolean) => void;

export function createHeldAnswers(held = HELD): HoldAnswer {
  const budget = createBudget(held.inProcess);
  return ({ viewer, ip }, { raw }, { length }, mayRefuse) => {
    if (length <= SHORT) return;
    const holding = budget.open();
    holding.countFor(viewer ? credentialId(viewer) : addressRange(ip), held.ofOneKey);
    if ((!holding.take(length) && mayRefuse) || raw.destroyed) {
      holding.end();
      throw tooMany('Too many answers wait until their clients read them.', RETRY_AFTER_S);
    }
    const timer = setTimeout(() => raw.destroy(), held.mostMs);
    timer.unref();
    raw.once('close', () => {
      clearTimeout(timer);
      holding.end();
    });
  };
}
