// Months that stay: something of them is pending, or a hold or limit is newer than what is seen. Rules 1 and 8 of docs/privacy.md.
import { tamperWith } from '../../evidence/stored-tree';
import { waitFor } from '../../support/wait-for';
import { type MonthInUse, startMonthInUse } from './month-in-use';
import { keepRowsFor, RECORD_LIMITS, recordLimits, sealAll } from './old-months';

let month: MonthInUse;
let { months, family, serving, other, order, drop, isThere } = {} as MonthInUse;

beforeEach(async () => {
  month = await startMonthInUse();
  ({ months, family, serving, other, order, drop, isThere } = month);
  await keepRowsFor(months, 5);
});
afterEach(() => month.stop());

test.each([
  ['drop_month', `select drop_month('ROWS', $1)`],
  ['order_month', `select order_month('ROWS', $1)`],
  ['erase_content', `select erase_content(first_id_of($1), '{}', '{}', '{}')`],
  ['erase_user', `select erase_user(first_id_of($1))`],
])('a transaction that does not see newer holds is refused: %s', async (_, sql) => {
  await order();
  await sealAll(months.store);
  await serving.query('begin isolation level repeatable read');
  await serving.query('select from legal_holds');
  await other.query(
    `insert into legal_holds (id, name, document_type, reason, placed_by, created_at)
     values (new_id(), 'Case', 'Sales Invoice', 'The court asked for it', $1, now())`,
    [months.user],
  );
  await expect(serving.query(sql, [months.old])).rejects.toThrow(
    'the isolation level must be read committed, not repeatable read',
  );
  await serving.query('rollback');
  expect(await isThere()).toBe(true);
});

test('a minimum that was written before the order, and is committed after it, takes the order back', async () => {
  await other.query('begin');
  await other.query(
    `insert into retention_limits (id, minimum_days, minimum_reason, reason, changed_by, changed_at)
     select id, 36500, 'A law', 'A law', owner_id, now() - interval '1 minute' from webhooks`,
  );
  await other.query(RECORD_LIMITS);
  expect(await order()).toBe('ORDERED');
  await other.query('commit');
  await sealAll(months.store);
  expect(await drop()).toBe('TAKEN_BACK');
  expect(await isThere()).toBe(true);
});

test('a limit is not as of the beginning of a long transaction', async () => {
  // the same trigger without its tolerance: a test cannot wait for a day
  const [trigger] = await months.database.query<{ sql: string }>(
    `select pg_get_triggerdef(oid) as sql from pg_trigger where tgname = 'limits_change_in_time'`,
  );
  const sql = trigger?.sql as string;
  expect(sql).toContain(`'00:10:00'::interval`);
  await tamperWith(months.database, [
    'drop trigger limits_change_in_time on retention_limits',
    sql.replace(/00:10:00/g, '00:00:01'),
  ]);
  const set = (at: string) =>
    serving.query(
      `insert into retention_limits (id, row_months, reason, changed_by, changed_at)
       values ('00000000-0000-0000-0000-000000000000', 5, 'Our policy', $1, ${at})
       on conflict (id) do update set changed_at = excluded.changed_at`,
      [months.user],
    );
  await serving.query('begin');
  await waitFor('a time after the beginning of the transaction', async () => {
    const { rows } = await serving.query(`select clock_timestamp() > now() + interval '1.1 seconds' as "isLater"`);
    return rows[0].isLater;
  });
  await serving.query('savepoint before');
  await expect(set('now()')).rejects.toThrow('must be within 10 minutes of the time of the database');
  await serving.query('rollback to before');
  await set('clock_timestamp()');
  await serving.query('rollback');
});

test('a hold counts by its times, whatever style of dates the session has', async () => {
  await other.query(
    `insert into legal_holds (id, name, from_at, to_at, reason, placed_by, created_at)
     select new_id(), 'Case', started_at - interval '1 minute', started_at + interval '1 minute', 'The court asked for it', $1, now()
     from webhook_request_logs`,
    [months.user],
  );
  // it writes IST for the time of India, and reads it as that of Israel
  await serving.query(`set datestyle = 'SQL, DMY'; set timezone = 'Asia/Kolkata'`);
  expect((await serving.query(`select order_month('ROWS', $1)`, [months.old])).rows).toEqual([{ order_month: 'HOLD' }]);
});

