import { duplicatesAmong } from '../../../src/delivery/engine/skip-reasons/duplicates';
import { firstIdAt, newId, timeOfId, toNodeId, uuidOf } from '../../../src/values/ids';
import { listStates } from '../../support/delivery-states';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish, type TestWebhook } from '../../support/webhooks';
import { deliveriesOf } from '../attempt/stored-attempts';
import { workerParts } from '../worker-parts';
import { keptOpen } from './publishing-steps';

const { app, parts } = workerParts();

let types = 0;

/** A webhook for a document type of its own, and how to publish such documents. */
async function dedupingWebhook(dedupeSeconds: number | null, settings: object = {}) {
  types += 1;
  const documentType = `Type ${types}`;
  const webhook = await createTestWebhook(app, 'http://127.0.0.1:9/hook', { documentType, dedupeSeconds, ...settings });
  const event = (reference: string, more: object = {}) => invoice(reference, { documentType, ...more });
  return { webhook, event };
}

/** Publishes events together, and turns them into deliveries. @returns their ids */
async function happen(...events: object[]): Promise<string[]> {
  const ids = await publish(app, events);
  await parts.fanOutAll();
  return ids;
}

/** Makes an event that was fanned out older by this number of seconds; its deliveries stay. */
async function age(eventId: string, seconds: number): Promise<string> {
  const id = uuidOf('BusinessEvent', eventId) as string;
  const older = firstIdAt(timeOfId(id).getTime() - seconds * 1000).slice(0, 13) + id.slice(13);
  await app.database.query('set session_replication_role = replica');
  await app.database.query('update business_events set id = $2 where id = $1', [id, older]);
  await app.database.query('reset session_replication_role');
  await app.database.query('update deliveries set business_event_id = $2 where business_event_id = $1', [id, older]);
  return toNodeId('BusinessEvent', older);
}

/** Of each delivery, oldest first: why it was skipped; null: it was not. */
async function skipsOf(webhook: TestWebhook): Promise<(string | null)[]> {
  return (await deliveriesOf(app, webhook.id)).map((delivery) => delivery.skipReason);
}

test('the same event again within the time is skipped, and the message names the first', async () => {
  const { webhook, event } = await dedupingWebhook(60);
  const [first] = await happen(event('D-1'));
  const aged = await age(first as string, 12);
  await happen(event('D-1'));
  const [, again] = await deliveriesOf(app, webhook.id);
  expect(again).toMatchObject({ status: 'SKIPPED', skipReason: 'DUPLICATE', jobId: null });
  const [, seconds] = new RegExp(`^The same as ${aged}, (\\d+) s before\\.$`).exec(again?.skipMessage ?? '') ?? [];
  expect(Number(seconds)).toBeGreaterThanOrEqual(12);
});

test.each<[string, object]>([
  ['another document', { referenceDocument: 'D-2' }],
  ['another event', { event: 'on_cancel' }],
  ['other data', { data: { name: 'D-1', grand_total: 561.81 } }],
  ['the same data in other bytes', { data: { grand_total: 561.8, name: 'D-1' } }],
])('%s is sent', async (_what, more) => {
  const { webhook, event } = await dedupingWebhook(60);
  await happen(event('D-1'));
  await happen(event('D-1', more));
  expect(await skipsOf(webhook)).toEqual([null, null]);
});

test('after the time it is sent again', async () => {
  const { webhook, event } = await dedupingWebhook(10);
  const [first] = await happen(event('D-1'));
  await age(first as string, 11);
  await happen(event('D-1'));
  expect(await skipsOf(webhook)).toEqual([null, null]);
});

test('what was skipped as a duplicate does not make the time longer', async () => {
  const { webhook, event } = await dedupingWebhook(3_600);
  const [first] = await happen(event('D-1'));
  const aged = await age(first as string, 2_000);
  const [second] = await happen(event('D-1'));
  expect(await skipsOf(webhook)).toEqual([null, 'DUPLICATE']);
  await age(aged, 2_000);
  await age(second as string, 2_000);
  await happen(event('D-1'));
  expect(await skipsOf(webhook)).toEqual([null, 'DUPLICATE', null]);
});

test('of several together the first is sent', async () => {
  const { webhook, event } = await dedupingWebhook(60);
  await happen(event('D-1'), event('D-2'), event('D-1'), event('D-1'));
  expect(await skipsOf(webhook)).toEqual([null, null, 'DUPLICATE', 'DUPLICATE']);
});

test('a webhook without the setting gets everything, beside one that has it', async () => {
  const { webhook, event } = await dedupingWebhook(null);
  const [{ documentType }] = [event('x') as { documentType: string }];
  const deduping = await createTestWebhook(app, 'http://127.0.0.1:9/', { documentType, dedupeSeconds: 60 });
  await happen(event('D-1'), event('D-1'));
  expect(await skipsOf(webhook)).toEqual([null, null]);
  expect(await skipsOf(deduping)).toEqual([null, 'DUPLICATE']);
});

