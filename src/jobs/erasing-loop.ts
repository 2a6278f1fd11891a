// Does the erasures that were ordered, one at a time in each process.
import { currentMs } from '../clock';
import type { Log } from '../log';
import { type Commits, type Loop, restUntilCommit, startLoop } from '../loop';
import { erasePastLimits } from '../privacy/erasing/erase-past-limits';
import { PassPositions } from '../privacy/erasing/pass-positions';
import { type ErasingParts, eraseNext } from '../privacy/erasing/run-erasures';
import { firstStepAt } from '../privacy/erasure.store';
import { batched } from '../sql/wire/batched-statements';

const REST_MS = 2_000;

export function startErasing(parts: ErasingParts, commits: Commits, log: Log): Loop {
  return startLoop('erasing content', restUntilCommit(REST_MS, commits), log, async () => {
    const stepAt = await firstStepAt(batched(parts.db));
    if (stepAt === null) return false;
    const inMs = stepAt.getTime() - currentMs();
    if (inMs > 0) return Math.min(inMs, REST_MS);
    return (await eraseNext(parts)) || REST_MS;
  });
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
