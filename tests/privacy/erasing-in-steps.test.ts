// What one step of an order erases, and what it leaves for the next.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { seal } from '../../src/evidence/seal';
import { createLog } from '../../src/logging/log';
import { journalAt } from '../../src/privacy/erasing/journal';
import { type ErasingParts, eraseNext, eraseOrdered } from '../../src/privacy/erasing/run-erasures';
import { type ErasureRow, takeErasure } from '../../src/privacy/erasure.store';
import { uuidOf } from '../../src/values/ids';
import { takeEffectNow } from '../approvals/take-effect-now';
import { openStore, type Store, tamperWith } from '../evidence/stored-tree';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { waitFor } from '../support/wait-for';
import { invoice, publish } from '../support/webhooks';
import { rowsWith } from './rows-with';

const REASON = 'Request 17 under Art. 17';

const app = useTestApi();
let store: Store;
let parts: ErasingParts;
let journal: string;

beforeAll(async () => {
  store = await openStore(app.database);
  journal = join(await mkdtemp(join(tmpdir(), 'hookledger-erasure-')), 'journal.ndjson');
  parts = {
    db: store.source.manager,
    transaction: store.transaction,
    journal: journalAt(journal, createLog('silent')),
  };
});
afterAll(async () => {
  await store.source.destroy();
  await rm(dirname(journal), { recursive: true });
});

async function sealAll(): Promise<void> {
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
}

/** Tries the order again, as if its time had come. */
async function step(): Promise<void> {
  await app.database.query('update erasures set next_step_at = created_at where next_step_at is not null');
  expect(await eraseNext(parts)).toBe(true);
}

async function order(name: string): Promise<string> {
  const input = { documentType: 'Sales Invoice', name, reason: REASON };
  expect((await mutate(app, 'eraseDocument', input)).userErrors).toEqual([]);
  return (await newest()).id;
}

/** The order that was made last. */
async function newest(): Promise<{ id: string; status: string; because: string | null }> {
  const rows = await app.database.query<{ id: string; status: string; because: string | null }>(
    'select id, status, deferred_reason as because from erasures order by id desc limit 1',
  );
  return rows[0] as (typeof rows)[number];
}

test('an order is for its own rows alone, once it is sealed', async () => {
  const [own, other] = (await publish(app, [invoice('OWN-1'), invoice('OTHER-1')])).map((id) =>
    uuidOf('BusinessEvent', id),
  );
  const id = await order('OWN-1');
  const erase = (events: unknown[]) =>
    app.database.query(`select erase_content($1, $2, '{}', '{}') as erased`, [id, events]);
  await expect(erase([own])).rejects.toThrow('is not sealed yet');
  await sealAll();
  await app.database.query('delete from outbox');
  const nothing = { events: [], deliveries: [], requests: [], obstacles: {} };
  expect(await erase([other])).toEqual([{ erased: nothing }]);
  expect(await erase([own, other])).toEqual([{ erased: { ...nothing, events: [own] } }]);
  expect(Object.keys(await rowsWith(app.database, 'OTHER-1'))).toContain('business_events');
  await step();
  expect((await newest()).status).toBe('DONE');
});

test('an order of a person is carried out once it is sealed', async () => {
  const { user } = await mutate(app, 'createUser', { name: 'paula', roles: [] }, 'user { id }');
  const { erasure } = await mutate(app, 'erasePerson', { userId: user.id, reason: REASON }, 'erasure { id }');
  const erase = () => app.database.query('select erase_user($1) as erased', [uuidOf('Erasure', erasure.id)]);
  await expect(erase()).rejects.toThrow('is not sealed yet');
  await sealAll();
  expect(await erase()).toEqual([{ erased: { erased: true, obstacles: {} } }]);
  await sealAll();
  await step();
  expect((await newest()).status).toBe('DONE');
});

/** Writes an order as a thief of the login of the application can do it, who says that Hookledger itself gave it. */
async function forge(kind: string, events: readonly unknown[], userId: string | null = null): Promise<string> {
  const [row] = await store.source.query(
    `insert into erasures (id, kind, status, user_id, event_ids, request_ids, row_count, reason, created_at, next_step_at)
     values (new_id(), $1, 'ORDERED', $2, $3, '{}', 1, 'A limit', now(), now() + interval '1 d') returning id`,
    [kind, userId, events],
  );
  return row.id;
}

const endOrder = (id: string) =>
  app.database.query(`update erasures set status = 'DONE', next_step_at = null, finished_at = now() where id = $1`, [
    id,
  ]);

