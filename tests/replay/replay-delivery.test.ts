import { setTimeout as wait } from 'node:timers/promises';
import { Webhook as Verifier } from 'standardwebhooks';
import { toNodeId } from '../../src/values/ids';
import { attemptsOf, turn } from '../delivery/attempt/stored-attempts';
import { useTestApp } from '../support/app';
import { listStates } from '../support/delivery-states';
import { askMutation, mutate } from '../support/mutate';
import { useFreshReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { invoice, publish } from '../support/webhooks';
import {
  allFinished,
  createOwnWebhook,
  erase,
  REPLAY_FIELDS,
  type RoundState,
  roundsOf,
  type Webhook,
} from './replays';

const app = useTestApp();
const partner = useFreshReceiver();

const nodeId = ({ id }: RoundState) => toNodeId('Delivery', id);
const replay = (delivery: RoundState, reason = 'their disk was full') =>
  mutate(
    app,
    'replayDelivery',
    { deliveryId: nodeId(delivery), reason },
    `delivery { id status held attempts finishedAt replay { id } } replay { ${REPLAY_FIELDS} }`,
  );

/** A webhook with one finished delivery. */
async function ended(settings: object = {}): Promise<{ webhook: Webhook; delivery: RoundState }> {
  const webhook = await createOwnWebhook(app, partner.url, settings);
  await webhook.publishMany(1);
  const [delivery] = (await allFinished(app, webhook, 1)) as [RoundState];
  return { webhook, delivery };
}

async function setStatus(delivery: RoundState, status: string) {
  await app.database.query(
    `update deliveries set status = $2, finished_at = case when $2 not in ('PENDING', 'RETRYING') then now() end
     where id = $1`,
    [delivery.id, status],
  );
  await listStates(app.database);
}

test('the same webhook-id and bytes arrive again, with a fresh timestamp and a signature that verifies', async () => {
  const { webhook, delivery } = await ended();
  await wait(1_100); // timestamps count whole seconds
  await replay(delivery);
  await waitFor('the second call', () => partner.calls.length === 2);
  const [first, second] = partner.calls as [(typeof partner.calls)[0], (typeof partner.calls)[0]];
  expect(second.headers['webhook-id']).toBe(nodeId(delivery));
  expect(first.headers['webhook-id']).toBe(nodeId(delivery));
  expect(second.body.equals(first.body)).toBe(true);
  expect(Number(second.headers['webhook-timestamp'])).toBeGreaterThan(Number(first.headers['webhook-timestamp']));
  const verifier = new Verifier(webhook.secret);
  expect(verifier.verify(second.body.toString(), second.headers as Record<string, string>)).toEqual(
    JSON.parse(first.body.toString()),
  );
});

test('a replay sends what was rendered before, though the webhook would render something else now', async () => {
  const header = (value: string) => ({ headers: [{ name: 'x-made', value }] });
  const { webhook, delivery } = await ended(header('before'));
  const changes = {
    ...header('since'),
    url: `${partner.url}/since`,
    method: 'PUT',
    bodyFormat: 'JSON',
    body: '{"since":true}',
  };
  expect((await mutate(app, 'updateWebhook', { id: webhook.id, ...changes })).userErrors).toEqual([]);
  expect((await replay(delivery)).userErrors).toEqual([]);
  await waitFor('the second call', () => partner.calls.length === 2);
  const sent = partner.calls.map(({ method, path, headers, body }) => [method, path, headers['x-made'], String(body)]);
  expect(sent[1]).toEqual(sent[0]);
});

test('the order says who gave it and why, and the delivery and its new request lead to it', async () => {
  const { webhook, delivery } = await ended();
  const ordered = await replay(delivery, 'their disk was full');
  expect(ordered.userErrors).toEqual([]);
  expect(ordered.replay).toMatchObject({
    status: 'QUEUED',
    reason: 'their disk was full',
    rate: 1,
    where: null,
    deliveryCount: 1,
    replayed: 1,
    skipped: 0,
    error: null,
    orderedBy: { name: 'Administrator' },
    delivery: { id: nodeId(delivery) },
  });
  expect(ordered.delivery).toMatchObject({ status: 'PENDING', finishedAt: null, replay: { id: ordered.replay.id } });
  await allFinished(app, webhook, 1);
  const { data } = await app.ask(
    `query ($id: ID!) { node(id: $id) { ... on Replay {
      deliveries { nodes { id status requests { nodes { attemptNumber replay { id } } } } } } } }`,
    { id: ordered.replay.id },
  );
  expect(data.node.deliveries.nodes).toEqual([
    {
      id: nodeId(delivery),
      status: 'DELIVERED',
      requests: {
        nodes: [
          { attemptNumber: 2, replay: { id: ordered.replay.id } },
          { attemptNumber: 1, replay: null },
        ],
      },
    },
  ]);
  const audited = await app.database.query<{ reason: string; details: string }>(
    `select reason, details from audit_entries where subject_id = $1 and action = 'delivery.replayed'`,
    [delivery.id],
  );
  expect(audited.map(({ reason, details }) => [reason, JSON.parse(details)])).toEqual([
    ['their disk was full', { replay: ordered.replay.id, from: 'DELIVERED' }],
  ]);
});

test('what was given up gets a whole schedule anew', async () => {
  partner.answerWith(() => ({ status: 500 }));
  const { webhook, delivery } = await ended({ retrySchedule: [0, 0] });
  expect(delivery).toMatchObject({ status: 'EXHAUSTED', attempts: 2 });
  await replay(delivery);
  const [again] = await allFinished(app, webhook, 1);
  expect(again).toMatchObject({ status: 'EXHAUSTED', attempts: 4, roundStart: 2 });
  partner.answerWith(() => ({}));
  await replay(delivery);
  const [arrived] = await allFinished(app, webhook, 1);
  expect(arrived).toMatchObject({ status: 'DELIVERED', attempts: 5 });
  expect(arrived?.deliveredAt?.getTime()).toBeGreaterThan(0);
});

test('what had arrived stays DELIVERED when the replay fails, and says when it first arrived', async () => {
  const { webhook, delivery } = await ended({ retrySchedule: [0] });
  partner.answerWith(() => ({ status: 500 }));
  await replay(delivery);
  const [after] = await allFinished(app, webhook, 1);
  expect(after).toMatchObject({ status: 'DELIVERED', attempts: 2, deliveredAt: delivery.deliveredAt });
  const attempts = await attemptsOf(app, webhook.id);
  expect(attempts.map(({ status }) => status)).toEqual(['SUCCEEDED', 'FAILED']);
});

test('a cancelled delivery is sent when it is replayed', async () => {
  const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [3600] });
  await webhook.publishMany(1);
  const [delivery] = (await waitFor('the delivery', async () => {
    const rounds = await roundsOf(app, webhook);
    return rounds.length === 1 && rounds;
  })) as [RoundState];
  await mutate(app, 'cancelDelivery', { deliveryId: nodeId(delivery), reason: 'a mistake' });
  await replay(delivery, 'no mistake after all');
  const [after] = await allFinished(app, webhook, 1);
  expect(after).toMatchObject({ status: 'DELIVERED', attempts: 1 });
});

