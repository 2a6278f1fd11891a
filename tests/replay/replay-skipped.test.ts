// What was never made into a request, sent after all.
import { Webhook as Verifier } from 'standardwebhooks';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { SERVE } from '../../src/database/pools';
import { replayDelivery } from '../../src/replay/replay-delivery';
import { toNodeId, uuidOf } from '../../src/values/ids';
import { attemptsOf, type DeliveryState, deliveriesOf, turn } from '../delivery/attempt/stored-attempts';
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { invoice, publish } from '../support/webhooks';
import {
  allFinished,
  createOwnWebhook,
  noteSteps,
  order,
  queued,
  roundsOf,
  type Webhook,
  whereWebhook,
} from './replays';

let app: TestApp;
let partner: Receiver;
let source: DataSource;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
  source = await createDataSource(app.database.servingUrl, { ...SERVE, poolSize: 2 }).initialize();
});
beforeEach(() => {
  partner.calls.length = 0;
  partner.answerWith(() => ({}));
});
afterAll(async () => {
  await source.destroy();
  await Promise.all([app.stop(), partner.stop()]);
});

const PREVIEW = 'preview { deliveryCount replayable } replay { id }';
const NEVER_HAPPENS = 'doc.grand_total > 1000.0';

const replay = ({ id }: { id: string }) =>
  mutate(
    app,
    'replayDelivery',
    { deliveryId: toNodeId('Delivery', id), reason: 'they want it after all' },
    'delivery { status held skipReason skipMessage } replay { id }',
  );

function setStatus(webhook: Webhook, status: string) {
  return app.database.query('update webhooks set status = $2 where id = $1', [uuidOf('Webhook', webhook.id), status]);
}

async function update(webhook: Webhook, changes: object): Promise<void> {
  const { userErrors } = await mutate(app, 'updateWebhook', { id: webhook.id, ...changes });
  expect(userErrors).toEqual([]);
}

/** A webhook that skipped one event, for this reason. */
async function skipped(settings: object, skipReason: string): Promise<{ webhook: Webhook; delivery: DeliveryState }> {
  const webhook = await createOwnWebhook(app, partner.url, settings);
  await webhook.publishMany(1);
  await allFinished(app, webhook, 1);
  const [delivery] = (await deliveriesOf(app, webhook.id)) as [DeliveryState];
  expect(delivery).toMatchObject({ status: 'SKIPPED', skipReason });
  return { webhook, delivery };
}

const rowsOf = (webhook: Webhook) =>
  app.database.query('select * from deliveries where webhook_id = $1', [uuidOf('Webhook', webhook.id)]);

test('what happened while a webhook was disabled arrives once, with ids of its own and signatures that verify', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  await setStatus(webhook, 'DISABLED');
  await webhook.publishMany(3);
  const before = await allFinished(app, webhook, 3);
  await turn(app, 'resume', webhook.id);
  await webhook.publishMany(1);
  await allFinished(app, webhook, 4);
  partner.calls.length = 0;
  const where = { ...whereWebhook(webhook), skipReason: { eq: 'WEBHOOK_DISABLED' } };
  const dry = await mutate(app, 'replayDeliveries', { where, reason: 'they are back', dryRun: true }, PREVIEW);
  expect(dry).toMatchObject({ preview: { deliveryCount: 3, replayable: 3 }, replay: null });
  const id = await order(app, where);
  expect(await queued(app, id)).toMatchObject({ deliveryCount: 3, replayed: 3, skipped: 0 });
  const after = await allFinished(app, webhook, 4);
  expect(after.map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(Array(4).fill('DELIVERED 1'));
  const reasons = (await deliveriesOf(app, webhook.id)).flatMap((each) => [each.skipReason, each.skipMessage]);
  expect(reasons).toEqual(Array(8).fill(null));
  const ids = partner.calls.map((call) => call.headers['webhook-id']).sort();
  expect(ids).toEqual(before.map((each) => toNodeId('Delivery', each.id)));
  for (const call of partner.calls) {
    const body = new Verifier(webhook.secret).verify(call.body.toString(), call.headers as Record<string, string>);
    expect(body).toMatchObject({ data: { grand_total: 561.8 } });
  }
  expect(await attemptsOf(app, webhook.id)).toHaveLength(4);
  expect(await queued(app, await order(app, where))).toMatchObject({ deliveryCount: 0, replayed: 0 });
});

