import { type Loop, startLoop } from '../delivery/loop';
import type { Log } from '../log';
import { countStep } from '../request-log/count-step';
import type { Transaction } from '../sql/transactions';

const REST_MS = 1_000;
const LONGEST_REST_MS = 10_000;
/** Where a step takes long, the next waits: counting takes a tenth of one connection, and gathers more meanwhile. */
const REST_FOR_WORK = 9;

/**
 * Keeps request_stats up to date, a second behind; one process at a time does, whichever comes first. What was there
 * before is counted step after step without rest.
 */
export function startCounting(transaction: Transaction, log: Log): Loop {
  return startLoop('counting', REST_MS, log, async () => {
    const begun = performance.now();
    // what is lost in a power cut is counted again, from the position that was lost with it
    const more = await transaction((db) => countStep(db), { durable: false });
    const took = performance.now() - begun;
    return more || Math.min(LONGEST_REST_MS, Math.max(REST_MS, took * REST_FOR_WORK));
  });
}
