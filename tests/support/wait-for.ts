import { setTimeout as wait } from 'node:timers/promises';

/** Calls `ask` until its result is truthy, and returns it; fails after `limitMs`. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  limitMs = 120_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms for: ${what}`);
    await wait(15);
  }
}
