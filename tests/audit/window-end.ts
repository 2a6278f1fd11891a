import { setTimeout as wait } from 'node:timers/promises';

export const MINUTE_MS = 60_000;
const ENOUGH_MS = 10_000;

/**
 * Waits for the next window of this length on the clock if the current one ends soon: what a test notes within one window is
 * one entry, and what it notes in two windows is two.
 */
export async function untilWindowLasts(windowMs: number): Promise<void> {
  const leftMs = windowMs - (Date.now() % windowMs);
  if (leftMs < ENOUGH_MS) await wait(leftMs + 1);
}
