import { Webhook as Verifier } from 'standardwebhooks';
import { readDetails } from '../../src/audit/write-audit-entry';
import { toNodeId, uuidOf } from '../../src/values/ids';
import { turn } from '../delivery/attempt/stored-attempts';
import { useTestApp } from '../support/app';
import { listStates } from '../support/delivery-states';
import { askMutation, mutate } from '../support/mutate';
import { useFreshReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { allFinished, createOwnWebhook, erase, order, queued, replayOf, roundsOf, whereWebhook } from './replays';

const app = useTestApp();
const partner = useFreshReceiver();

const PREVIEW = `preview { deliveryCount replayable oldest { id } newest { id } byStatus { status deliveryCount replayable } byWebhook { webhook { id } deliveryCount replayable } }`;

/** A webhook with deliveries of every kind: ten are finished, and seven of them can be sent again. */
async function mixture() {
  const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0] });
  await webhook.publishMany(11);
  const ids = (await allFinished(app, webhook, 11)).map(({ id }) => id);
  const set = (changes: string, ...chosen: number[]) =>
    app.database.query(`update deliveries set ${changes} where id = any($1::uuid[])`, [chosen.map((n) => ids[n])]);
  await set(`status = 'EXHAUSTED', delivered_at = null`, 1, 2, 3);
  await set(`status = 'CANCELLED', delivered_at = null`, 4);
  await set(`status = 'SKIPPED', skip_reason = 'DUPLICATE', payload_id = null, delivered_at = null`, 5);
  await set(`status = 'SKIPPED', skip_reason = 'LOOP', payload_id = null, delivered_at = null`, 6);
  await set('test = true', 7);
  await set(`status = 'PENDING', finished_at = null, held = true`, 8);
  await listStates(app.database);
  await erase(app, [ids[9] as string]);
  partner.calls.length = 0;
  return { webhook, ids };
}

test('a dry run counts what can be sent again, changes nothing, and is what then happens', async () => {
  const { webhook, ids } = await mixture();
  const before = await roundsOf(app, webhook);
  const input = { where: whereWebhook(webhook), reason: 'they lost it' };
  const { preview, replay } = await mutate(
    app,
    'replayDeliveries',
    { ...input, dryRun: true },
    `${PREVIEW} replay { id }`,
  );
  expect(replay).toBeNull();
  expect(preview).toMatchObject({ deliveryCount: 10, replayable: 7 });
  expect(preview.byStatus).toEqual(
    expect.arrayContaining([
      { status: 'DELIVERED', deliveryCount: 4, replayable: 2 },
      { status: 'EXHAUSTED', deliveryCount: 3, replayable: 3 },
      { status: 'CANCELLED', deliveryCount: 1, replayable: 1 },
      { status: 'SKIPPED', deliveryCount: 2, replayable: 1 },
    ]),
  );
  expect(preview.byStatus).toHaveLength(4);
  expect(preview.byStatus[0]).toMatchObject({ status: 'DELIVERED' });
  expect(preview.byWebhook).toEqual([{ webhook: { id: webhook.id }, deliveryCount: 10, replayable: 7 }]);
  // that of place 9 was erased, that of place 8 is open
  expect([preview.oldest.id, preview.newest.id]).toEqual(
    [ids[0], ids[10]].map((id) => toNodeId('Delivery', id as string)),
  );
  expect(await roundsOf(app, webhook)).toEqual(before);
  expect(partner.calls).toHaveLength(0);

  const ordered = await mutate(app, 'replayDeliveries', input, `${PREVIEW} replay { id }`);
  expect(ordered.preview).toEqual(preview);
  const done = await queued(app, ordered.replay.id);
  expect(done).toMatchObject({ deliveryCount: 10, replayed: 7, skipped: 3 });
  await waitFor('the calls', () => partner.calls.length === 7);
  const again = (await roundsOf(app, webhook)).filter(({ replayId }) => replayId !== null);
  expect(again.map(({ replayId }) => toNodeId('Replay', replayId as string))).toEqual(Array(7).fill(done.id));
});

test('only what meets the filter is sent again, oldest first, with its old id and a signature that verifies', async () => {
  partner.answerWith((_call, n) => ({ status: n % 2 === 0 ? 500 : 200 }));
  const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0] });
  await webhook.publishMany(20);
  const before = await allFinished(app, webhook, 20);
  const first = new Map(partner.calls.map((call) => [call.headers['webhook-id'], call.body.toString()]));
  partner.answerWith(() => ({}));
  partner.calls.length = 0;
  const id = await order(app, { ...whereWebhook(webhook), status: { eq: 'EXHAUSTED' } }, { rate: 4 });
  expect(await queued(app, id)).toMatchObject({ deliveryCount: 10, replayed: 10, skipped: 0, rate: 4 });
  await allFinished(app, webhook, 20);
  const given = before.filter(({ status }) => status === 'EXHAUSTED').map((each) => toNodeId('Delivery', each.id));
  expect(partner.calls.map((call) => call.headers['webhook-id'])).toEqual(given);
  const verifier = new Verifier(webhook.secret);
  for (const call of partner.calls) {
    verifier.verify(call.body.toString(), call.headers as Record<string, string>);
    expect(call.body.toString()).toBe(first.get(call.headers['webhook-id']));
  }
});

