// The current time by the clock of the database, which all processes share. The clock of one machine can be wrong, and
// its decisions (an expiry, a schedule, a lease, a deletion) would be valid for all machines.

/** The latest measured correction of the clock of this process. */
let differenceMs = 0;
/** The system clock minus the monotonic clock at the latest measurement. */
let offsetMs = Date.now() - performance.now();

/**
 * A smaller difference between the two clocks is normal adjustment; a larger one means that the system clock was set.
 */
const SET_MS = 500;

/** Whole milliseconds since 1970, by the database's clock. */
export function currentMs(): number {
  const now = Date.now();
  const setByMs = now - performance.now() - offsetMs;
  // corrects a change of the system clock since the latest measurement at once
  return now + differenceMs - (Math.abs(setByMs) < SET_MS ? 0 : Math.round(setByMs));
}

export function currentTime(): Date {
  return new Date(currentMs());
}

/** How far the clock of the database is ahead of the system clock; negative: behind. */
export function clockDifferenceMs(): number {
  return currentMs() - Date.now();
}

/** One reading of the clock of the database, and the monotonic time before and after it: the system clock may be set meanwhile. */
export interface ClockSample {
  askedAt: number;
  databaseMs: number;
  answeredAt: number;
}

export async function sampleClock(askDatabase: () => Promise<number>): Promise<ClockSample> {
  const askedAt = performance.now();
  const databaseMs = await askDatabase();
  return { askedAt, databaseMs, answeredAt: performance.now() };
}

/**
 * Corrects the time by samples. Each sample is uncertain by the duration of its reading. If no difference is possible
 * within the common range, there is no correction, so that all processes of one machine use the same time.
 */
export function correctClock(samples: readonly ClockSample[]): void {
  const offset = Date.now() - performance.now();
  const least = Math.max(...samples.map(({ databaseMs, answeredAt }) => databaseMs - offset - answeredAt - 1));
  const most = Math.min(...samples.map(({ databaseMs, askedAt }) => databaseMs - offset - askedAt + 1));
  differenceMs = least <= 0 && most >= 0 ? 0 : Math.round((least + most) / 2);
  offsetMs = offset;
}
