// Measures the difference between the clock of this process and the database's, and warns of it.
import type { DataSource, QueryRunner } from 'typeorm';
import { refusedRowWithin } from '../errors/errors';
import type { Log } from '../logging/log';
import { type ClockSample, clockDifferenceMs, correctClock, sampleClock } from '../time/clock';
import { type Loop, startLoop } from '../time/loop';

const EVERY_MS = 10_000;
const SAMPLES = 3;
const WARN_MS = 1_000;
/** At a larger difference one of the two clocks is wrong, and it is unknown which: nothing is deleted by age. */
const MAX_DIFFERENCE_MS = 60_000;
/** Between two measurements: more than a clock drifts in ten seconds. */
const SET_MS = 60_000;

export interface DatabaseClock {
  /** Measures now. @returns whether the clocks agree well enough to delete old rows */
  mayDelete(): Promise<boolean>;
  /** Calls `listener` each time that the clock of the database was set by more than a minute. */
  onSet(listener: () => void): void;
  stop(): Promise<void>;
}

/** Measures before it returns, so that nothing is decided earlier, and then every ten seconds. */
export async function followDatabaseClock(source: DataSource, log: Log): Promise<DatabaseClock> {
  let warnedOf = 0;
  let refusedBefore: string | null = null;
  const listeners: (() => void)[] = [];
  const measure = async () => {
    const refused = refusedRowWithin(EVERY_MS);
    if (refused !== null && refused !== refusedBefore) {
      log.error({ refused }, 'the database has refused a row because of its time');
    }
    refusedBefore = refused;
    const before = clockDifferenceMs();
    await correctByDatabase(source);
    const differenceMs = clockDifferenceMs();
    if (Math.abs(differenceMs - before) > SET_MS) for (const listener of listeners) listener();
    if (Math.abs(differenceMs - warnedOf) <= WARN_MS) return;
    warnedOf = Math.abs(differenceMs) > WARN_MS ? differenceMs : 0;
    if (warnedOf === 0) log.info("the clock of this process agrees with the database's again");
    else log.warn({ differenceMs }, warning(differenceMs));
  };
  await measure();
  const loop: Loop = startLoop('clock', EVERY_MS, log, async () => {
    await measure();
    return false;
  });
  return {
    async mayDelete() {
      await measure();
      return Math.abs(clockDifferenceMs()) <= MAX_DIFFERENCE_MS;
    },
    onSet(listener) {
      listeners.push(listener);
    },
    stop: loop.stop,
  };
}

function warning(differenceMs: number): string {
  const seconds = (Math.abs(differenceMs) / 1_000).toFixed(1);
  const stops = Math.abs(differenceMs) > MAX_DIFFERENCE_MS ? ', and deletes nothing that is old' : '';
  return (
    `the clock of this process is ${seconds} s ${differenceMs > 0 ? 'behind' : 'ahead of'} the database's: ` +
    `it goes by the database's${stops}. Let NTP set both`
  );
}

async function correctByDatabase(source: DataSource): Promise<void> {
  // on a connection that is open already: the wait for one would count as duration of the query
  const runner = source.createQueryRunner();
  try {
    await runner.connect();
    const samples: ClockSample[] = [];
    while (samples.length < SAMPLES) samples.push(await sampleClock(() => databaseMs(runner)));
    correctClock(samples);
  } finally {
    await runner.release();
  }
}

async function databaseMs(runner: QueryRunner): Promise<number> {
  const [row] = await runner.query('select extract(epoch from clock_timestamp())::float8 * 1000 as ms');
  return row.ms;
}
