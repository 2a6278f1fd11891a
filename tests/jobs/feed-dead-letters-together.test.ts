// Deliveries that cannot be counted together, though each can be by itself, and older ones, which are counted a minute at a time.
import { createDataSource } from '../../src/database/data-source';
import { BY_ID_PLANS } from '../../src/database/pools';
import { retryFeedDeadLetters } from '../../src/jobs/feed-dead-letters-loop';
import { pipelinedTransactions } from '../../src/sql/transactions';
import { makeRetriable } from '../delivery/queue/broken-rows';
import { makeWebhooks, seedDeliveries } from '../delivery/stats/counted-deliveries';
import { startTestApp, type TestApp } from '../support/app';
import { waitFor } from '../support/wait-for';

const LARGEST = 2_147_483_647;

let app: TestApp;

beforeEach(async () => {
  app = await startTestApp({ PROCESSES: 'api,indexer' });
});
afterEach(() => app.stop());

async function number(sql: string): Promise<number> {
  const [row] = await app.database.query<{ n: number }>(`select (${sql})::int as n`);
  return row?.n as number;
}

const counted = (wanted: number) =>
  waitFor(
    `${wanted} counted deliveries`,
    async () => (await number('select coalesce(sum(deliveries), 0) from delivery_stats where grain = 1')) === wanted,
    30_000,
  );

const left = () =>
  app.database.query<{ kind: string; code: string }>('select kind, code from dead_letters order by id');
const ONE_LEFT = [{ kind: 'COUNT_DELIVERIES', code: '22003' }];

/** The sum of their attempts is in range again. */
async function repair(): Promise<void> {
  await app.database.query('update delivery_stats set attempts = 0');
  await makeRetriable(app);
  const options = { name: 'by hand', poolSize: 2, settings: BY_ID_PLANS, pipeline: true };
  const source = await createDataSource(app.database.servingUrl, options).initialize();
  await retryFeedDeadLetters({ db: source.manager, transaction: pipelinedTransactions(source) });
  await source.destroy();
  expect(await left()).toEqual([]);
}

test('two changes that fail only together', async () => {
  await app.database.query(
    `insert into delivery_changes (xid, minute, webhook_id, document_type, status, deliveries, attempts)
     select pg_current_xact_id()::text::bigint, 29000000, new_id(), 'Invoice', case when n in (3, 5) then 'EXHAUSTED' else 'SKIPPED' end,
       1, case when n in (3, 5) then ${LARGEST} else 0 end from generate_series(1, 8) as n`,
  );
  await counted(7);
  expect(await left()).toEqual(ONE_LEFT);
  await repair();
  await counted(8);
});

test('a minute of older deliveries that cannot be counted, after a restore', async () => {
  const minute = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
  const at = (ms: number) => new Date(minute + ms).toISOString();
  const webhookIds = await makeWebhooks(app, 2);
  await seedDeliveries(app.database, { count: 20, from: at(0), to: at(59_000), webhookIds });
  await seedDeliveries(app.database, { count: 30, from: at(-7_200_000), to: at(-60_000), webhookIds });
  await counted(50);
  // as a restore leaves it, with two deliveries that were changed by hand
  await app.database.query(`begin; set session_replication_role = replica;
    update deliveries set status = 'SKIPPED', skip_reason = 'DUPLICATE', attempts = 0, open_request_id = null, delivered_at = null,
      finished_at = created_at;
    update deliveries set status = 'EXHAUSTED', skip_reason = null, attempts = ${LARGEST}
      where id in (select id from deliveries order by id desc limit 2);
    delete from delivery_changes; delete from delivery_stats;
    update feed_positions set from_snapshot = pg_current_snapshot()::text, to_snapshot = null, after_id = 0,
      backfill_before = 'ffffffff-ffff-ffff-ffff-ffffffffffff' where reader = 'deliveries';
    commit; set session_replication_role = origin`);
  await counted(49);
  await waitFor('the dead letter', async () => (await left()).length > 0);
  expect(await left()).toEqual(ONE_LEFT);
  expect(
    await number(`select count(*) from feed_positions where reader = 'deliveries' and backfill_before is not null`),
  ).toBe(0);
  await repair();
  await counted(50);
});
