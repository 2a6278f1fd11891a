// What may fail in a transaction that publishes events and opens first attempts.
import { createDataSource } from '../../../src/database/data-source';
import { startWorker } from '../../../src/delivery/engine/worker';
import { CommitUnknown, isDatabaseUnavailable } from '../../../src/sql/database-errors';
import { failuresTogether } from '../../../src/sql/sharing/failed-together';
import { pipelinedTransactions } from '../../../src/sql/transactions';
import { loseAnswerToCommit } from '../../sql/lost-commit';
import { waitFor } from '../../support/wait-for';
import { allFinished, attemptsOf, countByStatus, deliveriesOf, expireLeases } from '../attempt/stored-attempts';
import { isDirect } from '../attempt/worker-steps';
import { eventFor, keptOpen, publishingSteps } from './publishing-steps';

const { app, parts, webhookFor, jobs, leases, processWith, expectOutboxToHave, viewer } = publishingSteps();

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

test('after a conflict with another transaction, each call of a shared one runs alone', async () => {
  const webhook = await webhookFor();
  let transactions = 0;
  const { publish } = await processWith(async (work, options) => {
    transactions += 1;
    if (transactions === 1) throw Object.assign(new Error('a key is there already'), { code: '23505' });
    return parts.transaction(work, options);
  });
  await Promise.all([publish(eventFor(webhook.documentType)), publish(eventFor(webhook.documentType))]);
  expect(transactions).toBe(3);
});

test('after a rollback that the server reported, the event is published by the outbox, and the lease is used again', async () => {
  const webhook = await webhookFor();
  let fails = true;
  const { own, publish } = await processWith((work, options) =>
    parts.transaction(async (db) => {
      const result = await work(keptOpen(db));
      if (fails) await db.query('select 1 / 0').finally(() => (fails = false));
      return result;
    }, options),
  );
  const [free, held] = [own.capacity.free(), await leases()];
  await expectOutboxToHave(own, await publish(eventFor(webhook.documentType)));
  expect([own.handedBack, await leases()]).toEqual([[], held]);
  expect(own.capacity.free()).toBe(free - 1);
  await publish(eventFor(webhook.documentType));
  expect((await deliveriesOf(app, webhook.id)).filter(isDirect)).toHaveLength(2);
  expect(await leases()).toEqual(held);
});

test('a failure that is no conflict is counted by its reason, since the event is published all the same', async () => {
  const { documentType } = await webhookFor();
  let code: string | null = null;
  const { publish } = await processWith(async (work, options) => {
    // the next one, by the outbox, succeeds
    const failure = code;
    code = null;
    if (failure) throw Object.assign(new Error('refused'), { code: failure, severity: 'ERROR' });
    return parts.transaction(work, options);
  });
  const counted = () =>
    failuresTogether().flatMap(({ work, reason, count }) =>
      work === 'direct_publish' ? [[reason, count] as const] : [],
    );
  const before = new Map(counted());
  for (code of ['42601', '23502', '57014', '55P03']) await publish(eventFor(documentType));
  const more = counted().map(([reason, count]) => [reason, count - (before.get(reason) ?? 0)]);
  expect(Object.fromEntries(more)).toEqual({ statement: 1, data: 1, timeout: 1, conflict: 0, other: 0 });
  const text = await (await fetch(`${app.url}/metrics`)).text();
  expect(text).toMatch(/^hookledger_direct_publish_failures_total\{reason="statement"\} [1-9]/m);
});

type Signal = PromiseWithResolvers<void>;