test('a condition that was mended decides anew', async () => {
  const { webhook, delivery } = await skipped({ condition: 'doc.total > 10.0' }, 'CONDITION_ERROR');
  await update(webhook, { condition: 'doc.grand_total > 10.0' });
  const { delivery: opened, userErrors } = await replay(delivery);
  expect(userErrors).toEqual([]);
  expect(opened).toEqual({ status: 'PENDING', held: false, skipReason: null, skipMessage: null });
  expect(await allFinished(app, webhook, 1)).toMatchObject([{ status: 'DELIVERED', attempts: 1, roundStart: 0 }]);
  expect(partner.calls).toHaveLength(1);
});

test('templates that were mended make the request', async () => {
  const header = (value: string) => ({ headers: [{ name: 'x-customer', value }] });
  const { webhook, delivery } = await skipped(header('{{ doc.customer }}'), 'TEMPLATE_ERROR');
  await update(webhook, { ...header('{{ doc.name }}'), url: `${partner.url}/{{ doc.name }}`, method: 'PUT' });
  expect((await replay(delivery)).userErrors).toEqual([]);
  await allFinished(app, webhook, 1);
  expect(partner.calls).toMatchObject([{ method: 'PUT', headers: { 'x-customer': 'INV-0' } }]);
  expect(partner.calls[0]?.path).toMatch(/\/INV-0$/);
});

test('what is decided against again stays as it is, and the answer says why', async () => {
  const { webhook, delivery } = await skipped({ condition: NEVER_HAPPENS }, 'CONDITION_FALSE');
  await update(webhook, { condition: 'doc.total > 10.0' });
  const before = await rowsOf(webhook);
  const { userErrors, ...payload } = await replay(delivery);
  expect(payload).toEqual({ delivery: null, replay: null });
  expect(userErrors).toEqual([
    { field: ['deliveryId'], code: 'CONFLICT', message: expect.stringMatching(/CONDITION_ERROR.*doc\.total/) },
  ]);
  const done = await queued(app, await order(app, whereWebhook(webhook)));
  expect(done).toMatchObject({ deliveryCount: 1, replayed: 0, skipped: 1 });
  expect(await rowsOf(webhook)).toEqual(before);
  expect(partner.calls).toHaveLength(0);
});

/** @param change before the transaction with this number begins: what was evaluated for it is known by then */
async function replayWhile({ id }: DeliveryState, change: (transaction: number) => Promise<void>): Promise<unknown> {
  const administrator = (await app.ask('{ viewer { id name } }')).data.viewer;
  const viewer = {
    userId: uuidOf('User', administrator.id) as string,
    name: administrator.name,
    apiKeyId: null,
    sessionId: null,
    roles: new Set(['SYSTEM_MANAGER'] as const),
    remoteAddress: null,
    userAgent: null,
    requestId: 'of a test',
  };
  let transactions = 0;
  const transaction: typeof source.transaction = async (work: never) => {
    transactions += 1;
    await change(transactions);
    return source.transaction(work);
  };
  return replayDelivery({ db: source.manager, transaction, traceparent: null }, viewer, id, 'they want it after all');
}

test('what was evaluated before the webhook was changed is evaluated again', async () => {
  const { webhook, delivery } = await skipped({ condition: NEVER_HAPPENS }, 'CONDITION_FALSE');
  await update(webhook, { condition: 'true' });
  const changedOnce = replayWhile(delivery, async (transaction) => {
    if (transaction === 2) await update(webhook, { condition: NEVER_HAPPENS });
  });
  await expect(changedOnce).rejects.toThrow(/still not sent \(CONDITION_FALSE\)/);
  const changedAlways = replayWhile(delivery, (transaction) => update(webhook, { timeoutMs: 5_000 + transaction }));
  await expect(changedAlways).rejects.toThrow('Its webhook was changed each time it was evaluated');
  expect(partner.calls).toHaveLength(0);
});

