import { Webhook as Verifier } from 'standardwebhooks';
import { uuidOf } from '../../../src/values/ids';
import { useTestApp } from '../../support/app';
import { askMutation, mutate } from '../../support/mutate';
import { startReceiver, useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { allFinished, attemptsOf, deliveriesOf, turn } from '../attempt/stored-attempts';

const app = useTestApp();
const partner = useFreshReceiver();

let types = 0;

/** A webhook that gets the events of this test alone. */
async function createOwnWebhook(settings: object = {}) {
  types += 1;
  const documentType = `Type ${types}`;
  return { ...(await createTestWebhook(app, partner.url, { documentType, ...settings })), documentType };
}

const FIELDS = `delivery { id status test attempts webhook { id } businessEvent { id documentType wantedBy data } }`;
const document = (documentType: string, data: unknown = { name: 'INV-1', total: 3 }) => ({
  documentType,
  event: 'on_submit',
  referenceDocument: 'INV-1',
  data,
});
const given = (...of: Parameters<typeof document>) => ({ given: document(...of) });
const tryOut = (id: string, sample: object) => mutate(app, 'testWebhook', { id, sample }, FIELDS);

test('one signed request that says it is a test arrives, and is marked in the log', async () => {
  const webhook = await createOwnWebhook();
  const { delivery, userErrors } = await tryOut(webhook.id, given(webhook.documentType));
  expect(userErrors).toEqual([]);
  expect(delivery).toMatchObject({ status: 'PENDING', test: true, attempts: 0, webhook: { id: webhook.id } });
  const call = await waitFor('the call', () => partner.calls[0]);
  expect(call.headers['webhook-test']).toBe('true');
  expect(call.headers['webhook-id']).toBe(delivery.id);
  const verified = new Verifier(webhook.secret).verify(call.body.toString(), call.headers as Record<string, string>);
  expect(verified).toMatchObject({ data: { name: 'INV-1', total: 3 } });

  await allFinished(app, webhook.id, 1);
  const { data } = await app.ask(`{
    deliveries(where: { test: { eq: true }, webhook: { id: { eq: "${webhook.id}" } } }) { nodes { id status } }
    webhookRequestLogs(where: { test: { eq: true }, webhook: { id: { eq: "${webhook.id}" } } }) {
      nodes { test headers delivery { id } } }
  }`);
  expect(data.deliveries.nodes).toEqual([{ id: delivery.id, status: 'DELIVERED' }]);
  expect(data.webhookRequestLogs.nodes).toMatchObject([
    { test: true, headers: { 'webhook-test': 'true' }, delivery: { id: delivery.id } },
  ]);
});

test('what is no test says so, and carries no such header', async () => {
  const webhook = await createOwnWebhook();
  await publish(app, [invoice('INV-1', { documentType: webhook.documentType })]);
  await allFinished(app, webhook.id, 1);
  expect(partner.calls[0]?.headers).not.toHaveProperty('webhook-test');
  const where = `where: { test: { eq: true }, webhook: { id: { eq: "${webhook.id}" } } }`;
  const { data } = await app.ask(
    `{ deliveries(${where}) { nodes { id } } webhookRequestLogs(${where}) { nodes { id } } }`,
  );
  expect(data).toEqual({ deliveries: { nodes: [] }, webhookRequestLogs: { nodes: [] } });
});

test('a document that was given for a test is sent to no other webhook', async () => {
  const webhook = await createOwnWebhook();
  const other = await createTestWebhook(app, partner.url, { documentType: webhook.documentType });
  const { delivery } = await tryOut(webhook.id, given(webhook.documentType));
  expect(delivery.businessEvent).toMatchObject({ documentType: webhook.documentType, wantedBy: 1 });
  // an event that is fanned out after it
  await publish(app, [invoice('INV-2', { documentType: webhook.documentType })]);
  await Promise.all([allFinished(app, webhook.id, 2), allFinished(app, other.id, 1)]);
  expect(await deliveriesOf(app, other.id)).toMatchObject([{ referenceDocument: 'INV-2' }]);
});

test('the text of the document is kept exactly', async () => {
  const webhook = await createOwnWebhook();
  const answer = await app.ask(`mutation { testWebhook(input: { id: "${webhook.id}", sample: { given: {
    documentType: "X", event: "y", referenceDocument: "Z", data: { b: 1.00, a: "é" } } } }) { userErrors { message } } }`);
  expect(answer.data.testWebhook.userErrors).toEqual([]);
  const call = await waitFor('the call', () => partner.calls[0]);
  expect(call.body.toString()).toContain('"data":{"b":1.00,"a":"é"}');
});

test('a past event is sent as it was, and is unchanged for all other webhooks', async () => {
  const webhook = await createOwnWebhook();
  const [eventId] = await publish(app, [invoice('INV-7', { documentType: webhook.documentType })]);
  await allFinished(app, webhook.id, 1);
  const { delivery } = await tryOut(webhook.id, { eventId });
  expect(delivery.businessEvent).toMatchObject({ id: eventId, wantedBy: 1 });
  await allFinished(app, webhook.id, 2);
  const [real, test] = partner.calls as [(typeof partner.calls)[0], (typeof partner.calls)[0]];
  expect(test.body.equals(real.body)).toBe(true);
  expect(test.headers['webhook-id']).not.toBe(real.headers['webhook-id']);
});

test('a test that fails ends after one attempt, whatever the schedule says', async () => {
  partner.answerWith(() => ({ status: 500 }));
  const webhook = await createOwnWebhook({ retrySchedule: [0, 0, 0] });
  await tryOut(webhook.id, given(webhook.documentType));
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery).toMatchObject({ status: 'EXHAUSTED', attempts: 1 });
  expect(partner.calls).toHaveLength(1);
});

