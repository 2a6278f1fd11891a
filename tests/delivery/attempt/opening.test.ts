import { openAttempts } from '../../../src/delivery/attempt/open-attempts';
import { uuidOf } from '../../../src/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { type Parts, startParts } from '../parts';
import { deliveriesOf } from './ledger';

let app: TestApp;
let parts: Parts;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  parts = await startParts(app);
});
afterAll(async () => {
  await parts.stop();
  await app.stop();
});

// requests end, and make room, while the next attempts are being opened
test('what had no room when it was taken waits, or goes with its body: never without', async () => {
  const { id } = await createTestWebhook(app, 'http://127.0.0.1:9/');
  await publish(
    app,
    Array.from({ length: 5 }, (_, n) => invoice(`INV-${n}`)),
  );
  await parts.fanOutAll();
  let looks = 0;
  const freeFor = () => {
    looks += 1;
    return looks <= 2 ? 0 : 10;
  };
  const room = { free: () => 10, freeFor };
  const { queue, keyring } = parts;
  const { attempts, waiting } = await parts.transaction((db) => openAttempts(db, { queue, keyring, room }, 10));
  expect(attempts.filter(({ delivery }) => delivery.body === null)).toEqual([]);
  expect(attempts.length + waiting).toBe(5);
  expect((await deliveriesOf(app, id)).filter((each) => each.jobId === null)).toHaveLength(waiting);
});

test('a delivery without its payload is not sent, instead of with an empty body', async () => {
  const { id } = await createTestWebhook(app, 'http://127.0.0.1:9/', { documentType: 'Erased' });
  await publish(app, [invoice('INV-1', { documentType: 'Erased' })]);
  await parts.fanOutAll();
  await app.database.query('update deliveries set payload_id = new_id() where webhook_id = $1', [
    uuidOf('Webhook', id),
  ]);
  const attempts = await parts.take();
  expect(attempts.map(({ fault, headers }) => [fault, headers.map(([name]) => name)])).toEqual([
    ['its payload was erased', ['content-type', 'user-agent']],
  ]);
});