test('an order that says that a limit has passed erases what is past a limit alone', async () => {
  const ids = (await publish(app, [invoice('YOUNG-1')])).map((id) => uuidOf('BusinessEvent', id));
  await sealAll();
  await app.database.query('delete from outbox');
  const id = await forge('RETENTION', ids);
  const erase = () => store.source.query(`select erase_content($1, $2, '{}', '{}') as erased`, [id, ids]);
  const nothing = { events: [], deliveries: [], requests: [], obstacles: {} };
  expect(await erase()).toEqual([{ erased: nothing }]);
  await mutate(app, 'setRetention', { contentDays: 1, reason: REASON });
  await app.database.query(`update retention_limits set changed_at = changed_at - interval '2 days'`);
  expect(await erase()).toEqual([{ erased: nothing }]);
  expect(await rowsWith(app.database, 'YOUNG-1')).not.toEqual({});
  await app.database.query('delete from retention_limits');
  await endOrder(id);
});

test('an order that no person has given needs a sealed entry for a person, and is none for a document', async () => {
  const { user } = await mutate(app, 'createUser', { name: 'otto', roles: [] }, 'user { id }');
  const id = await forge('PERSON', [], uuidOf('User', user.id));
  await expect(store.source.query('select erase_user($1)', [id])).rejects.toThrow('is not sealed yet');
  await expect(store.source.query(`select erase_content($1, '{}', '{}', '{}')`, [id])).rejects.toThrow('is not sealed');
  await endOrder(id);
  for (const kind of ['DOCUMENT', 'CONTENT']) await expect(forge(kind, [])).rejects.toThrow('erasures_own_check');
});

test('rule 1: nothing is erased while an entry that names it is not sealed', async () => {
  await publish(app, [invoice('READ-1')]);
  await order('READ-1');
  await sealAll();
  await mutate(app, 'exportWebhookRequestLogs', { where: { referenceDocument: { eq: 'READ-1' } } }, 'export { id }');
  await app.database.query('update exports set expires_at = now()');
  const before = await rowsWith(app.database, 'READ-1');
  await step();
  expect(await newest()).toMatchObject({ status: 'ORDERED', because: 'They are not sealed yet.' });
  expect(await rowsWith(app.database, 'READ-1')).toEqual({ ...before, outbox: undefined });
  await sealAll();
  await step();
  expect((await newest()).status).toBe('DONE');
  expect(await rowsWith(app.database, 'READ-1')).toEqual({});
});

test('nothing is ended while a hold is being placed that may cover it', async () => {
  await publish(app, [invoice('PLACED-1')]);
  await order('PLACED-1');
  await sealAll();
  await app.database.query('update erasures set next_step_at = created_at where next_step_at is not null');
  await app.database.query(`begin; select pg_advisory_xact_lock(hashtext('hookledger.holds'))`);
  const stepped = eraseNext(parts);
  await waitFor('the step to wait', async () => {
    await app.database.query('select pg_stat_clear_snapshot()');
    const waiting = await app.database.query(
      `select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`,
    );
    return waiting.length > 0;
  });
  expect(await app.database.query('select from outbox')).toHaveLength(1);
  await app.database.query('commit');
  await stepped;
  expect(await app.database.query('select from outbox')).toHaveLength(0);
});

test('an event whose fan-out has failed, and will be tried again, is not sent any more once it is erased', async () => {
  const [event] = (await publish(app, [invoice('FAILED-1')])).map((id) => uuidOf('BusinessEvent', id));
  await app.database.query(`with gone as (delete from outbox returning event_id)
    insert into dead_letters (id, kind, work_id, business_event_id, code, error, failures, created_at, failed_at, retry_at)
      select new_id(), 'EVENT', event_id, event_id, 'P0001', 'FAILED-1 is broken', 1, now(), now(), now() + '1 min' from gone`);
  const isPending = `select is_month_pending(date_trunc('month', now() at time zone 'UTC')::date) as pending`;
  expect(await app.database.query(isPending)).toEqual([{ pending: true }]);
  await order('FAILED-1');
  await sealAll();
  await step();
  expect(await rowsWith(app.database, 'FAILED-1')).toEqual({});
  const decided = 'select wanted_by from business_events where id = $1 and fanned_out_at is not null';
  expect(await app.database.query(decided, [event])).toEqual([{ wanted_by: 0 }]);
});

/** The rows that this order has erased, as it says itself and as the entry of its end says. */
async function countedRows(id: string): Promise<{ erased: number; ended: number[] }> {
  const [erasure] = await app.database.query<{ erased: number }>(
    'select erased_count as erased from erasures where id = $1',
    [id],
  );
  const entries = await app.database.query<{ rows: number }>(
    `select (details::json ->> 'rows')::int as rows from audit_entries where action = 'erasure.done' and subject_id = $1`,
    [id],
  );
  return { erased: erasure?.erased as number, ended: entries.map(({ rows }) => rows) };
}

