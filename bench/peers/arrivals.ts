// What was published against what the receiver took. Each figure counts its own events alone: those of a system that
// could not keep up may still arrive while the next figure is measured.
import { setTimeout as wait } from 'node:timers/promises';
import { clockMs } from '../clock';
import type { Receiver } from '../receiver-process';

export interface Arrived {
  /** When each event arrived first, in `clockMs`, ascending. */
  times: number[];
  /** From publish to that, in milliseconds. */
  delaysMs: number[];
  /** Accepted, and did not arrive. */
  lost: number;
  /** Were not accepted. */
  refused: number;
  /** Calls beyond the first of an event. */
  doubled: number;
}

export interface Batch {
  /** The number of a new event, published now or due at this moment. */
  next(at?: number): number;
  /** Its call failed: it is not waited for. @returns how many were refused so far */
  refuse(number: number): number;
  missing(): number;
  /** Waits until all have arrived, or for so long without a new one. */
  arrived(stallMs?: number): Promise<Arrived>;
}

export interface Arrivals {
  /** Ends the batch before it. */
  startBatch(): Batch;
  stop(): Promise<void>;
}

const POLL_MS = 20;
const STALL_MS = 60_000;

export function watchArrivals(receiver: Receiver): Arrivals {
  let published = 0;
  let first = 0;
  let publishedAt: number[] = [];
  let times = new Map<number, number>();
  let awaited = new Set<number>();
  let refused = 0;
  let doubled = 0;
  let stopped = false;
  let fault: Error | null = null;

  const poll = async () => {
    while (!stopped) {
      const calls = await receiver.calls();
      for (const [index, number] of calls.numbers.entries()) {
        if (number < first) continue;
        awaited.delete(number);
        if (times.has(number)) doubled += 1;
        else times.set(number, calls.times[index] as number);
      }
      await wait(POLL_MS);
    }
  };
  const polling = poll().catch((error: Error) => {
    fault = error;
  });

  return {
    startBatch() {
      first = published;
      publishedAt = [];
      times = new Map();
      awaited = new Set();
      refused = 0;
      doubled = 0;
      const missing = () => {
        // what arrives is no longer seen: it must not be waited for, nor counted as lost
        if (fault) throw fault;
        return awaited.size;
      };
      return {
        next(at = clockMs()) {
          publishedAt.push(at);
          awaited.add(published);
          published += 1;
          return published - 1;
        },
        refuse(number) {
          if (awaited.delete(number)) refused += 1;
          return refused;
        },
        missing,
        async arrived(stallMs = STALL_MS) {
          for (let [left, since] = [missing(), Date.now()]; missing() > 0 && Date.now() - since < stallMs; ) {
            await wait(POLL_MS);
            if (missing() === left) continue;
            left = missing();
            since = Date.now();
          }
          const entries = [...times].sort(([, a], [, b]) => a - b);
          const delaysMs = entries.map(([number, time]) => time - (publishedAt[number - first] as number));
          return { times: entries.map(([, time]) => time), delaysMs, lost: missing(), refused, doubled };
        },
      };
    },
    async stop() {
      stopped = true;
      await polling;
    },
  };
}
