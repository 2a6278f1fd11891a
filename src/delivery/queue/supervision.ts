// Lets pg-boss supervise the queue when there is something to do: its statements take five times as long as this look-up, and an
// idle process would run them every few seconds.
import type { Log } from '../../log';
import { type Loop, startLoop } from '../../loop';
import type { Db } from '../../sql/db';
import { hasLostJobs } from './due-jobs.store';
import type { DeliveryQueue } from './queue';

/** How often lost jobs are looked for: with the heartbeat of 10 s, a job of a dead worker is lost for at most 15 s. */
const REST_MS = 5_000;

export function startSupervision(db: Db, queue: DeliveryQueue, log: Log): Loop {
  return startLoop('queue supervision', REST_MS, log, async () => {
    if (await hasLostJobs(db)) await queue.supervise();
    return false;
  });
}