describe('a commit whose answer is lost', () => {
  const connectionLost = () => Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });

  test('sends nothing: its attempts are handed back', async () => {
    const webhook = await webhookFor();
    const { own, publish } = await processWith(async (work, options) => {
      await parts.transaction(work, options);
      throw connectionLost();
    });
    await expect(publish(eventFor(webhook.documentType))).rejects.toThrow('terminated');
    expect(own.sent).toEqual([]);
    expect(own.handedBack).toHaveLength(1);
    expect(await deliveriesOf(app, webhook.id)).toHaveLength(1);
  });

  test('publishes nothing a second time, whatever came in place of the answer', async () => {
    const webhook = await webhookFor();
    const options = { name: 'test publisher', pipeline: true, poolSize: 1 };
    const source = await createDataSource(app.database.servingUrl, options).initialize();
    try {
      const fault = Object.assign(new Error('write ECONNABORTED'), { code: 'ECONNABORTED' });
      await loseAnswerToCommit(source, fault);
      const { own, publish } = await processWith(pipelinedTransactions(source));
      const error: unknown = await publish(eventFor(webhook.documentType)).catch((reason) => reason);
      expect([error, isDatabaseUnavailable(error)]).toEqual([expect.any(CommitUnknown), true]);
      expect(own.handedBack).toHaveLength(1);
    } finally {
      await source.destroy();
    }
    const events = 'select id from business_events where document_type = $1';
    expect(await app.database.query(events, [webhook.documentType])).toHaveLength(1);
    expect(await app.database.query('select event_id from outbox')).toEqual([]);
  });

  test('wakes the worker for the jobs that it may have made', async () => {
    const webhook = await webhookFor();
    const { own, publish } = await processWith(async (work, options) => {
      await parts.transaction(work, options);
      throw connectionLost();
    });
    await app.database.query(
      `insert into deliveries_pause select '00000000-0000-0000-0000-000000000000', now(), $1, 'test'`,
      [viewer().userId],
    );
    await expect(publish(eventFor(webhook.documentType))).rejects.toThrow('terminated');
    await app.database.query('delete from deliveries_pause');
    expect(await jobs()).toHaveLength(1);
    expect(own.queued()).toBe(1);
  });

  test('and that becomes visible later loses no delivery, also when another transaction commits in between', async () => {
    const webhook = await webhookFor();
    const worker = startWorker(parts);
    const [besideBegan, lostFailed, handedBack, visible] = Array.from({ length: 4 }, () =>
      Promise.withResolvers<void>(),
    ) as [Signal, Signal, Signal, Signal];
    let commit: Promise<unknown> = Promise.resolve();
    let transactions = 0;
    const sender: typeof worker = {
      ...worker,
      handBack: (attempts, onEnded) =>
        worker.handBack(attempts, (attempt) => {
          onEnded(attempt);
          handedBack.resolve();
        }),
    };
    const { publish } = await processWith(async (work, options) => {
      transactions += 1;
      if (transactions === 3) {
        besideBegan.resolve();
        await lostFailed.promise;
      }
      if (transactions !== 2) return parts.transaction(work, options);
      return new Promise<never>((_resolve, reject) => {
        commit = parts.transaction(async (db) => {
          await work(keptOpen(db));
          await besideBegan.promise;
          reject(connectionLost());
          await visible.promise;
        }, options);
      });
    }, sender);
    await publish(eventFor(webhook.documentType));
    await allFinished(app, webhook.id, 1);
    const lost = expect(publish(eventFor(webhook.documentType))).rejects.toThrow('terminated');
    await waitFor('the transaction whose answer is lost', () => transactions === 2);
    const beside = publish(eventFor(webhook.documentType));
    await lost;
    lostFailed.resolve();
    await beside;
    await allFinished(app, webhook.id, 2);
    await handedBack.promise;
    visible.resolve();
    await commit;
    await waitFor('all deliveries', async () => {
      await expireLeases(app);
      return (await deliveriesOf(app, webhook.id)).every(({ status }) => status === 'DELIVERED');
    });
    expect(await deliveriesOf(app, webhook.id)).toHaveLength(3);
    expect(countByStatus(await attemptsOf(app, webhook.id))).toEqual({ SUCCEEDED: 3, UNKNOWN: 1 });
    await worker.stop(1_000);
  });
});
