import { createHmac } from 'node:crypto';
import { DEFAULT_SCHEDULE, dueAt } from '../../../src/delivery/retry-schedule';
import { uuidOf } from '../../../src/values/ids';
import { useTestApp } from '../../support/app';
import { unusedPort } from '../../support/program';
import { type ReceivedCall, useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { allFinished, attemptsOf, deliveryThatIs } from './stored-attempts';

const app = useTestApp();
const partner = useFreshReceiver();

let types = 0;

/** A webhook that gets the events of this test alone. */
async function createOwnWebhook(settings: object) {
  types += 1;
  const documentType = `Type ${types}`;
  const webhook = await createTestWebhook(app, partner.url, { documentType, ...settings });
  return { ...webhook, event: (reference: string) => invoice(reference, { documentType }) };
}

test('a partner that fails is tried again by the schedule until it takes the delivery', async () => {
  partner.answerWith((_call, n) => (n < 3 ? { status: 500, body: 'not today' } : {}));
  const webhook = await createOwnWebhook({ retrySchedule: [0, 1, 1, 1] });
  await publish(app, [webhook.event('INV-1')]);
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery).toMatchObject({ status: 'DELIVERED', attempts: 3, jobId: null, openRequestId: null });
  const attempts = await attemptsOf(app, webhook.id);
  expect(attempts.map((attempt) => [attempt.attemptNumber, attempt.status, attempt.errorCode])).toEqual([
    [1, 'FAILED', 'HTTP_STATUS'],
    [2, 'FAILED', 'HTTP_STATUS'],
    [3, 'SUCCEEDED', null],
  ]);
  expect(attempts[0]?.error).toMatch(/^127\.0\.0\.1:\d+ answered 500; only 2xx is success\.$/);
});

test('all attempts carry one webhook-id and the same bytes, each a fresh timestamp and signature', async () => {
  partner.answerWith((_call, n) => (n < 3 ? { status: 503 } : {}));
  const webhook = await createOwnWebhook({ retrySchedule: [0, 2, 1] });
  await publish(app, [webhook.event('INV-1')]);
  const delivery = await deliveryThatIs(app, webhook.id, 'delivered', (each) => each.status === 'DELIVERED');
  const header = (name: string) => partner.calls.map((call) => call.headers[name] as string);
  expect(new Set(header('webhook-id'))).toEqual(new Set([`dlv_${delivery.id.replaceAll('-', '')}`]));
  expect(new Set(partner.calls.map((call) => call.body.toString()))).toHaveProperty('size', 1);
  const [first, second] = header('webhook-timestamp').map(Number);
  expect((second as number) - (first as number)).toBeGreaterThanOrEqual(1);
  expect(new Set(header('webhook-signature')).size).toBeGreaterThan(1);
});

test('the waits between attempts keep to the schedule within 20 %', async () => {
  partner.answerWith(() => ({ status: 500 }));
  const webhook = await createOwnWebhook({ retrySchedule: [0, 1, 2] });
  await publish(app, [webhook.event('INV-1')]);
  await allFinished(app, webhook.id, 1);
  const [first, second, third] = partner.calls.map((call) => call.at) as [number, number, number];
  expect(second - first).toBeGreaterThanOrEqual(800);
  expect(third - second).toBeGreaterThanOrEqual(1_600);
});

test('a delivery is exhausted when its schedule has no further attempt', async () => {
  partner.answerWith(() => ({ status: 418 }));
  const webhook = await createOwnWebhook({ retrySchedule: [0, 0] });
  await publish(app, [webhook.event('INV-1')]);
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery).toMatchObject({ status: 'EXHAUSTED', attempts: 2, jobId: null, nextAttemptAt: null });
  expect(partner.calls).toHaveLength(2);
});

