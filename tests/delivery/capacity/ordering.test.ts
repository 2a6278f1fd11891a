import { useTestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { type ReceivedCall, useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { strays } from '../attempt/invariants';
import { allFinished, countByStatus, deliveriesOf, deliveryThatIs, turn } from '../attempt/stored-attempts';
import { createOwnWebhook, startSecondWorker, waitingFor } from './circuit-states';

const app = useTestApp();
const partner = useFreshReceiver();

afterEach(async () => {
  expect(await strays(app)).toEqual([]);
});

const numberOf = (call: ReceivedCall): number => JSON.parse(call.body.toString()).data.n;
const callsAt = ({ path }: { path: string }) => partner.calls.filter((call) => call.path === path);
const numbersAt = (webhook: { path: string }) => callsAt(webhook).map(numberOf);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const nodeId = (id: string | undefined) => `dlv_${id?.replaceAll('-', '')}`;
const hold = (settings: object = {}) => createOwnWebhook(app, partner.url, { ordering: 'HOLD', ...settings });
const skip = (settings: object = {}) => createOwnWebhook(app, partner.url, { ordering: 'SKIP', ...settings });
const isExhausted = ({ status }: { status: string }) => status === 'EXHAUSTED';
const settle = (webhook: { id: string }) => (count: number) => allFinished(app, webhook.id, count);

/** Answers those events, by their number, with 500 until it is changed. */
function failing(...failed: number[]) {
  partner.answerWith((call) => (failed.includes(numberOf(call)) ? { status: 500 } : {}));
}

describe('deliveries of one document', () => {
  test('arrive one after the other, in the order of their events, however long each takes', async () => {
    let open = 0;
    let most = 0;
    partner.answerWith((_call, n) => {
      open += 1;
      most = Math.max(most, open);
      const delayMs = n % 3 === 0 ? 60 : 1;
      setTimeout(() => {
        open -= 1;
      }, delayMs - 1);
      return { delayMs };
    });
    const webhook = await hold();
    await webhook.publishFor(Array(30).fill('INV-1'));
    await settle(webhook)(30);
    expect(numbersAt(webhook)).toEqual(upTo(30));
    expect(most).toBe(1);
  });

  test('100 of one call arrive in order', async () => {
    const webhook = await hold();
    await webhook.publishFor(Array(100).fill('INV-1'));
    await allFinished(app, webhook.id, 100);
    expect(numbersAt(webhook)).toEqual(upTo(100));
  });

  test('do not wait for those of other documents, of other types, or to other webhooks', async () => {
    const [one, other] = await Promise.all([hold(), hold()]);
    partner.answerWith((call) => (numberOf(call) === 0 ? { status: 500 } : {}));
    await one.publishFor(['INV-1', 'INV-1', 'INV-2', 'INV-3', 'INV-3']);
    await waitFor('the others', async () => countByStatus(await deliveriesOf(app, one.id)).DELIVERED === 3);
    await other.publishFor(['INV-1'], () => ({ n: 7 }));
    expect(countByStatus(await settle(other)(1))).toEqual({ DELIVERED: 1 });
    expect(await waitingFor(app, one.id, 'PREDECESSOR')).toBe(1);
    await turn(app, 'archive', one.id);
  });

  test('go in parallel with those of other documents, each in order', async () => {
    let open = 0;
    let most = 0;
    partner.answerWith(() => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
      }, 99);
      return { delayMs: 100 };
    });
    const webhook = await hold();
    const references = Array.from({ length: 100 }, (_, n) => `INV-${n % 20}`);
    await webhook.publishFor(references);
    await settle(webhook)(100);
    for (let document = 0; document < 20; document += 1) {
      const own = numbersAt(webhook).filter((n) => n % 20 === document);
      expect(own).toEqual([0, 20, 40, 60, 80].map((n) => n + document));
    }
    expect(most).toBeGreaterThan(1);
  });

  test('stay in order over two relays and two workers', async () => {
    const second = await startSecondWorker(app);
    try {
      const webhook = await skip();
      for (let round = 0; round < 4; round += 1) {
        await webhook.publishFor(
          Array.from({ length: 60 }, (_, n) => `INV-${n % 12}`),
          (n) => ({ n: round * 60 + n }),
        );
      }
      await allFinished(app, webhook.id, 240);
      for (let document = 0; document < 12; document += 1) {
        const own = numbersAt(webhook).filter((n) => n % 12 === document);
        expect(own).toEqual([...own].sort((a, b) => a - b));
        expect(own).toHaveLength(20);
      }
    } finally {
      await second.stop();
    }
  });
});

