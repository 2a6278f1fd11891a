// Large documents with templates: what one step writes is bounded in bytes, and nothing is lost, doubled or out of order.

import { decidePending } from '../../../src/delivery/engine/pending-decisions';
import { outboxEventsById, readOutbox } from '../../../src/events/business-event.store';
import { documentBytes } from '../../../src/events/data/envelope';
import { WHOLE } from '../../../src/sql/index-lookup';
import { uuidOf } from '../../../src/values/ids';
import { agree, callUnsigned } from '../../incoming/callers';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { deliveriesOf } from '../attempt/stored-attempts';
import { ALL_IDS, workerParts } from '../worker-parts';

const { app, parts } = workerParts();

const URL = 'http://127.0.0.1:9/hook';
const MIB = 1024 * 1024;
const pad = 'x'.repeat(200 * 1024);

/** Of the bodies that one transaction has inserted. */
async function largestStep(documentType: string): Promise<number> {
  const rows = await app.database.query<{ bytes: number }>(
    `select sum(byte_length)::int as bytes from (
       select distinct p.id, p.byte_length, p.xmin::text as step from deliveries d join payloads p on p.id = d.payload_id
       where d.document_type = $1) as made
     group by step order by bytes desc limit 1`,
    [documentType],
  );
  return rows[0]?.bytes ?? 0;
}

async function decideAll(): Promise<void> {
  for (let left = 1; left > 0; ) {
    const { decided, undecided, changed } = await decidePending(parts.fanOutParts, WHOLE);
    left = decided + undecided + changed;
  }
}

test('many events are fanned out in steps of 16 MiB', async () => {
  const documentType = 'Large';
  const body = (n: number) => `{ "webhook": ${n}, "data": {{ doc | json }} }`;
  const webhooks = [];
  for (let n = 0; n < 5; n += 1) {
    webhooks.push(await createTestWebhook(app, URL, { documentType, bodyFormat: 'JSON', body: body(n) }));
  }
  // 21 MiB
  const names = Array.from({ length: 22 }, (_, n) => `L-${n}`);
  await publish(
    app,
    names.map((name) => invoice(name, { documentType, data: { pad } })),
  );
  await parts.fanOutAll();
  await decideAll();
  for (const { id } of webhooks) {
    expect((await deliveriesOf(app, id)).map(({ referenceDocument }) => referenceDocument)).toEqual(names);
  }
  expect(await largestStep(documentType)).toBeLessThan(17 * MIB);
});

test('one event for many webhooks is split, and a later one does not overtake it', async () => {
  const documentType = 'Wide';
  const webhooks = [];
  for (let n = 0; n < 100; n += 1) {
    const body = `{ "webhook": ${n}, "data": {{ doc | json }} }`;
    webhooks.push(await createTestWebhook(app, URL, { documentType, ordering: 'HOLD', bodyFormat: 'JSON', body }));
  }
  await publish(app, [
    invoice('W-1', { documentType, data: { pad } }),
    invoice('W-1', { documentType, data: { n: 2 } }),
  ]);
  await parts.fanOutAll();
  await decideAll();
  const rows = await app.database.query<{ sizes: number[] }>(
    `select array_agg(p.byte_length > 1000 order by d.id) as sizes from deliveries d join payloads p on p.id = d.payload_id
     where d.document_type = $1 group by d.webhook_id`,
    [documentType],
  );
  expect(rows).toEqual(webhooks.map(() => ({ sizes: [true, false] })));
  expect(await largestStep(documentType)).toBeLessThan(17 * MIB);
});

test('a step reads 16 MiB of documents, and says that there are more', async () => {
  const documentType = 'Read in parts';
  await createTestWebhook(app, URL, { documentType });
  const names = Array.from({ length: 90 }, (_, n) => `R-${n}`);
  for (const half of [names.slice(0, 45), names.slice(45)]) {
    await publish(
      app,
      half.map((name) => invoice(name, { documentType, data: { pad } })),
    );
  }
  const bytes = pad.length + JSON.stringify({ pad: '' }).length;
  const read = await readOutbox(parts.db, WHOLE, ALL_IDS, 200, 2 * MIB);
  expect(read).toHaveLength(Math.ceil((2 * MIB) / bytes));
  expect(read.map((event) => documentBytes(event, event.body as Buffer).length)).toEqual(read.map(() => bytes));
  expect(await readOutbox(parts.db, WHOLE, ALL_IDS, 3, 2 * MIB)).toHaveLength(3);
  const step = parts.relay();
  const first = Math.ceil((16 * MIB) / bytes);
  const { read: ofFirst, events, more } = await step();
  expect([ofFirst, more]).toEqual([first, true]);
  expect(await step()).toMatchObject({ read: names.length - events, more: false });
});

test('events by their ids are read in the order that is asked for, as far as their documents fit', async () => {
  const documentType = 'Read by id';
  const names = Array.from({ length: 6 }, (_, n) => `I-${n}`);
  await publish(
    app,
    names.map((name) => invoice(name, { documentType, data: { pad } })),
  );
  const ids = await idsOf(documentType);
  const order = [5, 0, 4, 1, 3, 2].map((n) => ids[n] as string);
  const bytes = pad.length + JSON.stringify({ pad: '' }).length;
  const { events, later } = await outboxEventsById(parts.db, order, 3 * bytes);
  expect([new Set(events.keys()), later]).toEqual([new Set(order.slice(0, 3)), new Set(order.slice(3))]);
  const documents = [...events.values()].map((event) => documentBytes(event, event.body as Buffer));
  expect(documents.map(({ length }) => length)).toEqual([bytes, bytes, bytes]);
  const alone = await outboxEventsById(parts.db, order, 1);
  expect([...alone.events.keys()]).toEqual([order[0]]);
});

test('decisions that wait are made in steps of 16 MiB of documents: none is lost with a document for later', async () => {
  const documentType = 'Pending';
  const agreed = await agree(app, { provider: 'NONE', documentType });
  const names = Array.from({ length: 20 }, (_, n) => `P-${n}`);
  for (const name of names) {
    const { status } = await callUnsigned(agreed, JSON.stringify({ id: name, pad: pad.repeat(5) }));
    expect(status).toBe(200);
  }
  await parts.fanOutAll();
  const { id } = await createTestWebhook(app, URL, { documentType, condition: 'true' });
  await app.database.query(
    'insert into pending_decisions select $1, id from business_events where document_type = $2',
    [uuidOf('Webhook', id), documentType],
  );
  await decideAll();
  const made = await app.database.query<{ id: string }>(
    'select business_event_id as id from deliveries where webhook_id = $1 order by id',
    [uuidOf('Webhook', id)],
  );
  expect(made.map((each) => each.id)).toEqual(await idsOf(documentType));
});

/** The events of this type, oldest first. */
async function idsOf(documentType: string): Promise<string[]> {
  const rows = await app.database.query<{ id: string }>(
    'select id from business_events where document_type = $1 order by id',
    [documentType],
  );
  return rows.map(({ id }) => id);
}
