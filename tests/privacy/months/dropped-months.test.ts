// Whole months that are dropped after a sealed order: rules 7 and 8 of docs/privacy.md.

import { dropMonths, type MonthWaits } from '../../../src/privacy/dropping/drop-months';
import { dropMonth, type OldMonth, orderMonth } from '../../../src/privacy/dropping/dropped-months.store';
import { tamperWith, verify } from '../../evidence/stored-tree';
import {
  addFamily,
  DROPPED_TABLES,
  type Family,
  keepRowsFor,
  type MonthsWithFamilies,
  recordLimits,
  sealAll,
  startMonthsWithFamilies,
  tablesWith,
} from './old-months';

let months: MonthsWithFamilies;
let old: string;
let later: string;
let alone: Family;
let across: Family;

beforeEach(async () => {
  months = await startMonthsWithFamilies();
  ({ old, later, alone, across } = months);
});
afterEach(() => months.store.stop());

const query = <Row = Record<string, unknown>>(sql: string, values?: unknown[]) =>
  months.database.query<Row>(sql, values);
const pass = (waits?: MonthWaits) => dropMonths(months.store.source.manager, months.store.transaction, waits);
const order = (month = old, what: OldMonth['what'] = 'ROWS') =>
  months.store.transaction((db) => orderMonth(db, { what, month }));
const drop = (month = old, what: OldMonth['what'] = 'ROWS') =>
  months.store.transaction((db) => dropMonth(db, { what, month }));
const findings = async () => (await verify(months.store)).map(({ name }) => name);
const isThere = async () => (await tablesWith(months.database, old)).length === DROPPED_TABLES.length + 2;

/** As the job does it, and the order is sealed in between. */
async function orderAndDrop(month = old, what: OldMonth['what'] = 'ROWS'): Promise<string> {
  const ordered = await order(month, what);
  if (ordered !== 'ORDERED') return ordered;
  await sealAll(months.store);
  return drop(month, what);
}

async function entries(action: string): Promise<Record<string, unknown>[]> {
  const rows = await query<{ details: string }>('select details from audit_entries where action = $1 order by id', [
    action,
  ]);
  return rows.map(({ details }) => JSON.parse(details));
}

async function count(table: string, ids: readonly string[]): Promise<number> {
  const [row] = await query<{ n: number }>(`select count(*)::int as n from ${table} where id = any($1::uuid[])`, [ids]);
  return row?.n as number;
}

async function placeHold(criteria: string, values: string): Promise<void> {
  await query(
    `insert into legal_holds (id, name, ${criteria}, reason, placed_by, created_at)
     select new_id(), 'Case', ${values}, 'The court asked for it', $1, now()`,
    [months.user],
  );
}

const release = () =>
  tamperWith(months.database, ['update legal_holds set released_at = now(), release_id = new_id()']);

