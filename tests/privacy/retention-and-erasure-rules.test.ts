// Rules of retention and erasure that have no file of their own: docs/privacy.md lists them all, with their tests.
import { seal } from '../../src/evidence/seal';
import { erasePastLimits } from '../../src/privacy/erasing/erase-past-limits';
import { noJournal } from '../../src/privacy/erasing/journal';
import { type ErasingParts, PassPositions } from '../../src/privacy/erasing/run-erasures';
import { uuidOf } from '../../src/values/ids';
import { openStore, type Store, tamperWith } from '../evidence/stored-tree';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

const REASON = 'Our privacy policy, section 4';

const app = useTestApi();
let store: Store;
let parts: ErasingParts;
let webhook: string;

beforeAll(async () => {
  store = await openStore(app.database);
  parts = { db: store.source.manager, transaction: store.transaction, journal: noJournal };
  webhook = (await createTestWebhook(app, 'http://127.0.0.1:9/', { name: 'old' })).id;
});
afterAll(() => store.source.destroy());

async function sealAll(): Promise<void> {
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
}

/** Requests of three days ago. @returns the id of the first one */
async function oldRequest(deliveryId: string | null = null, count = 1): Promise<string> {
  const [row] = await app.database.query<{ id: string }>(
    `insert into webhook_request_logs (id, webhook_id, direction, status, attempt_number, duplicate, method, url, headers,
       started_at, finished_at, delivery_id)
     select overlay(new_id()::text placing left(first_id_at(t.at)::text, 13) from 1 for 13)::uuid, w.id, 'OUTGOING', 'SUCCEEDED',
       1, false, 'POST', 'https://partner.example.com/', '[]', t.at, t.at, $1
     from webhooks w, (select date_trunc('milliseconds', now() - interval '3 days') as at) as t, generate_series(1, $2)
     where w.name = 'old' returning id`,
    [deliveryId, count],
  );
  return row?.id as string;
}

/** As if the limit was set a day ago. */
async function limit(contentDays: number): Promise<void> {
  await mutate(app, 'setRetention', { webhookId: webhook, contentDays, reason: REASON });
  await app.database.query(`update retention_limits set changed_at = changed_at - interval '1 day'`);
}

async function isErased(id: string): Promise<boolean> {
  const rows = await app.database.query('select from webhook_request_logs where id = $1 and erasure_id is not null', [
    id,
  ]);
  return rows.length === 1;
}

test('rule 1: a row is erased once it is sealed, and not before', async () => {
  const id = await oldRequest();
  await limit(1);
  expect(await erasePastLimits(parts)).toBe(0);
  await sealAll();
  expect(await erasePastLimits(parts)).toBe(1);
  expect(await isErased(id)).toBe(true);
});

test('rule 4: what has passed its limit is kept while its delivery is still to be sent', async () => {
  const [delivery] = await app.database.query<{ id: string }>('select new_id() as id');
  await tamperWith(app.database, [
    `insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document, status, attempts,
       held, created_at)
     select '${delivery?.id}', new_id(), w.id, w.owner_id, 'Old', 'on_submit', 'OLD-1', 'RETRYING', 1, false, now()
     from webhooks w where w.name = 'old'`,
  ]);
  const id = await oldRequest(delivery?.id);
  await sealAll();
  expect(await erasePastLimits(parts)).toBe(0);
  await tamperWith(app.database, [
    `update deliveries set status = 'DELIVERED', finished_at = now() where id = '${delivery?.id}'`,
  ]);
  expect(await erasePastLimits(parts)).toBe(1);
  expect(await isErased(id)).toBe(true);
});

test('rule 6: a limit erases in batches of 200, with one entry each', async () => {
  await oldRequest(null, 201);
  await sealAll();
  const entries = () => app.database.query(`select from audit_entries where action = 'content.erased'`);
  const before = (await entries()).length;
  expect(await erasePastLimits(parts)).toBe(201);
  expect(await entries()).toHaveLength(before + 2);
});

test('rule 11: the limit of an archived webhook goes on', async () => {
  const id = await oldRequest();
  await sealAll();
  await mutate(app, 'archiveWebhook', { id: webhook });
  expect(await erasePastLimits(parts)).toBe(1);
  expect(await isErased(id)).toBe(true);
});

