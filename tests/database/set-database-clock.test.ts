// The clock of the database is set to a month that has no partitions.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { followDatabaseClock } from '../../src/database/database-clock';
import { MONTHS_AHEAD, makePartitions } from '../../src/database/partitions';
import { createLog } from '../../src/logging/log';
import { startTestApp } from '../support/app';
import { invoice } from '../support/webhooks';

const PUBLISH = 'mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { events { id } } }';
const DROP = `do $$ declare part record; begin
  for part in select inhrelid::regclass as name from pg_inherits where inhparent = 'payloads'::regclass loop
    execute format('drop table %s', part.name);
  end loop;
end $$`;

test('without a partition for the month publishing is UNAVAILABLE, until maintenance has made it', async () => {
  const app = await startTestApp({ PROCESSES: 'api' });
  const source = await createDataSource(app.env.DATABASE_URL as string, { name: 'test' }).initialize();
  try {
    const publish = () => app.ask(PUBLISH, { input: { events: [invoice('INV-1')] } });
    await app.database.query(DROP);
    const refused = await publish();
    expect([refused.status, refused.errors]).toMatchObject([
      503,
      [
        {
          message: 'The database has no partition for the month of its clock yet. Try again.',
          extensions: { code: 'UNAVAILABLE' },
        },
      ],
    ]);
    await makePartitions(source.manager, MONTHS_AHEAD);
    expect((await publish()).errors).toBeUndefined();
  } finally {
    await source.destroy();
    await app.stop();
  }
});

test('a listener is called when the clock of the database was set, and not again', async () => {
  let setMs = 0;
  const runner = { connect: async () => {}, query: async () => [{ ms: Date.now() + setMs }], release: async () => {} };
  const source = { createQueryRunner: () => runner } as unknown as DataSource;
  const clock = await followDatabaseClock(source, createLog('silent'));
  const calls: number[] = [];
  clock.onSet(() => calls.push(setMs));
  try {
    expect(await clock.mayDelete()).toBe(true);
    setMs = 120_000;
    expect([await clock.mayDelete(), await clock.mayDelete()]).toEqual([false, false]);
  } finally {
    setMs = 0;
    await clock.mayDelete();
    await clock.stop();
  }
  expect(calls).toEqual([120_000, 0]);
});
