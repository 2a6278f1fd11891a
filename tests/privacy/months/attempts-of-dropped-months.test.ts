// A month that is kept, while a later one was dropped that has attempts and decisions of its deliveries.
import { countMonth, readMonth } from '../../../src/evidence/completeness/count-month';
import { dropMonth, orderMonth } from '../../../src/privacy/dropping/dropped-months.store';
import { tamperWith, verify } from '../../evidence/stored-tree';
import { addFamily, type Family, keepRowsFor, type OldMonths, sealAll, startMonths } from './old-months';

let months: OldMonths;
let alone: Family;

/** Ids may differ from times by ten minutes: the month of an id is not always that of its row. */
const justBeforeLater = () => `('${months.later}'::timestamp at time zone 'UTC' - interval '5 minutes')`;
const inLater = () => `('${months.later}'::timestamp at time zone 'UTC' + interval '1 second')`;

beforeEach(async () => {
  months = await startMonths();
  const { old, later, user, store } = months;
  alone = await addFamily(months, 'SINV-1', old);
  const across = await addFamily(months, 'SINV-2', old, [old, later, later]);
  const skipped = `(select id from deliveries where business_event_id = '${across.event}' and status = 'SKIPPED')`;
  await tamperWith(months.database, [
    `update deliveries set finished_at = ${justBeforeLater()} where business_event_id = '${across.event}'`,
    `update delivery_decisions set at = ${justBeforeLater()}, id = overlay(first_id_at(${inLater()})::text placing '7' from 15 for 1)::uuid
     where delivery_id = ${skipped}`,
    `update delivery_decisions d set leaf_hash = decision_leaf_hash(d) where delivery_id = ${skipped}`,
    `delete from evidence_queue where kind = 4`,
    `insert into evidence_queue (kind, subject_ids, leaf_hashes) select 4, array[id], leaf_hash from delivery_decisions`,
  ]);
  await sealAll(store);
  await months.database.query(
    `insert into legal_holds (id, name, document_type, reference_document, reason, placed_by, created_at)
     values (new_id(), 'Case', 'Sales Invoice', 'SINV-1', 'The court asked for it', $1, now())`,
    [user],
  );
  await keepRowsFor(months, 2);
  expect(await store.transaction((db) => orderMonth(db, { what: 'ROWS', month: old }))).toBe('HOLD');
  expect(await store.transaction((db) => orderMonth(db, { what: 'ROWS', month: later }))).toBe('ORDERED');
  await sealAll(store);
});
afterEach(() => months.store.stop());

const count = async () => {
  const month = readMonth(months.old.slice(0, 7));
  if (!month) throw new Error(months.old);
  return countMonth(months.store.source.manager, month, null, null);
};
const dropLater = async () => {
  expect(await months.store.transaction((db) => dropMonth(db, { what: 'ROWS', month: months.later }))).toBe('DROPPED');
  await sealAll(months.store);
};

test('are counted as dropped with it, and no hole', async () => {
  const whole = { deliveryCount: 4, attemptCount: 4, decisionCount: 2, holeCount: 0, named: [] };
  const all = {
    requestCount: 4,
    sealedCount: 4,
    droppedAttemptCount: 0,
    sealedDecisionCount: 2,
    droppedDecisionCount: 0,
  };
  expect(await count()).toMatchObject({ ...whole, ...all });
  await dropLater();
  const left = {
    requestCount: 2,
    sealedCount: 2,
    droppedAttemptCount: 2,
    sealedDecisionCount: 1,
    droppedDecisionCount: 1,
  };
  expect(await count()).toMatchObject({ ...whole, ...left });
  expect(await verify(months.store)).toEqual([]);
});

test('what is missing in the kept month is still found', async () => {
  await dropLater();
  await tamperWith(months.database, [
    `delete from webhook_request_logs where id = '${alone.requests[0]}'`,
    `delete from evidence_leaves where subject_id = '${alone.requests[0]}'`,
    `delete from delivery_decisions`,
  ]);
  const { holeCount, named } = await count();
  expect([holeCount, named.map(({ name, kind, deliveryId }) => [name, kind, deliveryId === alone.delivery])]).toEqual([
    2,
    [
      ['MISSING', 'request', true],
      ['MISSING', 'decision', false],
    ],
  ]);
  const found = (await verify(months.store)).map(({ name }) => name).sort();
  expect(found).toEqual(['CHANGED', 'CHANGED', 'DELETED', 'DELETED']);
});

test('a month that is gone without an order hides nothing', async () => {
  const suffix = months.later.slice(0, 7).replace('-', '_');
  await tamperWith(months.database, [
    `drop table webhook_request_logs_${suffix}, delivery_decisions_${suffix}`,
    `delete from audit_entries where action = 'retention.month_dropped'`,
  ]);
  expect((await count()).named.map(({ name, kind }) => `${name} ${kind}`).sort()).toEqual([
    'MISSING decision',
    'MISSING request',
    'MISSING request',
  ]);
  const found = new Set((await verify(months.store)).map(({ name }) => name));
  expect([...found].sort()).toEqual(['CHANGED', 'DELETED', 'DROPPED_WITHOUT_ORDER']);
});

test('a number of attempts that no delivery has is counted, and takes no longer', async () => {
  await dropLater();
  await tamperWith(months.database, [
    `update deliveries set attempts = 2147483647 where business_event_id <> '${alone.event}' and status <> 'SKIPPED'`,
  ]);
  const { attemptCount, named } = await count();
  expect([attemptCount, named]).toEqual([2_147_483_648, []]);
});