test('a test goes at once, however long the schedule waits before the first attempt', async () => {
  const webhook = await createOwnWebhook({ retrySchedule: [3600] });
  await tryOut(webhook.id, given(webhook.documentType));
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery?.status).toBe('DELIVERED');
});

test.each(['PAUSED', 'DISABLED'])('a webhook that is %s can be tried out, and stays so', async (status) => {
  const webhook = await createOwnWebhook();
  await turn(app, 'pause', webhook.id);
  await app.database.query('update webhooks set status = $2 where id = $1', [uuidOf('Webhook', webhook.id), status]);
  await tryOut(webhook.id, given(webhook.documentType));
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery?.status).toBe('DELIVERED');
  const { data } = await app.ask(`{ webhook(id: "${webhook.id}") { status } }`);
  expect(data.webhook.status).toBe(status);
});

test('a URL where nothing listens is found out', async () => {
  const gone = await startReceiver();
  await gone.stop();
  const webhook = await createOwnWebhook({ url: gone.url });
  await tryOut(webhook.id, given(webhook.documentType));
  await allFinished(app, webhook.id, 1);
  expect(await attemptsOf(app, webhook.id)).toMatchObject([{ status: 'FAILED', errorCode: 'CONNECT' }]);
});

test('what the condition decides against is not sent, leaves nothing behind, and says why', async () => {
  const webhook = await createOwnWebhook({ condition: 'doc.total > 100' });
  const before = await app.database.query('select count(*) from business_events');
  const small = await tryOut(webhook.id, given(webhook.documentType, { total: 3 }));
  expect(small.delivery).toBeNull();
  expect(small.userErrors).toEqual([
    { field: null, code: 'CONFLICT', message: expect.stringMatching(/^Nothing was sent\. .*condition/i) },
  ]);
  const broken = await tryOut(webhook.id, given(webhook.documentType, { name: 'no total' }));
  expect(broken.userErrors).toMatchObject([{ code: 'CONFLICT', message: expect.stringContaining('total') }]);
  expect(await deliveriesOf(app, webhook.id)).toEqual([]);
  expect(await app.database.query('select count(*) from business_events')).toEqual(before);
  const large = await tryOut(webhook.id, given(webhook.documentType, { total: 101 }));
  expect(large.userErrors).toEqual([]);
  await allFinished(app, webhook.id, 1);
});

