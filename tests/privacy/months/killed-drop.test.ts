// A process that drops a month is killed with SIGKILL. The month is there, or gone whole with its order; another process goes on.
import { join } from 'node:path';
import { type Killed, runUntilKilled } from '../../evidence/seal/run-until-killed';
import { verify } from '../../evidence/stored-tree';
import { addFamily, keepRowsFor, type OldMonths, sealAll, startMonths, tablesWith } from './old-months';

const MAX_STATEMENTS = 20;

let months: OldMonths;
let whole: string[];

beforeEach(async () => {
  months = await startMonths();
  await addFamily(months, 'SINV-1', months.old);
  await sealAll(months.store);
  await keepRowsFor(months, 5);
  whole = await tablesWith(months.database, months.old);
});
afterEach(() => months.store.stop());

/** @returns the signal that ended it; null: it ended by itself */
async function dropUntil(end: Killed): Promise<NodeJS.Signals | null> {
  const script = { script: join(__dirname, 'killed-drop.mjs'), session: 'hookledger dropper' };
  return runUntilKilled(months.database, script, end);
}

const orders = async () =>
  (await months.database.query(`select from audit_entries where action = 'retention.month_dropped'`)).length;

/** @returns the tables that still have the month */
async function left(): Promise<string[]> {
  const tables = await tablesWith(months.database, months.old);
  const isGone = !tables.includes('webhook_request_logs');
  if (isGone) expect(await orders()).toBeGreaterThan(0);
  else expect(tables).toEqual(whole);
  await sealAll(months.store);
  expect(await verify(months.store)).toEqual([]);
  return tables;
}

/** Order, rows and bodies each take a pass. */
async function goOn(): Promise<void> {
  for (let pass = 0; pass < 4 && (await left()).includes('payloads'); pass += 1) {
    expect(await dropUntil({ BEFORE: 0 })).toBeNull();
  }
  expect(await left()).toEqual(['evidence_leaves']);
}

test('it is killed before any statement, and goes on: one order for rows and one for bodies, and nothing half dropped', async () => {
  let statement = 1;
  while ((await dropUntil({ BEFORE: statement })) === 'SIGKILL' && statement < MAX_STATEMENTS) {
    await left();
    statement += 1;
  }
  expect(statement).toBeGreaterThan(4);
  await goOn();
  expect(await orders()).toBe(2);
  // some ten processes, one after the other
}, 300_000);

test.each([1, 2, 3])(
  'it is killed right after commit %i was sent, and goes on',
  async (commit) => {
    await dropUntil({ BEFORE: 0 });
    await sealAll(months.store);
    expect(await dropUntil({ AFTER_COMMIT: commit })).toBe('SIGKILL');
    await left();
    await goOn();
    expect(await orders()).toBe(2);
  },
  120_000,
);
