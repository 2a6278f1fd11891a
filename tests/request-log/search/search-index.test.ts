// How the index follows the log: each closed request once, whichever process ends in between and whichever transaction commits late.
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/database/data-source';
import { makePartitions } from '../../../src/database/partitions';
import { behindSeconds } from '../../../src/request-log/feed/feed-position.store';
import { type IndexBatch, indexNextBatch } from '../../../src/request-log/search/index-requests';
import { requestsToIndex } from '../../../src/request-log/search/search-index.store';
import { pipelinedTransactions, type Transaction } from '../../../src/sql/transactions';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { uuidAtTime } from '../../support/uuid-at-time';
import { seedManyAt } from '../pages/seeded-log';
import { seedSearched, uuidIn } from './searched-log';

let database: TestDatabase;
let source: DataSource;
let transaction: Transaction;

beforeEach(async () => {
  database = await createTestDatabase();
  source = createDataSource(database.servingUrl, { name: 'index test', poolSize: 4, pipeline: true });
  await source.initialize();
  transaction = pipelinedTransactions(source);
});
afterEach(async () => {
  await source.destroy();
  await database.drop();
});

/** Until there is nothing more. @returns how many requests were taken in */
async function indexAll(): Promise<number> {
  let indexed = 0;
  for (;;) {
    const batch = (await transaction(indexNextBatch)) as IndexBatch;
    indexed += batch.indexed;
    if (!batch.more) return indexed;
  }
}

async function inIndex(): Promise<string[]> {
  const rows = await database.query<{ id: string }>('select id from request_index order by id');
  return rows.map(({ id }) => id);
}

test('old rows are taken in, many of one statement too, each once', async () => {
  await seedManyAt(database, Date.now(), 2_345, 'MANY');
  await seedSearched(database, { referenceDocument: 'ONE' });
  expect(await indexAll()).toBe(2_346);
  expect(await inIndex()).toHaveLength(2_346);
  expect(await indexAll()).toBe(0);
});

test('of large payloads, 4 MiB are read at once, and each request is indexed once', async () => {
  const [{ payloadId }] = (await database.query(
    `insert into payloads (id, body, byte_length, content_type)
     select new_id(), body, length(body), 'text/plain'
     from (select convert_to('wordy ' || repeat('x', 1024 * 1024 - 6), 'UTF8') as body) as made returning id as "payloadId"`,
  )) as [{ payloadId: string }];
  await database.query(
    `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, payload_id, body_digest,
       started_at, finished_at)
     select new_id(), 'OUTGOING', 'SUCCEEDED', 1, false, 'POST', 'https://example.com/' || n, p.id, p.body_digest, t.at, t.at
     from generate_series(1, 10) as n, payloads p, (select date_trunc('milliseconds', now()) as at) as t where p.id = $1`,
    [payloadId],
  );
  const ids = (await database.query<{ id: string }>('select id from webhook_request_logs order by id')).map(
    ({ id }) => id,
  );
  const read = (await requestsToIndex(source.manager, ids)).sort((a, b) => (a.id < b.id ? -1 : 1));
  expect(read.map(({ isLater }) => isLater)).toEqual(ids.map((_, index) => index >= 4));
  expect(read.map(({ payload }) => payload?.length ?? null)).toEqual(ids.map((_, n) => (n >= 4 ? null : 1024 * 1024)));
  expect(await indexAll()).toBe(10);
  expect(await inIndex()).toEqual(ids);
  const [found] = await database.query<{ n: number }>(
    `select count(*)::int as n from request_index where words @@ 'cwordy'::tsquery`,
  );
  expect(found?.n).toBe(10);
});

/** Each batch: how many requests, and when the first of them was closed. */
async function batchesOf(atMost: number): Promise<[number, Date | null][]> {
  const batches: [number, Date | null][] = [];
  for (let more = true; more; ) {
    const batch = (await transaction((db) => indexNextBatch(db, atMost))) as IndexBatch;
    batches.push([batch.indexed, batch.oldest]);
    more = batch.more;
  }
  return batches;
}

test('a short batch ends with the change that fills it, and says since when that is waiting', async () => {
  // begun long ago, as a call that ran into its time-out
  const at = Date.now() - 30_000;
  for (let n = 0; n < 3; n += 1) await seedManyAt(database, at + n, 60, `MANY-${n}`);
  const changes = await database.query<{ at: Date }>('select at from request_changes order by id');
  expect((await batchesOf(100)).slice(0, 2)).toEqual([
    [120, changes[0]?.at],
    [60, changes[2]?.at],
  ]);
  expect(await inIndex()).toHaveLength(180);
});

test('requests that were opened and closed one by one fill a batch as well as those of one statement', async () => {
  const opening = `insert into webhook_request_logs
      (id, direction, status, attempt_number, duplicate, method, url, started_at)
      values (new_id(), 'OUTGOING', 'PENDING', 1, false, 'POST', 'https://x.example/', now()) returning id`;
  for (let n = 0; n < 250; n += 1) {
    const [row] = await database.query<{ id: string }>(opening);
    await database.query(`update webhook_request_logs set status = 'SUCCEEDED', finished_at = now() where id = $1`, [
      row?.id,
    ]);
  }
  const sizes = (await batchesOf(100)).map(([indexed]) => indexed);
  expect(sizes.filter((size) => size > 0)).toEqual([100, 100, 50]);
  expect(await inIndex()).toHaveLength(250);
});

