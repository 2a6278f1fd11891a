import { outcomeOf } from '../../../src/delivery/engine/outcome';
import { commitOutcomes } from '../../../src/delivery/engine/outcome-committer';
import { startWorker } from '../../../src/delivery/engine/worker';
import { startWorkerLeases } from '../../../src/delivery/engine/worker-leases';
import { freeStranded } from '../../../src/delivery/queue/stranded-deliveries.store';
import { createLog } from '../../../src/logging/log';
import { newId, uuidOf } from '../../../src/values/ids';
import { waitFor } from '../../support/wait-for';
import { ANSWERED } from '../partner';
import { strays } from './invariants';
import { allFinished, attemptsOf, deliveriesOf, expireLeases } from './stored-attempts';
import { isDirect, workerSteps } from './worker-steps';

const { app, partner, parts, direct, webhookFor, jobs, leases } = workerSteps();

describe('a process that ends', () => {
  test('after the commit, before it sent: the attempt is UNKNOWN, and another worker makes the next one', async () => {
    const webhook = await webhookFor();
    const doomed = direct();
    await webhook.publishMany(2);
    await doomed.fanOut();
    expect((await deliveriesOf(app, webhook.id)).map(isDirect)).toEqual([true, true]);
    await doomed.stop(); // what it holds stays
    expect(await strays(app)).toEqual([]);
    await expireLeases(app);
    const held = startWorkerLeases({ ...parts, onTakenOver: () => undefined });
    const worker = startWorker({ ...parts, leases: held });
    direct(worker);
    await allFinished(app, webhook.id, 2);
    await worker.stop(1_000);
    await held.stop();
    expect((await attemptsOf(app, webhook.id)).map(({ status }) => status).sort()).toEqual([
      'SUCCEEDED',
      'SUCCEEDED',
      'UNKNOWN',
      'UNKNOWN',
    ]);
    expect(await leases()).toEqual([]);
    expect(await strays(app)).toEqual([]);
  });

  test('before the commit: nothing was opened, and its capacity is free again', async () => {
    const webhook = await webhookFor();
    const own = direct();
    await webhook.publishMany(2);
    const free = own.capacity.free();
    await app.database.query('alter table webhook_request_logs add constraint none check (false) not valid');
    await expect(own.fanOut()).rejects.toThrow('violates check constraint');
    await app.database.query('alter table webhook_request_logs drop constraint none');
    expect(await deliveriesOf(app, webhook.id)).toEqual([]);
    expect(own.sent).toEqual([]);
    expect([own.handedBack, own.capacity.free()]).toEqual([[], free]);
    (await own.fanOut()).onCommit();
    expect(own.sent).toHaveLength(2);
  });

  test('gracefully: what was opened and not sent is handed back, and uses no attempt of the schedule', async () => {
    const webhook = await webhookFor({ retrySchedule: [0, 0] });
    const worker = startWorker(parts);
    const own = direct(worker);
    await webhook.publishMany(1);
    const opening = await own.fanOut();
    const { promise, resolve } = Promise.withResolvers<void>();
    const stopped = worker.stop(60_000, promise);
    opening.onCommit();
    resolve();
    await stopped;
    expect(partner.calls).toEqual([]);
    const [delivery] = await deliveriesOf(app, webhook.id);
    expect(delivery).toMatchObject({ status: 'RETRYING', openRequestId: null, jobId: expect.any(String) });
    expect(await attemptsOf(app, webhook.id)).toMatchObject([{ status: 'FAILED', errorCode: 'NOT_SENT' }]);
    partner.answerWith(() => ({ status: 500 }));
    const next = startWorker(parts);
    await allFinished(app, webhook.id, 1);
    await next.stop(1_000);
    // its two attempts of the schedule follow the one that was not made
    expect(await deliveriesOf(app, webhook.id)).toMatchObject([{ status: 'EXHAUSTED', attempts: 3 }]);
  });

  test('with a commit of unknown result: what was written is handed back', async () => {
    const webhook = await webhookFor();
    const worker = startWorker(parts);
    const own = direct(worker);
    await webhook.publishMany(1);
    (await own.fanOut()).onUnknown();
    await allFinished(app, webhook.id, 1);
    await worker.stop(1_000);
    expect(partner.calls).toHaveLength(1);
    expect((await attemptsOf(app, webhook.id)).map(({ errorCode }) => errorCode)).toEqual(['NOT_SENT', null]);
  });
});

describe('the lease of jobs that were taken', () => {
  test('names their deliveries, however old: when it expires, another worker makes their next attempts', async () => {
    const before = await strays(app);
    const webhook = await webhookFor();
    await webhook.publishMany(3);
    await parts.fanOutAll();
    expect(await parts.take()).toHaveLength(3);
    expect(await jobs()).toEqual([]);
    expect(await strays(app)).toEqual(before);
    // a lease of first attempts that expires with it begins later
    const own = direct();
    await webhook.publishMany(1);
    (await own.fanOut()).onCommit();
    await own.stop();
    await expireLeases(app);
    direct();
    await waitFor('the take-over', async () => (await jobs()).length === 4);
    expect(await strays(app)).toEqual(before);
    const again = await parts.take();
    expect(again.map(({ attemptNumber }) => attemptNumber)).toEqual([2, 2, 2, 2]);
    const attempts = await attemptsOf(app, webhook.id);
    expect(attempts.map(({ errorCode }) => errorCode)).toEqual([
      ...Array(4).fill('PROCESS_DIED'),
      ...Array(4).fill(null),
    ]);
  });

  test('is deleted when all their outcomes are committed', async () => {
    const before = await strays(app);
    const webhook = await webhookFor();
    const held = startWorkerLeases({ ...parts, onTakenOver: () => undefined });
    const answer = Promise.withResolvers<void>();
    partner.answerWith((_call, n) => (n === 1 ? { after: answer.promise } : {}));
    await webhook.publishMany(3);
    await parts.fanOutAll();
    const worker = startWorker({ ...parts, leases: held });
    await waitFor('two outcomes', async () => {
      const deliveries = await deliveriesOf(app, webhook.id);
      return deliveries.filter(({ status }) => status === 'DELIVERED').length === 2;
    });
    expect(await strays(app)).toEqual(before);
    answer.resolve();
    await allFinished(app, webhook.id, 3);
    await waitFor('the end of the lease', async () => (await leases()).length === 0);
    await worker.stop(1_000);
    await held.stop();
  });
});