test('who tried what out is in the audit trail', async () => {
  const webhook = await createOwnWebhook();
  const { delivery } = await tryOut(webhook.id, given(webhook.documentType));
  const audited = await app.database.query<{ details: string }>(
    `select details from audit_entries where subject_id = $1 and action = 'webhook.tested' and actor_id is not null`,
    [uuidOf('Webhook', webhook.id)],
  );
  expect(audited.map(({ details }) => JSON.parse(details))).toEqual([
    { delivery: delivery.id, event: delivery.businessEvent.id },
  ]);
});

describe('is refused', () => {
  const EVENT = 'evt_01a20e627b7e72e181c9b6095ed89765';
  const whole = document('Sales Invoice');

  test.each([
    ['an event that there is not', { eventId: EVENT }, 'eventId NOT_FOUND'],
    ['an id of something else', { eventId: EVENT.replace('evt', 'dlv') }, 'eventId NOT_FOUND'],
    ['an empty type', { given: { ...whole, documentType: ' ' } }, 'given,documentType REQUIRED'],
    [
      'too long a reference',
      { given: { ...whole, referenceDocument: 'x'.repeat(201) } },
      'given,referenceDocument TOO_LARGE',
    ],
    ['a NUL in the event', { given: { ...whole, event: 'a\u0000' } }, 'given,event INVALID'],
    ['a NUL in the document', { given: { ...whole, data: { a: { b: '\u0000' } } } }, 'given,data,a,b INVALID'],
    [
      'a document of over 256 KiB',
      { given: { ...whole, data: { a: 'x'.repeat(256 * 1024) } } },
      'given,data TOO_LARGE',
    ],
    ['a type that is our own', given('Hookledger'), 'given,documentType INVALID'],
  ])('%s', async (_title, sample, expected) => {
    const webhook = await createOwnWebhook();
    const { delivery, userErrors } = await tryOut(webhook.id, sample);
    expect(delivery).toBeNull();
    const codes = userErrors.map((each: { field: string[]; code: string }) => `${each.field} ${each.code}`);
    expect(codes).toEqual([`sample,${expected}`]);
    for (const { message } of userErrors) expect(message).not.toContain('events.');
    expect(await deliveriesOf(app, webhook.id)).toEqual([]);
  });

  test.each([
    ['nothing to send', {}, /takes exactly one of eventId, given, not 0/],
    ['an event and a document', { eventId: EVENT, given: whole }, /takes exactly one of eventId, given, not 2/],
    ['null as the event', { eventId: null }, /Field "eventId" must be non-null/],
    ['null as the document', { given: { ...whole, data: null } }, /non-nullable type "JSON!"/],
  ])('%s', async (_title, sample, message) => {
    const webhook = await createOwnWebhook();
    const { errors } = await askMutation(app, 'testWebhook', { id: webhook.id, sample }, 'delivery { id }');
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('a webhook that is archived, or none', async () => {
    const webhook = await createOwnWebhook();
    await turn(app, 'archive', webhook.id);
    expect((await tryOut(webhook.id, given('Sales Invoice'))).userErrors).toMatchObject([
      { field: ['id'], code: 'CONFLICT' },
    ]);
    for (const id of ['', 'whk_01a20e627b7e72e181c9b6095ed89765', EVENT]) {
      expect((await tryOut(id, given('Sales Invoice'))).userErrors).toMatchObject([
        { field: ['id'], code: 'NOT_FOUND' },
      ]);
    }
    expect(partner.calls).toHaveLength(0);
  });

  test.each(['SUPPORT', 'AUDITOR', 'PUBLISHER'] as const)('%s', async (role) => {
    const webhook = await createOwnWebhook();
    const input = { id: webhook.id, sample: { given: whole } };
    const answer = await askMutation(app, 'testWebhook', input, 'delivery { id }', await app.keyFor(role));
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await deliveriesOf(app, webhook.id)).toEqual([]);
  });
});
