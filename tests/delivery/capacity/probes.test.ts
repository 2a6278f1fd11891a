// Several processes and the probe of a circuit whose pause has ended.

import { giveJobs } from '../../../src/delivery/capacity/waiting.store';
import { startWaitingDispatcher } from '../../../src/delivery/capacity/waiting-dispatcher';
import { insertJobs } from '../../../src/delivery/queue/queue.store';
import type { Transaction } from '../../../src/sql/transactions';
import { currentTime } from '../../../src/time/clock';
import { newId, uuidOf } from '../../../src/values/ids';
import { lockCircuits, saveCircuits } from '../../../src/webhooks/webhook-circuit.store';
import { waitFor } from '../../support/wait-for';
import { deliveriesOf } from '../attempt/stored-attempts';
import { workerParts } from '../worker-parts';
import { circuitOf, createOwnWebhook, waitingFor } from './circuit-states';

const { app, parts } = workerParts();

const isWaitingForCircuit = () =>
  app.database.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
       and query like '%webhook_circuits%for update%'`,
  );

test('a process that wanted to send a probe when another one sent it sends none beside it', async () => {
  const webhook = await createOwnWebhook(app, 'http://127.0.0.1:9/hook');
  const webhookId = uuidOf('Webhook', webhook.id) as string;
  await app.database.query(
    `update webhook_circuits set state = 'OPEN', open_until = now() - interval '1 s' where webhook_id = $1`,
    [webhookId],
  );
  await webhook.publishMany(3);
  await parts.fanOutAll();
  expect(await waitingFor(app, webhook.id, 'CAPACITY')).toBe(3);
  const [first] = await deliveriesOf(app, webhook.id);
  const probe = { id: newId(), deliveryId: first?.id as string, startAfter: null };

  const steps: Promise<unknown>[] = [];
  const noted: Transaction = (work, options) => {
    const step = parts.transaction(work, options);
    steps.push(step);
    return step;
  };
  const other = { ...parts, transaction: noted, freeFor: () => 100, onDispatched: () => undefined };
  const dispatcher = await parts.transaction(async (db) => {
    const circuit = (await lockCircuits(db, [webhookId])).get(webhookId);
    if (!circuit) throw new Error('the webhook has no circuit');
    const started = startWaitingDispatcher(other);
    // it has read the time, and waits for the circuit
    await waitFor('the other process', async () => (await isWaitingForCircuit()).length > 0);
    const now = currentTime();
    const openUntil = new Date(now.getTime() + 3_600_000);
    await saveCircuits(db, [{ ...circuit, state: 'HALF_OPEN', openUntil, probeDeliveryId: probe.deliveryId }]);
    await giveJobs(db, [probe], now);
    await insertJobs(db, [{ ...probe, dueAt: null }]);
    return started;
  });
  await steps[0];
  await dispatcher.stop();
  expect(await circuitOf(app, webhook.id)).toMatchObject({ state: 'HALF_OPEN', probeDeliveryId: probe.deliveryId });
  expect(await waitingFor(app, webhook.id, 'CAPACITY')).toBe(2);
});