test('between attempts a delivery says when the next one comes', async () => {
  partner.answerWith(() => ({ status: 500 }));
  const webhook = await createOwnWebhook({ retrySchedule: [0, 3600] });
  const before = Date.now();
  await publish(app, [webhook.event('INV-1')]);
  const delivery = await deliveryThatIs(app, webhook.id, 'retrying', (each) => each.status === 'RETRYING');
  const waitMs = (delivery.nextAttemptAt as Date).getTime() - before;
  expect(waitMs).toBeGreaterThan(0.8 * 3_600_000 - 1_000);
  expect(waitMs).toBeLessThan(1.2 * 3_600_000 + 10_000);
});

test('a partner where nothing listens fails with a sentence that says so', async () => {
  const webhook = await createOwnWebhook({ url: `http://127.0.0.1:${await unusedPort()}/`, retrySchedule: [0] });
  await publish(app, [webhook.event('INV-1')]);
  await allFinished(app, webhook.id, 1);
  const [attempt] = await attemptsOf(app, webhook.id);
  expect(attempt).toMatchObject({ status: 'FAILED', errorCode: 'CONNECT' });
  expect(attempt?.error).toContain('refused the connection: nothing listens on that port');
});

test('two live secrets give two signatures, the newer first', async () => {
  const webhook = await createOwnWebhook({});
  const newer = await secondSecret(webhook.id);
  await publish(app, [webhook.event('INV-1')]);
  const call = await waitFor('the call', () => partner.calls[0]);
  expect(call.headers['webhook-signature']).toBe(`${signature(newer, call)} ${signature(webhook.secret, call)}`);
});

test('a delivery whose secret cannot be decrypted fails by its schedule, and delays no other', async () => {
  const broken = await createOwnWebhook({ retrySchedule: [0, 0] });
  const sound = await createOwnWebhook({});
  await app.database.query(`update webhook_secrets set box = '\\x00' where webhook_id = $1`, [
    uuidOf('Webhook', broken.id),
  ]);
  await publish(app, [broken.event('INV-1'), sound.event('INV-2')]);
  await allFinished(app, sound.id, 1);
  const [delivery] = await allFinished(app, broken.id, 1);
  const attempts = await attemptsOf(app, broken.id);
  expect(delivery?.status).toBe('EXHAUSTED');
  expect(attempts).toHaveLength(2);
  expect(attempts[0]?.error).toMatch(/^Nothing was sent: the signing secret of this webhook cannot be decrypted/);
  expect(partner.calls).toHaveLength(1);
});

describe('dueAt', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  const waitS = (attempt: number, schedule: readonly number[] | null, random: number) => {
    const due = dueAt(attempt, schedule, now, () => random);
    return due && (due.getTime() - now.getTime()) / 1000;
  };

  test('spreads a wait over 20 % either way', () => {
    expect(waitS(2, [0, 100], 0)).toBe(80);
    expect(waitS(2, [0, 100], 0.5)).toBe(100);
    expect(waitS(2, [0, 100], 1)).toBe(120);
  });

  test('never leaves that band', () => {
    const waits = Array.from({ length: 1_000 }, () => dueAt(1, [1_000], now) as Date).map(
      (due) => due.getTime() - now.getTime(),
    );
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(800_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_200_000);
    expect(new Set(waits).size).toBeGreaterThan(900);
  });

  test('follows Standard Webhooks where a webhook has no schedule of its own: ten attempts', () => {
    const waits = Array.from({ length: 11 }, (_, index) => waitS(index + 1, null, 0.5));
    expect(waits).toEqual([...DEFAULT_SCHEDULE, null]);
    expect(waits.slice(0, 4)).toEqual([0, 5, 300, 1800]);
  });
});

async function secondSecret(id: string): Promise<string> {
  const answer = await app.ask(
    'mutation ($input: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $input) { secret } }',
    { input: { id } },
  );
  return answer.data.rotateWebhookSecret.secret;
}

function signature(secret: string, call: ReceivedCall): string {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = call.headers;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(call.body).digest('base64')}`;
}
