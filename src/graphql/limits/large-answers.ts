// How many large answers a process makes at the same time. While one is made, the process has it several times: as the database sent
// it, as values, and as text. One for each connection that reads could be more than the heap, and a process without heap ends.
import { getHeapStatistics } from 'node:v8';
import { AppError } from '../../errors';
import { createFairSlots } from '../../fair-slots';

const MIB = 1024 * 1024;

/** The largest answer of a process with so much heap: 64 MiB with that of `npm start`. */
export function largestWith(heapBytes: number): number {
  return Math.min(64, Math.max(1, Math.floor(heapBytes / 24 / MIB))) * MIB;
}

export const MAX_ANSWER_BYTES = largestWith(getHeapStatistics().heap_size_limit);

/** As many shorter answers are made at once as there are connections that read them. */
export const SHORT_ANSWER_BYTES = MAX_ANSWER_BYTES / 16;

const AT_ONCE = 2;
const MAX_WAIT_MS = 10_000;

/**
 * Waits until another large answer may be made. One caller makes one at a time, so that another caller finds a place.
 * @returns a function that ends it. @throws AppError after MAX_WAIT_MS
 */
export type StartLargeAnswer = (caller: string) => Promise<() => void>;

export function createLargeAnswers(maxWaitMs = MAX_WAIT_MS): StartLargeAnswer {
  const places = createFairSlots(AT_ONCE);
  return (caller) =>
    new Promise((start, refuse) => {
      let isRefused = false;
      const timer = setTimeout(() => {
        isRefused = true;
        refuse(tooManyLarge(maxWaitMs));
      }, maxWaitMs);
      const make = async () => {
        if (isRefused) return;
        clearTimeout(timer);
        await new Promise<void>((end) => start(end));
      };
      void places.run(caller, make);
    });
}

export const startLargeAnswer = createLargeAnswers();

function tooManyLarge(maxWaitMs: number): AppError {
  const message = `Other large answers were being made for ${maxWaitMs / 1000} s. Try again, or request fewer rows (\`first\`), or less of their content.`;
  return new AppError('UNAVAILABLE', message);
}
