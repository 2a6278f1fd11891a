// What support agents are told of what is not sent because something in the database is wrong with it.
import { uuidOf } from '../../src/values/ids';
import { deadLetters, refuse } from '../delivery/queue/broken-rows';
import { waitFor } from '../support/wait-for';
import { invoice, publish } from '../support/webhooks';
import { pageWith, readPage, startWithPartner } from './partners';

const NAME = 'INV-0042';
const HOUR = 3_600;

const given = startWithPartner();

afterEach(() => given.app.database.query('delete from dead_letters'));

// a condition: it is not fanned out by the publishing transaction
const createWebhook = (name: string, documentType: string, settings: object = {}) =>
  given.createWebhook(name, '/ok', documentType, { condition: 'true', ...settings });

const publishOne = (documentType: string, event: string) =>
  publish(given.app, [invoice(NAME, { documentType, event })]);

// counts that are out of range have their own
const NOT_COUNTED = /^(JOB|EVENT|DECISION)$/;
const deadLetter = () =>
  waitFor('the dead letter', async () =>
    (await deadLetters(given.app)).find(({ kind }) => NOT_COUNTED.test(kind)),
  ).then(({ kind }) => kind);

async function verdictsOf(documentType: string, key?: string) {
  const { data, errors } = await given.app.ask(
    `{ businessDocument(documentType: "${documentType}", name: "${NAME}") { verdicts { verdict sentence nextAttemptAt webhook { name }
        delivery { id status } lastRequest { id } } } }`,
    {},
    key,
  );
  expect(errors).toBeUndefined();
  return data.businessDocument.verdicts;
}

/** The attempt of the delivery is due, and cannot be begun. */
async function breakDelivery(webhookId: string): Promise<void> {
  const isItsOwn = `webhook_id = '${uuidOf('Webhook', webhookId)}'`;
  await given.app.database.query(`update deliveries set attempts = 2147483647 where ${isItsOwn}`);
  await given.app.database.query(
    `update delivery_jobs set due_at = now() where delivery_id in (select id from deliveries where ${isItsOwn})`,
  );
  expect(await deadLetter()).toBe('JOB');
}

test('a delivery whose attempt cannot begin is stuck, and so is the one behind it', async () => {
  const type = 'Ordered';
  const { id } = await createWebhook('Bank', type, { ordering: 'HOLD', retrySchedule: [HOUR] });
  await publishOne(type, 'on_submit');
  await pageWith(given.app, NAME, type, { Bank: 'ON_ITS_WAY' });
  await breakDelivery(id);
  const STUCK = {
    verdict: 'STUCK',
    sentence:
      'on_submit of Ordered INV-0042 to Bank is stuck: something in the database is wrong with it (22003). Nothing more is sent ' +
      'until a system manager has repaired it.',
    nextAttemptAt: null,
    webhook: { name: 'Bank' },
    delivery: { id: expect.stringMatching(/^dlv_/), status: 'PENDING' },
    lastRequest: null,
  };
  expect(await verdictsOf(type)).toEqual([STUCK]);
  expect(await verdictsOf(type, await given.app.keyFor('SUPPORT'))).toEqual([STUCK]);
  await publishOne(type, 'on_update');
  await waitFor('the one behind it', async () => (await readPage(given.app, NAME, type))?.timeline.totalCount === 4);
  expect(await verdictsOf(type)).toMatchObject([
    {
      verdict: 'STUCK',
      sentence:
        'on_update of Ordered INV-0042 to Bank waits for an earlier delivery of the same document, which is stuck: something in ' +
        'the database is wrong with it (22003). Nothing more is sent until a system manager has repaired it.',
    },
  ]);
});

