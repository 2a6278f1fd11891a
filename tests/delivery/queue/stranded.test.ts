import { startWaitingDispatcher } from '../../../src/delivery/capacity/waiting-dispatcher';
import { startWorker } from '../../../src/delivery/engine/worker';
import { freeStranded } from '../../../src/delivery/queue/stranded-deliveries.store';
import { uuidOf } from '../../../src/values/ids';
import { useTestApi } from '../../support/app';
import { listStates } from '../../support/delivery-states';
import { duringFile } from '../../support/during-file';
import { useReceiver } from '../../support/receiver';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { strays } from '../attempt/invariants';
import { allFinished } from '../attempt/stored-attempts';
import { startParts } from '../worker-parts';

const app = useTestApi();
const parts = duringFile(() => startParts(app));
const partner = useReceiver();

test('a delivery whose job is lost gets it again, and arrives', async () => {
  const documentType = 'A lost job';
  const { id } = await createTestWebhook(app, partner.url, { documentType });
  await publish(app, [invoice('INV-1', { documentType })]);
  await parts.fanOutAll();
  expect(await freeStranded(parts.db)).toBe(0);
  await app.database.query('delete from delivery_jobs');
  expect(await freeStranded(parts.db)).toBe(1);
  expect(await freeStranded(parts.db)).toBe(0);
  expect(await strays(app)).toEqual([]);
  const worker = startWorker(parts);
  const [delivery] = await allFinished(app, id, 1);
  await worker.stop(1_000);
  expect(delivery).toMatchObject({ status: 'DELIVERED', attempts: 1 });
});

test('what became due by a clock that was hours ahead is brought forward, and what is due later is not', async () => {
  const documentType = 'A wrong clock';
  const { id } = await createTestWebhook(app, partner.url, { documentType });
  const later = await createTestWebhook(app, partner.url, { documentType, retrySchedule: [7_200] });
  await publish(app, [invoice('INV-1', { documentType })]);
  await parts.fanOutAll();
  expect(await freeStranded(parts.db)).toBe(0);
  const due = () =>
    app.database.query(
      `select d.webhook_id as webhook, round(extract(epoch from j.due_at - now()) / 3600)::int as hours,
         abs(extract(epoch from j.due_at - d.next_attempt_at)) < 60 as "isSame"
       from delivery_jobs j join deliveries d on d.job_id = j.id where d.webhook_id = any($1) order by 2, 1`,
      [[uuidOf('Webhook', id), uuidOf('Webhook', later.id)]],
    );
  await app.database.query(`update delivery_jobs set due_at = due_at + interval '2 hours'`);
  await app.database.query(
    `update webhook_circuits set state = 'OPEN', open_until = now() + interval '2 hours' where webhook_id = $1`,
    [uuidOf('Webhook', later.id)],
  );
  expect(await freeStranded(parts.db)).toBe(3);
  expect(await due()).toEqual([
    { webhook: uuidOf('Webhook', id), hours: 0, isSame: true },
    { webhook: uuidOf('Webhook', later.id), hours: 2, isSame: true },
  ]);
  const open = await app.database.query('select from webhook_circuits where open_until > now()');
  expect(open).toEqual([]);
  expect(await freeStranded(parts.db)).toBe(0);
  await app.database.query(`update webhook_circuits set state = 'CLOSED', open_until = null`);
  await app.database.query('delete from delivery_jobs');
  await app.database.query(`update deliveries set status = 'CANCELLED', finished_at = now(), job_id = null, next_attempt_at = null
    where finished_at is null`);
  await listStates(app.database);
});

// what none of our transactions leaves behind, and a change by hand may
test.each([
  ['the capacity of a webhook that is not marked', `waits_for = 'CAPACITY'`],
  ['a predecessor that is not there', `waits_for = 'PREDECESSOR', blocks = true`],
])('what waits for %s is found, and arrives', async (what, stranded) => {
  const { id } = await createTestWebhook(app, partner.url, { documentType: what });
  await publish(app, [invoice('INV-1', { documentType: what })]);
  await parts.fanOutAll();
  expect(await freeStranded(parts.db)).toBe(0);
  await app.database.query(
    `update deliveries set ${stranded}, job_id = null, next_attempt_at = null where webhook_id = $1`,
    [uuidOf('Webhook', id)],
  );
  await listStates(app.database);
  expect(await freeStranded(parts.db)).toBeGreaterThan(0);
  const worker = startWorker(parts);
  const dispatcher = startWaitingDispatcher({ ...parts, freeFor: parts.capacity.freeFor, onDispatched: worker.wake });
  const [delivery] = await allFinished(app, id, 1);
  await dispatcher.stop();
  await worker.stop(1_000);
  expect(delivery?.status).toBe('DELIVERED');
  expect(await strays(app)).toEqual([]);
});