test('what was given up and holds back others is sent first, and they follow when it arrives', async () => {
  partner.answerWith(() => ({ status: 500 }));
  const webhook = await createOwnWebhook(app, partner.url, { ordering: 'HOLD', retrySchedule: [0] });
  const { documentType } = webhook;
  await publish(
    app,
    [1, 2].map((version) => invoice('INV-1', { documentType, data: { version } })),
  );
  const first = await waitFor('the first to be given up', async () =>
    (await roundsOf(app, webhook)).find(({ status }) => status === 'EXHAUSTED'),
  );
  partner.calls.length = 0;
  partner.answerWith(() => ({ delayMs: 100 }));
  await replay(first);
  const after = await allFinished(app, webhook, 2);
  expect(after.map(({ status }) => status)).toEqual(['DELIVERED', 'DELIVERED']);
  expect(partner.calls.map((call) => JSON.parse(call.body.toString()).data.version)).toEqual([1, 2]);
});

test('cancelling a replay of what had arrived leaves it DELIVERED', async () => {
  const { webhook, delivery } = await ended();
  await turn(app, 'pause', webhook.id);
  await replay(delivery);
  const cancelled = await mutate(
    app,
    'cancelDelivery',
    { deliveryId: nodeId(delivery), reason: 'they found it' },
    'delivery { status deliveredAt }',
  );
  expect(cancelled.delivery).toEqual({ status: 'DELIVERED', deliveredAt: delivery.deliveredAt?.toISOString() });
});

test.each(['PAUSED', 'DISABLED'])('a webhook that is %s holds it until it is resumed', async (status) => {
  const { webhook, delivery } = await ended();
  await turn(app, 'pause', webhook.id);
  await app.database.query('update webhooks set status = $1 where document_type = $2', [status, webhook.documentType]);
  expect((await replay(delivery)).delivery).toMatchObject({ status: 'PENDING', held: true });
  await turn(app, 'resume', webhook.id);
  const [after] = await allFinished(app, webhook, 1);
  expect(after).toMatchObject({ status: 'DELIVERED', attempts: 2, held: false });
  expect(partner.calls).toHaveLength(2);
});