test('an open request is taken in when it closes', async () => {
  const id = uuidAtTime(Date.now());
  await database.query(
    `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at)
     values ($1, 'OUTGOING', 'PENDING', 1, false, 'POST', 'https://x.example/', now())`,
    [id],
  );
  expect(await indexAll()).toBe(0);
  await database.query(
    `update webhook_request_logs set status = 'FAILED', error = 'The wire was cut.', finished_at = now(), duration_ms = 7 where id = $1`,
    [id],
  );
  expect(await indexAll()).toBe(1);
  const [row] = await database.query(
    `select outcome, took_ms, words @@ '''mwire'''::tsquery as found from request_index`,
  );
  expect(row).toEqual({ outcome: 'FAILED', took_ms: 7, found: true });
});

test('an indexer that dies before its commit has done nothing, and the next one does it all', async () => {
  for (let n = 0; n < 700; n += 1) await seedSearched(database, { referenceDocument: `R-${n}` });
  const dying = transaction(async (db) => {
    await indexNextBatch(db);
    await db.query('select pg_terminate_backend(pg_backend_pid())');
  });
  await expect(dying).rejects.toThrow();
  expect(await inIndex()).toEqual([]);
  const first = (await transaction(indexNextBatch)) as IndexBatch;
  expect(first.more).toBe(true);
  await expect(
    transaction(async (db) => {
      await indexNextBatch(db);
      throw new Error('the process ends');
    }),
  ).rejects.toThrow('the process ends');
  expect(first.indexed + (await indexAll())).toBe(700);
  expect(await inIndex()).toHaveLength(700);
});

test('of two at once one works, and the other does not wait', async () => {
  await seedSearched(database, { referenceDocument: 'ONE' });
  await transaction(async (db) => {
    expect(await indexNextBatch(db)).toMatchObject({ indexed: 1 });
    expect(await transaction(indexNextBatch)).toBeNull();
  });
  expect(await inIndex()).toHaveLength(1);
});

test('what was begun before others and committed after them is found', async () => {
  const slow = new Client({ connectionString: database.superuserUrl });
  await slow.connect();
  try {
    const early = uuidAtTime(Date.now() - 1_000);
    await slow.query('begin');
    await slow.query(
      `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at, finished_at)
       values ($1, 'OUTGOING', 'SUCCEEDED', 1, false, 'POST', 'https://slow.example/', now(), now())`,
      [early],
    );
    const others = [];
    for (let n = 0; n < 60; n += 1) others.push(uuidIn(await seedSearched(database, { referenceDocument: `R-${n}` })));
    expect(await indexAll()).toBe(60);
    expect(await inIndex()).not.toContain(early);
    await slow.query('commit');
    expect(await indexAll()).toBe(1);
    expect(await inIndex()).toEqual([early, ...others].sort());
  } finally {
    await slow.end();
  }
});

test('a month of the log that an operator made gets one in the index', async () => {
  const at = Date.UTC(2019, 4, 5);
  await database.query(
    `create table webhook_request_logs_2019_05 partition of webhook_request_logs
     for values from ('016a7000-0000-0000-0000-000000000000') to ('016b1000-0000-0000-0000-000000000000')`,
  );
  await database.query(`create table payloads_2019_05 partition of payloads
     for values from ('016a7000-0000-0000-0000-000000000000') to ('016b1000-0000-0000-0000-000000000000')`);
  const id = await seedSearched(database, { at, data: { old: 'treasure' } });
  await expect(transaction(indexNextBatch)).rejects.toThrow('no partition');
  expect(await makePartitions(source.manager, 0)).toEqual({
    made: ['evidence_leaves_2019_05', 'request_index_2019_05'],
    postponed: [],
  });
  expect(await indexAll()).toBe(1);
  expect(await inIndex()).toEqual([uuidIn(id)]);
});

test('how far it is behind can be asked', async () => {
  expect(await behindSeconds(source.manager, 'index')).toBe(0);
  await seedSearched(database, { referenceDocument: 'ONE' });
  await database.query(`update request_changes set at = now() - interval '90 seconds'`);
  expect(await behindSeconds(source.manager, 'index')).toBeGreaterThanOrEqual(90);
  await indexAll();
  expect(await behindSeconds(source.manager, 'index')).toBe(0);
});

test('an indexed row is erased by the owner of the tables, not by the login that fills the index', async () => {
  const kept = await seedSearched(database, { data: { secret: 'xylophone' } });
  await indexAll();
  const erase = `delete from request_index where id = '${uuidIn(kept)}'`;
  await expect(source.query(erase)).rejects.toThrow(/permission denied/);
  await database.query(`begin; set local role hookledger_owner; ${erase}; commit`);
  expect(await inIndex()).toEqual([]);
});
