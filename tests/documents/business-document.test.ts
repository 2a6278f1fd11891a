import { uuidOf } from '../../src/values/ids';
import { seedRequest } from '../request-log/pages/seeded-log';
import { waitFor } from '../support/wait-for';
import { invoice, publish } from '../support/webhooks';
import { askFor, documentPage, OLDEST_FIRST, type Page } from './documents';
import { kindsFor, pageWith, readPage, startWithPartner, verdictOn } from './partners';

const NAME = 'INV-0042';

const given = startWithPartner();
const { createWebhook } = given;

test('what has arrived counts as arrived, also while it is sent again, and both times are shown', async () => {
  const type = 'Sent again';
  const { id } = await createWebhook('Bank', '/ok', type);
  await publish(given.app, [invoice(NAME, { documentType: type })]);
  const arrived = await pageWith(given.app, NAME, type, { Bank: 'ARRIVED' });
  await given.app.ask(`mutation { pauseWebhook(input: { id: "${id}" }) { userErrors { message } } }`);
  const delivery = verdictOn(arrived, 'Bank').delivery.id;
  const replay = `replayDelivery(input: { deliveryId: "${delivery}", reason: "lost" }) { userErrors { message } }`;
  expect((await given.app.ask(`mutation { ${replay} }`)).data.replayDelivery.userErrors).toEqual([]);
  const again = verdictOn((await readPage(given.app, NAME, type)) as Page, 'Bank');
  expect(again).toMatchObject({
    verdict: 'ARRIVED',
    sentence: expect.stringMatching(/It is held before it is sent again\.$/),
  });
  await given.app.ask(`mutation { resumeWebhook(input: { id: "${id}" }) { userErrors { message } } }`);
  const kinds = await waitFor('the second attempt', async () => {
    const found = kindsFor((await readPage(given.app, NAME, type)) as Page, 'Bank');
    return found.filter((kind) => kind === 'ATTEMPT_MADE').length === 2 && found;
  });
  expect(kinds).toEqual(['DELIVERY_MADE', 'ATTEMPT_MADE', 'DELIVERED', 'ATTEMPT_MADE']);
  const { lastRequest } = verdictOn((await readPage(given.app, NAME, type)) as Page, 'Bank');
  expect(lastRequest?.attemptNumber).toBe(2);
});

test('the newest delivery counts, and tests do not', async () => {
  const type = 'Twice';
  const { id } = await createWebhook('Bank', '/ok', type);
  await publish(given.app, [invoice(NAME, { documentType: type })]);
  const first = verdictOn(await pageWith(given.app, NAME, type, { Bank: 'ARRIVED' }), 'Bank').delivery.id;
  const event = `documentType: "${type}", event: "on_submit", referenceDocument: "${NAME}", data: {}`;
  await given.app.ask(
    `mutation { testWebhook(input: { id: "${id}", sample: { given: { ${event} } } }) { userErrors { message } } }`,
  );
  const tested = (await waitFor('the test in the timeline', async () => {
    const found = await readPage(given.app, NAME, type);
    return found?.timeline.nodes.some(({ sentence }) => sentence === 'Test: on_submit was delivered to Bank.') && found;
  })) as Page;
  expect(tested.verdicts.map(({ delivery }) => delivery.id)).toEqual([first]);
  await given.app.ask(`mutation { pauseWebhook(input: { id: "${id}" }) { userErrors { message } } }`);
  await publish(given.app, [invoice(NAME, { documentType: type, event: 'on_cancel' })]);
  const newest = verdictOn(await pageWith(given.app, NAME, type, { Bank: 'HELD' }), 'Bank');
  expect(newest.delivery.id).not.toBe(first);
});

test('an event that no webhook matches is in the timeline, and says so', async () => {
  await publish(given.app, [invoice('INV-7', { documentType: 'Unwanted' })]);
  const found = await waitFor('the decision', async () => {
    const each = await readPage(given.app, 'INV-7', 'Unwanted');
    return each?.timeline.nodes[0]?.sentence.includes('No webhook matched') && each;
  });
  expect(found).toMatchObject({ verdicts: [], timeline: { totalCount: 1, nodes: [{ kind: 'EVENT_PUBLISHED' }] } });
});

test('calls of partners are in it too, also where nothing was sent', async () => {
  const { id } = await createWebhook('Caller', '/ok', 'Nothing');
  await seedRequest(given.app.database, {
    direction: 'INCOMING',
    documentType: 'Payment',
    referenceDocument: 'PAY-1',
    webhookId: uuidOf('Webhook', id),
  });
  expect(await readPage(given.app, 'PAY-1', 'Payment')).toMatchObject({
    verdicts: [],
    timeline: {
      totalCount: 1,
      nodes: [{ kind: 'CALL_RECEIVED', sentence: 'A call from Caller was answered with 200.', delivery: null }],
    },
  });
});

describe('a name', () => {
  const type = 'Named';
  const names = ['INV-1', 'INV_1', 'INV%', 'فاتورة-٤٢', '请求 🧾', 'O\'Neil \\ "x"', ' INV-1'];

  beforeAll(async () => {
    await publish(given.app, [
      ...names.map((name) => invoice(name, { documentType: type })),
      invoice('INV-1', { documentType: 'Named otherwise' }),
    ]);
  });

  test.each(names)('%j is that document and no other', async (name) => {
    const found = await readPage(given.app, name, type);
    expect(found).toMatchObject({ documentType: type, name, timeline: { totalCount: 1 } });
  });

  test.each([['inv-1'], ['INV'], ['%'], ['INV-%'], ['_NV-1'], [''], ['x'.repeat(10_000)]])(
    '%j is not found',
    async (name) => {
      expect(await readPage(given.app, name, type)).toBeNull();
      expect(await readPage(given.app, 'INV-1', name)).toBeNull();
    },
  );

  test.each([['a\0'], ['\ud83d']])('%j is refused, as a type too', async (text) => {
    for (const args of [{ name: text }, { name: 'INV-1', documentType: text }]) {
      const { data, errors } = await askFor(given.app, args);
      expect(data).toEqual({ businessDocument: null });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: [Object.keys(args).at(-1)] } }]);
    }
  });
});

describe('a cursor of a timeline', () => {
  beforeAll(() => publish(given.app, [invoice(NAME)]));

  test.each<[string, unknown]>([
    ['no number', 'abc'],
    ['too large a number', '9'.repeat(30)],
    ['a negative one', '-1'],
    ['nothing', null],
    ['SQL', "1'; select 1"],
  ])('that was made to hold %s is refused', async (_title, value) => {
    const made = await documentPage(given.app, { name: NAME, first: 1 });
    const cursor = made?.timeline.pageInfo.endCursor as string;
    const [tag, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify([tag, id, value])).toString('base64url');
    const { errors } = await askFor(given.app, { name: NAME, after: forged });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['after'] } }]);
  });

  test('goes with no other direction', async () => {
    const made = await documentPage(given.app, { name: NAME, first: 1 });
    const after = made?.timeline.pageInfo.endCursor;
    const { errors } = await askFor(given.app, { name: NAME, after, orderBy: OLDEST_FIRST });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['after'] } }]);
  });
});
