// Limits of content, and what a journal repeats after a restore.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { seal } from '../../src/evidence/seal';
import { createLog } from '../../src/logging/log';
import { erasePastLimits } from '../../src/privacy/erasing/erase-past-limits';
import { journalAt } from '../../src/privacy/erasing/journal';
import { repeatErasures } from '../../src/privacy/erasing/repeat-erasures';
import type { ErasingParts } from '../../src/privacy/erasing/run-erasures';
import { type PastRows, rowsBefore } from '../../src/privacy/retention-limit.store';
import { FIRST_ID, toNodeId, uuidOf } from '../../src/values/ids';
import { openStore, type Store, tamperWith, verify } from '../evidence/stored-tree';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { createTestWebhook } from '../support/webhooks';

const REASON = 'Our privacy policy, section 4';
const NOWHERE = 'http://127.0.0.1:9/';

const app = useTestApi();
let store: Store;
let parts: ErasingParts;
let folder: string;
const webhooks: string[] = [];

beforeAll(async () => {
  store = await openStore(app.database);
  folder = await mkdtemp(join(tmpdir(), 'hookledger-erasure-'));
  const journal = journalAt(join(folder, 'journal.ndjson'), createLog('silent'));
  parts = { db: store.source.manager, transaction: store.transaction, journal };
  for (const name of ['short', 'long']) webhooks.push((await createTestWebhook(app, NOWHERE, { name })).id);
  await addRequests();
});
afterAll(async () => {
  await store.source.destroy();
  await rm(folder, { recursive: true });
});

/** Three requests of each webhook, 40, 20 and 1 days old. */
async function addRequests(): Promise<void> {
  await app.database.query(
    `insert into webhook_request_logs (id, webhook_id, direction, status, attempt_number, duplicate, method, url, headers,
       started_at, finished_at)
     select overlay(new_id()::text placing left(first_id_at(t.at)::text, 13) from 1 for 13)::uuid, w.id, 'OUTGOING', 'SUCCEEDED',
       1, false, 'POST', 'https://partner.example.com/', '[]', t.at, t.at
     from webhooks w, (select date_trunc('milliseconds', now() - make_interval(days => n)) as at from unnest(array[20, 1, 2]) n) as t`,
  );
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
}

/** Sets a limit as if a day ago. */
async function set(input: object): Promise<void> {
  await setNow(input);
  await app.database.query(`update retention_limits set changed_at = changed_at - interval '1 day'`);
}

const setNow = (input: object) =>
  mutate(app, 'setRetention', { reason: REASON, ...input }, 'retentionLimit { contentDays webhook { name } }');

