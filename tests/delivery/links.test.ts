// What deliveries, events and users lead to, in both directions.

import { useTestApp } from '../support/app';
import { useReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

const app = useTestApp();
const partner = useReceiver();

beforeAll(async () => {
  partner.answerWith(({ path }) => ({ status: path.startsWith('/down') ? 500 : 200 }));
});

const at = (path: string) => new URL(path, partner.url).href;

interface Owed {
  id: string;
  status: string;
  waitsFor: string | null;
  predecessor: { id: string } | null;
}

/** The deliveries of a document type, oldest first, once their number and state are these. */
function deliveriesThatAre(documentType: string, count: number, areSo: (all: Owed[]) => boolean): Promise<Owed[]> {
  return waitFor(`${count} deliveries that are so`, async () => {
    const { data } = await app.ask(
      `query ($where: DeliveryWhere) { deliveries(where: $where, orderBy: { field: CREATED_AT, direction: ASC }) {
        nodes { id status waitsFor predecessor { id } } } }`,
      { where: { documentType: { eq: documentType } } },
    );
    const all = data.deliveries.nodes as Owed[];
    return all.length === count && areSo(all) && all;
  });
}

describe('what waits for an earlier delivery of its document', () => {
  test('names the one that is at the head, which all of them wait for', async () => {
    const documentType = 'Ordered';
    await createTestWebhook(app, at('/down'), { documentType, ordering: 'HOLD', retrySchedule: [0, 3_600] });
    await publish(app, [
      ...Array.from({ length: 3 }, () => invoice('INV-1', { documentType })),
      invoice('INV-2', { documentType }),
    ]);
    const [head, second, third, other] = (await deliveriesThatAre(documentType, 4, (all) =>
      all.every(({ status, waitsFor }) => status === 'RETRYING' || waitsFor === 'PREDECESSOR'),
    )) as [Owed, Owed, Owed, Owed];
    expect([second.predecessor, third.predecessor]).toEqual([{ id: head.id }, { id: head.id }]);
    expect([head.predecessor, other.predecessor]).toEqual([null, null]);
    await app.ask(
      `mutation { cancelDelivery(input: { deliveryId: "${head.id}", reason: "wrong" }) { userErrors { message } } }`,
    );
    const later = await deliveriesThatAre(documentType, 4, (all) => all[2]?.predecessor?.id === second.id);
    expect(later[1]?.predecessor).toBeNull();
  });

  test('names the one that was given up and holds back the rest', async () => {
    const documentType = 'Held up';
    await createTestWebhook(app, at('/down'), { documentType, ordering: 'HOLD', retrySchedule: [0] });
    await publish(app, [invoice('INV-1', { documentType }), invoice('INV-1', { documentType })]);
    const [first, second] = await deliveriesThatAre(documentType, 2, (all) => all[0]?.status === 'EXHAUSTED');
    expect(second?.predecessor).toEqual({ id: first?.id });
  });
});

test('a delivery leads to its newest attempt, and to none before the first', async () => {
  const documentType = 'Retried';
  await createTestWebhook(app, at('/down'), { documentType, retrySchedule: [0, 0] });
  await createTestWebhook(app, at('/ok'), { documentType, condition: 'false' });
  await publish(app, [invoice('INV-9', { documentType })]);
  await deliveriesThatAre(documentType, 2, (all) => all.every(({ status }) => /EXHAUSTED|SKIPPED/.test(status)));
  const fields = 'status attempts lastRequest { id attemptNumber status } requests(first: 1) { nodes { id } }';
  const where = `where: { documentType: { eq: "${documentType}" } }`;
  // one statement; with both edges and nodes, the resolvers
  for (const more of ['', 'edges { cursor }']) {
    const { data, errors } = await app.ask(`{ deliveries(${where}) { nodes { ${fields} } ${more} } }`);
    expect(errors).toBeUndefined();
    const [exhausted, skipped] = [...data.deliveries.nodes].sort((one, other) => (one.status < other.status ? -1 : 1));
    expect(exhausted.attempts).toBe(2);
    expect(exhausted.lastRequest).toEqual({ ...exhausted.requests.nodes[0], attemptNumber: 2, status: 'FAILED' });
    expect(skipped.lastRequest).toBeNull();
  }
});

test('an event and its delivery lead to what came of them, and that leads back', async () => {
  await createTestWebhook(app, at('/ok'), { documentType: 'Order' });
  const [order] = await publish(app, [invoice('SO-1', { documentType: 'Order' })]);
  const [delivery] = await deliveriesThatAre('Order', 1, () => true);
  const causedBy = delivery?.id as string;
  const effects = await publish(app, [
    invoice('PAY-1', { documentType: 'Payment', causedBy }),
    invoice('PAY-2', { documentType: 'Payment', causedBy }),
  ]);
  await publish(app, [invoice('PAY-3', { documentType: 'Payment' })]);
  const { data, errors } = await app.ask(
    `query ($order: ID!, $delivery: ID!, $effect: ID!) {
      businessEvent(id: $order) { effects { totalCount nodes { id } } }
      delivery(id: $delivery) {
        effects(first: 1, where: { documentType: { eq: "Payment" } }) { totalCount nodes { id } pageInfo { hasNextPage } }
      }
      effect: businessEvent(id: $effect) { causedBy { id businessEvent { id } } effects { totalCount nodes { id } } }
      found: businessEvents(where: { causedBy: { businessEvent: { referenceDocument: { eq: "SO-1" } } } }) { totalCount }
    }`,
    { order, delivery: causedBy, effect: effects[0] },
  );
  expect(errors).toBeUndefined();
  const newestFirst = [...effects].reverse().map((id) => ({ id }));
  expect(data).toEqual({
    businessEvent: { effects: { totalCount: 2, nodes: newestFirst } },
    delivery: { effects: { totalCount: 2, nodes: newestFirst.slice(0, 1), pageInfo: { hasNextPage: true } } },
    effect: { causedBy: { id: causedBy, businessEvent: { id: order } }, effects: { totalCount: 0, nodes: [] } },
    found: { totalCount: 2 },
  });
});

test('the publisher of an event and the user who acted are two users', async () => {
  const key = await app.keyFor('PUBLISHER');
  const [id] = await publish(app, [invoice('INV-9', { documentType: 'Told', user: 'amina' })], key);
  const { data } = await app.ask(`{ businessEvent(id: "${id}") { user { name } publishedBy { name roles } } }`);
  expect(data.businessEvent).toMatchObject({ user: { name: 'amina' }, publishedBy: { roles: ['PUBLISHER'] } });
  expect(data.businessEvent.publishedBy.name).not.toBe('amina');
});

describe('a user', () => {
  const documentType = 'Busy';
  let events: string[];

  beforeAll(async () => {
    for (const path of ['/ok/1', '/ok/2']) await createTestWebhook(app, at(path), { documentType });
    const made = Array.from({ length: 9 }, (_, n) =>
      invoice(`INV-${n}`, { documentType, user: n % 3 === 0 ? 'samir' : 'lena' }),
    );
    events = await publish(app, made);
    await deliveriesThatAre(documentType, 18, (all) => all.every(({ status }) => status === 'DELIVERED'));
  });

  const ask = (args: object) =>
    app.ask(
      `query ($first: Int, $after: String, $last: Int, $before: String, $orderBy: DeliveryOrder, $where: DeliveryWhere) {
        users(where: { name: { in: ["samir", "lena"] } }, orderBy: { field: NAME, direction: ASC }) { nodes {
          name
          deliveries(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, where: $where) {
            totalCount nodes { id user { name } businessEvent { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
          } } } }`,
      args,
    );

  interface Deliveries {
    totalCount: number;
    nodes: { id: string; user: { name: string }; businessEvent: { id: string } }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
  }
  const listOf = async (name: string, args: object): Promise<Deliveries> => {
    const { data, errors } = await ask(args);
    expect(errors).toBeUndefined();
    return data.users.nodes.find((each: { name: string }) => each.name === name).deliveries;
  };

  test('links to the deliveries of their acts, by the time of these, and to no others', async () => {
    const { totalCount, nodes } = await listOf('lena', {});
    expect(totalCount).toBe(12);
    expect(new Set(nodes.map(({ user }) => user.name))).toEqual(new Set(['lena']));
    const own = events.filter((_, n) => n % 3 !== 0).reverse();
    expect(nodes.map(({ businessEvent }) => businessEvent.id)).toEqual(own.flatMap((id) => [id, id]));
    expect((await listOf('samir', {})).totalCount).toBe(6);
  });

  test.each([['ASC'], ['DESC']])('%s, 5 at a time, both ways, are the same as at once', async (direction) => {
    const orderBy = { field: 'CREATED_AT', direction };
    const whole = (await listOf('lena', { orderBy, first: 100 })).nodes.map(({ id }) => id);
    expect(new Set(whole).size).toBe(12);
    const forward: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const list: Deliveries = await listOf('lena', { orderBy, first: 5, after });
      forward.push(...list.nodes.map(({ id }) => id));
      [after, more] = [list.pageInfo.endCursor, list.pageInfo.hasNextPage];
    }
    const backward: string[] = [];
    for (let before: string | null = null, more = true; more; ) {
      const list: Deliveries = await listOf('lena', { orderBy, last: 5, before });
      backward.unshift(...list.nodes.map(({ id }) => id));
      [before, more] = [list.pageInfo.startCursor, list.pageInfo.hasPreviousPage];
    }
    expect([forward, backward]).toEqual([whole, whole]);
  });

  test('finds the same through a filter, from either side', async () => {
    const where = { user: { name: { eq: 'samir' } } };
    const { data } = await app.ask('query ($where: DeliveryWhere) { deliveries(where: $where) { nodes { id } } }', {
      where,
    });
    const below = (await listOf('samir', {})).nodes.map(({ id }) => id);
    expect(data.deliveries.nodes.map(({ id }: { id: string }) => id).sort()).toEqual(below.sort());
    expect((await listOf('samir', { where: { referenceDocument: { eq: 'INV-3' } } })).totalCount).toBe(2);
    expect((await listOf('samir', { where: { user: { name: { eq: 'lena' } } } })).totalCount).toBe(0);
  });
});

