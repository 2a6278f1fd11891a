// Long work in steps, between which others run: what holds the process delays every request, delivery and subscription.
import { setImmediate } from 'node:timers/promises';

/** Others run after this time. */
const TURN_MS = 50;

/** Runs the steps to their end, and lets others run whenever it has taken 50 ms. */
export async function inTurns<Result>(steps: Generator<unknown, Result>): Promise<Result> {
  let begun = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (performance.now() - begun < TURN_MS) continue;
    await nextTurn();
    begun = performance.now();
  }
}

/** Runs the steps to their end at once. */
export function atOnce<Result>(steps: Generator<unknown, Result>): Result {
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

/** Resolves when others have run. */
export async function nextTurn(): Promise<void> {
  await setImmediate();
}
