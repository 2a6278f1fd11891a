// What each partner knows of one document, and what happened to it.
import { waitFor } from '../support/wait-for';
import { invoice, publish } from '../support/webhooks';
import { askFor, documentPage, type Entry, OLDEST_FIRST, type Page } from './documents';
import { kindsFor, pageWith, readPage, startWithPartner, verdictOn } from './partners';

const NAME = 'INV-0042';
const HOUR = 3_600;

const given = startWithPartner();
const { createWebhook } = given;

describe('a document that went to partners in every state', () => {
  const type = 'Sales Invoice';
  let found: Page;

  beforeAll(async () => {
    const submitted = { events: ['on_submit'] };
    await createWebhook('Bank', '/ok', type, submitted);
    await createWebhook('Tax office', '/down', type, { ...submitted, retrySchedule: [0] });
    await createWebhook('Carrier', '/down', type, { ...submitted, retrySchedule: [0, HOUR] });
    await createWebhook('Small shop', '/ok', type, { ...submitted, condition: 'doc.grand_total < 1.0' });
    await createWebhook('Warehouse', '/down', type, { ordering: 'HOLD', retrySchedule: [0, HOUR] });
    await createWebhook('Agent', '/ok', type, { ...submitted, retrySchedule: [HOUR] });
    await createWebhook('Slow one', '/slow', type, { ...submitted, retrySchedule: [0, HOUR], timeoutMs: 30_000 });
    const { id: archive } = await createWebhook('Archive', '/ok', type, submitted);
    await given.app.ask(
      `mutation { pauseWebhook(input: { id: "${archive}", reason: "moving house" }) { userErrors { message } } }`,
    );
    await publish(given.app, [invoice(NAME), invoice(NAME, { event: 'on_update' })]);
    const agent = await waitFor('the delivery to the agent', async () => {
      const list = 'deliveries(where: { webhook: { name: { eq: "Agent" } } })';
      return (await given.app.ask(`{ ${list} { nodes { id } } }`)).data.deliveries.nodes[0]?.id as string | undefined;
    });
    await given.app.ask(
      `mutation { cancelDelivery(input: { deliveryId: "${agent}", reason: "paid" }) { userErrors { message } } }`,
    );
    found = await pageWith(given.app, NAME, type, {
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
      found = (await readPage(given.app, NAME, type)) as Page;
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
    ['Slow one', 'ON_ITS_WAY', `^${WHAT} is being sent to Slow one now: attempt 1, begun on ${SPOKEN}\\.$`],
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
  ])('lists the entries of %s in the order in which they happened', (webhook, kinds) => {
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
    const lists = `businessEvents(where: { event: { eq: "on_update" } }) { totalCount nodes { event } }
      deliveries(where: { status: { eq: SKIPPED } }) { totalCount nodes { webhook { name } } }
      oldest: deliveries(first: 1, orderBy: { field: CREATED_AT, direction: ASC }) { totalCount pageInfo { hasNextPage } }
      requests(where: { webhook: { name: { eq: "Bank" } } }) { totalCount nodes { responseStatus } }`;
    const { data, errors } = await given.app.ask(
      `{ businessDocument(documentType: "${type}", name: "${NAME}") { ${lists} } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.businessDocument).toEqual({
      businessEvents: { totalCount: 1, nodes: [{ event: 'on_update' }] },
      deliveries: { totalCount: 1, nodes: [{ webhook: { name: 'Small shop' } }] },
      oldest: { totalCount: 9, pageInfo: { hasNextPage: true } },
      requests: { totalCount: 1, nodes: [{ responseStatus: 200 }] },
    });
  });

  test('in pages of 3, forward and back, is the same as in one', async () => {
    const whole = found.timeline.nodes.filter(({ webhook }) => webhook?.name !== 'Slow one').map(keyOf);
    for (const orderBy of [OLDEST_FIRST, { direction: 'DESC' }]) {
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
      const { timeline } = (await documentPage(given.app, { name: NAME, orderBy, ...size })) as Page;
      expect(timeline.totalCount).toBe(found.timeline.nodes.length);
      if (way === 'forward') all.push(...timeline.nodes);
      else all.unshift(...timeline.nodes);
      const { endCursor, startCursor, hasNextPage, hasPreviousPage } = timeline.pageInfo;
      [cursor, more] = way === 'forward' ? [endCursor, hasNextPage] : [startCursor, hasPreviousPage];
    }
    return all;
  }

  test('SUPPORT may read it, all but the content behind it', async () => {
    const key = await given.app.keyFor('SUPPORT');
    const { data, errors } = await askFor(given.app, { name: NAME }, key);
    expect(errors).toBeUndefined();
    expect(data.businessDocument.verdicts).toHaveLength(8);
    expect(JSON.stringify(data)).not.toContain('out of order');
    const content = await given.app.ask(
      `{ businessDocument(documentType: "${type}", name: "${NAME}") { timeline(first: 1) { nodes { businessEvent { data } } } } }`,
      undefined,
      key,
    );
    expect(content.data.businessDocument.timeline.nodes).toEqual([
      { businessEvent: { data: { name: '***', grand_total: '***' } } },
    ]);
  });

  test('says of one that is cancelled while it is on the wire that this happened', async () => {
    const { id } = verdictOn(found, 'Slow one').delivery;
    await given.app.ask(
      `mutation { cancelDelivery(input: { deliveryId: "${id}", reason: "paid" }) { userErrors { message } } }`,
    );
    const cancelled = verdictOn((await readPage(given.app, NAME, type)) as Page, 'Slow one');
    expect(cancelled).toMatchObject({
      verdict: 'ON_ITS_WAY',
      sentence: `${WHAT} to Slow one was cancelled while an attempt was on the wire.`,
    });
  });

  test('PUBLISHER may not', async () => {
    const { data, errors } = await askFor(given.app, { name: NAME }, await given.app.keyFor('PUBLISHER'));
    expect(data).toEqual({ businessDocument: null });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('a delivery whose next attempt is due in an hour', () => {
  test.each<[string, string, object]>([
    ['is held while its webhook is paused', 'paused', { retrySchedule: [HOUR] }],
    ['is held once its webhook is disabled by 410 Gone', 'disabled', { retrySchedule: [0, HOUR] }],
  ])('%s', async (_title, status, settings) => {
    const type = `Later, ${status}`;
    const { id } = await createWebhook('Bank', status === 'disabled' ? '/gone' : '/ok', type, settings);
    await publish(given.app, [invoice(NAME, { documentType: type })]);
    if (status === 'paused') {
      await pageWith(given.app, NAME, type, { Bank: 'ON_ITS_WAY' });
      await given.app.ask(
        `mutation { pauseWebhook(input: { id: "${id}", reason: "moving" }) { userErrors { message } } }`,
      );
    }
    const found = await pageWith(given.app, NAME, type, { Bank: 'HELD' });
    expect(verdictOn(found, 'Bank')).toMatchObject({
      sentence: expect.stringMatching(`is held: Bank is ${status}\\. It continues when Bank is resumed\\.`),
      nextAttemptAt: null,
    });
    const { data } = await given.app.ask(`{ webhook(id: "${id}") { deliveries { nodes { held } } } }`);
    expect(data.webhook.deliveries.nodes).toEqual([{ held: false }]);
  });
});
