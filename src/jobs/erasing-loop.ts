// Does the erasures that were ordered, one at a time in each process.
import type { Log } from '../log';
import { type Loop, startLoop } from '../loop';
import { erasePastLimits } from '../privacy/erasing/erase-past-limits';
import { PassPositions } from '../privacy/erasing/pass-positions';
import { type ErasingParts, eraseNext } from '../privacy/erasing/run-erasures';

const REST_MS = 2_000;

export function startErasing(parts: ErasingParts, log: Log): Loop {
  return startLoop('erasing content', REST_MS, log, () => eraseNext(parts));
}

const PASS_MS = 600_000;

/** Erases what has passed its limit, every ten minutes. */
export function startErasingPastLimits(parts: ErasingParts, log: Log): Loop {
  const positions = new PassPositions();
  return startLoop('erasing content past its limit', PASS_MS, log, async () => {
    const erased = await erasePastLimits(parts, positions);
    if (erased > 0) log.info({ erased }, 'content that has passed its limit was erased');
    return false;
  });
}
