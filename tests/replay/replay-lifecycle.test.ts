import { toNodeId, uuidOf } from '../../src/values/ids';
import { turn as turnWebhook } from '../delivery/attempt/stored-attempts';
import { useTestApp } from '../support/app';
import { askMutation, mutate } from '../support/mutate';
import { useReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import {
  allFinished,
  createOwnWebhook,
  noteSteps,
  order,
  queued,
  replayOf,
  replayThatIs,
  roundsOf,
  whereWebhook,
} from './replays';

const app = useTestApp();
const partner = useReceiver();

beforeEach(() => {
  partner.calls.length = 0;
});

type How = 'pause' | 'resume' | 'cancel';

const turn = (how: How, id: string) => mutate(app, `${how}Replay`, { id }, 'replay { id status finishedAt replayed }');

/** A replay of 40 deliveries, 4 a second, in the middle: also on a machine that stands still for seconds. */
async function underWay() {
  const webhook = await createOwnWebhook(app, partner.url);
  await webhook.publishMany(40);
  await allFinished(app, webhook, 40);
  partner.calls.length = 0;
  const id = await order(app, whereWebhook(webhook), { rate: 4 });
  await replayThatIs(app, id, 'under way', ({ replayed }) => replayed > 0);
  return { webhook, id };
}

const auditOf = async (id: string) =>
  (
    await app.database.query<{ action: string }>(
      'select action from audit_entries where subject_id = $1 and actor_id is not null order by id',
      [uuidOf('Replay', id)],
    )
  ).map(({ action }) => action);

test('paused, nothing further is sent; resumed, it goes on where it was and sends each delivery once', async () => {
  const { webhook, id } = await underWay();
  const paused = (await turn('pause', id)).replay;
  expect(paused).toMatchObject({ status: 'PAUSED', finishedAt: null });
  expect(paused.replayed).toBeLessThan(40);
  await waitFor('what was opened by then', () => partner.calls.length === paused.replayed);
  // as long as it would have taken to send all the others
  const other = await order(app, { ...whereWebhook(webhook), createdAt: { lt: '2001-01-01T00:00:00Z' } });
  await queued(app, other);
  expect(await replayOf(app, id)).toMatchObject({ status: 'PAUSED', replayed: paused.replayed });

  // the rest need not take its ten seconds
  await app.database.query('update replays set rate = 100 where id = $1', [uuidOf('Replay', id)]);
  expect((await turn('resume', id)).replay.status).toBe('RUNNING');
  expect(await queued(app, id)).toMatchObject({ replayed: 40, skipped: 0 });
  const rounds = await allFinished(app, webhook, 40);
  expect(rounds.every(({ roundStart, attempts }) => roundStart === 1 && attempts === 2)).toBe(true);
  expect(partner.calls).toHaveLength(40);
  expect(await auditOf(id)).toEqual(['replay.ordered', 'replay.paused', 'replay.resumed']);
});

test('cancelled, what was opened arrives and nothing else is sent', async () => {
  const { webhook, id } = await underWay();
  const { replay } = await turn('cancel', id);
  expect(replay).toMatchObject({ status: 'CANCELLED', finishedAt: expect.any(String) });
  const rounds = await allFinished(app, webhook, 40);
  expect(rounds.filter(({ replayId }) => replayId !== null)).toHaveLength(replay.replayed);
  expect(partner.calls).toHaveLength(replay.replayed);
  // oldest first
  expect(rounds.slice(0, replay.replayed).every(({ attempts }) => attempts === 2)).toBe(true);
  expect(await replayOf(app, id)).toMatchObject({ status: 'CANCELLED', replayed: replay.replayed });
  expect(await auditOf(id)).toEqual(['replay.ordered', 'replay.cancelled']);
});

test('paused and resumed again and again, it keeps to its rate', async () => {
  const { id } = await underWay();
  const begin = performance.now();
  const { replayed } = await replayOf(app, id);
  while (performance.now() - begin < 700) {
    await turn('pause', id);
    await turn('resume', id);
  }
  const after = (await turn('cancel', id)).replay.replayed;
  expect(after - replayed).toBeLessThanOrEqual(((performance.now() - begin) / 1_000) * 4 + 1);
});

test('the rate is not exceeded', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  await webhook.publishMany(60);
  await allFinished(app, webhook, 60);
  partner.calls.length = 0;
  // on the way to the partner they may be held up and then come at once: what keeps the rate is when they are opened
  const stepsSoFar = await noteSteps(app);
  await queued(app, await order(app, whereWebhook(webhook), { rate: 30 }));
  await waitFor('the calls', () => partner.calls.length === 60);
  const steps = await stepsSoFar();
  expect(steps.map(({ replayed }) => replayed)).toEqual([8, 16, 24, 32, 40, 48, 56, 60]);
  for (let n = 1; n < steps.length; n += 1) {
    const [before, step] = steps.slice(n - 1) as [(typeof steps)[0], (typeof steps)[0]];
    // times are whole milliseconds
    expect(step.nextMs - before.nextMs).toBeGreaterThanOrEqual((step.replayed - before.replayed) * (1_000 / 30) - 1);
  }
});