describe('a delivery that fails', () => {
  test('holds back its successors until it arrives', async () => {
    partner.answerWith((call, n) => (numberOf(call) === 1 && n <= 3 ? { status: 500 } : {}));
    const webhook = await hold({ retrySchedule: [0, 1, 1, 1] });
    await webhook.publishFor(Array(4).fill('INV-1'));
    await settle(webhook)(4);
    expect(numbersAt(webhook)).toEqual([0, 1, 1, 1, 2, 3]);
  });

  test('and is given up goes on holding them under HOLD, until it is replayed', async () => {
    failing(0);
    const webhook = await hold({ retrySchedule: [0, 0] });
    await webhook.publishFor(Array(3).fill('INV-1'));
    const exhausted = await deliveryThatIs(app, webhook.id, 'given up', isExhausted);
    await webhook.publishFor(['INV-1'], () => ({ n: 3 }));
    await waitFor('three to wait', async () => (await waitingFor(app, webhook.id, 'PREDECESSOR')) === 3);
    expect(numbersAt(webhook)).toEqual([0, 0]);

    failing();
    const { userErrors } = await mutate(app, 'replayDelivery', { deliveryId: nodeId(exhausted.id), reason: 'mended' });
    expect(userErrors).toEqual([]);
    expect(countByStatus(await settle(webhook)(4))).toEqual({ DELIVERED: 4 });
    expect(numbersAt(webhook)).toEqual([0, 0, 0, 1, 2, 3]);
  });

  test('and fails again when it is replayed holds them still', async () => {
    failing(0);
    const webhook = await hold({ retrySchedule: [0] });
    await webhook.publishFor(Array(2).fill('INV-1'));
    const exhausted = await deliveryThatIs(app, webhook.id, 'given up', isExhausted);
    await mutate(app, 'replayDelivery', { deliveryId: nodeId(exhausted.id), reason: 'mended?' });
    await deliveryThatIs(app, webhook.id, 'given up again', (each) => isExhausted(each) && each.attempts === 2);
    expect(await waitingFor(app, webhook.id, 'PREDECESSOR')).toBe(1);
    await mutate(app, 'cancelDelivery', { deliveryId: nodeId(exhausted.id), reason: 'not this one' });
    expect((await settle(webhook)(2)).map(({ status }) => status)).toEqual(['CANCELLED', 'DELIVERED']);
  });

  test('and is given up is passed over under SKIP', async () => {
    failing(0, 2);
    const webhook = await skip({ retrySchedule: [0, 0] });
    await webhook.publishFor(Array(4).fill('INV-1'));
    await settle(webhook)(4);
    expect(numbersAt(webhook)).toEqual([0, 0, 1, 2, 2, 3]);
  });

  test('and is cancelled on its last attempt lets the others go on', async () => {
    const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
    partner.answerWith((call) => (numberOf(call) === 0 ? { status: 500, after } : {}));
    const webhook = await hold({ retrySchedule: [0] });
    await webhook.publishFor(Array(2).fill('INV-1'));
    await waitFor('the call', () => callsAt(webhook).length === 1);
    const [first] = await deliveriesOf(app, webhook.id);
    await mutate(app, 'cancelDelivery', { deliveryId: nodeId(first?.id), reason: 'wrong' });
    letAnswer();
    expect((await settle(webhook)(2)).map(({ status }) => status)).toEqual(['CANCELLED', 'DELIVERED']);
  });
});

describe('while deliveries wait for their predecessor', () => {
  async function stuck(settings: object = {}) {
    failing(0);
    const webhook = await hold({ retrySchedule: [0], ...settings });
    await webhook.publishFor(Array(4).fill('INV-1'));
    await deliveryThatIs(app, webhook.id, 'given up', isExhausted);
    return webhook;
  }

  test('asking for no order any more lets all of them go', async () => {
    const webhook = await stuck();
    await mutate(app, 'updateWebhook', { id: webhook.id, ordering: null });
    expect(countByStatus(await settle(webhook)(4))).toEqual({ EXHAUSTED: 1, DELIVERED: 3 });
    await webhook.publishFor(['INV-1'], () => ({ n: 9 }));
    expect(countByStatus(await settle(webhook)(5))).toEqual({ EXHAUSTED: 1, DELIVERED: 4 });
  });

  test('asking to skip lets them go on in order', async () => {
    const webhook = await stuck();
    await mutate(app, 'updateWebhook', { id: webhook.id, ordering: 'SKIP' });
    await settle(webhook)(4);
    expect(numbersAt(webhook)).toEqual(upTo(4));
  });

  test.each([['SKIP'], [null]])(
    'asking for %s while the attempt that fails is on the wire does so as well',
    async (ordering) => {
      const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
      partner.answerWith((call) => (numberOf(call) === 0 ? { status: 500, after } : {}));
      const webhook = await hold({ retrySchedule: [0] });
      await webhook.publishFor(Array(3).fill('INV-1'));
      await waitFor('the call', () => callsAt(webhook).length === 1);
      await mutate(app, 'updateWebhook', { id: webhook.id, ordering });
      letAnswer();
      await settle(webhook)(3);
      // and what was given up blocks no other delivery when ordering is set again
      await mutate(app, 'updateWebhook', { id: webhook.id, ordering: 'HOLD' });
      await webhook.publishFor(['INV-1'], () => ({ n: 9 }));
      expect(countByStatus(await settle(webhook)(4))).toEqual({ EXHAUSTED: 1, DELIVERED: 3 });
    },
  );

  test('pausing and resuming keeps the order, also of what came meanwhile', async () => {
    const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
    partner.answerWith((call) => (numberOf(call) === 5 ? { after } : {}));
    const webhook = await hold({ timeoutMs: 30_000 });
    await webhook.publishFor(Array(20).fill('INV-1'));
    await waitFor('the sixth', () => callsAt(webhook).length === 6);
    await turn(app, 'pause', webhook.id);
    await webhook.publishFor(Array(10).fill('INV-1'), (n) => ({ n: 20 + n }));
    await waitFor('all to be there', async () => (await deliveriesOf(app, webhook.id)).length === 30);
    letAnswer();
    await deliveryThatIs(app, webhook.id, 'held', (each) => each.held);
    expect(callsAt(webhook)).toHaveLength(6);
    await turn(app, 'resume', webhook.id);
    await settle(webhook)(30);
    expect(numbersAt(webhook)).toEqual(upTo(30));
  });

  test('archiving the webhook cancels them', async () => {
    const webhook = await stuck();
    await turn(app, 'archive', webhook.id);
    expect(countByStatus(await settle(webhook)(4))).toEqual({ EXHAUSTED: 1, CANCELLED: 3 });
    expect(callsAt(webhook)).toHaveLength(1);
  });
});
