// Changes of deliveries, also those that make no request.
import { uuidOf } from '../../../src/values/ids';
import { openStream, type TestStream } from '../../request-log/watch/event-source';
import { useTestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { useReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish, type TestWebhook } from '../../support/webhooks';

const app = useTestApp();
const partner = useReceiver();
const streams: TestStream[] = [];

beforeEach(() => partner.answerWith(() => ({})));
afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});

const WATCH = `subscription ($where: DeliveryWhere, $after: ID) {
  deliveryChanged(where: $where, after: $after) {
    id dropped delivery { id status held skipReason attempts nextAttemptAt cancelRequested referenceDocument }
  }
}`;
const REQUESTS = `subscription ($where: WebhookRequestLogWhere) {
  webhookRequestLogChanged(where: $where) { id webhookRequestLog { referenceDocument } }
}`;

async function open(query: string, variables: object, key = app.adminKey): Promise<TestStream> {
  const stream = await openStream(app.url, { query, variables, key });
  streams.push(stream);
  return stream;
}

const watch = (where: object, after?: string) => open(WATCH, { where, after });
const ofWebhook = ({ id }: TestWebhook) => ({ webhook: { id: { eq: id } } });

let types = 0;
async function ownWebhook(settings: object = {}): Promise<TestWebhook & { send(name: string): Promise<unknown> }> {
  types += 1;
  const documentType = `Watched ${types}`;
  const webhook = await createTestWebhook(app, partner.url, { documentType, ...settings });
  return { ...webhook, send: (name) => publish(app, [invoice(name, { documentType })]) };
}

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
function until(stream: TestStream, what: string, is: (delivery: any) => boolean): Promise<any> {
  return waitFor(what, () => stream.changes().find(({ delivery }) => is(delivery)));
}

test('an attempt that begins and ends changes its delivery', async () => {
  const webhook = await ownWebhook();
  const stream = await watch(ofWebhook(webhook));
  await webhook.send('INV-SENT');
  const { delivery } = await until(stream, 'its end', ({ status }) => status === 'DELIVERED');
  expect(delivery).toMatchObject({ referenceDocument: 'INV-SENT', attempts: 1 });
});

test('a skip, a hold, a release and a cancel are sent, which make no request', async () => {
  const skipping = await ownWebhook({ condition: 'false' });
  const holding = await ownWebhook();
  const requests = await open(REQUESTS, { where: { webhook: { id: { in: [skipping.id, holding.id] } } } });
  const skipped = await watch(ofWebhook(skipping));
  const held = await watch(ofWebhook(holding));
  await skipping.send('INV-SKIPPED');
  expect(await until(skipped, 'the skip', ({ status }) => status === 'SKIPPED')).toMatchObject({
    dropped: 0,
    delivery: { referenceDocument: 'INV-SKIPPED', skipReason: 'CONDITION_FALSE', attempts: 0 },
  });
  await mutate(app, 'pauseWebhook', { id: holding.id, reason: 'their disk is full' }, 'webhook { status }');
  await holding.send('INV-HELD');
  const { delivery } = await until(held, 'the hold', (each) => each.held);
  expect(delivery).toMatchObject({ status: 'PENDING', attempts: 0 });
  await mutate(app, 'cancelDelivery', { deliveryId: delivery.id, reason: 'not needed' }, 'delivery { status }');
  await until(held, 'the cancel', ({ status }) => status === 'CANCELLED');
  expect(requests.changes()).toEqual([]);
});

test('each subscriber gets what meets its own filter, on the state at that moment', async () => {
  partner.answerWith(() => ({ status: 500 }));
  const webhook = await ownWebhook({ retrySchedule: [0] });
  const all = await watch(ofWebhook(webhook));
  const exhausted = await watch({ ...ofWebhook(webhook), status: { eq: 'EXHAUSTED' } });
  const others = await watch({ ...ofWebhook(webhook), referenceDocument: { eq: 'INV-OTHER' } });
  await webhook.send('INV-FAILS');
  await until(all, 'the last failure', ({ status }) => status === 'EXHAUSTED');
  await until(exhausted, 'the same', ({ status }) => status === 'EXHAUSTED');
  expect(new Set(exhausted.changes().map(({ delivery }) => delivery.status))).toEqual(new Set(['EXHAUSTED']));
  expect(others.changes()).toEqual([]);
});

