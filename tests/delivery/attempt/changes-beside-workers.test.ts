// A change of a webhook waits for the transactions that rely on the webhook when it begins, and for none that begins later: of
// the transactions of busy workers, one is always open.
import { startAttempts } from '../../../src/delivery/engine/start-attempts';
import type { Transaction } from '../../../src/sql/transactions';
import { mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish, type TestWebhook } from '../../support/webhooks';
import { keptOpen } from '../fan-out/publishing-steps';
import { type Direct, startDirect } from '../first-attempt-steps';
import { ALL_JOBS, workerParts } from '../worker-parts';
import { deliveriesOf, turn } from './stored-attempts';

const { app, parts } = workerParts();

let types = 0;
async function ownWebhook(): Promise<TestWebhook & { documentType: string; publishOne(): Promise<unknown> }> {
  types += 1;
  const documentType = `Busy ${types}`;
  const webhook = await createTestWebhook(app, 'http://127.0.0.1:9/hook', { documentType });
  return { ...webhook, documentType, publishOne: () => publish(app, [invoice('BUSY-1', { documentType })]) };
}

interface Held {
  /** When the transaction has done its work. */
  reached: Promise<unknown>;
  commit(): void;
  ended: Promise<unknown>;
}

/** A transaction that does its work and does not commit. */
function hold(begin: (transaction: Transaction) => Promise<unknown>): Held {
  const reached = Promise.withResolvers<void>();
  const commit = Promise.withResolvers<void>();
  const ended = begin((work, options) =>
    parts.transaction(async (db) => {
      const result = await work(keptOpen(db));
      reached.resolve();
      await commit.promise;
      return result;
    }, options),
  );
  return { reached: Promise.race([reached.promise, ended]), commit: commit.resolve, ended };
}

const WAITING = `select application_name from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
const waiting = (count: number) => async () => (await app.database.query(WAITING)).length === count;

const CHANGES: [string, (id: string) => Promise<unknown>][] = [
  ['updateWebhook', (id) => mutate(app, 'updateWebhook', { id, timeoutMs: 7_000 })],
  ['pauseWebhook', (id) => turn(app, 'pause', id)],
  ['archiveWebhook', (id) => turn(app, 'archive', id)],
];

describe.each(CHANGES)('%s', (_name, change) => {
  test('beside relays that open first attempts', async () => {
    const webhook = await ownWebhook();
    const directs: Direct[] = [];
    const opens = (transaction: Transaction) => {
      const direct = startDirect({ ...parts, fanOutParts: { ...parts.fanOutParts, transaction } }, null);
      directs.push(direct);
      return direct.fanOut().then((opening) => opening.onCommit());
    };
    await webhook.publishOne();
    const first = hold(opens);
    await first.reached;
    const changed = change(webhook.id);
    await waitFor('the change to wait', waiting(1));
    await webhook.publishOne();
    const second = hold(opens);
    await second.reached;
    first.commit();
    await changed;
    second.commit();
    await Promise.all([first.ended, second.ended]);
    const [opened, queued] = await deliveriesOf(app, webhook.id);
    expect([opened?.openRequestId, queued?.openRequestId]).toEqual([expect.any(String), null]);
    expect([opened?.jobId, queued?.jobId]).toEqual([null, expect.any(String)]);
    await Promise.all(directs.map((direct) => direct.stop()));
  });

  test('beside workers that take jobs', async () => {
    const webhook = await ownWebhook();
    const takes = (transaction: Transaction) => {
      const capacity = { free: () => 100, freeFor: () => 100 };
      return transaction((db) => startAttempts(db, { ...parts, capacity }, 100, ALL_JOBS));
    };
    await webhook.publishOne();
    await parts.fanOutAll();
    const first = hold(takes);
    await first.reached;
    const changed = change(webhook.id);
    await waitFor('the change to wait', waiting(1));
    await webhook.publishOne();
    await parts.fanOutAll();
    const second = hold(takes);
    await Promise.race([second.reached, waitFor('the worker to wait behind the change', waiting(2), 30_000)]);
    first.commit();
    await changed;
    second.commit();
    await Promise.all([first.ended, second.ended]);
  });
});
