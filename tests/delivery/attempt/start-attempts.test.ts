import { outcomeOf } from '../../../src/delivery/engine/outcome';
import { commitOutcomes } from '../../../src/delivery/engine/outcome-committer';
import { startAttempts } from '../../../src/delivery/engine/start-attempts';
import { insertJobs } from '../../../src/delivery/queue/queue.store';
import { newId, uuidOf } from '../../../src/values/ids';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { ANSWERED } from '../partner';
import { ALL_JOBS, workerParts } from '../worker-parts';
import { strays } from './invariants';
import { attemptsOf, deliveriesOf } from './stored-attempts';

const { app, parts } = workerParts();

// requests end and free slots while the next attempts are being started
test('a delivery without a slot when it is taken waits, or is sent with its body', async () => {
  const { id } = await createTestWebhook(app, 'http://127.0.0.1:9/');
  await publish(
    app,
    Array.from({ length: 5 }, (_, n) => invoice(`INV-${n}`)),
  );
  await parts.fanOutAll();
  let calls = 0;
  const freeFor = () => {
    calls += 1;
    return calls <= 2 ? 0 : 10;
  };
  const capacity = { free: () => 10, freeFor };
  const { keyring, readEvidenceHead, locked } = parts;
  const { attempts, waiting } = await parts.transaction((db) =>
    startAttempts(db, { keyring, readEvidenceHead, locked, capacity }, 10, ALL_JOBS),
  );
  expect(attempts.filter(({ delivery }) => delivery.body === null)).toEqual([]);
  expect(attempts.length + waiting).toBe(5);
  expect((await deliveriesOf(app, id)).filter((each) => each.jobId === null)).toHaveLength(waiting);
});

test('a job that its delivery does not name, since it was given another one, starts no attempt', async () => {
  const documentType = 'Left over';
  const { id } = await createTestWebhook(app, 'http://127.0.0.1:9/', { documentType });
  await publish(app, [invoice('INV-1', { documentType })]);
  await parts.fanOutAll();
  const [delivery] = await deliveriesOf(app, id);
  const later = new Date(Date.now() + 3_600_000);
  await app.database.query('update delivery_jobs set due_at = $2 where id = $1', [delivery?.jobId, later]);
  await insertJobs(parts.db, [{ id: newId(), deliveryId: delivery?.id as string, dueAt: new Date() }]);
  expect(await parts.take()).toEqual([]);
  await app.database.query('update delivery_jobs set due_at = now() where id = $1', [delivery?.jobId]);
  expect(await parts.take()).toHaveLength(1);
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

test('bodies beyond the bytes of one step are for the next ones, also those of their webhook that would fit', async () => {
  const documentType = 'Large';
  const webhooks = [];
  for (const path of ['a', 'b'])
    webhooks.push(await createTestWebhook(app, `http://127.0.0.1:9/${path}`, { documentType }));
  const [large, small] = ['x'.repeat(20 * 1024), 'x'];
  const sizes = [large, large, large, small];
  await publish(
    app,
    sizes.map((text, n) => invoice(`INV-${n}`, { documentType, data: { n, text } })),
  );
  await parts.fanOutAll();
  const { keyring, readEvidenceHead, locked } = parts;
  const capacity = { free: () => 100, freeFor: () => 100 };
  const begun: string[] = [];
  const steps: unknown[] = [];
  for (;;) {
    const { attempts, putBack } = await parts.transaction((db) =>
      startAttempts(db, { keyring, readEvidenceHead, locked, capacity, maxBodies: 50 * 1024 }, 100, ALL_JOBS),
    );
    if (attempts.length === 0) break;
    steps.push([attempts.length, putBack]);
    for (const { delivery, fault } of attempts) {
      expect([fault, delivery.body?.length]).toEqual([null, expect.any(Number)]);
      begun.push(`${delivery.webhookId} ${delivery.referenceDocument}`);
    }
  }
  expect(new Set(begun).size).toBe(8);
  expect(begun).toHaveLength(8);
  expect(steps[0]).toEqual([2, 6]);
  expect(steps.length).toBeGreaterThan(2);
});

test('an attempt of a dead process is closed also if its delivery is for a later step: its outcome, if it comes, changes nothing', async () => {
  const documentType = 'Too large twice';
  const { id } = await createTestWebhook(app, 'http://127.0.0.1:9/', { documentType });
  const text = 'x'.repeat(20 * 1024);
  await publish(
    app,
    [1, 2].map((n) => invoice(`INV-${n}`, { documentType, data: { n, text } })),
  );
  await parts.fanOutAll();
  const begun = await parts.take();
  for (const { delivery } of begun) await parts.giveAway(delivery.id);
  const { keyring, readEvidenceHead, locked } = parts;
  const capacity = { free: () => 100, freeFor: () => 100 };
  const { putBack } = await parts.transaction((db) =>
    startAttempts(db, { keyring, readEvidenceHead, locked, capacity, maxBodies: 1 }, 100, ALL_JOBS),
  );
  expect(putBack).toBe(1);
  expect(await strays(app)).toEqual([]);
  const outcomes = begun.map((attempt) => outcomeOf(attempt, ANSWERED, new Date()));
  await parts.transaction((db) => commitOutcomes(db, outcomes));
  expect((await deliveriesOf(app, id)).map(({ status }) => status)).toEqual(['PENDING', 'PENDING']);
  expect(await parts.take()).toHaveLength(1);
  expect(await strays(app)).toEqual([]);
});

// the clock of the database was set back while the attempt was on the wire
test('an attempt of a dead process that began in the future is closed at its start, and its delivery is tried again', async () => {
  const documentType = 'Set back';
  const { id } = await createTestWebhook(app, 'http://127.0.0.1:9/hook', { documentType });
  await publish(app, [invoice('INV-1', { documentType }), invoice('INV-2', { documentType })]);
  await parts.fanOutAll();
  const begun = await parts.take();
  expect(begun).toHaveLength(2);
  await app.database.query('set session_replication_role = replica');
  await app.database.query(`update webhook_request_logs set started_at = now() + interval '1 hour' where id = $1`, [
    begun[0]?.requestId,
  ]);
  await app.database.query('reset session_replication_role');
  for (const { delivery } of begun) await parts.giveAway(delivery.id);
  const again = await parts.take();
  expect(again.map(({ attemptNumber }) => attemptNumber)).toEqual([2, 2]);
  const states = (await attemptsOf(app, id)).map(({ status }) => status);
  expect(states.sort()).toEqual(['PENDING', 'PENDING', 'UNKNOWN', 'UNKNOWN']);
  const [first] = await app.database.query(
    'select finished_at = started_at as "endsAtItsStart" from webhook_request_logs where id = $1',
    [begun[0]?.requestId],
  );
  expect(first).toEqual({ endsAtItsStart: true });
});