test('after a gap nothing is missing: from a change exactly, from a delivery a little more', async () => {
  const webhook = await ownWebhook();
  const before = await watch(ofWebhook(webhook));
  await webhook.send('INV-1');
  await until(before, 'the first', ({ status }) => status === 'DELIVERED');
  await mutate(app, 'pauseWebhook', { id: webhook.id, reason: 'a gap' }, 'webhook { status }');
  await webhook.send('INV-SEEN');
  // all changes of INV-1 are before it: a delivery may have several, each with the state at the moment when it is read
  const seen = await until(before, 'the last one before the gap', (each) => each.held);
  before.close();
  await webhook.send('INV-2');
  await waitFor('the held one', async () => {
    const { data } = await app.ask(
      `{ deliveries(where: { referenceDocument: { eq: "INV-2" }, held: { eq: true } }) { nodes { id } } }`,
    );
    return data.deliveries.nodes.length > 0;
  });
  const isSecond = (each: { held: boolean; referenceDocument: string }) =>
    each.held && each.referenceDocument === 'INV-2';
  const after = await watch(ofWebhook(webhook), seen.id);
  await until(after, 'the second', isSecond);
  expect(after.changes().map(({ delivery }) => delivery.referenceDocument)).not.toContain('INV-1');
  const fromRow = await watch(ofWebhook(webhook), seen.delivery.id);
  await until(fromRow, 'the second', isSecond);
  expect(fromRow.changes().map(({ delivery }) => delivery.referenceDocument)).toContain('INV-SEEN');
});

test('an old delivery, and the id of something else, are no place to resume from', async () => {
  for (const after of ['dlv_016a7000000070008000000000000000', 'usr_016a7000000070008000000000000000']) {
    const stream = await watch({}, after);
    await waitFor('the end', () => stream.ended);
    expect(JSON.stringify(stream.events)).toMatch(/is too old|is neither the id of a change/);
  }
});

test.each([
  ['PUBLISHER', false],
  ['SUPPORT', true],
  ['AUDITOR', true],
] as const)('%s may watch: %s', async (role, may) => {
  const webhook = await ownWebhook({ condition: 'false' });
  const stream = await open(WATCH, { where: ofWebhook(webhook) }, await app.keyFor(role));
  if (may) {
    await webhook.send('INV-SEEN');
    await until(stream, 'the skip', ({ status }) => status === 'SKIPPED');
  } else {
    await waitFor('the end', () => stream.ended);
    expect(stream.events[0]?.data.errors[0]).toMatchObject({
      path: ['deliveryChanged'],
      extensions: { code: 'FORBIDDEN' },
    });
  }
});

test('what one statement changes is written in pieces of 1,000, and attempts are not written again', async () => {
  const webhook = await ownWebhook();
  await webhook.send('INV-MANY');
  const webhookId = uuidOf('Webhook', webhook.id);
  const id = await waitFor('the end', async () => {
    const [row] = await app.database.query<{ id: string }>(
      `select id from deliveries where webhook_id = $1 and status = 'DELIVERED'`,
      [webhookId],
    );
    return row?.id;
  });
  const sizes = async () =>
    (
      await app.database.query<{ size: number }>(
        `select cardinality(delivery_ids) as size from request_changes
         where kind = 'DELIVERIES' and delivery_ids && array(select id from deliveries where webhook_id = $1) order by id`,
        [webhookId],
      )
    ).map(({ size }) => size);
  const before = await sizes();
  // one that was put into the queue first; its attempt is told by its request
  expect(before.length).toBeLessThanOrEqual(1);
  await app.database.query(
    `insert into deliveries select made.* from deliveries d, (select new_id() as id from generate_series(1, 1500)) as n
       cross join lateral jsonb_populate_record(d, jsonb_build_object('id', n.id,
         'created_at', to_timestamp(ms_of_id(n.id) / 1000.0))) as made where d.id = $1`,
    [id],
  );
  expect((await sizes()).slice(before.length)).toEqual([1_000, 500]);
  await app.database.query('update deliveries set held = true where webhook_id = $1 and id <> $2', [webhookId, id]);
  expect((await sizes()).slice(before.length)).toEqual([1_000, 500, 1_000, 500]);
});

test('changes of deliveries leave statistics and searches up to date', async () => {
  const webhook = await ownWebhook({ condition: 'false' });
  await webhook.send('INV-COUNTED');
  await app.database.query(
    `insert into request_changes (xid, kind, request_ids, delivery_ids, at)
     values (pg_current_xact_id()::text::bigint, 'DELIVERIES', '{}', array[gen_random_uuid()], now() - interval '2 minutes')`,
  );
  await waitFor('all to be read', async () => {
    const { data } = await app.ask('{ systemHealth { index { behindSeconds } statistics { behindSeconds } } }');
    const { index, statistics } = data.systemHealth;
    return index.behindSeconds < 60 && statistics.behindSeconds < 60;
  });
});