test('filters through links, on times and with not choose what is sent again', async () => {
  const webhook = await createOwnWebhook(app, partner.url, { name: 'Acme of the links' });
  await webhook.publishMany(3);
  const [first, second, third] = (await allFinished(app, webhook, 3)).map(({ id }) => toNodeId('Delivery', id));
  partner.calls.length = 0;
  const now = new Date();
  const id = await order(app, {
    webhook: { name: { eq: 'Acme of the links' }, owner: { name: { eq: 'Administrator' } } },
    businessEvent: { referenceDocument: { in: ['INV-0', 'INV-1', 'INV-2'] } },
    createdAt: { gte: new Date(now.getTime() - 60_000).toISOString(), lte: now.toISOString() },
    not: { id: { eq: second } },
  });
  expect(await queued(app, id)).toMatchObject({ deliveryCount: 2, replayed: 2 });
  await allFinished(app, webhook, 3);
  expect(partner.calls.map((call) => call.headers['webhook-id']).sort()).toEqual([first, third].sort());
  const none = await order(app, { ...whereWebhook(webhook), createdAt: { lt: '2001-01-01T00:00:00Z' } });
  expect(await queued(app, none)).toMatchObject({ deliveryCount: 0, replayed: 0, skipped: 0 });
});

test('the order says what was asked for, by whom and why', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  const where = { ...whereWebhook(webhook), createdAt: { gte: '2026-01-01T00:00:00.000Z' } };
  const id = await order(app, where, { reason: 'their disk was full', rate: 7 });
  const replay = await queued(app, id);
  expect(replay).toMatchObject({ reason: 'their disk was full', rate: 7, orderedBy: { name: 'Administrator' } });
  expect(replay.where).toEqual(where);
  expect(replay.delivery).toBeNull();
  const audited = await app.database.query<{ action: string; reason: string; details: string; criteria: string }>(
    'select action, reason, details, criteria from audit_entries where subject_id = $1 and actor_id is not null order by id',
    [uuidOf('Replay', id)],
  );
  expect(audited.map(({ action, reason, ...row }) => [action, reason, readDetails(row)])).toMatchObject([
    ['replay.ordered', 'their disk was full', { others: { rate: 7, deliveryCount: 0 }, criteria: { where } }],
  ]);
  const { data } = await app.ask('{ replays(first: 1) { nodes { id } totalCount } }');
  expect(data.replays.nodes).toEqual([{ id }]);
});

test('what is newer than the order is not in it', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  await webhook.publishMany(4);
  await allFinished(app, webhook, 4);
  const id = await order(app, whereWebhook(webhook), { rate: 2 });
  await webhook.publishMany(4);
  expect(await queued(app, id)).toMatchObject({ deliveryCount: 4, replayed: 4 });
  const rounds = await allFinished(app, webhook, 8);
  expect(rounds.map(({ attempts }) => attempts)).toEqual([2, 2, 2, 2, 1, 1, 1, 1]);
});

test('a webhook that is paused holds what is sent again to it, and the others get theirs', async () => {
  const [paused, other] = await Promise.all([createOwnWebhook(app, partner.url), createOwnWebhook(app, partner.url)]);
  await Promise.all([paused.publishMany(5), other.publishMany(5)]);
  await Promise.all([allFinished(app, paused, 5), allFinished(app, other, 5)]);
  await turn(app, 'pause', paused.id);
  const id = await order(app, { webhook: { id: { in: [paused.id, other.id] } } });
  expect(await queued(app, id)).toMatchObject({ replayed: 10, skipped: 0 });
  await allFinished(app, other, 5);
  expect((await roundsOf(app, paused)).every(({ held }) => held)).toBe(true);
  await turn(app, 'resume', paused.id);
  expect((await allFinished(app, paused, 5)).every(({ attempts }) => attempts === 2)).toBe(true);
});

test('deliveries to a webhook that is archived before their turn are skipped', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  await webhook.publishMany(6);
  await allFinished(app, webhook, 6);
  const id = await order(app, whereWebhook(webhook), { rate: 1 });
  await waitFor('the first of them', async () => (await replayOf(app, id)).replayed > 0);
  await turn(app, 'archive', webhook.id);
  // the rest need not take its five seconds
  await app.database.query('update replays set rate = 100 where id = $1', [uuidOf('Replay', id)]);
  const done = await queued(app, id);
  expect(done.replayed).toBeLessThan(6);
  expect(done.replayed + done.skipped).toBe(6);
});

