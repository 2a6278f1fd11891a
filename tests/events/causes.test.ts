import { Client } from 'pg';
import { newId, toNodeId, uuidOf } from '../../src/values/ids';
import { type DeliveryState, deliveriesOf } from '../delivery/attempt/stored-attempts';
import { type Parts, startParts } from '../delivery/worker-parts';
import { useTestApi } from '../support/app';
import { createTestWebhook, invoice, publish, type TestWebhook } from '../support/webhooks';

const app = useTestApi();
let parts: Parts;
let sql: Client;

beforeAll(async () => {
  parts = await startParts(app);
  sql = new Client({ connectionString: app.database.servingUrl });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await parts.stop();
});

const webhookFor = (documentType: string, settings: object = {}) =>
  createTestWebhook(app, 'http://127.0.0.1:9/hook', { documentType, ...settings });

/** Publishes one event, and turns it into deliveries. @returns its id */
async function happens(documentType: string, reference: string, causedBy?: string | null): Promise<string> {
  const [id] = await publish(app, [invoice(reference, { documentType, causedBy })]);
  await parts.fanOutAll();
  return id as string;
}

/** The one delivery that a webhook has for this document. */
async function deliveryTo(webhook: TestWebhook, reference: string): Promise<DeliveryState & { nodeId: string }> {
  const found = (await deliveriesOf(app, webhook.id)).filter((each) => each.referenceDocument === reference);
  expect(found).toHaveLength(1);
  const [delivery] = found as [DeliveryState];
  return { ...delivery, nodeId: toNodeId('Delivery', delivery.id) };
}

async function pathOf(eventId: string): Promise<string[]> {
  const rows = await app.database.query<{ path: string[] }>(
    'select cause_path as path from business_events where id = $1',
    [uuidOf('BusinessEvent', eventId)],
  );
  return (rows[0]?.path ?? []).map((id) => toNodeId('Webhook', id));
}

async function refusalOf(causedBy: unknown) {
  const answer = await app.ask(
    `mutation ($input: PublishEventsInput!) {
      publishEvents(input: $input) { events { id } userErrors { field code message } }
    }`,
    { input: { events: [invoice('GOOD'), invoice('BAD', { causedBy })] } },
  );
  expect(answer.data.publishEvents.events).toBeNull();
  return answer.data.publishEvents.userErrors;
}

test('an event that a webhook caused is not sent to that webhook, and is sent to every other', async () => {
  const [crm, other] = [await webhookFor('Order', { name: 'CRM' }), await webhookFor('Order')];
  await happens('Order', 'O-1');
  const first = await deliveryTo(crm, 'O-1');
  await happens('Order', 'O-2', first.nodeId);
  expect(await deliveryTo(crm, 'O-2')).toMatchObject({
    status: 'SKIPPED',
    skipReason: 'LOOP',
    skipMessage: `Delivery ${first.nodeId} to CRM caused this event.`,
    jobId: null,
  });
  expect(await deliveryTo(other, 'O-2')).toMatchObject({ status: 'PENDING', skipReason: null });
});

test('a ring of two webhooks ends when it comes round', async () => {
  const [a, b] = [await webhookFor('Ping', { name: 'A' }), await webhookFor('Pong', { name: 'B' })];
  await happens('Ping', 'R-1');
  await happens('Pong', 'R-2', (await deliveryTo(a, 'R-1')).nodeId);
  const last = await happens('Ping', 'R-3', (await deliveryTo(b, 'R-2')).nodeId);
  expect(await pathOf(last)).toEqual([a.id, b.id]);
  expect(await deliveryTo(a, 'R-3')).toMatchObject({
    skipReason: 'LOOP',
    skipMessage: 'A delivery to A caused this event, through one other webhook.',
  });
});

test('a chain through sixteen webhooks goes no further', async () => {
  const steps = await Promise.all(Array.from({ length: 17 }, (_, n) => webhookFor(`Step ${n}`)));
  let cause: string | null = null;
  for (const [n, webhook] of steps.entries()) {
    await happens(`Step ${n}`, `C-${n}`, cause);
    const delivery = await deliveryTo(webhook, `C-${n}`);
    expect(delivery.skipReason).toBe(n < 16 ? null : 'LOOP');
    cause = delivery.nodeId;
  }
  expect((await deliveryTo(steps[16] as TestWebhook, 'C-16')).skipMessage).toMatch(
    /^This event ends a chain of 16 deliveries/,
  );
  // named all the same, what was never sent makes the path no longer
  expect(await pathOf(await happens('Nobody', 'C-17', cause))).toHaveLength(16);
  const [bySql] = await app.database.query<{ id: string }>(
    `select publish_event('Nobody', 'on_submit', 'C-18', '{}', caused_by => $1) as id`,
    [cause],
  );
  expect(await pathOf(toNodeId('BusinessEvent', bySql?.id as string))).toHaveLength(16);
});

