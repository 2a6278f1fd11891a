// Everything about one document: what partners know of it, and how it came to that.
import { uuidOf } from '../../src/ids';
import { seedRequest } from '../request-log/pages/seeded-log';
import { startTestApp, type TestApp } from '../support/app';
import { NEVER, type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { askFor, documentPage, type Entry, OLDEST_FIRST, type Page, type Verdict } from './documents';

const NAME = 'INV-0042';
const HOUR = 3_600;

let app: TestApp;
let partner: Receiver;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
  partner.answerWith(({ path }) => {
    if (path.startsWith('/down')) return { status: 500, body: 'out of order' };
    return path.startsWith('/slow') ? NEVER : {};
  });
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));

/** A webhook for the events of one document type. */
function tell(name: string, path: string, documentType: string, settings: object = {}) {
  return createTestWebhook(app, new URL(path, partner.url).href, { name, documentType, ...settings });
}

const page = (name: string, documentType: string) => documentPage(app, { name, documentType, orderBy: OLDEST_FIRST });

/** The page once what it says of each webhook is this. */
function pageWith(name: string, documentType: string, verdicts: Record<string, string>): Promise<Page> {
  return waitFor(`the verdicts ${JSON.stringify(verdicts)}`, async () => {
    const found = await page(name, documentType);
    const said = Object.fromEntries(found?.verdicts.map((each) => [each.webhook.name, each.verdict]) ?? []);
    const isSo = Object.keys(said).length === Object.keys(verdicts).length;
    return isSo && Object.entries(verdicts).every(([webhook, verdict]) => said[webhook] === verdict) && found;
  });
}

const verdictOn = (found: Page, webhook: string) =>
  found.verdicts.find((each) => each.webhook.name === webhook) as Verdict;
const kindsFor = (found: Page, webhook: string) =>
  found.timeline.nodes.filter((each) => each.webhook?.name === webhook).map(({ kind }) => kind);

