import { Client } from 'pg';
import { uuidOf } from '../../../src/values/ids';
import { useTestApp } from '../../support/app';
import { listStates } from '../../support/delivery-states';
import { useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { allFinished, attemptsOf, countByStatus, deliveriesOf, deliveryThatIs, turn } from '../attempt/stored-attempts';

const app = useTestApp();
const partner = useFreshReceiver();

let types = 0;

/** A webhook that gets the events of this test alone. */
async function createOwnWebhook(settings: object = {}) {
  types += 1;
  const documentType = `Type ${types}`;
  const webhook = await createTestWebhook(app, partner.url, { documentType, ...settings });
  const publishOne = (reference: string) => publish(app, [invoice(reference, { documentType })]);
  return { ...webhook, documentType, publishOne };
}

function disable(webhookId: string, reason: string | null = 'its partner said 410') {
  return app.database.query(`update webhooks set status = 'DISABLED', status_reason = $2 where id = $1`, [
    uuidOf('Webhook', webhookId),
    reason,
  ]);
}

/** How often each delivery arrived. */
const arrivals = () => {
  const counts = new Map<string, number>();
  for (const call of partner.calls) {
    const id = String(call.headers['webhook-id']);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
};

test('a paused webhook holds the deliveries of new events, and resuming sends each of them once', async () => {
  const webhook = await createOwnWebhook();
  await turn(app, 'pause', webhook.id);
  await webhook.publishOne('INV-1');
  await webhook.publishOne('INV-2');
  await waitFor('two held', async () => (await deliveriesOf(app, webhook.id)).filter((each) => each.held).length === 2);
  const [held] = await deliveriesOf(app, webhook.id);
  expect(held).toMatchObject({ status: 'PENDING', jobId: null, nextAttemptAt: null, attempts: 0 });
  expect(partner.calls).toHaveLength(0);

  await turn(app, 'resume', webhook.id);
  const deliveries = await allFinished(app, webhook.id, 2);
  expect(deliveries.every((each) => each.status === 'DELIVERED' && !each.held)).toBe(true);
  expect([...arrivals().values()]).toEqual([1, 1]);
});

test('pausing holds a delivery that waits for its next attempt, and resuming goes on with it', async () => {
  partner.answerWith((_call, n) => (n === 1 ? { status: 500 } : {}));
  const webhook = await createOwnWebhook({ retrySchedule: [0, 3600, 3600] });
  await webhook.publishOne('INV-1');
  const { jobId } = await deliveryThatIs(app, webhook.id, 'retrying', (each) => each.status === 'RETRYING');
  await turn(app, 'pause', webhook.id);
  // as if the hour were over
  await app.database.query('update delivery_jobs set due_at = now() where id = $1', [jobId]);
  const held = await deliveryThatIs(app, webhook.id, 'held', (each) => each.held);
  expect(held).toMatchObject({ status: 'RETRYING', attempts: 1, jobId: null, nextAttemptAt: null });

  await turn(app, 'resume', webhook.id);
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery).toMatchObject({ status: 'DELIVERED', attempts: 2 });
});

test('an attempt on the wire is not called back by a pause', async () => {
  const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
  partner.answerWith(() => ({ after }));
  const webhook = await createOwnWebhook();
  await webhook.publishOne('INV-1');
  await waitFor('the call', () => partner.calls.length === 1);
  await turn(app, 'pause', webhook.id);
  letAnswer();
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery).toMatchObject({ status: 'DELIVERED', held: false });
});

test('a disabled webhook skips new events, and each says why', async () => {
  const webhook = await createOwnWebhook();
  await disable(webhook.id);
  await webhook.publishOne('INV-1');
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery).toMatchObject({
    status: 'SKIPPED',
    skipReason: 'WEBHOOK_DISABLED',
    skipMessage: 'It is disabled: its partner said 410.',
  });
  expect(partner.calls).toHaveLength(0);
});

test('resuming a disabled webhook goes on with what was open before it was disabled', async () => {
  const webhook = await createOwnWebhook();
  await turn(app, 'pause', webhook.id);
  await webhook.publishOne('INV-1');
  await deliveryThatIs(app, webhook.id, 'held', (each) => each.held);
  await disable(webhook.id);
  await webhook.publishOne('INV-2');
  await deliveryThatIs(app, webhook.id, 'skipped', (each) => each.status === 'SKIPPED');

  await turn(app, 'resume', webhook.id);
  const deliveries = await allFinished(app, webhook.id, 2);
  expect(countByStatus(deliveries)).toEqual({ DELIVERED: 1, SKIPPED: 1 });
  expect(partner.calls).toHaveLength(1);
});

test('archiving cancels what is held and what waits', async () => {
  partner.answerWith(() => ({ status: 500 }));
  const webhook = await createOwnWebhook({ retrySchedule: [0, 3600] });
  await webhook.publishOne('INV-1');
  await deliveryThatIs(app, webhook.id, 'retrying', (each) => each.status === 'RETRYING');
  await turn(app, 'pause', webhook.id);
  await webhook.publishOne('INV-2');
  await deliveryThatIs(app, webhook.id, 'held', (each) => each.held);
  await turn(app, 'archive', webhook.id);
  const deliveries = await deliveriesOf(app, webhook.id);
  expect(deliveries.map((each) => [each.status, each.held, each.jobId, each.nextAttemptAt])).toEqual([
    ['CANCELLED', false, null, null],
    ['CANCELLED', false, null, null],
  ]);
  await webhook.publishOne('INV-3');
  await waitFor('INV-3 left the outbox', () =>
    app.database
      .query('select 1 where not exists (select from business_events where fanned_out_at is null)')
      .then((rows) => rows[0]),
  );
  expect(await deliveriesOf(app, webhook.id)).toHaveLength(2);
});

