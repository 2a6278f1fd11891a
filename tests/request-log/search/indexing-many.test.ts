// What the indexer does with many requests at once, so that an imported year is found soon.
import { jest } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/database/data-source';
import { DELIVER } from '../../../src/database/pools';
import { startFollowing } from '../../../src/jobs/change-feed-loops';
import { createLog } from '../../../src/logging/log';
import { indexNextBatch } from '../../../src/request-log/search/index-requests';
import { SafeClient } from '../../../src/sql/session';
import { pipelinedTransactions } from '../../../src/sql/transactions';
import type { Answer } from '../../../src/sql/wire/statement-batch';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { waitFor } from '../../support/wait-for';
import { seedManyAt } from '../pages/seeded-log';

let database: TestDatabase;
let source: DataSource;

beforeEach(async () => {
  database = await createTestDatabase();
  source = createDataSource(database.servingUrl, { ...DELIVER, poolSize: 4 });
  await source.initialize();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await source.destroy();
  await database.drop();
});

interface Sent {
  text: string;
  answer: Promise<Answer>;
}

/** Indexes one batch. @returns its statements, in the order in which they were sent */
async function statementsOfBatch(atMost: number): Promise<Sent[]> {
  const run = jest.spyOn(SafeClient.prototype, 'run');
  await pipelinedTransactions(source)((db) => indexNextBatch(db, atMost));
  // an API that test files share may send something to its own
  const isTo = (at: number) => (run.mock.contexts[at] as SafeClient).database === database.name;
  const sent = run.mock.calls.map(([{ text }], at) => ({
    text,
    answer: run.mock.results[at]?.value as Promise<Answer>,
    at,
  }));
  return sent.filter(({ at }) => isTo(at));
}

test('of changes that fill a batch each, no more than two are read', async () => {
  for (let n = 0; n < 20; n += 1) await seedManyAt(database, Date.now() + n, 30, `MANY-${n}`);
  const sent = await statementsOfBatch(20);
  const read = await Promise.all(
    sent.filter(({ text }) => text.includes('request_changes')).map(({ answer }) => answer),
  );
  expect(read.flatMap(({ rows }) => rows)).toHaveLength(2);
});

test('the next requests are read before those that are read are inserted', async () => {
  await seedManyAt(database, Date.now(), 150, 'MANY');
  const steps = (await statementsOfBatch(150)).flatMap(({ text }) => {
    if (text.includes('left join payloads')) return ['read'];
    return text.startsWith('insert into request_index') ? ['insert'] : [];
  });
  expect(steps).toEqual(['read', 'read', 'insert', 'read', 'insert', 'insert']);
});

test('a batch whose words cannot be inserted is not indexed at all', async () => {
  await seedManyAt(database, Date.now(), 150, 'MANY');
  await database.query(`create function refuse_last() returns trigger language plpgsql as $$
    begin
      if (select count(*) from request_index) > 100 then raise 'no more than a hundred'; end if;
      return null;
    end $$`);
  await database.query(
    'create trigger refuse_last after insert on request_index for each statement execute function refuse_last()',
  );
  await expect(statementsOfBatch(150)).rejects.toThrow('no more than a hundred');
  expect(await database.query('select from request_index')).toEqual([]);
});

/** @returns the settings under which a request is indexed whose last change was so long ago */
async function settingsWhenChangedAt(at: string): Promise<object | undefined> {
  await database.query('create table seen (list_limit text, memory text)');
  await database.query(`create function note_settings() returns trigger language plpgsql security definer as $$
    begin
      insert into seen values (current_setting('gin_pending_list_limit'), current_setting('work_mem'));
      return null;
    end $$`);
  await database.query(
    'create trigger note_settings after insert on request_index for each statement execute function note_settings()',
  );
  await seedManyAt(database, Date.now(), 1, 'ONE');
  await database.query(`update request_changes set at = ${at}`);
  const following = startFollowing(source, createLog('silent'));
  try {
    return await waitFor(
      'the request to be indexed',
      async () => (await database.query<object>('select * from seen'))[0],
    );
  } finally {
    await following.stop();
  }
}

test('while nothing is delivered, words are sorted in rarely', async () => {
  expect(await settingsWhenChangedAt(`now() - interval '1 hour'`)).toEqual({ list_limit: '4MB', memory: '32MB' });
});

test('beside deliveries, words are sorted in often, a few at once', async () => {
  const settings = await settingsWhenChangedAt(`now() + interval '1 hour'`);
  expect(settings).toMatchObject({ list_limit: '256kB' });
  expect(settings).not.toMatchObject({ memory: '32MB' });
});
