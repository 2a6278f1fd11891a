import { setTimeout as wait } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { createIndexerStep, restAfter } from '../../src/jobs/change-feed-loops';
import { createLog } from '../../src/logging/log';
import type { IndexBatch } from '../../src/request-log/search/index-requests';
import type { Transaction } from '../../src/sql/transactions';
import { agree, callUnsigned } from '../incoming/callers';
import { useTestApi } from '../support/app';

/** Of each step. A timer may end a millisecond too early. */
const TOOK_MS = 50;
const AT_LEAST_MS = TOOK_MS - 1;

const app = useTestApi();
let db: EntityManager;
let close: () => Promise<void>;

beforeAll(async () => {
  const source = await createDataSource(app.database.servingUrl, { name: 'test indexer' }).initialize();
  db = source.manager;
  close = () => source.destroy();
  const agreed = await agree(app, { provider: 'NONE', documentType: 'Claim' });
  await callUnsigned(agreed, '{"n":1}');
});
afterAll(() => close());

/** A step that takes `TOOK_MS` to index nothing, and says so. */
function stepOf(isDelivering: boolean, { more }: Pick<IndexBatch, 'more'>) {
  const used: string[] = [];
  const asTransaction = (name: string) =>
    (async () => {
      used.push(name);
      await wait(TOOK_MS);
      return { more, backfilled: 0, oldest: new Date() };
    }) as unknown as Transaction;
  const transactions = { alone: asTransaction('alone'), besideDeliveries: asTransaction('beside deliveries') };
  const step = createIndexerStep(db, transactions, createLog('silent'), async () => isDelivering);
  return { step, used };
}

test('while nothing is delivered, the indexer does not rest before all is indexed', async () => {
  const { step, used } = stepOf(false, { more: true });
  expect([await step(), await step()]).toEqual([true, true]);
  expect(used).toEqual(['alone', 'alone']);
});

test('beside deliveries it rests, as if the step had taken twice as long: PostgreSQL has worked too', async () => {
  const { step, used } = stepOf(true, { more: true });
  expect(await step()).toBeGreaterThanOrEqual(restAfter(2 * AT_LEAST_MS, 0));
  expect(used).toEqual(['beside deliveries']);
});

test('it rests when all is indexed', async () => {
  const { step } = stepOf(false, { more: false });
  expect(await step()).toBe(500);
});
