// Does the erasures that were ordered, one at a time in each process.
import type { Log } from '../log';
import { type Loop, startLoop } from '../loop';
import { type ErasingParts, eraseNext } from '../privacy/erasing/run-erasures';

const REST_MS = 2_000;

export function startErasing(parts: ErasingParts, log: Log): Loop {
  return startLoop('erasing content', REST_MS, log, () => eraseNext(parts));
}
