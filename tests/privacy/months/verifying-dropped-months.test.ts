// What verifyEvidence says of months that were dropped: by their sealed order, without one, and by one that was edited.

import { dropMonth, orderMonth } from '../../../src/privacy/dropping/dropped-months.store';
import { toNodeId } from '../../../src/values/ids';
import { tamperWith, verify } from '../../evidence/stored-tree';
import { type Family, keepRowsFor, type MonthsWithFamilies, sealAll, startMonthsWithFamilies } from './old-months';

let months: MonthsWithFamilies;
let old: string;
let later: string;
let alone: Family;
let across: Family;

beforeEach(async () => {
  months = await startMonthsWithFamilies();
  ({ old, later, alone, across } = months);
  await keepRowsFor(months, 5);
  await months.store.transaction((db) => orderMonth(db, { what: 'ROWS', month: old }));
  await sealAll(months.store);
});
afterEach(() => months.store.stop());

const query = (sql: string) => months.database.query(sql);
const findings = async () => (await verify(months.store)).map(({ name }) => name);

test('verifyEvidence accepts that a month is gone by its sealed order alone', async () => {
  expect(await months.store.transaction((db) => dropMonth(db, { what: 'ROWS', month: old }))).toBe('DROPPED');
  await sealAll(months.store);
  const range = { kind: 'RANGE' as const, from: `${old}T00:00:00.000Z`, to: new Date().toISOString(), ids: null };
  const ids = [toNodeId('WebhookRequestLog', alone.requests[0] as string), toNodeId('Delivery', alone.delivery)];
  const scopes = [undefined, range, { kind: 'IDS' as const, from: null, to: null, ids }];
  for (const scope of scopes) expect(await verify(months.store, 'CONTENT', [], scope)).toEqual([]);
  await query('create table kept_entries as select * from audit_entries');
  const isOrder = `where action = 'retention.month_dropped'`;
  for (const tampering of [
    `update audit_entries set details = jsonb_set(details::jsonb, '{leaves}', '7')::text ${isOrder}`,
    `update audit_entries set details = jsonb_set(details::jsonb, '{month}', '"2020-01"')::text ${isOrder}`,
    `update audit_entries set details = jsonb_set(details::jsonb, '{digest}', '"00"')::text ${isOrder}`,
    `delete from audit_entries ${isOrder}`,
    `insert into audit_entries select (jsonb_populate_record(a, jsonb_build_object('id', new_id(), 'action',
       'retention.month_kept', 'details', json_build_object('order', a.id)::text))).* from audit_entries a ${isOrder}`,
  ]) {
    await tamperWith(months.database, [tampering]);
    for (const scope of scopes) {
      const named = (await verify(months.store, 'CONTENT', [], scope)).map(({ name }) => name);
      expect(named.filter((name) => name === 'DROPPED_WITHOUT_ORDER')).toHaveLength(1);
    }
    await tamperWith(months.database, [
      'delete from audit_entries',
      'insert into audit_entries select * from kept_entries',
    ]);
  }
  expect(await findings()).toEqual([]);
  // a row of another month that was deleted, and whose leaf is said to be of this one
  const [lost] = across.requests.slice(1) as [string];
  await tamperWith(months.database, [`delete from webhook_request_logs where id = '${lost}'`]);
  expect(await findings()).toEqual(['DELETED']);
  await tamperWith(months.database, [
    `insert into evidence_leaves select kind, overlay('${alone.event}' placing 'ffff' from 33 for 4)::uuid, leaf_index
     from evidence_leaves where subject_id = '${lost}'`,
    `delete from evidence_leaves where subject_id = '${lost}'`,
  ]);
  expect(await findings()).toContain('DROPPED_WITHOUT_ORDER');
});

test('a row that is deleted after the order, and a month that the owner drops, are found', async () => {
  await tamperWith(months.database, [`delete from webhook_request_logs where id = '${alone.requests[0]}'`]);
  // and the delivery that it proved
  expect((await findings()).sort()).toEqual(['CHANGED', 'DELETED']);
  await query(`drop table webhook_request_logs_${later.slice(0, 7).replace('-', '_')}`);
  // the delivery across both counts as delivered in the month that is there
  expect((await findings()).sort()).toEqual(['CHANGED', 'CHANGED', 'DELETED', 'DROPPED_WITHOUT_ORDER']);
});