test.each(['EXHAUSTED', 'CANCELLED', 'SKIPPED'])('one whose first was %s is sent', async (status) => {
  const { webhook, event } = await dedupingWebhook(60);
  await happen(event('D-1'));
  await app.database.query('update deliveries set status = $2, finished_at = now() where webhook_id = $1', [
    uuidOf('Webhook', webhook.id),
    status,
  ]);
  await listStates(app.database);
  await happen(event('D-1'));
  expect((await deliveriesOf(app, webhook.id))[1]).toMatchObject({ status: 'PENDING', skipReason: null });
});

test('an event that was published before and comes here after is a duplicate too', async () => {
  const { webhook, event } = await dedupingWebhook(60);
  const [early] = await publish(app, [event('D-1')]);
  const id = uuidOf('BusinessEvent', early as string);
  await app.database.query('update business_events set fanned_out_at = now() where id = $1', [id]);
  await listStates(app.database);
  const [late] = await happen(event('D-1'));
  const aged = await age(early as string, 3);
  await app.database.query('update business_events set fanned_out_at = null where id = $1', [
    uuidOf('BusinessEvent', aged),
  ]);
  await listStates(app.database);
  await parts.fanOutAll();
  const skipped = (await deliveriesOf(app, webhook.id)).find((each) => each.skipReason === 'DUPLICATE');
  const [, seconds] =
    new RegExp(`^The same as ${late}, (\\d+(?:\\.\\d)?) s after\\.$`).exec(skipped?.skipMessage ?? '') ?? [];
  expect(Number(seconds)).toBeGreaterThanOrEqual(3);
});

test('two relays that fan out the same document at the same instant send it once', async () => {
  const { webhook, event } = await dedupingWebhook(60);
  // the batches differ, as each relay leaves alone what the other has taken
  for (let round = 0; round < 5; round += 1) {
    await publish(
      app,
      Array.from({ length: 250 }, (_, n) => event(`T-${round}-${n % 125}`)),
    );
    await Promise.all([parts.relay()(), parts.relay()()]);
    await parts.fanOutAll();
  }
  const skips = await skipsOf(webhook);
  expect(skips).toHaveLength(1250);
  expect(skips.filter((skip) => skip === null)).toHaveLength(625);
});

test('a relay waits for another one that sends the same document at this moment, and then skips it', async () => {
  const { webhook, event } = await dedupingWebhook(60);
  await publish(app, [event('AT-ONCE')]);
  let other: Promise<void> | null = null;
  let hasEnded = false;
  const first = parts.relay((work, options) =>
    parts.transaction(async (db) => {
      const result = await work(keptOpen(db));
      await publish(app, [event('AT-ONCE')]);
      other ??= parts
        .relay()()
        .then(() => {
          hasEnded = true;
        });
      await waitFor('the other relay', async () => hasEnded || (await isWaitingForCircuit()));
      return result;
    }, options),
  );
  await first();
  await other;
  await parts.fanOutAll();
  expect(await skipsOf(webhook)).toEqual([null, 'DUPLICATE']);
});

async function isWaitingForCircuit(): Promise<boolean> {
  const sql = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    and query like '%webhook_circuits%for update%'`;
  return (await app.database.query(sql)).length > 0;
}

test('webhooks without the setting cost no statement', async () => {
  const { webhook } = await dedupingWebhook(null);
  const event = { id: newId(), body: Buffer.from('{}') };
  const row = { id: uuidOf('Webhook', webhook.id), dedupeSeconds: null };
  // a database that does nothing at all
  expect(await duplicatesAmong({} as never, [{ event, webhook: row }] as never)).toEqual([null]);
});

describe('the setting', () => {
  const change = async (input: object) =>
    (
      await app.ask(
        `mutation ($input: UpdateWebhookInput!) {
          updateWebhook(input: $input) { webhook { dedupeSeconds } userErrors { field code message } }
        }`,
        { input },
      )
    ).data.updateWebhook;

  test('is changed, and taken away with null', async () => {
    const { id } = (await dedupingWebhook(86_400)).webhook;
    expect((await change({ id })).webhook).toEqual({ dedupeSeconds: 86_400 });
    expect((await change({ id, dedupeSeconds: 1 })).webhook).toEqual({ dedupeSeconds: 1 });
    expect((await change({ id, dedupeSeconds: null })).webhook).toEqual({ dedupeSeconds: null });
  });

  test.each([0, -1, 86_401, 2_147_483_647])('%i is refused', async (dedupeSeconds) => {
    const { id } = (await dedupingWebhook(null)).webhook;
    const message = `dedupeSeconds is ${dedupeSeconds}; it must be 1 to 86,400 or null.`;
    expect((await change({ id, dedupeSeconds })).userErrors).toEqual([
      { field: ['dedupeSeconds'], code: 'INVALID', message },
    ]);
  });
});
