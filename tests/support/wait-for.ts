import { setTimeout as wait } from 'node:timers/promises';

const MIN_MS = 10;
const MAX_MS = 250;

/**
 * Calls `ask` until its result is truthy, and returns it; fails after `limitMs`. It asks after each tenth of the time that
 * it has waited, because asking takes CPU from what it waits for.
 */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  limitMs = 120_000,
): Promise<T> {
  const begin = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    const waited = performance.now() - begin;
    if (waited > limitMs) throw new Error(`waited ${limitMs} ms for: ${what}`);
    await wait(Math.min(MAX_MS, Math.max(MIN_MS, waited / 10)));
  }
}
