// The time by which this process decides: that of its database, which all processes share. The clock of one machine can be
// wrong, and what it decided by that (an expiry, a schedule, a lease, what is old enough to be deleted) would hold for all.

/** What the clock of this process must be corrected by, as it was measured last. */
let differenceMs = 0;
/** The clock minus the steady one, which nobody sets, at that time. */
let offsetMs = Date.now() - performance.now();

/** Two clocks that run apart by less were not set: they are adjusted all the time. */
const SET_MS = 500;

/** Whole milliseconds since 1970, by the database's clock. */
export function currentMs(): number {
  const now = Date.now();
  const setByMs = now - performance.now() - offsetMs;
  // a clock that was set since the last measurement is seen at once
  return now + differenceMs - (Math.abs(setByMs) < SET_MS ? 0 : Math.round(setByMs));
}

export function currentTime(): Date {
  return new Date(currentMs());
}

/** How far the database's clock is ahead of that of this process; negative: behind. */
export function clockDifferenceMs(): number {
  return currentMs() - Date.now();
}

/** One look at the database's clock: what it said, and when it was asked and had answered by that of this process. */
export interface ClockSample {
  askedAt: number;
  databaseMs: number;
  answeredAt: number;
}

export async function sampleClock(askDatabase: () => Promise<number>): Promise<ClockSample> {
  const askedAt = Date.now();
  const databaseMs = await askDatabase();
  return { askedAt, databaseMs, answeredAt: Date.now() };
}

/**
 * Corrects the time by samples. Each leaves as many milliseconds open as its answer took: within what they all leave open
 * the clocks are taken to be the same, so that processes of one machine stay exactly together.
 */
export function correctClock(samples: readonly ClockSample[]): void {
  const least = Math.max(...samples.map(({ databaseMs, answeredAt }) => databaseMs - answeredAt - 1));
  const most = Math.min(...samples.map(({ databaseMs, askedAt }) => databaseMs - askedAt + 1));
  differenceMs = least <= 0 && most >= 0 ? 0 : Math.round((least + most) / 2);
  offsetMs = Date.now() - performance.now();
}
