import { Client } from 'pg';
import { claimPendingDecisions } from '../../../src/delivery/engine/pending-decision.store';
import { decidePending } from '../../../src/delivery/engine/pending-decisions';
import { WHOLE } from '../../../src/sql/index-lookup';
import { uuidOf } from '../../../src/values/ids';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { deliveriesOf } from '../attempt/stored-attempts';
import { workerParts } from '../worker-parts';

const { app, parts } = workerParts();

const URL = 'http://127.0.0.1:9/hook';
const LOOP = 'doc.list.all(a, doc.list.all(b, doc.list.all(c, a + b + c >= 0)))';
const list = Array.from({ length: 300 }, (_, n) => n);

const pending = () => app.database.query<{ n: number }>('select count(*)::int as n from pending_decisions');
const step = () => decidePending(parts.fanOutParts, WHOLE);

async function decideAll(): Promise<void> {
  for (let left = 1; left > 0; ) {
    const { decided, changed } = await step();
    left = decided + changed;
  }
}

test('events wait where a condition is slow, other webhooks have them at once, and each is judged by itself', async () => {
  const documentType = 'Slow';
  const slow = await createTestWebhook(app, URL, { documentType, condition: LOOP });
  const good = await createTestWebhook(app, URL, { documentType, condition: 'doc.list.size() > 0' });
  const events = Array.from({ length: 8 }, (_, n) =>
    invoice(`S-${n}`, { documentType, data: { list: n < 7 ? list : [1] } }),
  );
  await publish(app, events);
  await parts.fanOutAll();
  expect(await deliveriesOf(app, good.id)).toHaveLength(8);
  const before = await deliveriesOf(app, slow.id);
  expect(before.map(({ status }) => status)).not.toContain('PENDING');
  expect(await pending()).toEqual([{ n: 8 - before.length }]);
  expect(before.length).toBeLessThan(8);

  while ((await pending())[0]?.n !== 0) await step();
  const skips = (await deliveriesOf(app, slow.id)).filter(({ status }) => status === 'SKIPPED');
  expect(skips).toHaveLength(7);
  expect(new Set(skips.map(({ skipMessage }) => skipMessage))).toEqual(
    new Set(['The condition took longer than 50 ms of processor time, twice: it was stopped.']),
  );
  const sent = (await deliveriesOf(app, slow.id)).filter(({ status }) => status === 'PENDING');
  expect(sent.map(({ referenceDocument }) => referenceDocument)).toEqual(['S-7']);
});

test('an event does not overtake one that is undecided, and what its webhook became meanwhile holds', async () => {
  const documentType = 'Behind';
  await publish(app, [invoice('B-1', { documentType })]);
  await parts.fanOutAll();
  const { id } = await createTestWebhook(app, URL, { documentType, condition: 'true' });
  await leave(id, 'B-1');
  await publish(app, [invoice('B-2', { documentType })]);
  await parts.fanOutAll();
  expect(await deliveriesOf(app, id)).toEqual([]);
  expect(await pending()).toEqual([{ n: 2 }]);
  await decideAll();
  expect((await deliveriesOf(app, id)).map((each) => each.referenceDocument)).toEqual(['B-1', 'B-2']);
  expect(await pending()).toEqual([{ n: 0 }]);

  await leave(id, 'B-2');
  await app.database.query(`update webhooks set status = 'ARCHIVED' where id = $1`, [uuidOf('Webhook', id)]);
  await decideAll();
  expect(await deliveriesOf(app, id)).toHaveLength(2);
  expect(await pending()).toEqual([{ n: 0 }]);
});

test('a transaction that loses its connection while it waits for another one fails, and the process goes on', async () => {
  const holder = new Client({ connectionString: app.database.superuserUrl });
  await holder.connect();
  try {
    await holder.query('select pg_advisory_lock(4711)');
    // jest fails a test during which a promise is rejected that nothing waits for
    const waiting = expect(parts.transaction((tx) => tx.query('select pg_advisory_xact_lock(4711)'))).rejects.toThrow();
    await waitFor('the transaction to be ended', async () => {
      const { rowCount } = await holder.query(
        `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and not granted
           and database = (select oid from pg_database where datname = current_database())`,
      );
      return rowCount === 1;
    });
    await waiting;
    await new Promise(setImmediate);
  } finally {
    await holder.end();
  }
});

test('of two transactions that decide, the second one does not wait for the first', async () => {
  await parts.transaction(async (first) => {
    expect(await claimPendingDecisions(first, [])).toEqual([]);
    expect(await parts.transaction((second) => claimPendingDecisions(second, []))).toBeNull();
  });
});

/** As if the machine had been too busy to ask the webhook about the event. */
async function leave(webhookId: string, referenceDocument: string): Promise<void> {
  await app.database.query(
    'insert into pending_decisions select $1, id from business_events where reference_document = $2',
    [uuidOf('Webhook', webhookId), referenceDocument],
  );
}
