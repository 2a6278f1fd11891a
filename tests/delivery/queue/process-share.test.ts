import { createFanOut } from '../../../src/delivery/engine/fan-out';
import { createWebhookDirectory } from '../../../src/delivery/engine/matching-webhooks';
import { startRelay } from '../../../src/delivery/engine/relay';
import { createProcessShare } from '../../../src/delivery/queue/process-share.store';
import { startNotifyListener } from '../../../src/jobs/notifier';
import { WHOLE } from '../../../src/sql/index-lookup';
import { uuidOf } from '../../../src/values/ids';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { deliveriesOf } from '../attempt/stored-attempts';
import { ALL_IDS, NO_FIRST_ATTEMPTS, workerParts } from '../worker-parts';

const { app, parts } = workerParts();

async function webhookWithEvents(documentType: string, count: number): Promise<string> {
  const { id } = await createTestWebhook(app, 'http://127.0.0.1:9/hook', { documentType });
  await publish(
    app,
    Array.from({ length: count }, (_, n) => invoice(`INV-${n}`, { documentType })),
  );
  return id;
}

function relayParts() {
  const { db, transaction, locked, log } = parts;
  return { db, transaction, locked, log, directory: createWebhookDirectory() };
}

test('processes that listen divide the work, and each part is one of theirs', async () => {
  const listeners = [1, 2, 3].map(() => startNotifyListener(app.database.servingUrl, parts.log, () => undefined));
  try {
    await waitFor('all to listen', async () => listeners.every((listener) => listener.session() !== null));
    const shares = [...listeners.map((listener) => listener.session), () => null].map((session) =>
      createProcessShare(parts.db, session),
    );
    expect(shares.map((share) => share.own())).toEqual([WHOLE, WHOLE, WHOLE, WHOLE]);
    for (const share of shares) await share.refresh();
    const [own, notListening] = [shares.slice(0, 3).map((share) => share.own()), shares[3]?.own()];
    expect(own.map(({ of }) => of)).toEqual([3, 3, 3]);
    expect(own.map(({ index }) => index).sort()).toEqual([0, 1, 2]);
    expect(notListening).toEqual(WHOLE);
  } finally {
    for (const listener of listeners) await listener.stop();
  }
});

test('the parts have all events, and none is in two', async () => {
  const id = await webhookWithEvents('Divided', 100);
  const step = createFanOut({ ...relayParts(), firstAttempts: null });
  const counts: number[] = [];
  for (const index of [0, 1, 2]) counts.push((await step({ index, of: 3 }, ALL_IDS)).events);
  expect(counts.reduce((sum, count) => sum + count)).toBe(100);
  expect(Math.min(...counts)).toBeGreaterThan(10);
  expect(await deliveriesOf(app, id)).toHaveLength(100);
});

test('what the process of a part leaves for a second, another one takes', async () => {
  const id = await webhookWithEvents('Left', 30);
  const share = { own: () => ({ index: 0, of: 2 }), refresh: async () => undefined };
  const relay = startRelay({
    ...relayParts(),
    share,
    firstAttempts: NO_FIRST_ATTEMPTS,
    onQueued: () => undefined,
    onPending: () => undefined,
  });
  try {
    await waitFor('both parts', async () => (await deliveriesOf(app, id)).length === 30);
  } finally {
    await relay.stop();
  }
  // its own part in one transaction, and the other part in a later one
  const steps = await app.database.query('select from deliveries where webhook_id = $1 group by xmin::text', [
    uuidOf('Webhook', id),
  ]);
  expect(steps).toHaveLength(2);
});
