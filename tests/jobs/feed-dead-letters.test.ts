// What cannot be counted or indexed, because something in the database is wrong with it, stops no other, and is done when it can be.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { BY_ID_PLANS } from '../../src/database/pools';
import { forgetCounted } from '../../src/delivery/stats/count-deliveries';
import { startFollowing } from '../../src/jobs/change-feed-loops';
import { retryFeedDeadLetters } from '../../src/jobs/feed-dead-letters-loop';
import { createLog } from '../../src/logging/log';
import { pipelinedTransactions } from '../../src/sql/transactions';
import { uuidOf } from '../../src/values/ids';
import { makeRetriable, refuse } from '../delivery/queue/broken-rows';
import { seedManyAt, seedRequest } from '../request-log/pages/seeded-log';
import { startTestApp, type TestApp } from '../support/app';
import { waitFor } from '../support/wait-for';

let app: TestApp;
let source: DataSource;
let second: { stop(): Promise<unknown> };
const lines: { msg: string }[] = [];

beforeEach(async () => {
  lines.length = 0;
  const logTo = { write: (line: string) => void lines.push(JSON.parse(line)) };
  app = await startTestApp({ PROCESSES: 'api,indexer', LOG_LEVEL: 'error' }, logTo);
  const options = { name: 'second indexer', poolSize: 4, settings: BY_ID_PLANS, pipeline: true };
  source = await createDataSource(app.database.servingUrl, options).initialize();
  second = startFollowing(source, createLog('error', logTo));
});
afterEach(async () => {
  await second.stop();
  await source.destroy();
  await app.stop();
});

const retry = async () => {
  await makeRetriable(app);
  while (await retryFeedDeadLetters({ db: source.manager, transaction: pipelinedTransactions(source) }));
};

const left = () =>
  app.database.query<{ kind: string; code: string; failures: number }>(
    'select kind, code, failures from dead_letters order by kind, id',
  );

async function number(sql: string): Promise<number> {
  const [row] = await app.database.query<{ n: number }>(`select (${sql})::int as n`);
  return row?.n as number;
}

const indexed = () => number('select count(*) from request_index');
/** Of the counts of each grain, of all and in detail, the smallest and the largest. */
async function counted(): Promise<number[]> {
  const rows = await app.database.query<{ n: number }>(
    `select sum(c.requests)::int as n from request_stats c join request_stats_series s on s.id = c.series_id
     group by s.detailed, c.grain order by 1`,
  );
  return [...new Set(rows.map(({ n }) => n))];
}

const reaches = (what: string, read: () => Promise<number | number[]>, wanted: number) =>
  waitFor(`${what} of ${wanted}`, async () => String(await read()) === String(wanted));

async function seedTen(broken: number): Promise<string> {
  let id = '';
  for (let n = 0; n < 10; n += 1) {
    const seeded = await seedRequest(app.database, {
      documentType: n === broken ? 'Broken' : 'Whole',
      referenceDocument: `INV-${n}`,
    });
    if (n === broken) id = uuidOf('WebhookRequestLog', seeded) as string;
  }
  return id;
}

const isBroken = (id: string) =>
  `exists (select from webhook_request_logs r where r.id = ${id} and r.document_type = 'Broken')`;

const QUERY = `query ($range: DateTimeRange!) { webhookRequestLogStats(range: $range, bucket: DAY) { uncounted total { requestCount pending } } }`;
const DAY_MS = 24 * 3600_000;
async function stats() {
  const at = (days: number) => new Date((Math.floor(Date.now() / DAY_MS) + days) * DAY_MS).toISOString();
  const { data } = await app.ask(QUERY, { range: { from: at(-1), to: at(2) } });
  return data.webhookRequestLogStats;
}

test('a request that cannot be indexed', async () => {
  const allow = await refuse(app, 'request_index', 'insert', isBroken('new.id'));
  const id = await seedTen(4);
  await reaches('the index', indexed, 9);
  await seedTen(-1);
  await reaches('the index', indexed, 19);
  expect(await left()).toEqual([{ kind: 'INDEX', code: 'P0001', failures: 1 }]);
  const said = { loop: 'request indexer', msg: expect.stringMatching('left out') };
  expect(lines).toContainEqual(expect.objectContaining(said));
  await retry();
  expect(await left()).toEqual([{ kind: 'INDEX', code: 'P0001', failures: 2 }]);
  await allow();
  await retry();
  expect(await number(`select count(*) from request_index where id = '${id}'`)).toBe(1);
  expect(await left()).toEqual([]);
  await reaches('the counts', counted, 20);
});

