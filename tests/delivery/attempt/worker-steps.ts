import { startTestApp, type TestApp } from '../../support/app';
import { listStates } from '../../support/delivery-states';
import { type Receiver, startReceiver } from '../../support/receiver';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { type Direct, type Slots, startDirect } from '../first-attempt-steps';
import { type Parts, startParts } from '../worker-parts';

interface Installation {
  app: TestApp;
  partner: Receiver;
  parts: Parts;
}

/**
 * An API without a worker, a partner, and the parts of a worker, which the tests of a file call step by step. To be called
 * before the first test; `installed` gives what there is from then on.
 */
export function workerSteps() {
  let installation: Installation;
  const started: Direct[] = [];
  let types = 0;

  beforeAll(async () => {
    const [app, partner] = await Promise.all([startTestApp({ PROCESSES: 'api' }), startReceiver()]);
    installation = { app, partner, parts: await startParts(app) };
  });
  beforeEach(() => {
    const { partner } = installation;
    partner.calls.length = 0;
    partner.answerWith(() => ({}));
  });
  afterEach(async () => {
    const { database } = installation.app;
    await Promise.all(started.splice(0).map((direct) => direct.stop()));
    // off the way of the tests that follow
    await database.query(`update deliveries set status = 'CANCELLED', finished_at = now(), job_id = null,
      open_request_id = null, next_attempt_at = null, waits_for = null, held = false where finished_at is null`);
    await listStates(database);
    await database.query('delete from worker_leases');
    await database.query('delete from delivery_jobs');
  });
  afterAll(async () => {
    const { app, partner, parts } = installation;
    // before the sender, which waits for what is on the wire
    await partner.stop();
    await parts.stop();
    await app.stop();
  });

  return {
    installed: () => installation,
    direct(worker: Parameters<typeof startDirect>[1] = null, slots?: Slots): Direct {
      const made = startDirect(installation.parts, worker, slots);
      started.push(made);
      return made;
    },
    async webhookFor(settings: object = {}) {
      const { app, partner } = installation;
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
    jobs: () => installation.app.database.query('select id from delivery_jobs'),
    leases: () => installation.app.database.query('select id from worker_leases'),
  };
}

/** It is being sent without a job. */
export const isDirect = ({ jobId, openRequestId }: { jobId: string | null; openRequestId: string | null }) =>
  jobId === null && openRequestId !== null;
