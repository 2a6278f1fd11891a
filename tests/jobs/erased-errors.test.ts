// The errors of dead letters may contain values.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seal } from '../../src/evidence/seal';
import { retryFeedDeadLetters } from '../../src/jobs/feed-dead-letters-loop';
import { createLog } from '../../src/logging/log';
import { journalAt } from '../../src/privacy/erasing/journal';
import { type ErasingParts, eraseNext } from '../../src/privacy/erasing/run-erasures';
import { uuidOf } from '../../src/values/ids';
import { openStore, type Store } from '../evidence/stored-tree';
import { rowsWith } from '../privacy/rows-with';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { invoice, publish } from '../support/webhooks';

const app = useTestApi();
let store: Store;
let parts: ErasingParts;
let folder: string;

beforeAll(async () => {
  store = await openStore(app.database);
  folder = await mkdtemp(join(tmpdir(), 'hookledger-erasure-'));
  const journal = journalAt(join(folder, 'journal.ndjson'), createLog('silent'));
  parts = { db: store.source.manager, transaction: store.transaction, journal };
});
afterAll(async () => {
  await store.source.destroy();
  await rm(folder, { recursive: true });
});

test('the error of a request that could not be indexed is erased with it, and no word of it is indexed later', async () => {
  const [event] = (await publish(app, [invoice('SAID-1')])).map((id) => uuidOf('BusinessEvent', id));
  await app.database.query('delete from outbox');
  await app.database.query(
    `with made as (
       insert into webhook_request_logs (id, business_event_id, direction, status, reference_document, attempt_number, duplicate, method,
         url, started_at, finished_at)
       select new_id(), $1, 'OUTGOING', 'SUCCEEDED', 'SAID-1', 1, false, 'POST', 'https://partner.example/', at, at
       from (select date_trunc('milliseconds', now()) as at) as t returning id
     )
     insert into dead_letters (id, kind, work_id, request_id, code, error, failures, created_at, failed_at, retry_at)
       select new_id(), 'INDEX', new_id(), id, 'P0001', 'SAID-1 is broken', 1, now(), now(), now() from made`,
    [event],
  );
  const input = { documentType: 'Sales Invoice', name: 'SAID-1', reason: 'Request 17 under Art. 17' };
  expect((await mutate(app, 'eraseDocument', input)).userErrors).toEqual([]);
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
  await app.database.query('update erasures set next_step_at = created_at where next_step_at is not null');
  expect(await eraseNext(parts)).toBe(true);
  expect(await rowsWith(app.database, 'SAID-1')).toEqual({});
  expect(await app.database.query('select error from dead_letters')).toEqual([{ error: '[erased]' }]);
  await retryFeedDeadLetters(parts);
  expect(await rowsWith(app.database, 'SAID-1')).toEqual({});
  expect(await app.database.query('select from request_index')).toHaveLength(1);
  expect(await app.database.query('select error from dead_letters')).toEqual([]);
});
