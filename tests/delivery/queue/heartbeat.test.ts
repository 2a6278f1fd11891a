import type { TestApp } from '../../support/app';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { type Parts, workerParts } from '../worker-parts';

const { installed } = workerParts();
let app: TestApp;
let parts: Parts;

beforeAll(() => {
  ({ app, parts } = installed());
});

test('a heartbeat does not wait for a transaction that deletes one of its jobs, which might wait for it', async () => {
  await createTestWebhook(app, 'http://127.0.0.1:9/', { documentType: 'Heartbeat' });
  await publish(
    app,
    ['INV-1', 'INV-2'].map((name) => invoice(name, { documentType: 'Heartbeat' })),
  );
  await parts.fanOutAll();
  const jobIds = (await parts.take()).flatMap(({ jobId }) => jobId ?? []);
  expect(jobIds).toHaveLength(2);
  await app.database.query(
    `update pgboss.job set heartbeat_on = now() - interval '5 minutes' where id = any($1::uuid[])`,
    [jobIds],
  );
  await parts.transaction(async (db) => {
    await parts.queue.delete(db, jobIds.slice(0, 1));
    await parts.queue.touch(jobIds);
  });
  const left = await app.database.query(
    `select id, heartbeat_on > now() - interval '1 minute' as "isNew" from pgboss.job where id = any($1::uuid[])`,
    [jobIds],
  );
  expect(left).toEqual([{ id: jobIds[1], isNew: true }]);
});