test('each of these twice, also at once, is once', async () => {
  const { id } = await underWay();
  await Promise.all([turn('pause', id), turn('pause', id)]);
  await turn('pause', id);
  await Promise.all([turn('resume', id), turn('resume', id)]);
  const ends = await Promise.all([turn('cancel', id), turn('cancel', id)]);
  expect(ends.map(({ userErrors }) => userErrors)).toEqual([[], []]);
  expect(ends[0].replay.finishedAt).toBe(ends[1].replay.finishedAt);
  expect(await auditOf(id)).toEqual(['replay.ordered', 'replay.paused', 'replay.resumed', 'replay.cancelled']);
});

test.each(['pause', 'resume', 'cancel'] as const)(
  '%s is refused when the replay is finished, and the message names its status',
  async (how) => {
    const webhook = await createOwnWebhook(app, partner.url);
    const id = await order(app, whereWebhook(webhook));
    await queued(app, id);
    expect((await turn(how, id)).userErrors).toEqual([
      { field: ['id'], code: 'CONFLICT', message: 'The replay is QUEUED, which is final: start a new one.' },
    ]);
    expect(await auditOf(id)).toEqual(['replay.ordered']);
  },
);

test('a replay whose deliveries are still open says that they are queued, and no more', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  await webhook.publishMany(2);
  await allFinished(app, webhook, 2);
  await mutate(app, 'pauseWebhook', { id: webhook.id });
  const id = await order(app, whereWebhook(webhook));
  expect(await queued(app, id)).toMatchObject({ deliveryCount: 2, replayed: 2, skipped: 0 });
  const { data } = await app.ask(
    `query ($id: ID!) { replay(id: $id) { finishedAt deliveries { nodes { status held } } } }`,
    { id },
  );
  expect(data.replay).toEqual({
    finishedAt: expect.any(String),
    deliveries: { nodes: Array(2).fill({ status: 'PENDING', held: true }) },
  });
});

test('the replay of a single delivery is finished at once', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  await webhook.publishMany(1);
  const [delivery] = await allFinished(app, webhook, 1);
  const deliveryId = toNodeId('Delivery', delivery?.id as string);
  const { replay } = await mutate(app, 'replayDelivery', { deliveryId, reason: 'x' }, 'replay { id }');
  expect((await turn('cancel', replay.id)).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
});

describe.each(['pause', 'resume', 'cancel'] as const)('%sReplay', (how) => {
  test.each([
    ['that does not exist', 'rpl_01a20e627b7e72e181c9b6095ed89765'],
    ['of something else', 'dlv_01a20e627b7e72e181c9b6095ed89765'],
    ['that is none', '\u0000'],
  ])('finds nothing under an id %s', async (_title, id) => {
    const { replay, userErrors } = await turn(how, id);
    expect(replay).toBeNull();
    expect(userErrors).toMatchObject([{ field: ['id'], code: 'NOT_FOUND' }]);
  });

  test.each(['SUPPORT', 'AUDITOR', 'PUBLISHER'] as const)('is not allowed for %s', async (role) => {
    const key = await app.keyFor(role);
    const id = 'rpl_01a20e627b7e72e181c9b6095ed89765';
    const answer = await askMutation(app, `${how}Replay`, { id }, 'replay { id }', key);
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

test('every reader may read replays, and a publisher may not', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  const id = await order(app, whereWebhook(webhook));
  const query = `{ replay(id: "${id}") { reason where orderedBy { name } } replays { nodes { id } } }`;
  for (const role of ['SUPPORT', 'AUDITOR'] as const) {
    expect((await app.ask(query, undefined, await app.keyFor(role))).data.replay.reason).toBe('they lost it');
  }
  const refused = await app.ask(query, undefined, await app.keyFor('PUBLISHER'));
  expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await roundsOf(app, webhook)).length).toBe(0);
});

test('what ends while a replay is under way is not in it: its progress never passes its deliveryCount', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  await webhook.publishMany(4);
  await allFinished(app, webhook, 4);
  await turnWebhook(app, 'pause', webhook.id);
  await webhook.publishMany(4);
  await waitFor('those that are held', async () => (await roundsOf(app, webhook)).length === 8);
  const id = await order(app, { ...whereWebhook(webhook), status: { eq: 'DELIVERED' } }, { rate: 1 });
  await turnWebhook(app, 'resume', webhook.id);
  await waitFor('the others to arrive before their turn', async () =>
    (await roundsOf(app, webhook)).slice(4).every(({ status }) => status === 'DELIVERED'),
  );
  expect((await replayOf(app, id)).finishedAt).toBeNull();
  expect(await queued(app, id)).toMatchObject({ deliveryCount: 4, replayed: 4, skipped: 0 });
  const rounds = await allFinished(app, webhook, 8);
  expect(rounds.map(({ attempts }) => attempts)).toEqual([2, 2, 2, 2, 1, 1, 1, 1]);
});
