// Counts of refused calls while the database refuses to write them: a read-only one still finds the webhooks of calls.
import { createUnrecordedRefusals } from '../../../src/incoming/refusals/unrecorded-refusals';
import { createLog } from '../../../src/logging/log';
import type { Db } from '../../../src/sql/db';
import type { ArrayParameter } from '../../../src/sql/wire/array-parameter';

/** A database that takes rows from a moment on. */
function createRefusingDb() {
  const taken: number[] = [];
  const state = { isReadOnly: true };
  const query = async ({ values: [, , , calls] }: { values: ArrayParameter[] }) => {
    if (state.isReadOnly) throw new Error('cannot execute INSERT in a read-only transaction');
    taken.push(...((calls?.elements ?? []) as number[]));
    return { rows: [], rowCount: 0 };
  };
  const db = { queryRunner: { connect: async () => ({ query }) } } as unknown as Db;
  return { db, taken, state };
}

test('the log says at the end how many calls are not counted, because the database takes no rows', async () => {
  const { db } = createRefusingDb();
  const lines: string[] = [];
  const refusals = createUnrecordedRefusals(db, createLog('warn', { write: (line) => lines.push(line) }));
  for (let n = 0; n < 3; n += 1) refusals.count('webhook', 'BAD_SIGNATURE');
  await refusals.stop();
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { calls: 3, msg: expect.stringContaining('not counted') },
  ]);
});

test('at most 10,000 counts wait, those that wait are written, and the log says how many calls were not counted', async () => {
  const { db, taken, state } = createRefusingDb();
  const lines: string[] = [];
  const refusals = createUnrecordedRefusals(db, createLog('warn', { write: (line) => lines.push(line) }));
  for (let n = 0; n < 10_500; n += 1) refusals.count(`webhook ${n}`, 'BAD_SIGNATURE');
  refusals.count('webhook 0', 'BAD_SIGNATURE');
  state.isReadOnly = false;
  await refusals.stop();
  expect(taken).toHaveLength(10_000);
  // two minutes may have begun
  expect(taken.reduce((sum, calls) => sum + calls, 0)).toBeGreaterThanOrEqual(10_000);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ msg: expect.stringContaining('not counted') }]);
});