describe('rule 7: a month that is past the limit', () => {
  test('is dropped after a sealed entry says so, and its bodies once no later month needs them', async () => {
    expect(await pass()).toEqual({ dropped: [], kept: [] });
    await keepRowsFor(months, 5);
    expect((await pass()).kept).toEqual([
      { what: 'ROWS', month: old, because: 'ORDERED' },
      { what: 'PAYLOADS', month: old, because: 'ROWS' },
    ]);
    expect(await count('webhook_request_logs', [...alone.requests, ...across.requests])).toBe(3);
    expect(await entries('retention.month_dropped')).toEqual([
      expect.objectContaining({
        what: 'ROWS',
        month: old.slice(0, 7),
        rowMonths: 5,
        keptRows: 0,
        treeSize: 10,
        leaves: 6,
        rows: { requests: 2, deliveries: 4, events: 2, decisions: 2 },
      }),
    ]);
    await sealAll(months.store);
    expect(await pass()).toEqual({
      dropped: [{ what: 'ROWS', month: old }],
      kept: [{ what: 'PAYLOADS', month: old, because: 'NEEDED' }],
    });
    expect(await tablesWith(months.database, old)).toEqual(['evidence_leaves', 'payloads']);
    expect(await count('webhook_request_logs', [...alone.requests, ...across.requests])).toBe(1);
    expect(await count('failed_requests', across.requests)).toBe(0);
    expect(await count('payloads', [alone.payload, across.payload])).toBe(2);
    await sealAll(months.store);
    expect(await findings()).toEqual([]);
    // the later month is dropped, and then the bodies
    await keepRowsFor(months, 2);
    expect(await orderAndDrop(later)).toBe('DROPPED');
    expect(await orderAndDrop(old, 'PAYLOADS')).toBe('DROPPED');
    expect(await tablesWith(months.database, old)).toEqual(['evidence_leaves']);
    expect(await findings()).toEqual([]);
    // the same again: nothing
    expect([await order(), await drop(), await order(old, 'PAYLOADS')]).toEqual(['DROPPED', 'DROPPED', 'DROPPED']);
  });

  test('keeps a body for each row of another month that needs it', async () => {
    await keepRowsFor(months, 5);
    expect(await orderAndDrop()).toBe('DROPPED');
    const request = across.requests[1];
    const without = `update webhook_request_logs set payload_id = null, wire_payload_id = null where id = '${request}'`;
    await tamperWith(months.database, [without]);
    const other = await addFamily(months, 'SINV-3', later);
    for (const need of [
      `update webhook_request_logs set payload_id = '${across.payload}' where id = '${request}'`,
      `update webhook_request_logs set wire_payload_id = '${across.payload}' where id = '${request}'`,
      `update deliveries set payload_id = '${across.payload}' where id = '${other.delivery}'`,
      `update business_events set payload_id = '${across.payload}' where id = '${other.event}'`,
    ]) {
      await tamperWith(months.database, [need]);
      expect(await order(old, 'PAYLOADS')).toBe('NEEDED');
      await tamperWith(months.database, [
        without,
        `update deliveries set payload_id = null where id = '${other.delivery}'`,
        `update business_events set payload_id = '${other.payload}' where id = '${other.event}'`,
      ]);
    }
    expect(await order(old, 'PAYLOADS')).toBe('ORDERED');
  });

  test('is one that ended so many months ago, by a limit that has not changed for a day', async () => {
    await keepRowsFor(months, 6);
    expect([await order(), await pass()]).toEqual(['LIMIT', { dropped: [], kept: [] }]);
    await keepRowsFor(months, 5);
    await query(`update retention_limits set changed_at = now() - interval '23 hours'`);
    expect(await order()).toBe('LIMIT');
    await query(`update retention_limits set changed_at = now() - interval '25 hours'`);
    expect([await order(later), await order()]).toEqual(['LIMIT', 'ORDERED']);
  });

  test.each([
    ['ROWS', '2026-01-02'],
    ['WHAT', '2026-01-01'],
  ])('is named as such: not %s %s', async (what, month) => {
    await expect(order(month, what as OldMonth['what'])).rejects.toThrow('what must be ROWS or PAYLOADS');
  });
});

