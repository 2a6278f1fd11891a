// A month stays while a limit is not in the audit trail, or a table of it was removed by hand: rule 7 of docs/privacy.md.
import { dropMonths } from '../../../src/privacy/dropping/drop-months';
import { dropMonth, type OldMonth, orderMonth } from '../../../src/privacy/dropping/dropped-months.store';
import { tamperWith } from '../../evidence/stored-tree';
import {
  addFamily,
  DROPPED_TABLES,
  keepRowsFor,
  type OldMonths,
  RECORD_LIMITS,
  recordLimits,
  sealAll,
  signedAgo,
  startMonths,
  tablesWith,
} from './old-months';

let months: OldMonths;
let old: string;

beforeEach(async () => {
  months = await startMonths();
  ({ old } = months);
  await addFamily(months, 'SINV-1', old);
  await sealAll(months.store);
});
afterEach(() => months.store.stop());

const pass = () => dropMonths(months.store.source.manager, months.store.transaction);
const order = (what: OldMonth['what'] = 'ROWS') =>
  months.store.transaction((db) => orderMonth(db, { what, month: old }));
const drop = () => months.store.transaction((db) => dropMonth(db, { what: 'ROWS', month: old }));

test('a month is past a limit that has stood in a signed head for a day', async () => {
  await keepRowsFor(months, 5);
  // of several entries the newest counts, which is in a head of now
  await months.database.query(RECORD_LIMITS);
  await sealAll(months.store);
  expect(await order()).toBe('LIMIT');
  await recordLimits(months, '23 hours');
  expect([await order(), await pass()]).toEqual(['LIMIT', { dropped: [], kept: [] }]);
  await signedAgo(months.database, '25 hours');
  expect(await order()).toBe('ORDERED');
});

test.each([
  ['a limit', 'update retention_limits set row_months = 4'],
  ['a limit of content', 'update retention_limits set content_days = 4'],
  ['the ground of a minimum', `update retention_limits set minimum_reason = 'Another law'`],
  [
    'a minimum that is gone',
    `update retention_limits set minimum_days = null, minimum_reason = null where minimum_days is not null`,
  ],
  [
    'a limit of a webhook',
    `insert into retention_limits (id, content_days, reason, changed_by, changed_at)
     select id, 1, 'None', owner_id, now() - interval '2 days' from webhooks`,
  ],
])('a month stays while the audit trail does not say so: %s', async (_, change) => {
  await keepRowsFor(months, 5);
  await months.database.query(`update retention_limits set minimum_days = 20, minimum_reason = 'A law'`);
  await recordLimits(months);
  expect(await order()).toBe('ORDERED');
  await sealAll(months.store);
  await months.database.query(change);
  expect([await drop(), await order(), await order('PAYLOADS')]).toEqual(['TAKEN_BACK', 'UNRECORDED', 'UNRECORDED']);
  expect((await tablesWith(months.database, old)).length).toBe(DROPPED_TABLES.length + 2);
  await recordLimits(months);
  expect(await order()).toBe('ORDERED');
  await sealAll(months.store);
  expect(await drop()).toBe('DROPPED');
});

test('other entries about a webhook say nothing about its limit', async () => {
  await keepRowsFor(months, 5);
  await months.database.query(`insert into retention_limits (id, content_days, reason, changed_by, changed_at)
    select id, 1, 'None', owner_id, now() - interval '2 days' from webhooks`);
  await recordLimits(months);
  await months.database.query(`insert into audit_entries (id, at, action, actor_kind, subject_type, subject_id)
    select new_id(), date_trunc('milliseconds', clock_timestamp()), 'webhook.paused', 'SYSTEM', 'Webhook', id from webhooks`);
  await sealAll(months.store);
  expect(await order()).toBe('ORDERED');
});

test('a month stays while its table of requests is missing', async () => {
  await keepRowsFor(months, 5);
  await tamperWith(months.database, [`drop table webhook_request_logs_${old.slice(0, 7).replace('-', '_')}`]);
  expect((await pass()).kept).toEqual([
    { what: 'ROWS', month: old, because: 'INCOMPLETE' },
    { what: 'PAYLOADS', month: old, because: 'ROWS' },
  ]);
});

test('a month has its bodies until its rows were dropped by order', async () => {
  await keepRowsFor(months, 5);
  const suffix = old.slice(0, 7).replace('-', '_');
  await tamperWith(
    months.database,
    DROPPED_TABLES.map((table) => `drop table ${table}_${suffix}`),
  );
  expect([await order(), await drop(), await order('PAYLOADS')]).toEqual(['INCOMPLETE', 'NO_ORDER', 'INCOMPLETE']);
  expect((await pass()).kept).toEqual([{ what: 'PAYLOADS', month: old, because: 'INCOMPLETE' }]);
});
