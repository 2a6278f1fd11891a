// Webhooks that are created, changed, paused or archived by other processes while a relay works.

import { createWebhookDirectory, fillDirectory, readStates } from '../../../src/delivery/engine/matching-webhooks';
import { decidePending } from '../../../src/delivery/engine/pending-decisions';
import type { Db } from '../../../src/sql/db';
import { WHOLE } from '../../../src/sql/index-lookup';
import { uuidOf } from '../../../src/values/ids';
import { lockCircuits } from '../../../src/webhooks/webhook-circuit.store';
import { mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { deliveriesOf, turn } from '../attempt/stored-attempts';
import { workerParts } from '../worker-parts';
import { keptOpen } from './publishing-steps';

const { app, parts } = workerParts();

const URL = 'http://127.0.0.1:9/hook';
const WANTED_BY = 'select wanted_by as n from business_events where reference_document = $1';
const wantedBy = async (reference: string) => (await app.database.query<{ n: number }>(WANTED_BY, [reference]))[0]?.n;
const update = (id: string, changes: object) => mutate(app, 'updateWebhook', { id, ...changes });

let types = 0;
function ownType(): string {
  types += 1;
  return `Changed ${types}`;
}

/** A relay that knows the webhooks of before, and a change that another process makes before each of its transactions. */
async function relayWith(change: () => Promise<unknown>): Promise<() => Promise<unknown>> {
  let isOn = false;
  const step = parts.relay(async (work, options) => {
    if (isOn) await change();
    return parts.transaction(work, options);
  });
  await publish(app, [invoice('before', { documentType: ownType() })]);
  await step();
  isOn = true;
  return step;
}

function once(change: () => Promise<unknown>): () => Promise<unknown> {
  let changed: Promise<unknown> | undefined;
  return () => {
    changed ??= change();
    return changed;
  };
}

test('a webhook that was created in another process receives the event that is published next', async () => {
  const step = await relayWith(async () => undefined);
  const documentType = ownType();
  const { id } = await createTestWebhook(app, URL, { documentType });
  await publish(app, [invoice('N-1', { documentType })]);
  await step();
  expect(await deliveriesOf(app, id)).toHaveLength(1);
  expect(await wantedBy('N-1')).toBe(1);
});

test('one that is created after the event was read, and before it is claimed, receives it', async () => {
  const documentType = ownType();
  let id = '';
  const step = await relayWith(
    once(async () => {
      ({ id } = await createTestWebhook(app, URL, { documentType }));
    }),
  );
  await publish(app, [invoice('L-1', { documentType })]);
  await step();
  expect(await deliveriesOf(app, id)).toHaveLength(1);
  expect(await wantedBy('L-1')).toBe(1);
});

test('one whose transaction began long before the webhooks were read, and ended after, is found', async () => {
  const documentType = ownType();
  const { id } = await createTestWebhook(app, URL, { documentType: 'Something else' });
  let commit = () => {};
  const ended = parts.transaction(async (db) => {
    const late = 'update webhooks set document_type = $2 where id = $1';
    await db.query(late, [uuidOf('Webhook', id), documentType]);
    await new Promise<void>((resolve) => {
      commit = resolve;
    });
  });
  const step = await relayWith(async () => undefined);
  commit();
  await ended;
  await publish(app, [invoice('T-1', { documentType })]);
  await step();
  expect(await deliveriesOf(app, id)).toHaveLength(1);
});

test('one that is changed between the decision and the claim is evaluated again, and the others are not', async () => {
  const documentType = ownType();
  const settings = { documentType, headers: [{ name: 'X-Version', value: '{{ "one" }}' }] };
  const [changed, same] = [await createTestWebhook(app, URL, settings), await createTestWebhook(app, URL, settings)];
  const value = '{{ "two" }}';
  const step = await relayWith(once(() => update(changed.id, { headers: [{ name: 'X-Version', value }] })));
  await publish(app, [invoice('V-1', { documentType })]);
  await step();
  const [one, two] = [await headersOf(changed.id), await headersOf(same.id)];
  expect([one, two]).toEqual([[expect.stringContaining('"two"')], [expect.stringContaining('"one"')]]);
});

const headersOf = async (id: string) =>
  (
    await app.database.query<{ headers: string }>('select headers::text from deliveries where webhook_id = $1', [
      uuidOf('Webhook', id),
    ])
  ).map(({ headers }) => headers);

test('one that no longer wants the event does not receive it, and one that is paused or archived is not sent to', async () => {
  const documentType = ownType();
  const create = (settings: object = {}) => createTestWebhook(app, URL, { documentType, ...settings });
  const [other, conditional, paused, archived] = [await create(), await create(), await create(), await create()];
  const step = await relayWith(
    once(async () => {
      await update(other.id, { events: ['on_cancel'] });
      await update(conditional.id, { condition: 'false' });
      await turn(app, 'pause', paused.id);
      await turn(app, 'archive', archived.id);
    }),
  );
  await publish(app, [invoice('G-1', { documentType })]);
  await step();
  expect(await deliveriesOf(app, other.id)).toEqual([]);
  expect(await deliveriesOf(app, conditional.id)).toMatchObject([{ skipReason: 'CONDITION_FALSE' }]);
  expect(await deliveriesOf(app, paused.id)).toMatchObject([{ held: true, jobId: null }]);
  expect(await deliveriesOf(app, archived.id)).toEqual([]);
  expect(await wantedBy('G-1')).toBe(2);
});

test('one that changes every time does not delay the others: its decision is left pending, and made later', async () => {
  const documentType = ownType();
  const [restless, calm] = [
    await createTestWebhook(app, URL, { documentType }),
    await createTestWebhook(app, URL, { documentType }),
  ];
  let n = 0;
  const step = await relayWith(() => {
    n += 1;
    return update(restless.id, { name: `Partner ${n}` });
  });
  await publish(app, [invoice('E-1', { documentType })]);
  await step();
  expect(await deliveriesOf(app, calm.id)).toHaveLength(1);
  expect(await deliveriesOf(app, restless.id)).toEqual([]);
  expect(await wantedBy('E-1')).toBe(2);
  while ((await decidePending(parts.fanOutParts, WHOLE)).decided === 0);
  expect(await deliveriesOf(app, restless.id)).toHaveLength(1);
});

test('a change that the transaction of the fan-out waits for is seen after the wait', async () => {
  const documentType = ownType();
  const { id } = await createTestWebhook(app, URL, { documentType, ordering: 'HOLD' });
  const step = await relayWith(async () => undefined);
  await publish(app, [invoice('W-1', { documentType })]);
  let stepped: Promise<unknown> = Promise.resolve();
  await parts.transaction(async (db) => {
    const webhookId = uuidOf('Webhook', id) as string;
    await db.query(`update webhooks set condition = 'false' where id = $1`, [webhookId]);
    await lockCircuits(db, [webhookId]);
    stepped = step();
    await waitFor('the fan-out to wait', async () => (await waitingForLock()) > 0);
  });
  await stepped;
  expect(await deliveriesOf(app, id)).toMatchObject([{ skipReason: 'CONDITION_FALSE' }]);
});

test.each([
  ['archived', 'archive', { status: 'CANCELLED' }],
  ['resumed', 'resume', { held: false, waitsFor: 'CAPACITY' }],
] as const)('a webhook that is %s while a relay commits keeps no delivery of before', async (_state, how, expected) => {
  const documentType = ownType();
  const { id } = await createTestWebhook(app, URL, { documentType, ordering: 'HOLD' });
  await turn(app, 'pause', id);
  let turned: Promise<void> = Promise.resolve();
  const step = parts.relay((work, options) =>
    parts.transaction(async (db) => {
      const result = await work(keptOpen(db));
      turned = turn(app, how, id);
      await waitFor('the change to wait', async () => (await waitingForLock()) > 0);
      return result;
    }, options),
  );
  await publish(app, [invoice('P-1', { documentType })]);
  await step();
  await turned;
  const sql = 'select status, held, waits_for as "waitsFor" from deliveries where webhook_id = $1';
  expect(await app.database.query(sql, [uuidOf('Webhook', id)])).toMatchObject([expected]);
});

test('a pause is answered after a relay that saw the webhook active has committed, and its delivery is held', async () => {
  const documentType = ownType();
  const { id } = await createTestWebhook(app, URL, { documentType, ordering: 'HOLD' });
  let paused: Promise<void> = Promise.resolve();
  const step = parts.relay((work, options) =>
    parts.transaction(async (db) => {
      const result = await work(keptOpen(db));
      paused = turn(app, 'pause', id);
      await waitFor('the pause to wait', async () => (await waitingForLock()) > 0);
      return result;
    }, options),
  );
  await publish(app, [invoice('P-2', { documentType })]);
  await step();
  await paused;
  expect((await parts.take()).filter(({ webhook }) => webhook.id === uuidOf('Webhook', id))).toEqual([]);
  expect(await deliveriesOf(app, id)).toMatchObject([{ held: true }]);
});

async function waitingForLock(): Promise<number> {
  const sql = `select count(*)::int as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query ~ 'webhook_circuits'`;
  return (await app.database.query<{ n: number }>(sql))[0]?.n ?? 0;
}

test('a webhook that was restored from another cluster is known, and does not count as changed', async () => {
  const documentType = ownType();
  const { id } = await createTestWebhook(app, URL, { documentType });
  await app.database.query('alter table webhooks disable trigger webhooks_note_their_change');
  const restored = 'update webhooks set changed_in = 4611686018427387904 where id = $1';
  await app.database.query(restored, [uuidOf('Webhook', id)]);
  await app.database.query('alter table webhooks enable trigger webhooks_note_their_change');
  let transactions = 0;
  const step = await relayWith(async () => {
    transactions += 1;
  });
  await publish(app, [invoice('R-1', { documentType })]);
  await step();
  expect(await deliveriesOf(app, id)).toHaveLength(1);
  expect(transactions).toBe(1);
});

test('the webhooks in memory never become older, when two loops of a process read changes at the same time', async () => {
  const { id } = await createTestWebhook(app, URL, { documentType: ownType(), name: 'Before' });
  const directory = createWebhookDirectory();
  await fillDirectory(parts.db, directory);
  await update(id, { name: 'Between' });
  const overtaken = afterEachStatement(async () => {
    await update(id, { name: 'After' });
    await readStates(parts.db, directory, []);
  });
  expect(await readStates(overtaken, directory, [])).toBeNull();
  expect(directory.find(uuidOf('Webhook', id) as string)?.name).toBe('After');
});

/** A connection whose rows arrive late: `work` is done in between. */
function afterEachStatement(work: () => Promise<unknown>): Db {
  const query = async ({ text, values }: { text: string; values: unknown[] }) => {
    const rows = await app.database.query(text, values);
    await work();
    return { rows };
  };
  return { queryRunner: { connect: async () => ({ query }) } } as unknown as Db;
}
