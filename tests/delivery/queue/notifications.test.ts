// All loops sleep for an hour here: what happens was announced, by a commit or by the step before.
import { Client } from 'pg';
import * as loop from '../../../src/time/loop';
import { startTestApp, type TestApp } from '../../support/app';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { allFinished } from '../attempt/stored-attempts';
import { createOwnWebhook, startSecondWorker, waitingFor } from '../capacity/circuit-states';
import { closeAll, httpPartner } from '../partner';

const HOUR_MS = 3_600_000;
const LEISURE_MS = 400;
const { startLoop } = loop;

const restLong: typeof startLoop = (name, _restMs, log, step, paceMs) =>
  startLoop(
    name,
    HOUR_MS,
    log,
    async () => {
      const again = await step();
      return typeof again === 'number' && again >= LEISURE_MS ? HOUR_MS : again;
    },
    paceMs,
  );

let app: TestApp;
let partner: Receiver;

beforeAll(async () => {
  jest.spyOn(loop, 'startLoop').mockImplementation(restLong);
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
  expect(loop.startLoop).toHaveBeenCalledWith(
    'relay',
    expect.anything(),
    expect.anything(),
    expect.anything(),
    expect.anything(),
  );
});
beforeEach(() => {
  partner.calls.length = 0;
});
afterEach(closeAll);
afterAll(async () => {
  await Promise.all([app.stop(), partner.stop()]);
  jest.restoreAllMocks();
});

test('an event that is published over the API is fanned out and delivered', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  for (let n = 1; n <= 5; n += 1) {
    await webhook.publishFor([`INV-${n}`]);
    await waitFor('the call', () => partner.calls.length === n);
  }
});

test('an event that another process publishes is fanned out and delivered', async () => {
  const api = await startTestApp({ PROCESSES: 'api' });
  const worker = await startSecondWorker(api);
  const webhook = await createOwnWebhook(api, partner.url);
  for (let n = 1; n <= 5; n += 1) {
    await webhook.publishFor([`INV-${n}`]);
    await waitFor('the call', () => partner.calls.length === n);
  }
  await worker.stop();
  await api.stop();
});

test('the commit of publish_event() wakes the relay', async () => {
  const { documentType } = await createOwnWebhook(app, partner.url);
  const erp = new Client({ connectionString: app.database.superuserUrl });
  await erp.connect();
  for (let n = 1; n <= 5; n += 1) {
    await erp.query('begin');
    await erp.query(`select publish_event($1, 'on_submit', $2, '{}')`, [documentType, `INV-${n}`]);
    await erp.query('commit');
    await waitFor('the call', () => partner.calls.length === n);
  }
  await erp.end();
});

test('30 deliveries of one document follow upon each other', async () => {
  const webhook = await createOwnWebhook(app, partner.url, { ordering: 'HOLD' });
  await webhook.publishFor(Array(30).fill('INV-1'));
  await allFinished(app, webhook.id, 30);
});

test('deliveries arrive beside a webhook that hangs and has more than its part of the worker', async () => {
  const hanging = await httpPartner((request) => void request.resume());
  const stuck = await createOwnWebhook(app, hanging.url, { timeoutMs: 30_000 });
  // half of a worker is 512
  await stuck.publishMany(540);
  await waitFor('the others to wait', async () => (await waitingFor(app, stuck.id, 'CAPACITY')) > 0);
  const webhook = await createOwnWebhook(app, partner.url);
  for (let n = 1; n <= 10; n += 1) {
    await webhook.publishFor([`INV-${n}`]);
    await waitFor('the call', () => partner.calls.length === n);
  }
});