describe('rule 8: a month stays whole while', () => {
  beforeEach(async () => {
    await keepRowsFor(months, 5);
    await query(
      `insert into users (id, name, roles, active, created_at, updated_at) values (new_id(), 'second', '{}', true, now(), now())`,
    );
  });

  test.each([
    ['webhook_id', '(select id from webhooks)'],
    ['document_type', `'Sales Invoice'`],
    ['document_type, reference_document', `'Sales Invoice', 'SINV-1'`],
    ['user_id', `(select owner_id from webhooks)`],
    ['from_at', `now() - interval '3 years'`],
    ['to_at', 'now()'],
  ])('a hold by %s covers a row of it', async (criteria, values) => {
    await placeHold(criteria, values);
    expect(await orderAndDrop()).toBe('HOLD');
    await release();
    expect(await orderAndDrop()).toBe('DROPPED');
  });

  test.each([
    ['document_type, reference_document', `'Sales Invoice', 'SINV-10'`],
    ['document_type', `'Customer'`],
    ['from_at', `now() - interval '1 month'`],
    ['to_at', `now() - interval '3 years'`],
    ['webhook_id, document_type', `(select id from webhooks), 'Customer'`],
    ['user_id', `(select id from users where name = 'second')`],
  ])('a hold by %s that covers other rows does not keep it', async (criteria, values) => {
    await placeHold(criteria, values);
    expect(await orderAndDrop()).toBe('DROPPED');
  });

  test('a hold covers the webhook to which its event was delivered in another month', async () => {
    await tamperWith(months.database, [
      `delete from deliveries`,
      `delete from webhook_request_logs where id = '${alone.requests[0]}' or id = '${across.requests[0]}'`,
    ]);
    await placeHold('webhook_id', '(select id from webhooks)');
    expect(await order()).toBe('HOLD');
  });

  test('a minimum for all keeps it', async () => {
    await query(`update retention_limits set minimum_days = 36500, minimum_reason = 'A law'`);
    await recordLimits(months);
    expect(await orderAndDrop()).toBe('MINIMUM');
    await query(`update retention_limits set minimum_days = 20, minimum_reason = 'A law'`);
    await recordLimits(months);
    expect(await orderAndDrop()).toBe('DROPPED');
  });

  test('the minimum of a webhook keeps it', async () => {
    await query(
      `insert into retention_limits (id, minimum_days, minimum_reason, reason, changed_by, changed_at)
       select id, 36500, 'A law', 'A law', owner_id, now() - interval '2 days' from webhooks`,
    );
    await recordLimits(months);
    expect(await orderAndDrop()).toBe('MINIMUM');
    await query('update retention_limits set minimum_days = 20 where minimum_days is not null');
    await recordLimits(months);
    expect(await orderAndDrop()).toBe('DROPPED');
  });

  test('the minimum of a webhook keeps the months of its requests, of its deliveries, and of their events', async () => {
    await query(
      `insert into retention_limits (id, minimum_days, minimum_reason, reason, changed_by, changed_at)
       select id, 36500, 'A law', 'A law', owner_id, now() - interval '2 days' from webhooks`,
    );
    await keepRowsFor(months, 2);
    expect(await order(later)).toBe('MINIMUM');
    const { delivery } = await addFamily(months, 'SINV-5', later);
    await tamperWith(months.database, [
      'delete from webhook_request_logs',
      `delete from deliveries where id <> '${delivery}'`,
      `update deliveries set business_event_id = '${alone.event}'`,
    ]);
    expect([await order(later), await order()]).toEqual(['MINIMUM', 'MINIMUM']);
  });

  test('a hold is placed, or a limit or minimum changed, after the order: it is taken back, and nothing is dropped', async () => {
    const changes = [
      () => placeHold('document_type', `'Customer'`),
      () => query(`update retention_limits set changed_at = now()`),
    ];
    for (const [index, change] of changes.entries()) {
      await keepRowsFor(months, 5);
      expect(await order()).toBe('ORDERED');
      await sealAll(months.store);
      await change();
      expect(await drop()).toBe('TAKEN_BACK');
      expect(await drop()).toBe('NO_ORDER');
      expect(await isThere()).toBe(true);
      expect(await entries('retention.month_kept')).toHaveLength(index + 1);
    }
    // the hold does not cover it: it is ordered anew
    await keepRowsFor(months, 5);
    expect(await orderAndDrop()).toBe('DROPPED');
    await sealAll(months.store);
    expect(await findings()).toEqual([]);
  });
});

describe('rule 1: a month stays while', () => {
  beforeEach(() => keepRowsFor(months, 5));

  test('a row of it is not sealed, or open', async () => {
    await addFamily(months, 'SINV-4', old);
    expect(await order()).toBe('UNSEALED');
    await sealAll(months.store);
    await tamperWith(months.database, [
      `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at)
       values (overlay('${alone.event}' placing 'ffff' from 33 for 4)::uuid, 'OUTGOING', 'PENDING', 1, false, 'POST', 'x', now())`,
    ]);
    expect(await order()).toBe('UNSEALED');
  });

  test('a row of it was sealed and is gone: an order does not make up for a deletion', async () => {
    await tamperWith(months.database, [`delete from business_events where id = '${alone.event}'`]);
    expect(await order()).toBe('INCOMPLETE');
  });

  test('a delivery is still to be sent, also one of another month, or before and after the order', async () => {
    const open = (id: string) => `insert into open_deliveries (id, webhook_id, document_type, status, held)
      select '${id}', id, 'Sales Invoice', 'PENDING', true from webhooks`;
    await query(open(alone.delivery));
    expect(await order()).toBe('PENDING');
    await query('delete from open_deliveries');
    const other = await addFamily(months, 'SINV-5', later);
    await tamperWith(months.database, [
      `update deliveries set business_event_id = '${alone.event}' where id = '${other.delivery}'`,
      open(other.delivery),
    ]);
    expect(await order()).toBe('PENDING');
    await query('delete from open_deliveries');
    expect(await order()).toBe('ORDERED');
    await sealAll(months.store);
    await query(open(alone.delivery));
    expect(await drop()).toBe('PENDING');
    expect(await isThere()).toBe(true);
    expect(await count('failed_requests', across.requests)).toBe(1);
  });
});
