// Deliveries of one document are made in the order of its events, whichever relay makes them.
import { setTimeout as wait } from 'node:timers/promises';
import { insertPendingDecisions } from '../../../src/delivery/engine/pending-decision.store';
import { decidePending } from '../../../src/delivery/engine/pending-decisions';
import { claimFromOutbox } from '../../../src/delivery/queue/queue.store';
import { leaveOutbox } from '../../../src/events/business-event.store';
import { WHOLE } from '../../../src/sql/index-lookup';
import { uuidOf } from '../../../src/values/ids';
import { lockCircuits } from '../../../src/webhooks/webhook-circuit.store';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { deliveriesOf } from '../attempt/stored-attempts';
import { workerParts } from '../worker-parts';
import { keptOpen } from './publishing-steps';

const { app, parts } = workerParts();

const URL = 'http://127.0.0.1:9/hook';

let types = 0;
async function orderedWebhook(ordering: string | null = 'HOLD') {
  types += 1;
  const documentType = `Ordered ${types}`;
  const { id } = await createTestWebhook(app, URL, { documentType, ordering });
  const happen = (reference: string, event: string) => publish(app, [invoice(reference, { documentType, event })]);
  const made = async () => {
    const sql = `select reference_document || ' ' || event as what, waits_for is null as first from deliveries
      where webhook_id = $1 order by id`;
    return app.database.query<{ what: string; first: boolean }>(sql, [uuidOf('Webhook', id)]);
  };
  return { id, happen, made };
}

/** Runs `work` while another relay has claimed these events, and has done nothing else yet. */
async function whileClaimed(eventIds: readonly string[], work: () => Promise<void>): Promise<void> {
  const ids = eventIds.map((id) => uuidOf('BusinessEvent', id) as string);
  await parts.transaction(async (db) => {
    expect((await claimFromOutbox(db, ids)).size).toBe(ids.length);
    await work();
  });
}

test('an event waits in the outbox while another relay has an earlier one of its document, and others do not wait', async () => {
  const { happen, made } = await orderedWebhook();
  const unordered = await orderedWebhook(null);
  const first = await happen('INV-1', 'one');
  const free = await unordered.happen('INV-1', 'one');
  await whileClaimed([...first, ...free], async () => {
    await happen('INV-1', 'two');
    await happen('INV-2', 'one');
    await happen('INV-1', 'three');
    await unordered.happen('INV-1', 'two');
    expect(await parts.relay()()).toMatchObject({ read: 6, events: 2 });
    expect(await made()).toEqual([{ what: 'INV-2 one', first: true }]);
    expect((await unordered.made()).map(({ what }) => what)).toEqual(['INV-1 two']);
  });
  await parts.fanOutAll();
  expect(await made()).toEqual([
    { what: 'INV-2 one', first: true },
    { what: 'INV-1 one', first: true },
    { what: 'INV-1 two', first: false },
    { what: 'INV-1 three', first: false },
  ]);
});

test('an event that comes while another relay commits is written after the commit, behind the earlier one', async () => {
  const { happen, made } = await orderedWebhook('SKIP');
  await happen('INV-1', 'one');
  let commit = () => {};
  const held = new Promise<void>((resolve) => {
    commit = resolve;
  });
  let written = false;
  const slow = parts.relay((work, options) =>
    parts.transaction(async (db) => {
      const result = await work(keptOpen(db));
      written = true;
      await held;
      return result;
    }, options),
  );
  const slowStep = slow();
  await waitFor('the first event to be written', async () => written);
  await happen('INV-1', 'two');
  const otherStep = parts.relay()();
  await waitFor('the other relay to wait', async () => (await waitingForLock()) > 0);
  commit();
  await Promise.all([slowStep, otherStep]);
  expect(await made()).toEqual([
    { what: 'INV-1 one', first: true },
    { what: 'INV-1 two', first: false },
  ]);
});

async function waitingForLock(): Promise<number> {
  const sql = `select count(*)::int as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query ~ 'webhook_circuits'`;
  return (await app.database.query<{ n: number }>(sql))[0]?.n ?? 0;
}

test('an event waits behind one whose decision another relay leaves pending at this moment', async () => {
  const { id, happen, made } = await orderedWebhook();
  const [first] = await happen('INV-1', 'one');
  const [webhookId, eventId] = [uuidOf('Webhook', id) as string, uuidOf('BusinessEvent', first as string) as string];
  let stepped: Promise<unknown> = Promise.resolve();
  await parts.transaction(async (db) => {
    await claimFromOutbox(db, [eventId]);
    await lockCircuits(db, [webhookId]);
    await happen('INV-1', 'two');
    stepped = parts.relay()();
    await waitFor('the other relay to wait', async () => (await waitingForLock()) > 0);
    await insertPendingDecisions(db, [{ webhookId, businessEventId: eventId }]);
    await leaveOutbox(db, [{ id: eventId, wantedBy: 1 }], new Date());
  });
  await stepped;
  expect(await made()).toEqual([]);
  while ((await decidePending(parts.fanOutParts, WHOLE)).decided === 0);
  expect((await made()).map(({ what }) => what)).toEqual(['INV-1 one', 'INV-1 two']);
});

test('relays that run at once make 300 deliveries of 10 documents in order', async () => {
  const { id, made } = await orderedWebhook();
  const documentType = `Ordered ${types}`;
  let isPublishing = true;
  const relays = Array.from({ length: 3 }, async () => {
    const step = parts.relay();
    while ((await step()).read > 0 || isPublishing) await wait(5);
  });
  for (let call = 0; call < 30; call += 1) {
    const events = Array.from({ length: 10 }, (_, n) => invoice(`DOC-${n}`, { documentType, event: `e${call}` }));
    await publish(app, events);
  }
  isPublishing = false;
  await Promise.all(relays);
  expect(await deliveriesOf(app, id)).toHaveLength(300);
  const events = Map.groupBy(await made(), ({ what }) => what.split(' ')[0]);
  for (const ofDocument of events.values()) {
    expect(ofDocument.map(({ what }) => what.split(' ')[1])).toEqual(Array.from({ length: 30 }, (_, n) => `e${n}`));
  }
});
