// Who may drop a month, and what happens while its tables are in use.
import { dropMonths, MonthWaits } from '../../../src/privacy/dropping/drop-months';
import { orderMonth } from '../../../src/privacy/dropping/dropped-months.store';
import { tamperWith } from '../../evidence/stored-tree';
import { waitFor } from '../../support/wait-for';
import { type MonthInUse, startMonthInUse } from './month-in-use';
import { keepRowsFor, sealAll, tablesWith } from './old-months';

let month: MonthInUse;
let { months, family, serving, other, old, order, drop, isThere } = {} as MonthInUse;

beforeEach(async () => {
  month = await startMonthInUse();
  ({ months, family, serving, other, old, order, drop, isThere } = month);
});
afterEach(() => month.stop());

describe('the serving login', () => {
  test.each([
    'drop table webhook_request_logs_MONTH',
    'alter table webhook_request_logs detach partition webhook_request_logs_MONTH',
    'delete from webhook_request_logs',
    'truncate webhook_request_logs_MONTH',
    'select lock_for_drop(array[$$deliveries$$])',
    'delete from retention_limits',
  ])('cannot do it by itself: %s', async (sql) => {
    const statement = sql.replace('MONTH', months.old.slice(0, 7).replace('-', '_'));
    await expect(serving.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  test.each(['retention.month_dropped', 'retention.month_kept', 'content.erased'])(
    'cannot write the entry %s',
    async (action) => {
      const insert = (details: object) =>
        `insert into audit_entries (id, at, action, actor_kind, subject_type, subject_id, details)
         values (new_id(), date_trunc('milliseconds', now()), '${action}', 'SYSTEM', 'Month', first_id_of('${months.old}'),
           '${JSON.stringify(details)}')`;
      await expect(serving.query(insert({ what: 'ROWS', month: months.old.slice(0, 7) }))).rejects.toThrow(
        `insert into audit_entries is refused: ${action} is written by the functions that erase and drop`,
      );
    },
  );

  test('drops nothing without an order, or by one that is not sealed', async () => {
    expect((await serving.query(`select drop_month('ROWS', $1)`, [months.old])).rows).toEqual([
      { drop_month: 'NO_ORDER' },
    ]);
    await keepRowsFor(months, 5);
    expect((await serving.query(`select order_month('ROWS', $1)`, [months.old])).rows).toEqual([
      { order_month: 'ORDERED' },
    ]);
    const step = async () => (await serving.query(`select drop_month('ROWS', $1)`, [months.old])).rows[0].drop_month;
    expect(await step()).toBe('ORDERED');
    // a place that it claims in the tree
    await serving.query(
      `insert into evidence_leaves select 2, id, 0 from audit_entries where action = 'retention.month_dropped'`,
    );
    expect(await step()).toBe('ORDERED');
    expect(await isThere()).toBe(true);
  });

  test('cannot set a limit as of an earlier time, nor change one without its time', async () => {
    const set = (at: string) =>
      serving.query(
        `insert into retention_limits (id, row_months, reason, changed_by, changed_at) values ('00000000-0000-0000-0000-000000000000', 2, 'Our policy', $1, ${at})
         on conflict (id) do update set row_months = 2, changed_at = excluded.changed_at`,
        [months.user],
      );
    await expect(set(`now() - interval '2 days'`)).rejects.toThrow(
      'must be within 10 minutes of the time of the database',
    );
    await keepRowsFor(months, 12);
    await expect(serving.query('update retention_limits set row_months = 5')).rejects.toThrow('within 10 minutes');
    await set('now()');
    expect(await order()).toBe('LIMIT');
  });

  test('cannot claim that a head was signed before', async () => {
    await keepRowsFor(months, 5);
    const claim = `insert into evidence_heads (origin, tree_size, checkpoint, signed_at)
      select 'another.example.com', tree_size, 'None', now() - interval '2 days' from evidence_blocks limit 1`;
    await expect(serving.query(claim)).rejects.toThrow('must be within 10 minutes of the time of the database');
  });
});

test('a month that lacks a partition is dropped', async () => {
  await tamperWith(months.database, [`drop table request_index_${months.old.slice(0, 7).replace('-', '_')}`]);
  await keepRowsFor(months, 5);
  const pass = () => dropMonths(months.store.source.manager, months.store.transaction);
  expect((await pass()).kept).toContainEqual({ ...old(), because: 'ORDERED' });
  await sealAll(months.store);
  expect((await pass()).dropped).toContainEqual(old());
  expect(await tablesWith(months.database, months.old)).toEqual(['evidence_leaves', 'payloads']);
});

test('a month that cannot be dropped waits, and younger ones are dropped', async () => {
  await keepRowsFor(months, 2);
  await order();
  await months.store.transaction((db) => orderMonth(db, { what: 'ROWS', month: months.later }));
  await sealAll(months.store);
  await tamperWith(months.database, [
    `create view needed as select id from webhook_request_logs_${months.old.slice(0, 7).replace('-', '_')}`,
  ]);
  const waits = new MonthWaits();
  const pass = () => dropMonths(months.store.source.manager, months.store.transaction, waits);
  const { dropped, kept } = await pass();
  expect(dropped).toEqual([{ what: 'ROWS', month: months.later }]);
  expect(kept).toContainEqual({
    ...old(),
    because: 'FAILED',
    error: expect.stringContaining('cannot drop table webhook_request_logs'),
  });
  expect((await pass()).kept).not.toContainEqual(expect.objectContaining({ because: 'FAILED' }));
  await tamperWith(months.database, ['drop view needed']);
  expect(await drop()).toBe('DROPPED');
});

test('the retention role may order and drop, and read no row of it', async () => {
  await keepRowsFor(months, 5);
  await other.query('set role hookledger_retention');
  expect((await other.query(`select order_month('ROWS', $1)`, [months.old])).rows).toEqual([
    { order_month: 'ORDERED' },
  ]);
  await sealAll(months.store);
  await expect(other.query('select from webhook_request_logs')).rejects.toThrow('permission denied');
  expect((await other.query(`select drop_month('ROWS', $1)`, [months.old])).rows).toEqual([{ drop_month: 'DROPPED' }]);
});

test('while a reader has its tables, nothing is dropped, no lock is left, and it is tried again later', async () => {
  await keepRowsFor(months, 5);
  await order();
  await sealAll(months.store);
  await other.query('begin');
  await other.query('select from deliveries');
  const waits = new MonthWaits();
  const pass = () => dropMonths(months.store.source.manager, months.store.transaction, waits);
  expect((await pass()).kept).toContainEqual({ ...old(), because: 'IN_USE' });
  // nothing was left behind, and nothing is tried before its time
  expect(
    await months.database.query(
      `select from pg_locks where mode = 'AccessExclusiveLock' and database = (select oid from pg_database where datname = current_database())
         and relation = any(array['deliveries'::regclass, 'webhook_request_logs'::regclass, 'request_index'::regclass])`,
    ),
  ).toEqual([]);
  expect(await months.database.query('select from failed_requests')).toHaveLength(0);
  expect(await pass()).toEqual({ dropped: [], kept: [] });
  await other.query('commit');
  expect(await drop()).toBe('DROPPED');
});

test('two at once: one drops it, and the other tries later', async () => {
  await keepRowsFor(months, 5);
  await order();
  await sealAll(months.store);
  await other.query('begin');
  await other.query(`select drop_month('ROWS', $1)`, [months.old]);
  const { kept } = await dropMonths(months.store.source.manager, months.store.transaction);
  expect(kept).toContainEqual({ ...old(), because: 'IN_USE' });
  await other.query('commit');
  expect(await order()).toBe('DROPPED');
});

test('writers of users and webhooks do not stop it', async () => {
  await keepRowsFor(months, 5);
  await order();
  await sealAll(months.store);
  await other.query('begin');
  await other.query('lock table users, webhooks in row exclusive mode');
  expect(await drop()).toBe('DROPPED');
});

test('a month whose tables are in use, or that fails, is tried after 1, 2, 4 minutes and so on, at most an hour; others by their reason', () => {
  const waits = new MonthWaits();
  const minutes: number[] = [];
  for (let time = 0; time < 9; time += 1) {
    const because = time < 5 ? 'IN_USE' : 'FAILED';
    expect(waits.keep(old(), because, 0)).toBe(time === 0 || time === 5);
    minutes.push((waits.rest(0) ?? 0) / 60_000);
  }
  expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  expect([waits.isDue(old(), 3_599_999), waits.isDue(old(), 3_600_000)]).toEqual([false, true]);
  for (const [because, hours] of [
    ['PENDING', 1],
    ['HOLD', 24],
    ['NEEDED', 24],
  ] as const) {
    expect(waits.keep(old(), because, 0)).toBe(true);
    expect(waits.rest(0)).toBe(hours * 3_600_000);
  }
  waits.keep(old(), 'IN_USE', 0);
  expect(waits.rest(0)).toBe(60_000);
  waits.forget(old());
  expect(waits.rest(0)).toBeNull();
});

test('a month that has gone, or is past no limit any more, is not waited for', async () => {
  await keepRowsFor(months, 5);
  const waits = new MonthWaits();
  await dropMonths(months.store.source.manager, months.store.transaction, waits);
  expect(waits.rest(Date.now())).not.toBeNull();
  await keepRowsFor(months, null);
  await dropMonths(months.store.source.manager, months.store.transaction, waits);
  expect(waits.rest(Date.now())).toBeNull();
});

test('what is sent again while the tables are locked stops it, and nothing is half done', async () => {
  await keepRowsFor(months, 5);
  await order();
  await sealAll(months.store);
  await tamperWith(months.database, [
    `insert into failed_requests select id, webhook_id, document_type, 'FAILED' from webhook_request_logs
    where id = '${family.requests[0]}'`,
  ]);
  // it commits while the drop waits for the table that it writes
  await other.query('begin');
  await other.query(`insert into open_deliveries (id, webhook_id, document_type, status, held)
    select '${family.delivery}', id, 'Sales Invoice', 'PENDING', true from webhooks`);
  await other.query('lock table deliveries in row exclusive mode');
  let hasEnded = false;
  const outcome = Promise.allSettled([drop()]).finally(() => {
    hasEnded = true;
  });
  await waitFor('the drop to wait for the table, or to have given up', async () => {
    const waiting = await other.query(
      `select from pg_locks where not granted and relation = 'deliveries'::regclass and mode = 'AccessExclusiveLock'
         and database = (select oid from pg_database where datname = current_database())`,
    );
    return hasEnded || waiting.rows.length > 0;
  });
  await other.query('commit');
  const [{ status, reason }] = (await outcome) as [PromiseRejectedResult];
  expect([status, String(reason)]).toEqual(['rejected', expect.stringMatching(/is to be sent again|lock timeout/)]);
  expect(await isThere()).toBe(true);
  expect(await months.database.query('select from failed_requests')).toHaveLength(1);
});