test('what a step has erased is counted, also if the process ends in the next one', async () => {
  const invoices = Array.from({ length: 60 }, () => invoice('COUNTED-1'));
  await publish(app, invoices);
  const id = await order('COUNTED-1');
  await sealAll();
  let steps = 0;
  const append: typeof parts.journal.append = (line) => {
    steps += 1;
    return steps > 1 ? Promise.reject(new Error('killed')) : parts.journal.append(line);
  };
  await app.database.query('update erasures set next_step_at = created_at where id = $1', [id]);
  await expect(eraseNext({ ...parts, journal: { ...parts.journal, append } })).rejects.toThrow('killed');
  const first = await countedRows(id);
  expect(first).toEqual({ erased: expect.any(Number), ended: [] });
  expect(first.erased).toBeGreaterThan(0);
  expect(first.erased).toBeLessThan(60);
  await step();
  expect(await countedRows(id)).toEqual({ erased: 60, ended: [60] });
});

/** As a process takes an order that is due in a minute. */
async function takeOrder(id: string): Promise<ErasureRow> {
  const now = new Date(Date.now() + 60_000);
  const taken = await takeErasure(parts.db, now, now);
  if (taken?.id !== id) throw new Error('another order is due');
  return taken;
}

/** Does something before the nth transaction. */
function beforeTransaction(nth: number, act: () => Promise<unknown>): ErasingParts {
  let transactions = 0;
  return {
    ...parts,
    async transaction(work) {
      transactions += 1;
      if (transactions === nth) await act();
      return parts.transaction(work);
    },
  };
}

test('an order that two processes have taken ends once', async () => {
  await publish(app, [invoice('TAKEN-1')]);
  const id = await order('TAKEN-1');
  await sealAll();
  const taken = await takeOrder(id);
  // the third transaction reports the end: by then, the other one has done the rest
  await eraseOrdered(
    beforeTransaction(3, () => eraseOrdered(parts, taken)),
    taken,
  );
  expect(await countedRows(id)).toEqual({ erased: 1, ended: [1] });
});

test('rule 2: an order continues soon if its hold, released before, is committed while it runs', async () => {
  await publish(app, [invoice('HELD-1')]);
  const hold = { name: 'Case 7', documentType: 'Sales Invoice', referenceDocument: 'HELD-1', reason: REASON };
  const { legalHold } = await mutate(app, 'placeLegalHold', hold, 'legalHold { id }');
  await mutate(app, 'requestLegalHoldRelease', { id: legalHold.id, reason: 'The case was closed' });
  const id = await order('HELD-1');
  await sealAll();
  const taken = await takeOrder(id);
  const released = beforeTransaction(3, async () => {
    expect(await takeEffectNow(app.database, store.transaction)).toBe(1);
    await tamperWith(app.database, ["update legal_holds set released_at = released_at - interval '1.9 s'"]);
  });
  await eraseOrdered(released, taken);
  expect(await newest()).toEqual({ id, status: 'DEFERRED', because: 'A legal hold covers them.' });
  const isSoon = `select next_step_at < now() + interval '5 minutes' as soon from erasures where id = $1`;
  expect(await app.database.query(isSoon, [id])).toEqual([{ soon: true }]);
  await step();
  expect((await newest()).status).toBe('DONE');
});

test('rule 3: a person whose events are kept for a time is erased once', async () => {
  const { user } = await mutate(app, 'createUser', { name: 'kept.person', roles: ['SUPPORT'] }, 'user { id }');
  await publish(app, [invoice('KEPT-1', { user: 'kept.person' })]);
  const minimum = { minimumDays: 3650, minimumReason: 'Section 147 of the fiscal code', reason: REASON };
  await mutate(app, 'setRetention', minimum, 'retentionLimit { minimumDays }');
  await mutate(app, 'erasePerson', { userId: user.id, reason: REASON });
  const traces = async () => {
    const text = await readFile(journal, 'utf8');
    const [{ count }] = (await app.database.query<{ count: number }>(
      `select count(*)::int as count from audit_entries where action = 'content.erased'`,
    )) as [{ count: number }];
    return { entries: count, lines: text.split('\n').filter((line) => line !== '').length };
  };
  await sealAll();
  const before = await traces();
  await step();
  const after = await traces();
  expect(after).toEqual({ entries: before.entries + 1, lines: before.lines + 1 });
  for (const _again of [1, 2]) {
    await sealAll();
    await step();
  }
  expect(await traces()).toEqual(after);
  expect((await newest()).status).toBe('DEFERRED');
});