test('a replay that is stuck does not say that it is being sent again', async () => {
  const type = 'Replayed';
  const { id } = await createWebhook('Treasury', type, { retrySchedule: [0, HOUR] });
  await publishOne(type, 'on_submit');
  await pageWith(given.app, NAME, type, { Treasury: 'ARRIVED' });
  await given.app.database.query(`update deliveries set status = 'PENDING', finished_at = null, job_id = new_id(), next_attempt_at = now()
    where webhook_id = '${uuidOf('Webhook', id)}'`);
  await given.app.database.query(`insert into delivery_jobs (due_at, id, delivery_id)
    select now() + interval '1 hour', job_id, id from deliveries where webhook_id = '${uuidOf('Webhook', id)}'`);
  const said = (end: RegExp) => [{ verdict: 'ARRIVED', sentence: expect.stringMatching(end) }];
  expect(await verdictsOf(type)).toMatchObject(said(/It is being sent again\.$/));
  await given.app.ask('mutation { pauseDeliveries(input: { reason: "moving" }) { userErrors { message } } }');
  expect(await verdictsOf(type)).toMatchObject(said(/It is held before it is sent again\.$/));
  await given.app.ask('mutation { resumeDeliveries(input: { reason: "moved" }) { userErrors { message } } }');
  await breakDelivery(id);
  expect(await verdictsOf(type)).toMatchObject(said(/It cannot be sent again: .* wrong with it \(22003\)\.$/));
});

test('a decision that cannot be made is stuck, also where an earlier event arrived', async () => {
  const type = 'Decided';
  const { id } = await createWebhook('Tax office', type);
  await publishOne(type, 'on_submit');
  await pageWith(given.app, NAME, type, { 'Tax office': 'ARRIVED' });
  const repair = await refuse(given.app, 'deliveries', 'insert', `new.webhook_id = '${uuidOf('Webhook', id)}'`);
  await publishOne(type, 'on_update');
  expect(await deadLetter()).toBe('DECISION');
  expect(await verdictsOf(type)).toEqual([
    {
      verdict: 'STUCK',
      sentence:
        'on_update of Decided INV-0042 to Tax office is stuck: something in the database is wrong with it (P0001). Nothing more is ' +
        'sent until a system manager has repaired it.',
      nextAttemptAt: null,
      webhook: { name: 'Tax office' },
      delivery: null,
      lastRequest: null,
    },
  ]);
  await repair();
});

test('an event that cannot be fanned out is stuck for a partner that is not known yet, beside what arrived', async () => {
  const type = 'Fanned out';
  await createWebhook('Carrier', type);
  await publishOne(type, 'on_submit');
  await pageWith(given.app, NAME, type, { Carrier: 'ARRIVED' });
  const repair = await refuse(given.app, 'business_events', 'update', `new.document_type = '${type}'`);
  await publishOne(type, 'on_update');
  expect(await deadLetter()).toBe('EVENT');
  expect(await verdictsOf(type)).toMatchObject([
    {
      verdict: 'STUCK',
      sentence:
        'on_update of Fanned out INV-0042 to its webhooks is stuck: something in the database is wrong with it (P0001). Nothing ' +
        'more is sent until a system manager has repaired it.',
      nextAttemptAt: null,
      webhook: null,
      delivery: null,
    },
    { verdict: 'ARRIVED', sentence: expect.stringMatching(/^Carrier received on_submit/) },
  ]);
  await repair();
});

test('while all deliveries are paused, none is said to be on its way', async () => {
  const type = 'Paused';
  await createWebhook('Agent', type, { retrySchedule: [HOUR] });
  await publishOne(type, 'on_submit');
  await pageWith(given.app, NAME, type, { Agent: 'ON_ITS_WAY' });
  await given.app.ask('mutation { pauseDeliveries(input: { reason: "moving house" }) { userErrors { message } } }');
  expect(await verdictsOf(type)).toMatchObject([
    {
      verdict: 'HELD',
      sentence:
        'on_submit of Paused INV-0042 to Agent is held: all deliveries are paused. It continues when they are resumed. ' +
        'Reason: moving house.',
    },
  ]);
});
