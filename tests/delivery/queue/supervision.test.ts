import { hasLostJobs } from '../../../src/delivery/queue/due-jobs.store';
import { startSupervision } from '../../../src/delivery/queue/supervision';
import type { TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { type Parts, workerParts } from '../worker-parts';

const { installed } = workerParts();
let app: TestApp;
let parts: Parts;

beforeAll(() => {
  ({ app, parts } = installed());
});

// as if the worker that took it had ended, or as if the attempt took longer than any may
test.each([
  ['a heartbeat', `heartbeat_on = now() - interval '11 s'`],
  ['an end', `heartbeat_on = now() + interval '1 hour', started_on = now() - interval '11 minutes'`],
])('a job without %s is found, and given to another worker', async (what, lost) => {
  await createTestWebhook(app, 'http://127.0.0.1:9/', { documentType: what });
  await publish(app, [invoice('INV-1', { documentType: what })]);
  await parts.fanOutAll();
  const jobIds = (await parts.take()).map(({ jobId }) => jobId);
  expect(jobIds).toHaveLength(1);
  expect(await hasLostJobs(parts.db)).toBe(false);
  await app.database.query(`update pgboss.job set ${lost} where id = any($1::uuid[])`, [jobIds]);
  expect(await hasLostJobs(parts.db)).toBe(true);
  // what another test has supervised a moment ago
  await app.database.query('update pgboss.queue set monitor_claim_on = null, monitor_on = null');
  const supervision = startSupervision(parts.db, parts.queue, parts.log);
  await waitFor('the job to be given away', async () => !(await hasLostJobs(parts.db)));
  await supervision.stop();
  expect((await parts.take()).map(({ jobId }) => jobId)).toEqual(jobIds);
});
