// What a process asks the database while nothing happens: each statement wakes two programs.
import { setTimeout as wait } from 'node:timers/promises';
import { startTestApp, type TestApp } from '../support/app';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

/** 14 were measured. Sessions report what they did up to a second later, so a window may contain some of another one. */
const MAX_PER_SECOND = 20;
const WINDOW_MS = 4_000;
/** A window may contain what is done after a start, once an hour, or by autovacuum. */
const MAX_WINDOWS = 5;

interface Sample {
  transactions: number;
  ms: number;
}

async function sample(): Promise<Sample> {
  const [row] = await app.database.query<Sample>(
    `select (xact_commit + xact_rollback)::int as transactions, extract(epoch from clock_timestamp())::float8 * 1000 as ms
     from pg_stat_database where datname = current_database()`,
  );
  return row as Sample;
}

test('nothing polls faster than its use needs', async () => {
  const rates: number[] = [];
  for (let window = 0; window < MAX_WINDOWS; window += 1) {
    const before = await sample();
    await wait(WINDOW_MS);
    const after = await sample();
    const seconds = (after.ms - before.ms) / 1_000;
    rates.push((after.transactions - before.transactions) / seconds);
    if (Math.min(...rates) <= MAX_PER_SECOND) return;
  }
  throw new Error(`The least of ${rates.map((rate) => rate.toFixed(1)).join(', ')} transactions a second is too many.`);
});
