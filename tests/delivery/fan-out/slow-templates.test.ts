import { decidePending } from '../../../src/delivery/engine/pending-decisions';
import { WHOLE } from '../../../src/sql/index-lookup';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { deliveriesOf } from '../attempt/stored-attempts';
import { workerParts } from '../worker-parts';
import { keptOpen } from './publishing-steps';

const { app, parts } = workerParts();

const URL = 'http://127.0.0.1:9/hook';
const SLOW_BODY =
  '{% for a in doc.list %}{% for b in doc.list %}{% for c in doc.list %}{% endfor %}{% endfor %}{% endfor %}1';
const SLOW_CONDITION = 'doc.list.all(a, doc.list.all(b, doc.list.all(c, a + b + c >= 0)))';
const data = { list: Array.from({ length: 300 }, (_, n) => n) };

/** The locks of sessions of the relay that run no statement now, and whether any of them is in a transaction. */
async function heldLocks(): Promise<string[]> {
  // PostgreSQL looks at the states first: a statement that begins then seems to be none, but not twice
  const [before, after] = [await locksAtRest(), await locksAtRest()];
  return before.filter(({ key }) => after.some((each) => each.key === key)).map(({ held }) => held);
}

async function locksAtRest(): Promise<{ key: string; held: string }[]> {
  const sql = `select coalesce(l.relation::regclass::text, l.locktype, a.state) as held,
      concat_ws(' ', a.pid, a.state_change, l.relation, l.locktype) as key
    from pg_stat_activity a left join pg_locks l on l.pid = a.pid
    where a.datname = current_database() and a.application_name = 'hookledger test worker'
      and (a.state = 'idle in transaction' or (a.state = 'idle' and l.pid is not null))`;
  return app.database.query(sql);
}

test.each([
  ['template', { bodyFormat: 'JSON', body: SLOW_BODY }],
  ['condition', { condition: SLOW_CONDITION }],
])('while a slow %s runs, for webhooks with an order and a limit too, no transaction is open', async (what, slow) => {
  const documentType = `Slow ${what}`;
  const settings = { documentType, ordering: 'HOLD', dedupeSeconds: 60, ...slow };
  const webhook = await createTestWebhook(app, URL, settings);
  // of one webhook three are stopped in a step: the more often it pauses, the more often it can be looked at
  const references = ['INV-1', 'INV-2', 'INV-3'];
  await publish(
    app,
    references.map((reference) => invoice(reference, { documentType, data })),
  );
  let isWriting = false;
  const atCommit: string[][] = [];
  const step = parts.relay((work, options) => {
    isWriting = true;
    return parts.transaction(async (db) => {
      const result = await work(keptOpen(db));
      atCommit.push(await heldLocks());
      return result;
    }, options);
  });
  const stepped = step();
  const samples: string[][] = [];
  while (!isWriting) {
    const sample = await heldLocks();
    if (!isWriting) samples.push(sample);
  }
  await stepped;
  expect(samples.length).toBeGreaterThan(0);
  expect(samples.flat()).toEqual([]);
  // what is looked at shows locks
  expect(atCommit.at(-1)).toEqual(expect.arrayContaining(['webhooks', 'webhook_circuits']));
  await waitFor('all deliveries', async () => {
    if ((await deliveriesOf(app, webhook.id)).length === references.length) return true;
    // on a busy machine the decisions take longer than a step waits for them
    await decidePending(parts.fanOutParts, WHOLE);
    return false;
  });
});
