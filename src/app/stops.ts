/** Upper limit of a stop, even if a part does not answer: a supervisor kills the process next. */
export const STOP_MS = 10_000;
/** The time for attempts on the wire to end. The rest of the stop is for writing their outcomes. */
export const ATTEMPTS_END_MS = 7_000;

/** Stops a part. @param late resolves when the stop is no longer waited for */
export type Stop = (late: Promise<void>) => Promise<unknown>;

/**
 * Stops parts in the reverse order of their start. A part that fails to stop, for example without the database, does
 * not leave the others running; a part that takes too long is not waited for.
 */
export async function stopAll(stops: Stop[], late: Promise<void>): Promise<void> {
  const faults: unknown[] = [];
  for (const stop of stops.splice(0).reverse()) {
    await Promise.race([stop(late), late]).catch((fault: unknown) => faults.push(fault));
  }
  if (faults.length > 0) throw faults[0];
}

/** The same in parallel, for parts of which none needs another to stop. */
export async function stopTogether(stops: Stop[], late: Promise<void>): Promise<void> {
  const ends = await Promise.allSettled(stops.splice(0).map((stop) => Promise.race([stop(late), late])));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Like `stopAll`, but waits at most `ms`. @returns whether all have stopped in that time */
export async function stopWithin(ms: number, stops: Stop[]): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    resolve();
  }, ms);
  try {
    await stopAll(stops, late);
  } finally {
    clearTimeout(timer);
  }
  return !isLate;
}