test('ordered twice at once, one is refused and one call is made', async () => {
  const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
  partner.answerWith((_call, n) => (n > 1 ? { after } : {}));
  const { webhook, delivery } = await ended();
  const answers = await Promise.all([replay(delivery), replay(delivery), replay(delivery)]);
  letAnswer();
  expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  await allFinished(app, webhook, 1);
  expect(partner.calls).toHaveLength(2);
  const rows = await app.database.query('select id from replays where delivery_id = $1', [delivery.id]);
  expect(rows).toHaveLength(1);
});

describe('is refused, and leaves all as it was, for', () => {
  async function expectRefused(delivery: RoundState, webhook: Webhook, words: string): Promise<void> {
    const before = await roundsOf(app, webhook);
    const { userErrors, ...payload } = await replay(delivery);
    expect(payload).toEqual({ delivery: null, replay: null });
    expect(userErrors).toEqual([{ field: ['deliveryId'], code: 'CONFLICT', message: expect.stringContaining(words) }]);
    expect(await roundsOf(app, webhook)).toEqual(before);
    expect(await app.database.query('select id from replays where delivery_id = $1', [delivery.id])).toEqual([]);
  }

  test.each(['PENDING', 'RETRYING'])('a delivery that is %s', async (status) => {
    const { webhook, delivery } = await ended();
    await setStatus(delivery, status);
    await expectRefused(delivery, webhook, 'retryDelivery');
  });

  test.each(['PAUSED', 'DISABLED'])('a delivery that a webhook holds which is %s', async (status) => {
    const { webhook, delivery } = await ended();
    await setStatus(delivery, 'PENDING');
    await turn(app, 'pause', webhook.id);
    const holding = [status, webhook.documentType];
    await app.database.query('update webhooks set status = $1 where document_type = $2', holding);
    await expectRefused(delivery, webhook, `held: its webhook is ${status}. Resume the webhook`);
  });

  test('a delivery that would close a circle', async () => {
    const { webhook, delivery } = await ended();
    await app.database.query(
      `update deliveries set status = 'SKIPPED', skip_reason = 'LOOP', payload_id = null where id = $1`,
      [delivery.id],
    );
    await expectRefused(delivery, webhook, 'deliveries of its own webhook caused its event');
  });

  test('a test', async () => {
    const { webhook, delivery } = await ended();
    await app.database.query('update deliveries set test = true where id = $1', [delivery.id]);
    await expectRefused(delivery, webhook, 'testWebhook');
  });

  test('a delivery whose content was erased', async () => {
    const { webhook, delivery } = await ended();
    await erase(app, [delivery.id]);
    await expectRefused(delivery, webhook, 'erased');
  });

  test('a webhook that is archived', async () => {
    const { webhook, delivery } = await ended();
    await turn(app, 'archive', webhook.id);
    await expectRefused(delivery, webhook, 'archived');
  });
});

test.each([
  [
    'an id that does not exist',
    { deliveryId: 'dlv_01a20e627b7e72e181c9b6095ed89765', reason: 'x' },
    'deliveryId NOT_FOUND',
  ],
  [
    'an id of something else',
    { deliveryId: 'whk_01a20e627b7e72e181c9b6095ed89765', reason: 'x' },
    'deliveryId NOT_FOUND',
  ],
  ['an empty id', { deliveryId: '', reason: 'x' }, 'deliveryId NOT_FOUND'],
  ['no reason', { deliveryId: 'dlv_01a20e627b7e72e181c9b6095ed89765', reason: '' }, 'reason REQUIRED'],
  ['a line break in the reason', { deliveryId: '', reason: 'a\nb' }, 'reason INVALID'],
  ['too long a reason', { deliveryId: '', reason: 'é'.repeat(1_001) }, 'reason TOO_LARGE'],
])('%s is a user error', async (_title, input, expected) => {
  const { userErrors } = await mutate(app, 'replayDelivery', input, 'replay { id }');
  expect(userErrors.map((each: { field: string[]; code: string }) => `${each.field} ${each.code}`)).toEqual([expected]);
});

test.each(['SUPPORT', 'AUDITOR', 'PUBLISHER'] as const)('%s may not replay', async (role) => {
  const { webhook, delivery } = await ended();
  const input = { deliveryId: nodeId(delivery), reason: 'x' };
  const answer = await askMutation(app, 'replayDelivery', input, 'replay { id }', await app.keyFor(role));
  expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect(await roundsOf(app, webhook)).toEqual([delivery]);
});
