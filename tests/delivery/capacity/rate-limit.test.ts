import { useTestApp } from '../../support/app';
import { duringFile } from '../../support/during-file';
import { mutate } from '../../support/mutate';
import { useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { strays } from '../attempt/invariants';
import { allFinished, countByStatus, deliveriesOf, turn } from '../attempt/stored-attempts';
import { mostArrivedInASecond } from './arrivals';
import { createOwnWebhook, startSecondWorker, waitingFor } from './circuit-states';

const app = useTestApp();
duringFile(() => startSecondWorker(app));
const partner = useFreshReceiver();

afterEach(async () => {
  expect(await strays(app)).toEqual([]);
});

const limited = (requests: number, seconds: number, settings: object = {}) =>
  createOwnWebhook(app, partner.url, { rateLimit: { maxRequests: requests, seconds }, ...settings });

const arrivalsAt = ({ path }: { path: string }) =>
  partner.calls.filter((call) => call.path === path).map((call) => call.at);

const mostInASecond = (webhook: { id: string; path: string }) => mostArrivedInASecond(app, partner, webhook);

describe('a rate limit', () => {
  test('is kept in any window, over two workers', async () => {
    const webhook = await limited(10, 1);
    await webhook.publishMany(20);
    await allFinished(app, webhook.id, 20);
    expect(arrivalsAt(webhook)).toHaveLength(20);
    const most = await mostInASecond(webhook);
    expect(most).toBeLessThanOrEqual(10);
    // and used
    expect(most).toBeGreaterThan(5);
  });

  test('counts retries as well', async () => {
    partner.answerWith((_call, n) => (n % 2 === 1 ? { status: 500 } : {}));
    const webhook = await limited(5, 1, { retrySchedule: [0, 0, 0, 0, 0, 0] });
    await webhook.publishMany(5);
    expect(countByStatus(await allFinished(app, webhook.id, 5))).toEqual({ DELIVERED: 5 });
    expect(arrivalsAt(webhook).length).toBeGreaterThanOrEqual(10);
    expect(await mostInASecond(webhook)).toBeLessThanOrEqual(5);
  });

  test('is kept when events trickle in, each by itself', async () => {
    const webhook = await limited(3, 1);
    for (let n = 0; n < 6; n += 1) await webhook.publishFor([`INV-${n}`]);
    await allFinished(app, webhook.id, 6);
    expect(await mostInASecond(webhook)).toBeLessThanOrEqual(3);
  });

  test('of one in an hour lets one go; the others wait without a job and an attempt, and slow down no other webhook', async () => {
    const [webhook, free] = await Promise.all([limited(1, 3600), createOwnWebhook(app, partner.url)]);
    await webhook.publishMany(150);
    await free.publishMany(50);
    await allFinished(app, free.id, 50);
    await waitFor('the others to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === 149);
    await waitFor('the one that is allowed', () => arrivalsAt(webhook).length > 0);
    expect(arrivalsAt(webhook)).toHaveLength(1);
    const waiting = (await deliveriesOf(app, webhook.id)).filter(({ attempts }) => attempts === 0);
    expect(waiting).toHaveLength(149);
    expect(waiting.every(({ jobId, held }) => jobId === null && !held)).toBe(true);

    await mutate(app, 'updateWebhook', { id: webhook.id, rateLimit: null });
    expect(countByStatus(await allFinished(app, webhook.id, 150))).toEqual({ DELIVERED: 150 });
  });

  test('that is changed under way holds from then on', async () => {
    const webhook = await limited(2, 1);
    await webhook.publishMany(20);
    await waitFor('some', () => arrivalsAt(webhook).length >= 2);
    await mutate(app, 'updateWebhook', { id: webhook.id, rateLimit: { maxRequests: 15, seconds: 1 } });
    await allFinished(app, webhook.id, 20);
    expect(await mostInASecond(webhook)).toBeLessThanOrEqual(15);
    expect(await mostInASecond(webhook)).toBeGreaterThan(2);
  });
});

describe('a limit of requests at once', () => {
  /** Answers after so long. @returns the most that were open at once so far, by path */
  function slowPartner(delayMs: number | (() => number)) {
    const open = new Map<string, number>();
    const most = new Map<string, number>();
    partner.answerWith(({ path }) => {
      const now = (open.get(path) ?? 0) + 1;
      open.set(path, now);
      most.set(path, Math.max(most.get(path) ?? 0, now));
      const ms = typeof delayMs === 'number' ? delayMs : delayMs();
      setTimeout(() => open.set(path, (open.get(path) ?? 0) - 1), ms).unref();
      return { delayMs: ms + 2 };
    });
    return ({ path }: { path: string }) => most.get(path) ?? 0;
  }

  test('is kept over two workers, and used', async () => {
    const mostAt = slowPartner(() => 10 + Math.random() * 60);
    const webhook = await createOwnWebhook(app, partner.url, { maxConcurrency: 2 });
    await webhook.publishMany(30);
    await allFinished(app, webhook.id, 30);
    expect(mostAt(webhook)).toBe(2);
    expect(arrivalsAt(webhook)).toHaveLength(30);
  });

  test('is kept with retries, and with answers that never come', async () => {
    const mostAt = slowPartner(60_000);
    const webhook = await createOwnWebhook(app, partner.url, {
      maxConcurrency: 3,
      // a machine that stands still must not miss the first three
      timeoutMs: 4_000,
      retrySchedule: [0, 0],
    });
    await webhook.publishMany(4);
    await waitFor('three on the wire', () => mostAt(webhook) >= 3);
    expect(mostAt(webhook)).toBe(3);
    const answer = await waitFor('one that waits', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === 1);
    expect(answer).toBe(true);
    const over = await allFinished(app, webhook.id, 4);
    expect(over.every(({ status, attempts }) => status === 'EXHAUSTED' && attempts === 2)).toBe(true);
    const { n } = (await app.database.query<{ n: number }>('select count(*)::int as n from webhook_slots'))[0] ?? {};
    expect(n).toBe(0);
  });

  test('that is changed under way holds from then on', async () => {
    const mostAt = slowPartner(80);
    const webhook = await createOwnWebhook(app, partner.url, { maxConcurrency: 1 });
    await webhook.publishMany(40);
    await waitFor('some', () => arrivalsAt(webhook).length >= 3);
    expect(mostAt(webhook)).toBe(1);
    await mutate(app, 'updateWebhook', { id: webhook.id, maxConcurrency: 20 });
    await allFinished(app, webhook.id, 40);
    expect(mostAt(webhook)).toBeGreaterThan(5);
    expect(mostAt(webhook)).toBeLessThanOrEqual(20);
  });

  test('that is taken away lets all go', async () => {
    const mostAt = slowPartner(200);
    const webhook = await createOwnWebhook(app, partner.url, { maxConcurrency: 1 });
    await webhook.publishMany(40);
    await waitFor('one', () => arrivalsAt(webhook).length >= 1);
    await mutate(app, 'updateWebhook', { id: webhook.id, maxConcurrency: null });
    await allFinished(app, webhook.id, 40);
    expect(mostAt(webhook)).toBeGreaterThan(5);
  });

  test('together with a rate limit and an order keeps all three', async () => {
    const mostAt = slowPartner(20);
    const webhook = await limited(20, 1, { maxConcurrency: 3, ordering: 'SKIP' });
    await webhook.publishFor(Array.from({ length: 40 }, (_, n) => `INV-${n % 5}`));
    await allFinished(app, webhook.id, 40);
    expect(mostAt(webhook)).toBeLessThanOrEqual(3);
    expect(await mostInASecond(webhook)).toBeLessThanOrEqual(20);
    const calls = partner.calls.filter((call) => call.path === webhook.path);
    for (let document = 0; document < 5; document += 1) {
      const own = calls.map((call) => JSON.parse(call.body.toString()).data.n).filter((n) => n % 5 === document);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  });

  test('is no obstacle to pausing and resuming in the middle', async () => {
    const mostAt = slowPartner(15);
    const webhook = await createOwnWebhook(app, partner.url, { maxConcurrency: 4 });
    await webhook.publishMany(80);
    for (let round = 0; round < 3; round += 1) {
      const before = arrivalsAt(webhook).length;
      await waitFor('some', () => arrivalsAt(webhook).length > before);
      await turn(app, 'pause', webhook.id);
      await turn(app, 'resume', webhook.id);
    }
    expect(countByStatus(await allFinished(app, webhook.id, 80))).toEqual({ DELIVERED: 80 });
    expect(mostAt(webhook)).toBeLessThanOrEqual(4);
    expect(arrivalsAt(webhook)).toHaveLength(80);
  });
});