async function left(): Promise<Record<string, number>> {
  const rows = await app.database.query<{ name: string; count: number }>(
    `select w.name, count(*)::int as count from webhook_request_logs r join webhooks w on w.id = r.webhook_id
     where r.erasure_id is null group by w.name order by w.name`,
  );
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

test('a limit says who set it last, and why; set again as it is, it is not changed', async () => {
  const minimum = { minimumDays: 1, minimumReason: 'A contract' };
  await mutate(app, 'setRetention', { ...minimum, reason: 'A reason of before' });
  await mutate(app, 'setRetention', { ...minimum, reason: `  ${REASON} ` });
  const changes = () =>
    app.database.query(
      `select r.reason, r.changed_at, a.id, a.reason as recorded from retention_limits r
       join audit_entries a on a.action = 'retention.changed' and a.subject_id = r.id order by a.id`,
    );
  const before = await changes();
  expect(before).toMatchObject([
    { reason: REASON, recorded: 'A reason of before' },
    { reason: REASON, recorded: REASON },
  ]);
  // the times are whole milliseconds
  await wait(5);
  const { retentionLimit: limit } = await mutate(
    app,
    'setRetention',
    { ...minimum, reason: REASON },
    'retentionLimit { reason minimumDays }',
  );
  expect(limit).toEqual({ reason: REASON, minimumDays: 1 });
  expect(await changes()).toEqual(before);
  const { data } = await app.ask('{ retentionLimits { minimumReason reason changedBy { name } } }');
  expect(data.retentionLimits).toEqual([
    { minimumReason: 'A contract', reason: REASON, changedBy: { name: 'Administrator' } },
  ]);
  await app.database.query('delete from retention_limits');
});

test('rules 3, 6 and 9: nothing is erased until a limit is set; a webhook goes before all, and a minimum before both', async () => {
  expect(await erasePastLimits(parts)).toBe(0);
  await set({ webhookId: webhooks[0], contentDays: 10 });
  await set({ webhookId: webhooks[1], minimumDays: 15, minimumReason: 'Section 147 of the fiscal code' });
  await set({ contentDays: 1 });
  await set({ webhookId: webhooks[0], contentDays: 10, minimumDays: 30, minimumReason: 'A contract' });
  expect(await erasePastLimits(parts)).toBe(1);
  // short: its minimum keeps all; long: the limit of all, after its minimum
  expect(await left()).toEqual({ long: 2, short: 3 });
  await setNow({ webhookId: webhooks[0], contentDays: 10 });
  // 24 hours after the change
  expect(await erasePastLimits(parts)).toBe(0);
  await app.database.query(`update retention_limits set changed_at = changed_at - interval '1 day'`);
  // as if the process ended between the erasure and its commit
  let transactions = 0;
  const killed: ErasingParts['transaction'] = (work) =>
    parts.transaction(async (db) => {
      const done = await work(db);
      transactions += 1;
      // the first is the order
      if (transactions > 1) throw new Error('killed');
      return done;
    });
  await expect(erasePastLimits({ ...parts, transaction: killed })).rejects.toThrow('killed');
  expect(await left()).toEqual({ long: 2, short: 3 });
  // two at once
  const both = await Promise.all([erasePastLimits(parts), erasePastLimits(parts)]);
  expect(both.reduce((sum, erased) => sum + erased, 0)).toBe(1);
  expect(await left()).toEqual({ long: 2, short: 2 });
  expect(await erasePastLimits(parts)).toBe(0);
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
  expect(await verify(store)).toEqual([]);
});

test('rows whose content is erased already are passed over, a limited number in a statement', async () => {
  const webhookId = uuidOf('Webhook', webhooks[0] as string) as string;
  const looks: PastRows[] = [];
  for (let last: string | null = FIRST_ID; last !== null; ) {
    const range: Parameters<typeof rowsBefore>[2] = { webhookId, after: last, before: new Date() };
    const look = await rowsBefore(parts.db, 'requests', range, 200, 1);
    looks.push(look);
    last = look.last;
  }
  // the oldest is erased, and the newest is followed by none
  const [first, second, third, fourth, ...others] = looks;
  expect(first).toEqual({ ids: [], last: expect.any(String) });
  expect([second, third]).toEqual([second, third].map((look) => ({ ids: [look?.last], last: look?.last })));
  expect(fourth).toEqual({ ids: [], last: null });
  expect(others).toEqual([]);
  const one = await rowsBefore(parts.db, 'requests', { webhookId, after: FIRST_ID, before: new Date() }, 1);
  expect(one).toEqual(second);
});

test('rule 2: what a hold covers is kept', async () => {
  await mutate(app, 'placeLegalHold', { name: 'Case', webhookId: webhooks[0], reason: REASON });
  await set({ webhookId: webhooks[0], contentDays: 1 });
  expect(await erasePastLimits(parts)).toBe(0);
  expect(await left()).toEqual({ long: 2, short: 2 });
});

test('rule 12: the journal repeats what a restored backup still has', async () => {
  const [erased] = await app.database.query<{ id: string }>(
    'select id from webhook_request_logs where erasure_id is not null and webhook_id <> (select webhook_id from legal_holds) limit 1',
  );
  const id = erased?.id as string;
  // a limit repeats itself
  expect(await repeatErasures(parts)).toBe(0);
  const at = '2026-03-01T10:00:00.000Z';
  await parts.journal.append({ at, erasure: id, events: [], deliveries: [], requests: [id], user: null });
  // as the backup had it
  const salt = `'\\x00112233445566778899aabbccddeeff'`;
  await tamperWith(app.database, [
    `update webhook_request_logs set erasure_id = null, erased_digests = null, content_salt = ${salt},
       url = 'https://partner.example.com/jane' where id = '${id}'`,
    `update webhook_request_logs r set leaf_hash = request_leaf_hash(r) where id = '${id}'`,
  ]);
  expect(await repeatErasures(parts)).toBe(1);
  const { data } = await app.ask(`{ webhookRequestLog(id: "${toNodeId('WebhookRequestLog', id)}") { url } }`);
  expect(data.webhookRequestLog.url).toBe('[erased]');
  expect(await repeatErasures(parts)).toBe(0);
});

test.each([
  { input: { contentDays: 0 }, field: 'contentDays', code: 'INVALID' },
  { input: { contentDays: -1 }, field: 'contentDays', code: 'INVALID' },
  { input: { contentDays: 36_501 }, field: 'contentDays', code: 'INVALID' },
  { input: { rowMonths: 1 }, field: 'rowMonths', code: 'INVALID' },
  { input: { rowMonths: 1_201 }, field: 'rowMonths', code: 'INVALID' },
  { input: { minimumDays: 10 }, field: 'minimumReason', code: 'REQUIRED' },
  { input: { minimumReason: 'A law' }, field: 'minimumDays', code: 'REQUIRED' },
  { input: { minimumDays: 10, minimumReason: '\u0000' }, field: 'minimumReason', code: 'INVALID' },
  { input: { webhookId: 'whk_x', contentDays: 1 }, field: 'webhookId', code: 'NOT_FOUND' },
  { input: { contentDays: 1, reason: 'x'.repeat(1_001) }, field: 'reason', code: 'TOO_LARGE' },
  { input: { contentDays: 1, reason: '  ' }, field: 'reason', code: 'REQUIRED' },
])('$input is refused', async ({ input, field, code }) => {
  const { retentionLimit, userErrors } = await setNow(input);
  expect(retentionLimit).toBeNull();
  expect(userErrors).toContainEqual(expect.objectContaining({ field: [field], code }));
});

test('rowMonths is for all webhooks, and what is just within the bounds is taken', async () => {
  const ofOne = await setNow({ webhookId: webhooks[0], rowMonths: 5 });
  expect(ofOne).toMatchObject({ retentionLimit: null, userErrors: [{ field: ['rowMonths'], code: 'INVALID' }] });
  for (const [rowMonths, reason] of [
    [2, 'x'],
    [1_200, 'x'.repeat(1_000)],
  ]) {
    const { userErrors } = await setNow({ contentDays: 36_500, rowMonths, reason });
    expect(userErrors).toEqual([]);
  }
});
