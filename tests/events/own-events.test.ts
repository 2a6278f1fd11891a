import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { approvalWaiting } from '../../src/approvals/decide';
import { createDataSource } from '../../src/database/data-source';
import { eventType } from '../../src/events/data/envelope';
import {
  apiKeyExpiring,
  deliveryExhausted,
  headSigned,
  type OwnEvent,
  replayQueued,
  webhookDisabled,
  webhookFailing,
  webhookRecovered,
} from '../../src/events/own-events';
import { publishOwnEvents } from '../../src/events/publish-own-events';
import { newId } from '../../src/values/ids';
import { OWN_DOCUMENT_TYPE } from '../../src/webhooks/setting-limits';
import { allFinished, deliveriesOf } from '../delivery/attempt/stored-attempts';
import { shareTestApi, startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

let app: TestApp;
let source: DataSource;
let operations: Receiver;
let partner: Receiver;

beforeAll(async () => {
  [app, operations, partner] = await Promise.all([startTestApp(), startReceiver(), startReceiver()]);
  source = await createDataSource(app.database.servingUrl, { name: 'own events test', poolSize: 2 }).initialize();
});
beforeEach(() => {
  operations.calls.length = 0;
  partner.answerWith(() => ({ status: 500 }));
});
afterAll(async () => {
  await source.destroy();
  await app.stop();
  await operations.stop();
  await partner.stop();
});

const ONCE = { retrySchedule: [0] };

interface ReceivedEvent {
  type: string;
  timestamp: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  data: any;
}

/** The event that operations received about this webhook or delivery. */
function receivedEvent(type: string, name: string): ReceivedEvent | undefined {
  const bodies = operations.calls.map((call) => JSON.parse(call.body.toString()) as ReceivedEvent);
  return bodies.find((body) => body.type === type && body.data.webhook.name === name);
}

const watcher = (settings: object = {}) =>
  createTestWebhook(app, operations.url, { name: 'Operations', documentType: 'Hookledger', ...settings });

async function archive(...ids: string[]): Promise<void> {
  for (const id of ids) {
    const sql = 'mutation ($input: ArchiveWebhookInput!) { archiveWebhook(input: $input) { userErrors { message } } }';
    expect((await app.ask(sql, { input: { id } })).data.archiveWebhook.userErrors).toEqual([]);
  }
}

async function ownEvents(where: object = {}) {
  const { data } = await app.ask(
    `query ($where: BusinessEventWhere) { businessEvents(first: 100, where: $where) { nodes {
      id event referenceDocument wantedBy data user { name roles apiKeys { totalCount } }
      causedBy { id webhook { id } } deliveries(first: 50) { nodes { skipReason webhook { id } } }
    } } }`,
    { where: { documentType: { eq: 'Hookledger' }, ...where } },
  );
  return data.businessEvents.nodes;
}

test('a delivery that is given up is sent to the webhooks that subscribed to it, without its content', async () => {
  const watching = await watcher({ events: ['delivery.exhausted'] });
  const failing = await createTestWebhook(app, partner.url, { name: 'Deaf', documentType: 'Given up', ...ONCE });
  partner.answerWith(() => ({ status: 503, body: 'a secret of the partner' }));
  const data = { card: 'swordfish' };
  await publish(app, [invoice('GU-1', { documentType: 'Given up', data })]);
  const received = await waitFor('the event', () => receivedEvent('delivery.exhausted', 'Deaf'));
  const [delivery] = await allFinished(app, failing.id, 1);
  expect(received.data).toEqual({
    delivery: expect.stringMatching(/^dlv_[0-9a-f]{32}$/),
    webhook: { id: failing.id, name: 'Deaf' },
    documentType: 'Given up',
    event: 'on_submit',
    referenceDocument: 'GU-1',
    attempts: 1,
    lastError: { code: 'HTTP_STATUS', status: 503 },
  });
  expect(received.data.delivery.slice(4)).toBe(delivery?.id.replaceAll('-', ''));
  expect(operations.calls.map((call) => call.body.toString()).join()).not.toMatch(/swordfish|secret of the partner/);
  expect(await ownEvents({ referenceDocument: { eq: received.data.delivery } })).toEqual([
    expect.objectContaining({
      event: 'delivery.exhausted',
      wantedBy: 1,
      user: { name: 'hookledger', roles: [], apiKeys: { totalCount: 0 } },
      causedBy: { id: received.data.delivery, webhook: { id: failing.id } },
    }),
  ]);
  await archive(watching.id, failing.id);
});

test('a webhook for every type receives none of them', async () => {
  const watching = await watcher();
  const everything = await createTestWebhook(app, partner.url, { name: 'Everything', ...ONCE });
  const byName = await createTestWebhook(app, partner.url, { events: ['delivery.exhausted'], ...ONCE });
  await publish(app, [invoice('ALL-1')]);
  await waitFor('the event', () => receivedEvent('delivery.exhausted', 'Everything'));
  expect((await deliveriesOf(app, everything.id)).map((each) => each.referenceDocument)).toEqual(['ALL-1']);
  expect(await deliveriesOf(app, byName.id)).toEqual([]);
  await archive(watching.id, everything.id, byName.id);
});

test('a webhook does not receive its own failures, and two that watch each other end', async () => {
  const failing = await createTestWebhook(app, partner.url, { name: 'X', documentType: 'Ring', ...ONCE });
  // a signed head, which may come at any time, is for neither
  const failures = { documentType: 'Hookledger', events: ['delivery.exhausted'], ...ONCE };
  const [a, b] = [
    await createTestWebhook(app, partner.url, { name: 'A', ...failures }),
    await createTestWebhook(app, partner.url, { name: 'B', ...failures }),
  ];
  await publish(app, [invoice('RING-1', { documentType: 'Ring' })]);
  // X fails: A and B fail to hear it; each fails to hear of the other, which both have led to by now
  const hears = ['EXHAUSTED', 'EXHAUSTED', 'SKIPPED', 'SKIPPED', 'SKIPPED'];
  for (const { id } of [a, b]) {
    const deliveries = await allFinished(app, id, 5);
    expect(deliveries.map((each) => each.status).sort()).toEqual(hears);
    expect(deliveries.flatMap((each) => each.skipReason ?? [])).toEqual(['LOOP', 'LOOP', 'LOOP']);
  }
  // a head may be signed at this moment
  const outbox = 'select from business_events where fanned_out_at is null';
  await waitFor('the outbox to be empty', async () => (await app.database.prepared(outbox)).length === 0);
  await archive(failing.id, a.id, b.id);
});

test('a webhook whose partner answers 410 is disabled, and the event names its owner', async () => {
  const watching = await watcher({ events: ['webhook.disabled'] });
  const gone = await createTestWebhook(app, partner.url, { name: 'Gone', documentType: 'Left', ...ONCE });
  partner.answerWith(() => ({ status: 410 }));
  await publish(app, [invoice('L-1', { documentType: 'Left' })]);
  const received = await waitFor('the event', () => receivedEvent('webhook.disabled', 'Gone'));
  expect(received.data).toMatchObject({ webhook: { id: gone.id }, owner: 'Administrator' });
  expect(received.data.reason).toMatch(/410/);
  expect(
    (await ownEvents({ referenceDocument: { eq: gone.id } })).map((each: { event: string }) => each.event),
  ).toEqual(['webhook.disabled']);
  await archive(watching.id, gone.id);
});

test('a replay that is finished is published with its results', async () => {
  const watching = await watcher({ events: ['replay.queued'] });
  const again = await createTestWebhook(app, partner.url, { name: 'Again', documentType: 'Again', ...ONCE });
  await publish(app, [invoice('AG-1', { documentType: 'Again' }), invoice('AG-2', { documentType: 'Again' })]);
  await allFinished(app, again.id, 2);
  const answer = await app.ask(
    `mutation ($input: ReplayDeliveriesInput!) {
      replayDeliveries(input: $input) { replay { id } userErrors { field message } }
    }`,
    { input: { where: { webhook: { id: { eq: again.id } } }, reason: 'It was down' } },
  );
  const { id } = answer.data.replayDeliveries.replay;
  const call = await waitFor('the event', () => operations.calls.find((each) => each.body.includes(id)));
  expect(JSON.parse(call.body.toString())).toMatchObject({
    type: 'replay.queued',
    data: { replay: id, reason: 'It was down', orderedBy: 'Administrator', deliveryCount: 2, replayed: 2, skipped: 0 },
  });
  await archive(watching.id, again.id);
});

describe('the document type is reserved', () => {
  test.each([
    'Hookledger',
    'hookledger',
    ' HOOKLEDGER ',
    '\u00a0Hookledger\u3000',
    'Hookledger\u200b',
    '\u202eHook\u00adledger',
    'Hook ledger',
    'Hoo\u212aledger',
    '\uff28ookledger',
    'Hook\u{e0001}ledger',
  ])('%j', async (documentType) => {
    const input = { events: [invoice('OK'), invoice('FORGED', { documentType, event: 'webhook.disabled' })] };
    const answer = await app.ask(
      `mutation ($input: PublishEventsInput!) {
        publishEvents(input: $input) { events { id } userErrors { field code message } }
      }`,
      { input },
    );
    expect(answer.data.publishEvents).toEqual({
      events: null,
      userErrors: [
        {
          field: ['events', '1', 'documentType'],
          code: 'INVALID',
          message: expect.stringMatching(/is reserved for events of Hookledger itself/),
        },
      ],
    });
    const forged = source.query(`select publish_event($1, 'webhook.disabled', 'FORGED', '{}')`, [documentType]);
    await expect(forged).rejects.toThrow(/is reserved for events of Hookledger itself/);
  });

  test('and what only begins like it is not', async () => {
    expect(await publish(app, [invoice('OK-1', { documentType: 'Hookledger Invoice' })])).toHaveLength(1);
  });
});

test('an event of a transaction that rolls back is not sent', async () => {
  const event = webhookRecovered({ id: newId(), name: 'x' }, { failingSince: null, at: new Date(), causedBy: null });
  const received = source.transaction(async (db) => {
    await publishOwnEvents(db, [event]);
    throw new Error('rolled back');
  });
  await expect(received).rejects.toThrow('rolled back');
  expect(await ownEvents({ referenceDocument: { eq: event.referenceDocument } })).toEqual([]);
});

test('twenty first events of Hookledger at the same instant create one user', async () => {
  const other = await shareTestApi();
  const events = Array.from({ length: 20 }, () => replayQueued({ id: newId(), ...ORDER }));
  const db = await createDataSource(other.database.servingUrl, { name: 'first', poolSize: 20 }).initialize();
  await Promise.all(events.map((event) => db.transaction((transaction) => publishOwnEvents(transaction, [event]))));
  const users = await other.database.query(
    `select count(distinct user_id)::int as n, count(*)::int as events from business_events`,
  );
  expect(users).toEqual([{ n: 1, events: 20 }]);
  await db.destroy();
  await other.stop();
});

const ORDER = { reason: 'x', orderedBy: 'y', deliveryCount: 3, replayed: 2, skipped: 1 };

describe('docs/own-events.md', () => {
  const text = readFileSync(join(__dirname, '../../docs/own-events.md'), 'utf8');
  const documented = [...text.matchAll(/^## `([\w.]+)`\n[\s\S]*?```json\n([\s\S]*?)```/gm)].map(
    ([, name, example]) => [name as string, JSON.parse(example as string) as ReceivedEvent] as const,
  );
  const about = { id: newId(), name: 'CRM' };
  const at = new Date();
  const causedBy = newId();
  const built: OwnEvent[] = [
    webhookFailing(about, { reason: 'r', openUntil: at, failures: 20, causedBy }),
    webhookRecovered(about, { failingSince: at, at, causedBy }),
    webhookDisabled({ ...about, ownerName: 'sara' }, { reason: 'r', at, causedBy }),
    deliveryExhausted(
      { id: causedBy, webhookId: about.id, documentType: 'A', event: 'b', referenceDocument: 'c', attempts: 1 },
      { webhookName: 'CRM', lastError: { code: 'TIMEOUT', status: null } },
    ),
    replayQueued({ id: newId(), ...ORDER }),
    headSigned({ origin: 'x/evidence/1', treeSize: 1, rootHash: 'r', checkpoint: 'c', signedAt: at }),
    apiKeyExpiring({ id: newId(), label: 'ERP', userName: 'erp', expiresAt: at, noticeDays: 30 }),
    approvalWaiting(
      { id: newId(), kind: 'ERASURE', createdAt: at, takesEffectAt: null, requestedByName: 'sara' },
      { id: newId(), name: 'amina' },
    ),
  ];

  test('names every event, in its own words', () => {
    expect(documented.map(([name]) => name)).toEqual(built.map(({ event }) => event));
    for (const [name, example] of documented) expect(example.type).toBe(eventType(OWN_DOCUMENT_TYPE, name));
  });

  test.each(built.map((each) => [each.event, each] as const))('shows the keys of %s', (name, event) => {
    const example = documented.find(([documentedName]) => documentedName === name)?.[1];
    expect(shapeOf(example?.data)).toEqual(shapeOf(JSON.parse(JSON.stringify(event.data))));
    expect(Object.keys(example ?? {})).toEqual(['type', 'timestamp', 'data']);
  });
});

/** The keys, and below them the keys. */
function shapeOf(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return '';
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, shapeOf(below)]));
}