test('an attempt that is on the wire while its webhook is archived still ends as delivered', async () => {
  const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
  partner.answerWith(() => ({ after }));
  const webhook = await createOwnWebhook();
  await webhook.publishOne('INV-1');
  await waitFor('the call', () => partner.calls.length === 1);
  await turn(app, 'archive', webhook.id);
  letAnswer();
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery?.status).toBe('DELIVERED');
});

test('an attempt that is on the wire while its webhook is archived and then fails is cancelled at once', async () => {
  const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
  partner.answerWith(() => ({ status: 500, after }));
  const webhook = await createOwnWebhook({ retrySchedule: [0, 3600] });
  await webhook.publishOne('INV-1');
  await waitFor('the call', () => partner.calls.length === 1);
  await turn(app, 'archive', webhook.id);
  letAnswer();
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery).toMatchObject({ status: 'CANCELLED', jobId: null, openRequestId: null, nextAttemptAt: null });
  expect(await attemptsOf(app, webhook.id)).toMatchObject([{ status: 'FAILED', errorCode: 'HTTP_STATUS' }]);
});

test('archiving a webhook and taking its due deliveries do not lock each other out', async () => {
  const archiving = new Client({ connectionString: app.database.superuserUrl });
  await archiving.connect();
  const webhook = await createOwnWebhook({ retrySchedule: [3600] });
  await webhook.publishOne('INV-1');
  const { jobId } = await deliveryThatIs(app, webhook.id, 'waiting', (each) => each.status === 'PENDING');
  await turn(app, 'pause', webhook.id);
  // as archiveWebhook does it, halted in the middle; the first to notice a deadlock is this connection
  await archiving.query("set deadlock_timeout = '10ms'");
  await archiving.query('begin');
  await archiving.query(`select pg_advisory_xact_lock(hashtext('hookledger.webhook'), hashtext($1))`, [
    uuidOf('Webhook', webhook.id),
  ]);
  // as if the hour were over: the worker comes after the lock, however busy the machine is
  await app.database.query('update delivery_jobs set due_at = now() where id = $1', [jobId]);
  await waitFor('the worker, which waits for the webhook', async () => {
    const [row] = await app.database.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' and application_name like 'hookledger %'`,
    );
    return row && row.n > 0;
  });
  await archiving.query(
    `update deliveries set status = 'CANCELLED', finished_at = now(), job_id = null, next_attempt_at = null
     where webhook_id = $1 and finished_at is null and open_request_id is null`,
    [uuidOf('Webhook', webhook.id)],
  );
  await archiving.query('commit');
  await listStates(app.database);
  await archiving.end();
  await allFinished(app, webhook.id, 1);
  expect(partner.calls).toHaveLength(0);
});

test('whatever order pausing, resuming and publishing meet in, each event arrives exactly once', async () => {
  const rounds = 50;
  const webhook = await createOwnWebhook();
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all([
      webhook.publishOne(`INV-${round}`),
      turn(app, 'pause', webhook.id),
      turn(app, 'resume', webhook.id),
      webhook.publishOne(`PAY-${round}`),
    ]);
  }
  await turn(app, 'resume', webhook.id);
  const deliveries = await allFinished(app, webhook.id, 2 * rounds);
  expect(countByStatus(deliveries)).toEqual({ DELIVERED: 2 * rounds });
  expect(deliveries.filter((each) => each.held)).toHaveLength(0);
  expect([...arrivals().values()].filter((count) => count !== 1)).toEqual([]);
  expect(arrivals().size).toBe(2 * rounds);
});

test('resuming releases ten thousand held deliveries in one go', async () => {
  const webhook = await createOwnWebhook({ url: partner.url });
  await turn(app, 'pause', webhook.id);
  await webhook.publishOne('INV-1');
  await deliveryThatIs(app, webhook.id, 'held', (each) => each.held);
  await app.database.query(
    `insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document,
       status, method, url, headers, payload_id, attempts, held, created_at)
     select new_id(), business_event_id, webhook_id, user_id, document_type, event, 'INV-' || n, status, method, url,
       headers, payload_id, attempts, held, created_at
     from deliveries, generate_series(2, 10000) as n where webhook_id = $1`,
    [uuidOf('Webhook', webhook.id)],
  );
  await listStates(app.database);
  await turn(app, 'resume', webhook.id);
  const [counted] = await app.database.query<{ held: number; jobs: number }>(
    `select count(*) filter (where held)::int as held, count(job_id)::int as jobs from deliveries where webhook_id = $1`,
    [uuidOf('Webhook', webhook.id)],
  );
  expect(counted?.held).toBe(0);
  await turn(app, 'archive', webhook.id);
});

test('an event that no webhook matches says so', async () => {
  const [id] = await publish(app, [invoice('INV-1', { documentType: 'Nobody cares' })]);
  const wantedBy = await waitFor('the fan-out', async () => {
    const rows = await app.database.query<{ n: number }>(
      'select wanted_by as n from business_events where id = $1 and fanned_out_at is not null',
      [uuidOf('BusinessEvent', id as string)],
    );
    return rows[0] && String(rows[0].n);
  });
  expect(wantedBy).toBe('0');
});