test('an event says which delivery it came of', async () => {
  const webhook = await webhookFor('Said');
  await happens('Said', 'S-1');
  const cause = (await deliveryTo(webhook, 'S-1')).nodeId;
  const causedBy = async (id: string) =>
    (await app.ask('query ($id: ID!) { businessEvent(id: $id) { causedBy { id webhook { id } } } }', { id })).data
      .businessEvent.causedBy;
  expect(await causedBy(await happens('Said', 'S-2', cause))).toEqual({ id: cause, webhook: { id: webhook.id } });
  expect(await causedBy(await happens('Said', 'S-3', null))).toBeNull();
  expect(await causedBy(await happens('Said', 'S-4'))).toBeNull();
});

describe('publishEvents refuses as a cause', () => {
  test.each<[string, string]>([
    ['an empty text', ''],
    ['the webhook-id of another system', 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W'],
    ['an id of another type', toNodeId('BusinessEvent', newId())],
    ['a UUID', newId()],
    ['an id in capitals', toNodeId('Delivery', newId()).toUpperCase()],
    ['an id with a blank', `${toNodeId('Delivery', newId())} `],
    ['a very long text', 'd'.repeat(10_000)],
  ])('%s', async (_what, causedBy) => {
    const [error, ...others] = await refusalOf(causedBy);
    expect(others).toEqual([]);
    expect(error).toMatchObject({ field: ['events', '1', 'causedBy'], code: 'INVALID' });
    expect(error.message).toMatch(/is not the id of a delivery\. Give the webhook-id header of a request/);
    expect(error.message.length).toBeLessThan(300);
  });

  test('a delivery that does not exist', async () => {
    const id = toNodeId('Delivery', newId());
    const message = `There is no delivery "${id}". Give the webhook-id header of a request that Hookledger sent.`;
    expect(await refusalOf(id)).toEqual([{ field: ['events', '1', 'causedBy'], code: 'INVALID', message }]);
  });
});

test('each of many events has its own cause', async () => {
  const [a, b] = [await webhookFor('Many'), await webhookFor('Many')];
  await happens('Many', 'M-1');
  const [one, other] = [await deliveryTo(a, 'M-1'), await deliveryTo(b, 'M-1')];
  const ids = await publish(app, [
    invoice('M-2', { documentType: 'Nobody', causedBy: other.nodeId }),
    invoice('M-3', { documentType: 'Nobody' }),
    invoice('M-4', { documentType: 'Nobody', causedBy: one.nodeId }),
    invoice('M-5', { documentType: 'Nobody', causedBy: other.nodeId }),
  ]);
  const paths: string[][] = [];
  for (const id of ids) paths.push(await pathOf(id));
  expect(paths).toEqual([[b.id], [], [a.id], [b.id]]);
});

describe('publish_event', () => {
  const publishBySql = async (causedBy: string | null) => {
    const text = `select publish_event('Nobody', 'on_submit', 'SQL', '{}', caused_by => $1) as id`;
    const { rows } = await sql.query<{ id: string }>(text, [causedBy]);
    return toNodeId('BusinessEvent', rows[0]?.id as string);
  };

  test('takes a cause too, and goes on with the path that led there', async () => {
    const [a, b] = [await webhookFor('First'), await webhookFor('Second')];
    await happens('First', 'Q-1');
    await happens('Second', 'Q-2', (await deliveryTo(a, 'Q-1')).nodeId);
    expect(await pathOf(await publishBySql((await deliveryTo(b, 'Q-2')).nodeId))).toEqual([a.id, b.id]);
    expect(await pathOf(await publishBySql(null))).toEqual([]);
  });

  test.each([
    '',
    'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
    toNodeId('Delivery', newId()),
    toNodeId('Webhook', newId()),
    newId(),
  ])('refuses %s', async (causedBy) => {
    const message = `caused_by must be the webhook-id header of a call that Hookledger made, not '${causedBy}'`;
    await expect(publishBySql(causedBy)).rejects.toThrow(message);
  });
});