test('of many, those are sent that meet the condition now', async () => {
  const { webhook } = await skipped({ condition: NEVER_HAPPENS }, 'CONDITION_FALSE');
  await webhook.publishMany(4);
  await allFinished(app, webhook, 5);
  await update(webhook, { condition: 'doc.name in ["INV-1", "INV-3"]' });
  const done = await queued(app, await order(app, whereWebhook(webhook)));
  expect(done).toMatchObject({ deliveryCount: 5, replayed: 2, skipped: 3 });
  await allFinished(app, webhook, 5);
  const states = (await deliveriesOf(app, webhook.id)).map((each) => `${each.referenceDocument} ${each.status}`);
  expect(states).toEqual(['INV-0 SKIPPED', 'INV-0 SKIPPED', 'INV-1 DELIVERED', 'INV-2 SKIPPED', 'INV-3 DELIVERED']);
});

test('a step reads 16 MiB of documents, and the rest is evaluated by the next one', async () => {
  const webhook = await createOwnWebhook(app, partner.url, { condition: NEVER_HAPPENS });
  const data = { grand_total: 1, pad: 'x'.repeat(200 * 1024) };
  const bytes = JSON.stringify({ ...data, n: 100 }).length;
  const first = Math.ceil((16 * 1024 * 1024) / bytes);
  const all = first + 2;
  const events = Array.from({ length: all }, (_, n) =>
    invoice(`INV-${n}`, { documentType: webhook.documentType, data: { ...data, n: 100 + n } }),
  );
  for (const half of [events.slice(0, 45), events.slice(45)]) await publish(app, half);
  await allFinished(app, webhook, all);
  // the first of either step
  const sent = [0, first];
  await update(webhook, { condition: `doc.n in [${sent.map((n) => 100 + n)}]` });
  const stepsSince = await noteSteps(app);
  const done = await queued(app, await order(app, whereWebhook(webhook), { rate: 1_000 }));
  expect(done).toMatchObject({ deliveryCount: all, replayed: 2, skipped: first });
  expect((await stepsSince()).map(({ replayed, skipped }) => [replayed, skipped])).toEqual([
    [1, first - 1],
    [2, first],
  ]);
  const after = await allFinished(app, webhook, all);
  expect(after.flatMap(({ status }, n) => (status === 'DELIVERED' ? [n] : []))).toEqual(sent);
});

test('a step writes 16 MiB of requests, and the rest is rendered by the next one', async () => {
  const webhook = await createOwnWebhook(app, partner.url, { condition: NEVER_HAPPENS });
  const data = { grand_total: 1, pad: 'x'.repeat(60 * 1024) };
  const ofStep = Math.ceil((16 * 1024 * 1024) / (4 * data.pad.length));
  const all = ofStep + 3;
  const events = Array.from({ length: all }, (_, n) =>
    invoice(`INV-${n}`, { documentType: webhook.documentType, data }),
  );
  await publish(app, events);
  await allFinished(app, webhook, all);
  const body = '[{{ doc.pad | json }},{{ doc.pad | json }},{{ doc.pad | json }},{{ doc.pad | json }}]';
  await update(webhook, { condition: null, bodyFormat: 'JSON', body });
  const stepsSince = await noteSteps(app);
  const done = await queued(app, await order(app, whereWebhook(webhook), { rate: 1_000 }));
  expect(done).toMatchObject({ deliveryCount: all, replayed: all, skipped: 0 });
  const steps = (await stepsSince()).map(({ replayed }) => replayed);
  expect(steps).toEqual([ofStep, all]);
  const after = await allFinished(app, webhook, all);
  expect(after.map(({ status }) => status)).toEqual(Array(all).fill('DELIVERED'));
  const sent = JSON.stringify(Array(4).fill(data.pad));
  expect(new Set(partner.calls.map((call) => call.body.toString()))).toEqual(new Set([sent]));
});