test('two orders for the same deliveries at once send each of them once, and count right', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  await webhook.publishMany(40);
  await allFinished(app, webhook, 40);
  partner.calls.length = 0;
  const ids = await Promise.all([1, 2].map(() => order(app, whereWebhook(webhook), { rate: 1_000 })));
  const done = await Promise.all(ids.map((id) => queued(app, id)));
  for (const { deliveryCount, replayed, skipped } of done)
    expect(replayed + skipped).toBeLessThanOrEqual(deliveryCount);
  await allFinished(app, webhook, 40);
  expect(partner.calls).toHaveLength(40);
  expect(done.reduce((sum, { replayed }) => sum + replayed, 0)).toBe(40);
});

test('an order that this version cannot read fails with a sentence, and holds up no other', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  await webhook.publishMany(1);
  await allFinished(app, webhook, 1);
  const [row] = await app.database.query<{ id: string }>(
    `insert into replays (id, status, condition, reason, rate, ordered_by, last_delivery_id, delivery_count, replayed, skipped,
       next_step_at, created_at)
     select new_id(), 'PENDING', '{"colour":{"eq":"red"}}', 'made by another version', 1, id, new_id(), 0, 0, 0,
       now() - interval '1 hour', now() from users limit 1 returning id`,
  );
  const id = await order(app, whereWebhook(webhook));
  await queued(app, id);
  const failed = await replayOf(app, toNodeId('Replay', row?.id as string));
  expect(failed).toMatchObject({ status: 'FAILED', finishedAt: expect.any(String) });
  expect(failed.error).toContain('where.colour');
});

test('a step that fails says so, is tried again, and holds up no other', async () => {
  const [bad, good] = await Promise.all([createOwnWebhook(app, partner.url), createOwnWebhook(app, partner.url)]);
  await Promise.all([bad.publishMany(1), good.publishMany(1)]);
  const [delivery] = await allFinished(app, bad, 1);
  await allFinished(app, good, 1);
  await app.database.query(`create trigger bad_row before update on deliveries for each row
    when (new.id = '${delivery?.id}') execute function refuse_change()`);
  const stuck = await order(app, whereWebhook(bad));
  await waitFor('the failure', async () => (await replayOf(app, stuck)).error);
  await queued(app, await order(app, whereWebhook(good)));
  await app.database.query('drop trigger bad_row on deliveries');
  expect(await replayOf(app, stuck)).toMatchObject({ replayed: 0, skipped: 0 });
  // as if the ten seconds were over
  await app.database.query(`update replays set next_step_at = now() where finished_at is null`);
  expect(await queued(app, stuck)).toMatchObject({ replayed: 1, error: null });
});

test('another number than the expected one is a CONFLICT with both numbers, and nothing is sent', async () => {
  const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0] });
  await webhook.publishMany(2);
  await allFinished(app, webhook, 2);
  partner.calls.length = 0;
  const input = { where: whereWebhook(webhook), reason: 'they lost it' };
  const counted = await mutate(app, 'replayDeliveries', { ...input, dryRun: true }, PREVIEW);
  await webhook.publishMany(1);
  await allFinished(app, webhook, 3);
  const before = await app.database.query('select count(*) from replays');
  const { expectedReplayable } = { expectedReplayable: counted.preview.replayable };
  const refused = await mutate(app, 'replayDeliveries', { ...input, expectedReplayable }, 'replay { id }');
  expect(refused).toMatchObject({ replay: null, userErrors: [{ field: ['expectedReplayable'], code: 'CONFLICT' }] });
  expect(refused.userErrors[0].message).toMatch(/ 2,.* 3 /);
  expect(await app.database.query('select count(*) from replays')).toEqual(before);
  const started = await mutate(app, 'replayDeliveries', { ...input, expectedReplayable: 3 }, 'replay { id }');
  expect(await queued(app, started.replay.id)).toMatchObject({ deliveryCount: 3, replayed: 3 });
});

test('of nothing, there is no oldest and no newest', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  const input = { where: whereWebhook(webhook), reason: 'they lost it', dryRun: true };
  const { preview } = await mutate(app, 'replayDeliveries', input, PREVIEW);
  expect(preview).toMatchObject({ deliveryCount: 0, replayable: 0, oldest: null, newest: null });
});

test('rate and dryRun may be left out, and null for either orders nothing', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  const input = { where: whereWebhook(webhook), reason: 'they lost it' };
  const before = await app.database.query('select count(*) from replays');
  for (const unclear of [{ dryRun: null }, { rate: null }]) {
    const answer = await askMutation(app, 'replayDeliveries', { ...input, ...unclear }, 'replay { id }');
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  }
  expect(await app.database.query('select count(*) from replays')).toEqual(before);
  expect(await replayOf(app, await order(app, whereWebhook(webhook)))).toMatchObject({ rate: 50 });
});