test('a replay leads to the attempts that were made on its order', async () => {
  await createTestWebhook(app, at('/ok'), { documentType: 'Again' });
  await publish(app, [invoice('INV-1', { documentType: 'Again' })]);
  const [delivery] = await deliveriesThatAre('Again', 1, (all) => all[0]?.status === 'DELIVERED');
  const replayed = await app.ask(
    `mutation { replayDelivery(input: { deliveryId: "${delivery?.id}", reason: "lost" }) { replay { id } } }`,
  );
  const { id } = replayed.data.replayDelivery.replay;
  const requests = await waitFor('the second attempt', async () => {
    const { data } = await app.ask(
      `{ replay(id: "${id}") { requests { totalCount nodes { attemptNumber status } } } }`,
    );
    return data.replay.requests.nodes[0]?.status === 'SUCCEEDED' && data.replay.requests;
  });
  expect(requests).toEqual({ totalCount: 1, nodes: [{ attemptNumber: 2, status: 'SUCCEEDED' }] });
  const { data } = await app.ask(
    `{ webhookRequestLogs(where: { replay: { id: { eq: "${id}" } } }) { nodes { attemptNumber } } }`,
  );
  expect(data.webhookRequestLogs.nodes).toEqual([{ attemptNumber: 2 }]);
});

test.each(['User', 'Webhook', 'BusinessEvent', 'Delivery', 'WebhookRequestLog', 'Replay'])(
  '%s: node gives what the list gives',
  async (type) => {
    const list = { User: 'users', Webhook: 'webhooks', BusinessEvent: 'businessEvents', Delivery: 'deliveries' }[type];
    const { data } = await app.ask(
      `{ list: ${list ?? (type === 'Replay' ? 'replays' : 'webhookRequestLogs')}(first: 1) { nodes { id } } }`,
    );
    const [row] = data.list.nodes;
    expect(row).toBeDefined();
    const found = await app.ask(`query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`, {
      ids: [row.id, row.id],
    });
    expect(found.data.nodes).toEqual([
      { __typename: type, id: row.id },
      { __typename: type, id: row.id },
    ]);
  },
);