test('a request that cannot be counted', async () => {
  const allow = await refuse(app, 'request_stats_series', 'insert', `new.document_type = 'Broken'`);
  await seedTen(4);
  await reaches('the counts', counted, 9);
  await seedTen(-1);
  await reaches('the counts', counted, 19);
  expect(await left()).toEqual([{ kind: 'COUNT_CLOSED', code: 'P0001', failures: 1 }]);
  expect(await stats()).toEqual({ uncounted: 1, total: { requestCount: 19, pending: 0 } });
  const month = `is_month_pending(date_trunc('month', now() at time zone 'UTC')::date)::int`;
  expect(await number(`select ${month}`)).toBe(1);
  await allow();
  await Promise.all([retry(), retry()]);
  expect(await left()).toEqual([]);
  expect(await counted()).toEqual([20]);
  expect(await stats()).toEqual({ uncounted: 0, total: { requestCount: 20, pending: 0 } });
});

test('a request that cannot be counted as open, and closes', async () => {
  const allow = await refuse(app, 'request_stats_open', 'insert', `new.document_type = 'Broken'`);
  await seedRequest(app.database, { status: 'PENDING', documentType: 'Broken' });
  await seedRequest(app.database, { status: 'PENDING', documentType: 'Broken' });
  await seedTen(-1);
  await reaches('the counts', counted, 10);
  expect((await left()).map(({ kind }) => kind)).toEqual(['COUNT_OPENED', 'COUNT_OPENED']);
  await app.database.query(`update webhook_request_logs set status = 'FAILED', finished_at = now() where id = (
    select id from webhook_request_logs where finished_at is null order by id limit 1)`);
  await reaches('the counts', counted, 11);
  await allow();
  await retry();
  expect(await left()).toEqual([]);
  expect(await stats()).toEqual({ uncounted: 0, total: { requestCount: 12, pending: 1 } });
});

test('a thousand at once, in the index and in the counts, and a restart in the middle', async () => {
  const allowIndex = await refuse(app, 'request_index', 'insert', `new.outcome = 'SUCCEEDED'`);
  await seedManyAt(app.database, Date.now(), 1_000, 'BROKEN');
  await waitFor('some', async () => (await number(`select count(*) from dead_letters where kind = 'INDEX'`)) > 0);
  await second.stop();
  second = startFollowing(source, createLog('silent'));
  for (let n = 0; n < 5; n += 1) await seedRequest(app.database, { status: 'FAILED' });
  await reaches('the index', indexed, 5);
  await reaches('the dead letters', () => number('select count(*) from dead_letters'), 1_000);
  await reaches('the counts', counted, 1_005);
  await allowIndex();
  await retry();
  expect(await left()).toEqual([]);
  expect(await indexed()).toBe(1_005);
});

test('a change of deliveries that cannot be counted, which is not deleted before', async () => {
  const allow = await refuse(app, 'delivery_stats_series', 'insert', `new.document_type = 'Broken'`);
  const change = (type: string) =>
    app.database.query(
      `insert into delivery_changes (xid, minute, webhook_id, document_type, status, deliveries, attempts)
       values (pg_current_xact_id()::text::bigint, extract(epoch from now()) / 60, new_id(), $1, 'DELIVERED', 1, 1)`,
      [type],
    );
  const deliveries = () => number(`select coalesce(sum(deliveries), 0) from delivery_stats where grain = 1`);
  for (let n = 0; n < 5; n += 1) await change(n === 2 ? 'Broken' : 'Whole');
  await reaches('the counts', deliveries, 4);
  await change('Whole');
  await reaches('the counts', deliveries, 5);
  expect(await left()).toEqual([{ kind: 'COUNT_DELIVERIES', code: 'P0001', failures: 1 }]);
  await pipelinedTransactions(source)(forgetCounted);
  expect(await number('select count(*) from delivery_changes')).toBe(1);
  await allow();
  await Promise.all([retry(), retry()]);
  expect([await deliveries(), await number('select count(*) from delivery_changes')]).toEqual([6, 0]);
  expect(await left()).toEqual([]);
});