test('a pass begins where the last one ended, and once a day with what was kept', async () => {
  const positions = new PassPositions();
  const kept = await oldRequest();
  await oldRequest();
  await sealAll();
  await app.database.query(`update retention_limits set minimum_days = 30, minimum_reason = 'A law'`);
  expect(await erasePastLimits(parts, positions)).toBe(0);
  await app.database.query('update retention_limits set minimum_days = null, minimum_reason = null');
  await oldRequest();
  await sealAll();
  expect(await erasePastLimits(parts, positions)).toBe(1);
  expect(await isErased(kept)).toBe(false);
  positions.begin(Date.now() + 86_400_000);
  expect(await erasePastLimits(parts, positions)).toBe(2);
  expect(await isErased(kept)).toBe(true);
});

describe('what the functions that erase ask, at its edges:', () => {
  beforeEach(() => app.database.query('delete from retention_limits'));

  async function says(expression: string, values: unknown[] = []): Promise<boolean> {
    const [row] = await app.database.query<{ said: boolean }>(`select ${expression} as said`, values);
    return (row as { said: boolean }).said;
  }

  test('a hold covers its first instant, and not the one at which it ends', async () => {
    const [from, to] = ['2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'];
    const { userErrors } = await mutate(app, 'placeLegalHold', { name: 'Case 8', from, to, reason: REASON });
    expect(userErrors).toEqual([]);
    const isHeld = (at: string) =>
      says(`hold_on(new_id(), null, 'Sales Invoice', 'SINV-1', new_id(), $1) is not null`, [at]);
    expect(await isHeld('2026-02-28T23:59:59.999Z')).toBe(false);
    expect(await isHeld(from)).toBe(true);
    expect(await isHeld('2026-03-31T23:59:59.999Z')).toBe(true);
    expect(await isHeld(to)).toBe(false);
  });

  test('a limit applies once it has not changed for a day, to all that is older', async () => {
    const isPast = (age: string) => says(`is_past_limit(null, now() - $1::interval)`, [age]);
    await mutate(app, 'setRetention', { contentDays: 2, reason: REASON });
    expect(await isPast('3 days')).toBe(false);
    await app.database.query(`update retention_limits set changed_at = changed_at - interval '23 hours'`);
    expect(await isPast('3 days')).toBe(false);
    await app.database.query(`update retention_limits set changed_at = changed_at - interval '1 hour'`);
    expect(await isPast('3 days')).toBe(true);
    expect(await isPast('47 hours')).toBe(false);
  });

  test('the limit of a webhook takes the place of that of all; of the minimums, the longest applies', async () => {
    const { id } = await createTestWebhook(app, 'http://127.0.0.1:9/');
    const webhook = uuidOf('Webhook', id);
    const isPast = (age: string) => says(`is_past_limit($1, now() - $2::interval)`, [webhook, age]);
    const isKept = (age: string) => says(`is_within_minimum(array[$1::uuid], now() - $2::interval)`, [webhook, age]);
    const limits = { contentDays: 20, minimumDays: 5, minimumReason: 'A law', reason: REASON };
    await mutate(app, 'setRetention', limits);
    await app.database.query(`update retention_limits set changed_at = changed_at - interval '1 day'`);
    expect([await isPast('21 days'), await isPast('19 days')]).toEqual([true, false]);
    expect([await isKept('4 days'), await isKept('6 days')]).toEqual([true, false]);
    await mutate(app, 'setRetention', { ...limits, webhookId: id, contentDays: 30, minimumDays: 3 });
    await app.database.query(`update retention_limits set changed_at = changed_at - interval '1 day'`);
    expect([await isPast('31 days'), await isPast('21 days')]).toEqual([true, false]);
    expect([await isKept('4 days'), await isKept('6 days')]).toEqual([true, false]);
  });

  test('an event is kept while it is still to be decided whether a webhook gets it', async () => {
    const [event] = (await publish(app, [invoice('UNDECIDED-1')])).map((id) => uuidOf('BusinessEvent', id));
    await sealAll();
    await app.database.query('delete from outbox');
    const obstacle = () =>
      app.database.query('select event_obstacle(e) as obstacle from business_events e where id = $1', [event]);
    expect(await obstacle()).toEqual([{ obstacle: null }]);
    const pending = 'insert into pending_decisions (webhook_id, business_event_id) values ($1, $2)';
    await app.database.query(pending, [uuidOf('Webhook', webhook), event]);
    expect(await obstacle()).toEqual([{ obstacle: 'PENDING' }]);
  });

  test('a hold of a webhook covers the events that were received from it, and that of a user those of no other', async () => {
    const [event] = (await publish(app, [invoice('HELD-1')])).map((id) => uuidOf('BusinessEvent', id));
    const { user } = await mutate(app, 'createUser', { name: 'held', roles: [] }, 'user { id }');
    for (const what of [{ webhookId: webhook }, { userId: user.id }]) {
      const { userErrors } = await mutate(app, 'placeLegalHold', { name: 'Case 9', ...what, reason: REASON });
      expect(userErrors).toEqual([]);
    }
    const isHeld = (by: string | null) =>
      says(`hold_on($1, null, 'Sales Invoice', 'HELD-1', coalesce($2, new_id()), now()) is not null`, [event, by]);
    expect([await isHeld(uuidOf('User', user.id)), await isHeld(null)]).toEqual([true, false]);
    await tamperWith(app.database, [
      `update webhook_request_logs set business_event_id = '${event}' where id = '${await oldRequest()}'`,
    ]);
    expect(await isHeld(null)).toBe(true);
    await tamperWith(app.database, ['delete from legal_holds']);
  });

  test('a delivery and its event are kept while the delivery blocks others, and by a minimum', async () => {
    const [event] = (await publish(app, [invoice('BLOCKING-1')])).map((id) => uuidOf('BusinessEvent', id));
    await sealAll();
    await tamperWith(app.database, [
      'delete from outbox',
      `insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document, status, attempts,
         held, created_at, finished_at, blocks)
       select new_id(), '${event}', w.id, w.owner_id, 'Sales Invoice', 'on_submit', 'BLOCKING-1', 'EXHAUSTED', 1, false, now(), now(),
         true from webhooks w where w.name = 'old'`,
    ]);
    const obstacles = async () => {
      const [row] = await app.database.query<{ obstacles: unknown[] }>(
        `select array[delivery_obstacle(d), event_obstacle(e)] as obstacles
         from deliveries d join business_events e on e.id = d.business_event_id where e.id = $1`,
        [event],
      );
      return row?.obstacles;
    };
    expect(await obstacles()).toEqual(['PENDING', 'PENDING']);
    await tamperWith(app.database, [`update deliveries set blocks = false where business_event_id = '${event}'`]);
    expect(await obstacles()).toEqual([null, null]);
    await mutate(app, 'setRetention', { minimumDays: 5, minimumReason: 'A law', reason: REASON });
    expect(await obstacles()).toEqual(['MINIMUM', 'MINIMUM']);
  });

  test('a partner is a recipient of what it may have received', async () => {
    const errors = 'TIMEOUT,RESET,RESPONSE_TOO_LARGE,HTTP_STATUS,DNS,CONNECT,TLS,BLOCKED_ADDRESS,NOT_SENT,PROXY';
    const rows = await app.database.query<{ id: string; outcome: string }>(
      `insert into webhook_request_logs (id, webhook_id, direction, status, error_code, attempt_number, duplicate, method, url,
         headers, started_at, finished_at)
       select new_id(), $1, 'OUTGOING', case outcome when 'UNKNOWN' then outcome else 'FAILED' end, nullif(outcome, 'UNKNOWN'), 1,
         false, 'POST', 'https://partner.example.com/', '[]', date_trunc('milliseconds', now()), now()
       from unnest($2::text[]) as outcome returning id, coalesce(error_code, status) as outcome`,
      [uuidOf('Webhook', webhook), [...errors.split(','), 'UNKNOWN']],
    );
    const received = await app.database.query<{ outcome: string }>(
      `select outcome from unnest($1::uuid[], $2::text[]) as asked (id, outcome)
       where exists (select from recipients_of(array[asked.id])) order by outcome`,
      [rows.map(({ id }) => id), rows.map(({ outcome }) => outcome)],
    );
    expect(received.map(({ outcome }) => outcome)).toEqual([
      'HTTP_STATUS',
      'RESET',
      'RESPONSE_TOO_LARGE',
      'TIMEOUT',
      'UNKNOWN',
    ]);
  });
});
