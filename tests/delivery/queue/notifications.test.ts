/** @jest-environment node */
// All loops sleep for an hour here: what happens was announced, by a commit or by the step before.
import { Client } from 'pg';
import type { startLoop } from '../../../src/loop';
import { startTestApp, type TestApp } from '../../support/app';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { allFinished } from '../attempt/stored-attempts';
import { createOwnWebhook, startSecondWorker, waitingFor } from '../capacity/circuit-states';
import { closeAll, httpPartner } from '../partner';

jest.mock('../../../src/loop', () => {
  const hourMs = 3_600_000;
  const leisureMs = 400;
  const real = jest.requireActual('../../../src/loop') as { startLoop: typeof startLoop };
  const restLong: typeof startLoop = (name, _restMs, log, step, paceMs) =>
    real.startLoop(
      name,
      hourMs,
      log,
      async () => {
        const again = await step();
        return typeof again === 'number' && again >= leisureMs ? hourMs : again;
      },
      paceMs,
    );
  return { startLoop: restLong };
});

let app: TestApp;
let partner: Receiver;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
});
beforeEach(() => {
  partner.calls.length = 0;
});
afterEach(closeAll);
afterAll(() => Promise.all([app.stop(), partner.stop()]));

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
  for (let n = 1; n <= 10; n += 1) {
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

test('60 deliveries of one document follow upon each other', async () => {
  const webhook = await createOwnWebhook(app, partner.url, { ordering: 'HOLD' });
  await webhook.publishFor(Array(60).fill('INV-1'));
  await allFinished(app, webhook.id, 60);
});

test('deliveries arrive beside a webhook that hangs and has more than its part of the worker', async () => {
  const hanging = await httpPartner((request) => void request.resume());
  const stuck = await createOwnWebhook(app, hanging.url, { timeoutMs: 30_000 });
  await stuck.publishMany(700);
  await waitFor('the others to wait', async () => (await waitingFor(app, stuck.id, 'CAPACITY')) > 0);
  const webhook = await createOwnWebhook(app, partner.url);
  for (let n = 1; n <= 30; n += 1) {
    await webhook.publishFor([`INV-${n}`]);
    await waitFor('the call', () => partner.calls.length === n);
  }
});