test.each(['PAUSED', 'DISABLED'])('a webhook that is %s holds it until it is resumed', async (status) => {
  const { webhook, delivery } = await skipped({ condition: NEVER_HAPPENS }, 'CONDITION_FALSE');
  await update(webhook, { condition: null });
  await setStatus(webhook, status);
  expect((await replay(delivery)).delivery).toMatchObject({ status: 'PENDING', held: true });
  await turn(app, 'resume', webhook.id);
  expect(await allFinished(app, webhook, 1)).toMatchObject([{ status: 'DELIVERED', attempts: 1, held: false }]);
  expect(partner.calls).toHaveLength(1);
});

test('a duplicate is sent when its replay is requested', async () => {
  const webhook = await createOwnWebhook(app, partner.url, { dedupeSeconds: 3600 });
  await webhook.publishMany(1);
  await webhook.publishMany(1);
  await allFinished(app, webhook, 2);
  const second = (await deliveriesOf(app, webhook.id))[1] as DeliveryState;
  expect(second).toMatchObject({ status: 'SKIPPED', skipReason: 'DUPLICATE' });
  expect((await replay(second)).userErrors).toEqual([]);
  expect((await allFinished(app, webhook, 2)).map(({ status }) => status)).toEqual(['DELIVERED', 'DELIVERED']);
});

test('ordered several times at once, one is carried out and one call is made', async () => {
  const { webhook, delivery } = await skipped({ condition: NEVER_HAPPENS }, 'CONDITION_FALSE');
  await update(webhook, { condition: null });
  const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
  partner.answerWith(() => ({ after }));
  const [many, ...answers] = await Promise.all([
    order(app, whereWebhook(webhook)),
    ...[1, 2, 3].map(() => replay(delivery)),
  ]);
  await queued(app, many);
  letAnswer();
  await allFinished(app, webhook, 1);
  expect(partner.calls).toHaveLength(1);
  expect(answers.filter(({ userErrors }) => userErrors.length === 0).length).toBeLessThanOrEqual(1);
  expect(await attemptsOf(app, webhook.id)).toHaveLength(1);
});

test('an event whose data was erased leaves nothing to send', async () => {
  const { webhook, delivery } = await skipped({ condition: NEVER_HAPPENS }, 'CONDITION_FALSE');
  await update(webhook, { condition: null });
  await app.database.query('set session_replication_role = replica');
  await app.database.query(
    `update payloads set body = null, body_salt = null, erased_digest = body_digest, erasure_id = new_id() where id in (select e.payload_id from business_events e
       join deliveries d on d.business_event_id = e.id where d.id = $1)`,
    [delivery.id],
  );
  await app.database.query('reset session_replication_role');
  const input = { where: whereWebhook(webhook), reason: 'they are back', dryRun: true };
  expect((await mutate(app, 'replayDeliveries', input, PREVIEW)).preview).toEqual({ deliveryCount: 1, replayable: 0 });
  const { userErrors } = await replay(delivery);
  expect(userErrors).toMatchObject([{ code: 'CONFLICT', message: expect.stringMatching(/TEMPLATE_ERROR.*erased/) }]);
  expect((await roundsOf(app, webhook))[0]).toMatchObject({ status: 'SKIPPED', replayId: null });
});

test('a webhook that is archived gets nothing any more', async () => {
  const { webhook, delivery } = await skipped({ condition: NEVER_HAPPENS }, 'CONDITION_FALSE');
  await turn(app, 'archive', webhook.id);
  expect((await replay(delivery)).userErrors).toMatchObject([
    { code: 'CONFLICT', message: expect.stringContaining('archived') },
  ]);
  expect(await queued(app, await order(app, whereWebhook(webhook)))).toMatchObject({ replayed: 0, skipped: 1 });
});
