// What may fail in a transaction that publishes events and opens first attempts.
import type { TestApp } from '../../support/app';
import { deliveriesOf } from '../attempt/stored-attempts';
import { isDirect } from '../attempt/worker-steps';
import type { Parts } from '../worker-parts';
import { eventFor, publishingSteps } from './publishing-steps';

const { installed, webhookFor, jobs, processWith, expectOutboxToHave, viewer } = publishingSteps();
let app: TestApp;
let parts: Parts;

beforeAll(() => {
  ({ app, parts } = installed());
});

describe('an event is published all the same', () => {
  test('if the lease of the process is lost, by the outbox', async () => {
    const webhook = await webhookFor();
    const { own, publish } = await processWith();
    await publish(eventFor(webhook.documentType));
    own.sent.length = 0;
    await app.database.query('delete from worker_leases');
    const ids = await publish(eventFor(webhook.documentType));
    await expectOutboxToHave(own, ids);
    expect(await deliveriesOf(app, webhook.id)).toHaveLength(2);
    await publish(eventFor(webhook.documentType));
    expect((await deliveriesOf(app, webhook.id)).filter(isDirect)).toHaveLength(3);
  });

  test('if what it needs for its deliveries is locked, without waiting for it', async () => {
    const webhook = await webhookFor();
    const { own, publish } = await processWith();
    const ids = await parts.transaction(async (db) => {
      await db.query('delete from worker_leases');
      return publish(eventFor(webhook.documentType));
    });
    expect(own.sent).toEqual([]);
    await expectOutboxToHave(own, ids);
  });

  test('while all deliveries are paused: they get jobs', async () => {
    const webhook = await webhookFor();
    const { own, publish } = await processWith();
    await app.database.query(
      `insert into deliveries_pause select '00000000-0000-0000-0000-000000000000', now(), $1, 'test'`,
      [viewer().userId],
    );
    await publish(eventFor(webhook.documentType));
    await app.database.query('delete from deliveries_pause');
    expect(own.sent).toEqual([]);
    expect(own.queued()).toBe(1);
    expect(await deliveriesOf(app, webhook.id)).toMatchObject([{ jobId: expect.any(String), openRequestId: null }]);
    expect(await jobs()).toHaveLength(1);
  });
});

test('a conflicting key refuses its own call, and what the others opened is sent once', async () => {
  const webhook = await webhookFor();
  const { own, publish } = await processWith();
  const event = (key: string, referenceDocument = 'INV-1') =>
    eventFor(webhook.documentType, { idempotencyKey: key, referenceDocument });
  await publish(event('used'));
  const results = await Promise.allSettled([
    publish(event('one')),
    publish(event('used', 'INV-2')),
    publish(event('two')),
    publish(event('one')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(own.sent).toHaveLength(3);
  expect(await deliveriesOf(app, webhook.id)).toHaveLength(3);
});

test('a commit whose answer is lost sends nothing: its attempts are handed back', async () => {
  const webhook = await webhookFor();
  const { own, publish } = await processWith(async (work, options) => {
    await parts.transaction(work, options);
    throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
  });
  await expect(publish(eventFor(webhook.documentType))).rejects.toThrow('terminated');
  expect(own.sent).toEqual([]);
  expect(own.handedBack).toHaveLength(1);
  expect(await deliveriesOf(app, webhook.id)).toHaveLength(1);
});