describe('a document that went to partners in every state', () => {
  const type = 'Sales Invoice';
  let found: Page;

  beforeAll(async () => {
    const submitted = { events: ['on_submit'] };
    await tell('Bank', '/ok', type, submitted);
    await tell('Tax office', '/down', type, { ...submitted, retrySchedule: [0] });
    await tell('Carrier', '/down', type, { ...submitted, retrySchedule: [0, HOUR] });
    await tell('Small shop', '/ok', type, { ...submitted, condition: 'doc.grand_total < 1.0' });
    await tell('Warehouse', '/down', type, { ordering: 'HOLD', retrySchedule: [0, HOUR] });
    await tell('Agent', '/ok', type, { ...submitted, retrySchedule: [HOUR] });
    await tell('Slow one', '/slow', type, { ...submitted, retrySchedule: [0, HOUR], timeoutMs: 30_000 });
    const { id: archive } = await tell('Archive', '/ok', type, submitted);
    await app.ask(
      `mutation { pauseWebhook(input: { id: "${archive}", reason: "moving house" }) { userErrors { message } } }`,
    );
    await publish(app, [invoice(NAME), invoice(NAME, { event: 'on_update' })]);
    const agent = await waitFor('the delivery to the agent', async () => {
      const list = 'deliveries(where: { webhook: { name: { eq: "Agent" } } })';
      return (await app.ask(`{ ${list} { nodes { id } } }`)).data.deliveries.nodes[0]?.id as string | undefined;
    });
    await app.ask(`mutation { cancelDelivery(input: { id: "${agent}", reason: "paid" }) { userErrors { message } } }`);
    found = await pageWith(NAME, type, {
      Bank: 'ARRIVED',
      'Tax office': 'GIVEN_UP',
      Carrier: 'ON_ITS_WAY',
      'Small shop': 'NOT_SENT',
      Warehouse: 'WAITING',
      Agent: 'CANCELLED',
      'Slow one': 'ON_ITS_WAY',
      Archive: 'HELD',
    });
    await waitFor('the first attempts to have failed', async () => {
      found = (await page(NAME, type)) as Page;
      return verdictOn(found, 'Carrier').lastRequest?.status === 'FAILED' && kindsFor(found, 'Warehouse').length === 3;
    });
  });

  const SPOKEN = '\\d+ \\w+ \\d{4} at \\d\\d:\\d\\d:\\d\\d UTC';
  const WHAT = 'on_submit of Sales Invoice INV-0042';

  test.each<[string, string, string]>([
    ['Bank', 'ARRIVED', `^Bank received ${WHAT} on ${SPOKEN}\\.$`],
    [
      'Tax office',
      'GIVEN_UP',
      `^Tax office did not receive ${WHAT}: the delivery failed after 1 attempt, on ${SPOKEN}\\. The last attempt failed: .*500.*\\.$`,
    ],
    [
      'Carrier',
      'ON_ITS_WAY',
      `^${WHAT} is on its way to Carrier: attempt 2 is due on ${SPOKEN}\\. The last attempt failed: .*500.*\\.$`,
    ],
    ['Small shop', 'NOT_SENT', `^${WHAT} was not sent to Small shop: .+\\.$`],
    [
      'Warehouse',
      'WAITING',
      '^on_update of Sales Invoice INV-0042 to Warehouse waits for an earlier delivery of the same document\\.$',
    ],
    ['Agent', 'CANCELLED', `^${WHAT} to Agent was cancelled before it arrived, on ${SPOKEN}\\.$`],
    ['Slow one', 'ON_ITS_WAY', `^${WHAT} is being sent to Slow one now: attempt 1\\.$`],
    [
      'Archive',
      'HELD',
      `^${WHAT} is held: Archive is paused\\. It continues when Archive is resumed\\. Reason: moving house\\.$`,
    ],
  ])('%s: %s, in a sentence', (webhook, verdict, sentence) => {
    expect(verdictOn(found, webhook)).toMatchObject({ verdict, sentence: expect.stringMatching(sentence) });
  });

  test('says when the next attempt comes where one does, and nowhere else', () => {
    const due = found.verdicts.filter((each) => each.nextAttemptAt !== null).map((each) => each.webhook.name);
    expect(due).toEqual(['Carrier']);
    expect(Date.parse(verdictOn(found, 'Carrier').nextAttemptAt as string)).toBeGreaterThan(Date.now() + 1_000_000);
  });

  test('has the last attempt of the newest delivery, and none where none was made', () => {
    const last = Object.fromEntries(found.verdicts.map((each) => [each.webhook.name, each.lastRequest]));
    expect(last).toMatchObject({
      Bank: { status: 'SUCCEEDED', responseStatus: 200 },
      'Tax office': { status: 'FAILED', responseStatus: 500 },
      'Slow one': { status: 'PENDING', responseStatus: null },
      Warehouse: null,
      'Small shop': null,
      Agent: null,
      Archive: null,
    });
  });

  test.each<[string, string[]]>([
    ['Bank', ['DELIVERY_MADE', 'ATTEMPT_MADE', 'DELIVERED']],
    ['Tax office', ['DELIVERY_MADE', 'ATTEMPT_MADE', 'GIVEN_UP']],
    ['Carrier', ['DELIVERY_MADE', 'ATTEMPT_MADE']],
    ['Small shop', ['DELIVERY_SKIPPED']],
    ['Warehouse', ['DELIVERY_MADE', 'DELIVERY_MADE', 'ATTEMPT_MADE']],
    ['Agent', ['DELIVERY_MADE', 'CANCELLED']],
    ['Archive', ['DELIVERY_MADE']],
  ])('tells of %s in the order in which it happened', (webhook, kinds) => {
    expect(kindsFor(found, webhook)).toEqual(kinds);
  });

  test('begins with the events, and never goes back in time', () => {
    const { nodes } = found.timeline;
    expect(nodes.slice(0, 2).map(({ kind, event }) => [kind, event])).toEqual([
      ['EVENT_PUBLISHED', 'on_submit'],
      ['EVENT_PUBLISHED', 'on_update'],
    ]);
    const times = nodes.map(({ at }) => Date.parse(at));
    expect(times).toEqual([...times].sort((one, other) => one - other));
  });

  test('says of each entry what it is about, and links to it', () => {
    const entry = (webhook: string, kind: string) =>
      found.timeline.nodes.find((each) => each.webhook?.name === webhook && each.kind === kind) as Entry;
    expect(entry('Tax office', 'ATTEMPT_MADE')).toMatchObject({
      sentence: expect.stringMatching(/^Attempt 1 to Tax office: .*500.*\.$/),
      requestStatus: 'FAILED',
      responseStatus: 500,
      error: expect.stringContaining('500'),
      request: { id: expect.stringMatching(/^req_/) },
    });
    expect(entry('Bank', 'ATTEMPT_MADE').sentence).toMatch(/^Attempt 1 to Bank was answered with 200 after \d+ ms\.$/);
    expect(entry('Small shop', 'DELIVERY_SKIPPED')).toMatchObject({
      sentence: expect.stringMatching(/^on_submit was not sent to Small shop: .+\.$/),
      skipReason: 'CONDITION_FALSE',
      request: null,
      delivery: { id: expect.stringMatching(/^dlv_/) },
    });
    expect(found.timeline.nodes[0]).toMatchObject({
      businessEvent: { id: expect.stringMatching(/^evt_/) },
      delivery: null,
      request: null,
      webhook: null,
    });
  });

  test('has its events, deliveries and requests as lists of their own', async () => {
    const lists = `events(where: { event: { eq: "on_update" } }) { totalCount nodes { event } }
      deliveries(where: { status: { eq: SKIPPED } }) { totalCount nodes { webhook { name } } }
      oldest: deliveries(first: 1, orderBy: { field: CREATED_AT, direction: ASC }) { totalCount pageInfo { hasNextPage } }
      requests(where: { webhook: { name: { eq: "Bank" } } }) { totalCount nodes { responseStatus } }`;
    const { data, errors } = await app.ask(
      `{ businessDocument(documentType: "${type}", name: "${NAME}") { ${lists} } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.businessDocument).toEqual({
      events: { totalCount: 1, nodes: [{ event: 'on_update' }] },
      deliveries: { totalCount: 1, nodes: [{ webhook: { name: 'Small shop' } }] },
      oldest: { totalCount: 9, pageInfo: { hasNextPage: true } },
      requests: { totalCount: 1, nodes: [{ responseStatus: 200 }] },
    });
  });

  test('in pages of 3, forward and back, is the same as in one', async () => {
    const whole = found.timeline.nodes.filter(({ webhook }) => webhook?.name !== 'Slow one').map(keyOf);
    for (const orderBy of [OLDEST_FIRST, { field: 'AT', direction: 'DESC' }]) {
      const wanted = orderBy === OLDEST_FIRST ? whole : [...whole].reverse();
      expect(withoutSlow(await pagesOf('forward', orderBy))).toEqual(wanted);
      expect(withoutSlow(await pagesOf('backward', orderBy))).toEqual(wanted);
    }
  });

  const keyOf = ({ at, kind, webhook, event }: Entry) => `${at} ${kind} ${webhook?.name} ${event}`;
  const withoutSlow = (entries: Entry[]) => entries.filter(({ webhook }) => webhook?.name !== 'Slow one').map(keyOf);

  async function pagesOf(way: 'forward' | 'backward', orderBy: object): Promise<Entry[]> {
    const all: Entry[] = [];
    for (let cursor: string | null = null, more = true; more; ) {
      const size = way === 'forward' ? { first: 3, after: cursor } : { first: null, last: 3, before: cursor };
      const { timeline } = (await documentPage(app, { name: NAME, orderBy, ...size })) as Page;
      expect(timeline.totalCount).toBe(found.timeline.nodes.length);
      if (way === 'forward') all.push(...timeline.nodes);
      else all.unshift(...timeline.nodes);
      const { endCursor, startCursor, hasNextPage, hasPreviousPage } = timeline.pageInfo;
      [cursor, more] = way === 'forward' ? [endCursor, hasNextPage] : [startCursor, hasPreviousPage];
    }
    return all;
  }

  test('SUPPORT may read it, all but the content behind it', async () => {
    const key = await app.keyFor('SUPPORT');
    const { data, errors } = await askFor(app, { name: NAME }, key);
    expect(errors).toBeUndefined();
    expect(data.businessDocument.verdicts).toHaveLength(8);
    expect(JSON.stringify(data)).not.toContain('out of order');
    const content = await app.ask(
      `{ businessDocument(documentType: "${type}", name: "${NAME}") { timeline(first: 1) { nodes { businessEvent { data } } } } }`,
      undefined,
      key,
    );
    expect(content.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(content.data.businessDocument.timeline.nodes).toEqual([{ businessEvent: { data: null } }]);
  });

  test('PUBLISHER may not', async () => {
    const { data, errors } = await askFor(app, { name: NAME }, await app.keyFor('PUBLISHER'));
    expect(data).toEqual({ businessDocument: null });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

test('what has arrived has arrived, also while it is sent again, and shows both times', async () => {
  const type = 'Sent again';
  const { id } = await tell('Bank', '/ok', type);
  await publish(app, [invoice(NAME, { documentType: type })]);
  const arrived = await pageWith(NAME, type, { Bank: 'ARRIVED' });
  await app.ask(`mutation { pauseWebhook(input: { id: "${id}" }) { userErrors { message } } }`);
  const delivery = verdictOn(arrived, 'Bank').delivery.id;
  const replay = `replayDelivery(input: { deliveryId: "${delivery}", reason: "lost" }) { userErrors { message } }`;
  expect((await app.ask(`mutation { ${replay} }`)).data.replayDelivery.userErrors).toEqual([]);
  const again = verdictOn((await page(NAME, type)) as Page, 'Bank');
  expect(again).toMatchObject({ verdict: 'ARRIVED', sentence: expect.stringMatching(/It is being sent again\.$/) });
  await app.ask(`mutation { resumeWebhook(input: { id: "${id}" }) { userErrors { message } } }`);
  const kinds = await waitFor('the second attempt', async () => {
    const found = kindsFor((await page(NAME, type)) as Page, 'Bank');
    return found.filter((kind) => kind === 'ATTEMPT_MADE').length === 2 && found;
  });
  expect(kinds).toEqual(['DELIVERY_MADE', 'ATTEMPT_MADE', 'DELIVERED', 'ATTEMPT_MADE']);
});

test('the newest delivery counts, and tests do not', async () => {
  const type = 'Twice';
  const { id } = await tell('Bank', '/ok', type);
  await publish(app, [invoice(NAME, { documentType: type })]);
  const first = verdictOn(await pageWith(NAME, type, { Bank: 'ARRIVED' }), 'Bank').delivery.id;
  const sample = `documentType: "${type}", event: "on_submit", referenceDocument: "${NAME}", data: {}`;
  await app.ask(`mutation { testWebhook(input: { id: "${id}", ${sample} }) { userErrors { message } } }`);
  const tested = (await waitFor('the test in the timeline', async () => {
    const found = await page(NAME, type);
    return found?.timeline.nodes.some(({ sentence }) => sentence === 'Test: on_submit was delivered to Bank.') && found;
  })) as Page;
  expect(tested.verdicts.map(({ delivery }) => delivery.id)).toEqual([first]);
  await app.ask(`mutation { pauseWebhook(input: { id: "${id}" }) { userErrors { message } } }`);
  await publish(app, [invoice(NAME, { documentType: type, event: 'on_cancel' })]);
  const newest = verdictOn(await pageWith(NAME, type, { Bank: 'HELD' }), 'Bank');
  expect(newest.delivery.id).not.toBe(first);
});

test('an event that nobody wants is in the timeline, and says so', async () => {
  await publish(app, [invoice('INV-7', { documentType: 'Unwanted' })]);
  const found = await waitFor('the decision', async () => {
    const each = await page('INV-7', 'Unwanted');
    return each?.timeline.nodes[0]?.sentence.includes('No webhook matched') && each;
  });
  expect(found).toMatchObject({ verdicts: [], timeline: { totalCount: 1, nodes: [{ kind: 'EVENT_PUBLISHED' }] } });
});

test('calls of partners stand in it too, also where nothing ever went out', async () => {
  const { id } = await tell('Caller', '/ok', 'Nothing');
  await seedRequest(app.database, {
    direction: 'INCOMING',
    documentType: 'Payment',
    referenceDocument: 'PAY-1',
    webhookId: uuidOf('Webhook', id),
  });
  expect(await page('PAY-1', 'Payment')).toMatchObject({
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
    await publish(app, [
      ...names.map((name) => invoice(name, { documentType: type })),
      invoice('INV-1', { documentType: 'Named otherwise' }),
    ]);
  });

  test.each(names)('%j is that document and no other', async (name) => {
    const found = await page(name, type);
    expect(found).toMatchObject({ documentType: type, name, timeline: { totalCount: 1 } });
  });

  test.each([['inv-1'], ['INV'], ['%'], ['INV-%'], ['_NV-1'], [''], ['x'.repeat(10_000)]])(
    '%j is known of nowhere',
    async (name) => {
      expect(await page(name, type)).toBeNull();
      expect(await page('INV-1', name)).toBeNull();
    },
  );

  test.each([['a\0'], ['\ud83d']])('%j is refused, as a type too', async (text) => {
    for (const args of [{ name: text }, { name: 'INV-1', documentType: text }]) {
      const { data, errors } = await askFor(app, args);
      expect(data).toEqual({ businessDocument: null });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: [Object.keys(args).at(-1)] } }]);
    }
  });
});

describe('a cursor of a timeline', () => {
  test.each<[string, unknown]>([
    ['no number', 'abc'],
    ['too large a number', '9'.repeat(30)],
    ['a negative one', '-1'],
    ['nothing', null],
    ['SQL', "1'; select 1"],
  ])('that was made to hold %s is refused', async (_title, value) => {
    const made = await documentPage(app, { name: NAME, first: 1 });
    const cursor = made?.timeline.pageInfo.endCursor as string;
    const [tag, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify([tag, id, value])).toString('base64url');
    const { errors } = await askFor(app, { name: NAME, after: forged });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['after'] } }]);
  });

  test('goes with no other direction', async () => {
    const made = await documentPage(app, { name: NAME, first: 1 });
    const after = made?.timeline.pageInfo.endCursor;
    const { errors } = await askFor(app, { name: NAME, after, orderBy: OLDEST_FIRST });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['after'] } }]);
  });
});