/** Lets each renewal fail, as of a process that stands still. @returns ends it */
async function stallRenewals(): Promise<() => Promise<unknown>> {
  const { database } = app;
  await database.query(`create function refuse_renewal() returns trigger language plpgsql as $$
    begin if new.expires_at > now() + interval '1 s' then raise 'no renewal'; end if; return new; end $$`);
  await database.query(
    'create trigger none before update on worker_leases for each row execute function refuse_renewal()',
  );
  return () => database.query('drop function refuse_renewal cascade');
}

describe('a lease that is lost while its process lives', () => {
  test('stops opening at once, fences the outcomes, and is replaced', async () => {
    const webhook = await webhookFor();
    const own = direct();
    await webhook.publishMany(1);
    (await own.fanOut()).onCommit();
    const [late] = own.sent;
    await webhook.publishMany(1);
    const renew = await stallRenewals();
    await expireLeases(app);
    await expect(own.fanOut()).rejects.toThrow('The lease of this worker has expired');
    expect(await deliveriesOf(app, webhook.id)).toHaveLength(1);
    const other = direct();
    await waitFor('the take-over', async () => (await jobs()).length === 1);
    await renew();
    const [owner] = await parts.take();
    expect(owner).toMatchObject({ attemptNumber: 2, delivery: { id: late?.delivery.id } });
    if (late) await parts.transaction((db) => commitOutcomes(db, [outcomeOf(late, ANSWERED, new Date())]));
    expect(await deliveriesOf(app, webhook.id)).toMatchObject([
      { status: 'PENDING', attempts: 2, openRequestId: owner?.requestId },
    ]);
    // once its process has noticed
    const again = await waitFor('another lease', () => own.fanOut().catch(() => null));
    again.onCommit();
    expect(own.sent).toHaveLength(2);
    expect(own.sent[1]?.delivery.webhookId).toBe(uuidOf('Webhook', webhook.id));
    expect(other.sent).toEqual([]);
  });

  test('is noticed when it is renewed, and not used again', async () => {
    const lines: string[] = [];
    const log = createLog('warn', { write: (line) => void lines.push(line) });
    const leases = startWorkerLeases({ ...parts, log, onTakenOver: () => undefined });
    const lost = leases.use();
    await parts.transaction((db) => leases.hold(db, lost));
    leases.ended(lost, 'COMMITTED', [newId()]);
    // as another worker takes it over
    await app.database.query('delete from worker_leases');
    await waitFor('the worker to notice', () => lines.some((line) => line.includes('a lease of this worker was lost')));
    const next = leases.use();
    expect(next.lease).not.toBe(lost.lease);
    await parts.transaction((db) => leases.hold(db, next));
    leases.ended(next, 'COMMITTED', []);
    await leases.stop();
  });

  test('and has no row any more is restored, so that its deliveries are taken over', async () => {
    const webhook = await webhookFor();
    const own = direct();
    await webhook.publishMany(2);
    (await own.fanOut()).onCommit();
    expect(await freeStranded(parts.db)).toBe(0);
    await own.stop();
    await app.database.query('delete from worker_leases');
    expect(await freeStranded(parts.db)).toBe(1);
    direct();
    await waitFor('the take-over', async () => (await jobs()).length === 2);
    expect((await deliveriesOf(app, webhook.id)).map(isDirect)).toEqual([false, false]);
    expect(await freeStranded(parts.db)).toBe(0);
  });

  test('is not used again after a transaction with it may have committed, whatever commits beside it', async () => {
    const own = direct();
    const use = async () => {
      const begun = own.leases.use();
      await parts.transaction((db) => own.leases.hold(db, begun));
      return begun;
    };
    own.leases.ended(await use(), 'COMMITTED', []);
    const [lost, beside] = [await use(), await use()];
    expect(beside.lease).toBe(lost.lease);
    own.leases.ended(lost, 'UNKNOWN', []);
    own.leases.ended(beside, 'COMMITTED', []);
    expect(own.leases.use().lease).not.toBe(lost.lease);
  });

  test('is not taken over while a transaction that opens attempts is under way', async () => {
    const webhook = await webhookFor();
    const own = direct();
    await webhook.publishMany(1);
    (await own.fanOut()).onCommit();
    await parts.transaction(async (db) => {
      await own.leases.hold(db, own.leases.use());
      await app.database.query('update worker_leases set expires_at = now()');
      const other = direct();
      await other.stop();
      expect(await leases()).toHaveLength(1);
    });
  });
});
