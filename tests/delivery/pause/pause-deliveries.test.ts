import { uuidOf } from '../../../src/values/ids';
import { useTestApp } from '../../support/app';
import { duringFile } from '../../support/during-file';
import { mutate } from '../../support/mutate';
import { useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { strays } from '../attempt/invariants';
import { allFinished, attemptsOf, countByStatus, deliveriesOf, deliveryThatIs } from '../attempt/stored-attempts';
import { mostArrivedInASecond } from '../capacity/arrivals';
import { createOwnWebhook, startSecondWorker } from '../capacity/circuit-states';

const app = useTestApp();
duringFile(() => startSecondWorker(app));
const partner = useFreshReceiver();

afterEach(async () => {
  await resume();
  expect(await strays(app)).toEqual([]);
});

const pause = (reason = 'our firewall is being replaced') =>
  mutate(app, 'pauseDeliveries', { reason }, 'deliveriesPaused { since reason pausedBy { name } }');
const resume = () => mutate(app, 'resumeDeliveries', { reason: 'it works' }, 'ended { since reason }');

/** Time for the idle loops of both processes to look for work several times. */
const severalLooks = () => new Promise((resolve) => setTimeout(resolve, 2_000));

/** The number of attempts that were opened at or after this time of the database. */
async function attemptsSince(time: Date): Promise<number> {
  const sql = 'select count(*)::int as n from webhook_request_logs where started_at >= $1';
  const [row] = await app.database.query<{ n: number }>(sql, [time]);
  return row?.n ?? -1;
}

async function databaseTime(): Promise<Date> {
  const [row] = await app.database.query<{ now: Date }>(`select clock_timestamp() as now`);
  return row?.now as Date;
}

test('no attempt begins during a pause, also in a process that starts then; afterwards each event arrives once', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  await pause();
  await webhook.publishMany(20);
  const third = await startSecondWorker(app);
  await waitFor('the fan-out', async () => (await deliveriesOf(app, webhook.id)).length === 20);
  await severalLooks();
  expect(partner.calls).toHaveLength(0);
  expect(countByStatus(await deliveriesOf(app, webhook.id))).toEqual({ PENDING: 20 });
  expect((await deliveriesOf(app, webhook.id)).filter((each) => each.attempts > 0)).toEqual([]);
  await resume();
  expect(countByStatus(await allFinished(app, webhook.id, 20))).toEqual({ DELIVERED: 20 });
  expect(partner.calls).toHaveLength(20);
  await third.stop();
});

test('what is on the wire ends normally', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  const { promise, resolve } = Promise.withResolvers<void>();
  partner.answerWith(() => ({ after: promise }));
  await webhook.publishMany(1);
  await waitFor('the call', () => partner.calls.length === 1);
  await pause();
  resolve();
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery).toMatchObject({ status: 'DELIVERED', attempts: 1 });
});

test('under load no attempt is opened after pauseDeliveries has answered, in either process', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  const rounds = 8;
  for (let round = 0; round < rounds; round += 1) {
    const publishing = webhook.publishMany(40);
    await pause();
    const answered = await databaseTime();
    await publishing;
    await new Promise((end) => setTimeout(end, 100));
    expect(await attemptsSince(answered)).toBe(0);
    await resume();
  }
  const deliveries = await allFinished(app, webhook.id, rounds * 40);
  expect(countByStatus(deliveries)).toEqual({ DELIVERED: rounds * 40 });
  expect(await attemptsOf(app, webhook.id)).toHaveLength(rounds * 40);
});

test('a retry whose time comes during the pause waits, and uses no attempt', async () => {
  partner.answerWith((_call, n) => (n === 1 ? { status: 500 } : {}));
  const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 3600] });
  await webhook.publishMany(1);
  const { id, jobId } = await deliveryThatIs(app, webhook.id, 'retrying', (each) => each.status === 'RETRYING');
  await pause();
  // as if the hour were over
  await app.database.query(`update deliveries set next_attempt_at = now() where id = $1`, [id]);
  await app.database.query('update delivery_jobs set due_at = now() where id = $1', [jobId]);
  await severalLooks();
  const [waiting] = await deliveriesOf(app, webhook.id);
  expect(waiting).toMatchObject({ status: 'RETRYING', attempts: 1 });
  expect(waiting?.nextAttemptAt?.getTime()).toBeLessThan(Date.now());
  await resume();
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery).toMatchObject({ status: 'DELIVERED', attempts: 2 });
});

test('resuming keeps the rate limits', async () => {
  const webhook = await createOwnWebhook(app, partner.url, { rateLimit: { maxRequests: 5, seconds: 1 } });
  await pause();
  await webhook.publishMany(15);
  await waitFor('the fan-out', async () => (await deliveriesOf(app, webhook.id)).length === 15);
  await resume();
  await allFinished(app, webhook.id, 15);
  expect(await mostArrivedInASecond(app, partner, webhook)).toBeLessThanOrEqual(5);
});

test('one webhook with waiting deliveries and a paused one: neither moves during the pause, and the paused one not after it', async () => {
  const slow = await createOwnWebhook(app, partner.url, { maxConcurrency: 1 });
  const held = await createOwnWebhook(app, partner.url);
  await mutate(app, 'pauseWebhook', { id: held.id });
  await slow.publishMany(5);
  await allFinished(app, slow.id, 5);
  await pause();
  await slow.publishMany(5);
  await held.publishMany(1);
  await waitFor('the fan-out', async () => (await deliveriesOf(app, held.id)).length === 1);
  await severalLooks();
  expect(partner.calls).toHaveLength(5);
  await resume();
  await allFinished(app, slow.id, 10);
  const [still] = await deliveriesOf(app, held.id);
  expect(still).toMatchObject({ held: true, attempts: 0 });
});

test('days of a pause do not count as days of failures', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  const at = [uuidOf('Webhook', webhook.id)];
  await pause();
  await app.database.query(`update deliveries_pause set since = now() - interval '6 days'`);
  await app.database.query(
    `update webhook_circuits set failures = 30, failing_since = now() - interval '7 days' where webhook_id = $1`,
    at,
  );
  await resume();
  const [circuit] = await app.database.query<{ days: number }>(
    `select round(extract(epoch from now() - failing_since) / 86400)::int as days from webhook_circuits
     where webhook_id = $1`,
    at,
  );
  expect(circuit?.days).toBe(1);
});

test('a test of a webhook is refused with a reason', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  await pause();
  const given = { documentType: 'X', event: 'on_submit', referenceDocument: 'X', data: {} };
  const input = { id: webhook.id, sample: { given } };
  const { delivery, userErrors } = await mutate(app, 'testWebhook', input, 'delivery { id }');
  expect(delivery).toBeNull();
  expect(userErrors).toEqual([
    {
      field: null,
      code: 'CONFLICT',
      message: 'Nothing was sent: all deliveries are paused until resumeDeliveries.',
    },
  ]);
});
