import { useTestApp } from '../../support/app';
import { listStates } from '../../support/delivery-states';
import { duringFile } from '../../support/during-file';
import { useFreshReceiver } from '../../support/receiver';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { type Direct, type Slots, startDirect } from '../first-attempt-steps';
import { startParts } from '../worker-parts';

/** An API without a worker, a partner, and the parts of a worker, which the tests of a file call step by step. */
export function workerSteps() {
  const app = useTestApp({ PROCESSES: 'api' });
  const parts = duringFile(() => startParts(app));
  const partner = useFreshReceiver();
  const started: Direct[] = [];
  let types = 0;

  afterEach(async () => {
    const { database } = app;
    await Promise.all(started.splice(0).map((direct) => direct.stop()));
    // off the way of the tests that follow
    await database.query(`update deliveries set status = 'CANCELLED', finished_at = now(), job_id = null,
      open_request_id = null, next_attempt_at = null, waits_for = null, held = false where finished_at is null`);
    await listStates(database);
    await database.query('delete from worker_leases');
    await database.query('delete from delivery_jobs');
  });
  return {
    app,
    partner,
    parts,
    direct(worker: Parameters<typeof startDirect>[1] = null, slots?: Slots): Direct {
      const made = startDirect(parts, worker, slots);
      started.push(made);
      return made;
    },
    async webhookFor(settings: object = {}) {
      types += 1;
      const documentType = `Type ${types}`;
      const { id } = await createTestWebhook(app, partner.url, { documentType, ...settings });
      const publishMany = (count: number, data: object = {}) =>
        publish(
          app,
          Array.from({ length: count }, (_, n) => invoice(`INV-${n}`, { documentType, data })),
        );
      return { id, documentType, publishMany };
    },
    jobs: () => app.database.query('select id from delivery_jobs'),
    leases: () => app.database.query('select id from worker_leases'),
  };
}

/** It is being sent without a job. */
export const isDirect = ({ jobId, openRequestId }: { jobId: string | null; openRequestId: string | null }) =>
  jobId === null && openRequestId !== null;
