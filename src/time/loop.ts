import { setTimeout as wait } from 'node:timers/promises';
import { createFaultLog, type Log } from '../logging/log';

const FAILED_REST_MS = 1_000;
/**
 * Long rests end at multiples of this time, up to so much earlier, so that the loops of a process wake it and PostgreSQL together:
 * an idle process spends most of its CPU on waking.
 */
const COMMON_MS = 250;

/** When each loop, or step of one, that cannot work now failed first. */
const failingSince = new Map<object, { name: string; since: number }>();

/** What of this process cannot work now, with the seconds for which each has failed. */
export function failingLoops(): { loop: string; seconds: number }[] {
  const now = performance.now();
  return [...failingSince.values()].map(({ name, since }) => ({ loop: name, seconds: (now - since) / 1_000 }));
}

/** Whether a loop, or a step of one, works, for the metrics. */
export interface FailureNote {
  failed(): void;
  works(): void;
}

export function createFailureNote(name: string): FailureNote {
  const self = {};
  return {
    failed() {
      if (!failingSince.has(self)) failingSince.set(self, { name, since: performance.now() });
    },
    works: () => void failingSince.delete(self),
  };
}

export interface Loop {
  /** Ends the rest, because there may be work. */
  wake(): void;
  /** Stops after the running step. No rest and no pace delays it. */
  stop(): Promise<void>;
}

/**
 * Repeats `step` while it finds work (true), then rests until it is woken or `rest`, in milliseconds, has passed. A step that returns a
 * number rests for this number of milliseconds. A rest of half a second or more may end up to a quarter of a second
 * earlier. A step that fails, for example while the database is unavailable, is repeated after at most one second.
 * @param paceMs called after each step: the minimum time between the beginnings of two steps. Under a steady load, it
 *   gathers work for one step, because a step costs about the same for one item as for many. After a rest, no step
 * waits
 */
export function startLoop(
  name: string,
  rest: number,
  log: Log,
  step: () => Promise<boolean | number>,
  paceMs: () => number = () => 0,
): Loop {
  const stop = new AbortController();
  const { signal } = stop;
  let woken = false;
  let endRest = () => {};

  const restFor = (ms: number) =>
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

  const note = createFailureNote(name);

  async function run(): Promise<void> {
    let failing = false;
    let reported = false;
    while (!signal.aborted) {
      const begun = performance.now();
      woken = false;
      const again = await step().then(
        (found) => {
          if (reported) log.info({ loop: name }, 'working again');
          failing = false;
          reported = false;
          note.works();
          return found;
        },
        (error: unknown) => {
          // it is not tried again: a late stop closes the connections that it waits for
          if (signal.aborted) return false;
          // logs only the first failure of an outage, while the loop continues to try
          if (!failing) reported = report(error);
          note.failed();
          failing = true;
          return false;
        },
      );
      if (signal.aborted) return;
      if (again !== true && (!woken || failing)) {
        const ms = again || rest;
        await restFor(untilCommonMoment(failing ? Math.min(ms, FAILED_REST_MS) : ms));
      }
      const early = begun + paceMs() - performance.now();
      if (early >= 1) await wait(early, undefined, { signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    wake() {
      woken = true;
      endRest();
    },
    async stop() {
      stop.abort();
      endRest();
      await running;
      note.works();
    },
  };
}

function untilCommonMoment(ms: number): number {
  if (ms < 2 * COMMON_MS) return ms;
  const now = performance.now();
  return Math.floor((now + ms) / COMMON_MS) * COMMON_MS - now;
}