test.each([
  `insert into outbox values ('EVENT')`,
  `insert into pending_decisions select id, 'EVENT' from webhooks`,
  `insert into blocking_deliveries select id, 'Sales Invoice', 'SINV-1', 'DELIVERY' from webhooks`,
  `insert into approvals (id, kind, status, delivery_id, reason, requested_by, created_at, expires_at)
     select new_id(), 'REPLAY', 'WAITING', 'DELIVERY', 'Again', owner_id, now(), now() + interval '1 day' from webhooks`,
  ...['null, null', `null, first_id_of('OLD')`, `'DELIVERY', first_id_of('OLD')`].map(
    (window) =>
      `insert into replays (id, status, condition, reason, rate, ordered_by, delivery_id, cursor, last_delivery_id, delivery_count, replayed,
         skipped, next_step_at, created_at) select new_id(), 'PAUSED', '{}', 'Again', 1, id, ${window}, new_id(), 1, 0, 0, now(),
         now() from users limit 1`,
  ),
  ...[`null, '{EVENT}', '{}'`, `null, '{}', '{ATTEMPT}'`, `(select owner_id from webhooks), '{}', '{}'`].map(
    (rows) =>
      `insert into erasures (id, kind, status, user_id, event_ids, request_ids, row_count, reason, created_at, next_step_at)
       values (new_id(), 'REPEATED', 'ORDERED', ${rows}, 1, 'Art. 17', now(), now() + interval '1 day')`,
  ),
])('something is still to be decided, sent or erased: %s', async (sql) => {
  const names = {
    EVENT: family.event,
    DELIVERY: family.delivery,
    ATTEMPT: family.requests[0] as string,
    OLD: months.old,
  };
  await months.database.query(sql.replace(/EVENT|DELIVERY|ATTEMPT|OLD/g, (name) => names[name as keyof typeof names]));
  expect(await order()).toBe('PENDING');
});

test.each([
  ['a replay is past it', `update replays set cursor = first_id_of(next_month('OLD'))`],
  ['a replay has ended', `update replays set status = 'QUEUED', finished_at = now()`],
  ['a replay has no newer deliveries than before it', `update replays set last_delivery_id = (first_id_at('epoch'))`],
])('but not because %s', async (_, sql) => {
  await months.database.query(`insert into replays (id, status, condition, reason, rate, ordered_by, last_delivery_id, delivery_count, replayed, skipped,
    next_step_at, created_at) select new_id(), 'RUNNING', '{}', 'Again', 1, id, new_id(), 1, 0, 0, now(), now() from users limit 1`);
  expect(await order()).toBe('PENDING');
  await months.database.query(sql.replace('OLD', months.old));
  expect(await order()).toBe('ORDERED');
});

const TABLE_OF = [
  [1, 'webhook_request_logs'],
  [3, 'business_events'],
  [4, 'delivery_decisions'],
] as const;

test.each(TABLE_OF)('a row of kind %i is not sealed', async (kind) => {
  await tamperWith(months.database, [`delete from evidence_leaves where kind = ${kind}`]);
  expect(await order()).toBe('UNSEALED');
});

test.each(TABLE_OF)('a row of kind %i was sealed, and is gone', async (_kind, table) => {
  await tamperWith(months.database, [`delete from ${table}`]);
  expect(await order()).toBe('INCOMPLETE');
});

test.each(TABLE_OF)('a row of kind %i is gone since the order, with its leaf', async (kind, table) => {
  expect(await order()).toBe('ORDERED');
  await sealAll(months.store);
  await tamperWith(months.database, [`delete from ${table}`, `delete from evidence_leaves where kind = ${kind}`]);
  expect(await drop()).toBe('TAKEN_BACK');
  expect(await isThere()).toBe(true);
});

test('an event of an earlier month, of which a request is of this one, is to be erased', async () => {
  await tamperWith(months.database, [
    `update webhook_request_logs set business_event_id = first_id_at('epoch'), user_id = null`,
    `insert into erasures (id, kind, status, event_ids, request_ids, row_count, reason, created_at, next_step_at)
     values (new_id(), 'REPEATED', 'ORDERED', array[first_id_at('epoch')], '{}', 1, 'Art. 17', now(), now() + interval '1 day')`,
  ]);
  expect(await order()).toBe('PENDING');
});

test('a minimum of the webhook of a later delivery keeps the month of the event', async () => {
  const webhook = '00000000-0000-7000-8000-000000000001';
  await tamperWith(months.database, [
    `insert into deliveries select (jsonb_populate_record(d, jsonb_build_object(
       'id', first_id_of('${months.later}'), 'webhook_id', '${webhook}'))).* from deliveries d where id = '${family.delivery}'`,
    `insert into retention_limits (id, minimum_days, minimum_reason, reason, changed_by, changed_at)
     select '${webhook}', 36500, 'A law', 'A law', owner_id, now() - interval '2 days' from webhooks`,
  ]);
  await recordLimits(months);
  expect(await order()).toBe('MINIMUM');
});
