import { setTimeout as wait } from 'node:timers/promises';
import { createFaultLog } from './fault-log';
import type { Log } from './log';

const FAILED_REST_MS = 1_000;

export interface Loop {
  /** There may be work: look now. */
  wake(): void;
  /** Ends after the step that is running. */
  stop(): Promise<void>;
}

/**
 * Repeats `step` while it finds work, then rests until it is woken or `restMs` have passed; a step that answers with a
 * number rests so many milliseconds. A step that fails, as all do while the database is away, is tried again after a
 * second at most.
 * @param paceMs asked after each step: the next begins no sooner after the beginning of this one. At a steady trickle, work
 *   is gathered instead of done one by one, which costs as much each time as doing many; after a rest nothing waits
 */
export function startLoop(
  name: string,
  restMs: number,
  log: Log,
  step: () => Promise<boolean | number>,
  paceMs: () => number = () => 0,
): Loop {
  let stopping = false;
  let woken = false;
  let endRest = () => {};

  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const report = createFaultLog((error, unwritten) =>
    log.error({ loop: name, err: error, unwritten }, 'could not work, trying again'),
  );

  async function run(): Promise<void> {
    let failing = false;
    let reported = false;
    while (!stopping) {
      const begun = performance.now();
      woken = false;
      const again = await step().then(
        (found) => {
          if (reported) log.info({ loop: name }, 'working again');
          failing = false;
          reported = false;
          return found;
        },
        (error: unknown) => {
          // once per outage: the loop goes on trying, the log need not fill up
          if (!failing) reported = report(error);
          failing = true;
          return false;
        },
      );
      if (stopping) return;
      if (again !== true && (!woken || failing)) {
        const restOf = again || restMs;
        await rest(failing ? Math.min(restOf, FAILED_REST_MS) : restOf);
      }
      const early = begun + paceMs() - performance.now();
      if (early >= 1) await wait(early);
    }
  }

  const running = run();
  return {
    wake() {
      woken = true;
      endRest();
    },
    async stop() {
      stopping = true;
      endRest();
      await running;
    },
  };
}
