// The price of requests in another order than that of time, of an `or`, and of links to large tables.
import { daysAgo, priceOf } from './price-of';

const SLOW = { responseStatus: { gte: 500 } };
const BY_DURATION = { field: 'DURATION', direction: 'DESC' };
const WEBHOOK = { webhook: { id: { eq: `whk_${'0'.repeat(32)}` } } };

test.each<{ what: string; where?: object; orderBy: object; points: number }>([
  { what: 'alone', orderBy: BY_DURATION, points: 0 },
  { what: 'in the order of time', where: WEBHOOK, orderBy: { field: 'STARTED_AT' }, points: 0 },
  { what: 'beside few rows', where: { referenceDocument: { eq: 'A' } }, orderBy: BY_DURATION, points: 0 },
  { what: 'beside a day', where: { ...WEBHOOK, startedAt: { gte: daysAgo(1) } }, orderBy: BY_DURATION, points: 1_668 },
  {
    what: 'of a day in and',
    where: { and: [{ startedAt: { gte: daysAgo(1) } }] },
    orderBy: BY_DURATION,
    points: 1_668,
  },
  { what: 'of a month', where: { startedAt: { gte: daysAgo(30) } }, orderBy: BY_DURATION, points: 6_667 },
  { what: 'beside a filter', where: WEBHOOK, orderBy: BY_DURATION, points: 20_000 },
  { what: 'beside words', where: { search: 'a' }, orderBy: BY_DURATION, points: 50_300 },
  { what: 'beside content', where: { data: { contains: { a: 1 } } }, orderBy: BY_DURATION, points: 750_100 },
  {
    what: 'beside content of a day',
    where: { data: { contains: { a: 1 } }, startedAt: { gte: daysAgo(1) } },
    orderBy: BY_DURATION,
    points: 8_440,
  },
  { what: 'beside a status', where: { status: { eq: 'FAILED' } }, orderBy: { field: 'STATUS' }, points: 20_000 },
  {
    what: 'beside two filters',
    where: { ...WEBHOOK, documentType: { eq: 'Customer' } },
    orderBy: BY_DURATION,
    points: 20_000,
  },
  {
    what: 'beside two in and',
    where: { and: [WEBHOOK, { user: { name: { eq: 'a' } } }] },
    orderBy: BY_DURATION,
    points: 20_000,
  },
  { what: 'beside one without an index', where: { ...SLOW, ...WEBHOOK }, orderBy: BY_DURATION, points: 20_000 },
  { what: 'beside no index', where: SLOW, orderBy: BY_DURATION, points: 50_000 },
])('an order by another column $what', ({ where, orderBy, points }) => {
  const { points: asked } = priceOf(
    `query ($where: WebhookRequestLogWhere, $orderBy: WebhookRequestLogOrder) {
      webhookRequestLogs(first: 1, where: $where, orderBy: $orderBy) { nodes { id } } }`,
    { where, orderBy },
  );
  expect(asked - 1).toBe(points);
});

test.each([
  ['of the rows of a webhook', '', 20_000],
  ['of those with a filter', ', where: { status: { eq: FAILED } }', 20_000],
  ['of few of them', ', where: { referenceDocument: { eq: "A" } }', 0],
])('an order below a webhook %s', (_what, where, points) => {
  const { points: asked } = priceOf(
    `{ webhook(id: "whk_${'0'.repeat(32)}") { requests(first: 1, orderBy: { field: DURATION }${where}) { nodes { id } } } }`,
  );
  const { points: unordered } = priceOf(
    `{ webhook(id: "whk_${'0'.repeat(32)}") { requests(first: 1) { nodes { id } } } }`,
  );
  expect(asked - unordered).toBe(points);
});

const EITHER = { or: [{ documentType: { eq: 'Customer' } }, { webhook: { name: { eq: 'Bank' } } }] };

test.each<{ what: string; where: object; points: number }>([
  { what: 'a linked row of a day', where: { delivery: { createdAt: { gte: daysAgo(1) } } }, points: 2_000 },
  {
    what: 'a linked row of a day, in and',
    where: { delivery: { and: [{ createdAt: { gte: daysAgo(1) } }] } },
    points: 2_000,
  },
  { what: 'linked rows that wait', where: { delivery: { nextAttemptAt: { gte: daysAgo(1) } } }, points: 2_000 },
  { what: 'or', where: EITHER, points: 0 },
  { what: 'or beside a type', where: { ...EITHER, documentType: { eq: 'Customer' } }, points: 20_000 },
  { what: 'or beside a type, in and', where: { and: [EITHER, { documentType: { eq: 'Customer' } }] }, points: 20_000 },
  { what: 'or beside or', where: { and: [EITHER, EITHER] }, points: 20_000 },
  { what: 'or beside few rows', where: { ...EITHER, referenceDocument: { eq: 'A' } }, points: 100 },
  { what: 'or beside a year', where: { ...EITHER, startedAt: { gte: daysAgo(365) } }, points: 0 },
])('$what', ({ where, points }) => {
  const { points: asked } = priceOf(
    'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(first: 1, where: $where) { nodes { id } } }',
    { where },
  );
  expect(asked - 1).toBe(points);
});

test.each([
  ['in another order', 'orderBy: { field: FINISHED_AT }', 60_000],
  ['with a filter', 'where: { test: { eq: true } }', 60_000],
  ['of a document', 'where: { referenceDocument: { eq: "A" } }, orderBy: { field: FINISHED_AT }', 0],
])('deliveries below a user, which are found through their events, %s', (_what, args, points) => {
  const { points: asked } = priceOf(
    `{ user(id: "usr_${'0'.repeat(32)}") { deliveries(first: 1, ${args}) { nodes { id } } } }`,
  );
  expect(asked).toBe(points + 2);
});

test.each([
  [
    'at the root',
    `{ deliveries(first: 1, where: { businessEvent: { user: { name: { eq: "a" } } } }) { totalCount } }`,
    1,
  ],
  [
    'below a webhook',
    `{ webhook(id: "whk_${'0'.repeat(32)}") { deliveries(first: 1, where: { businessEvent: { user: { name: { eq: "a" } } } }) { totalCount nodes { id } } } }`,
    2,
  ],
])('a count through a link to many rows costs more than 5,000: %s', (_what, query, rows) => {
  expect(priceOf(query).points).toBe(2_000 + 10_000 + 50 + rows);
});

test('an or below a webhook', () => {
  const { points: asked } = priceOf(
    `{ webhook(id: "whk_${'0'.repeat(32)}") { requests(first: 1, where: { or: [{ status: { eq: FAILED } },
      { documentType: { eq: "A" } }] }) { nodes { id } } } }`,
  );
  expect(asked).toBe(2_000 + 2);
});

test('a count costs the same in each order, and a refusal names the order', () => {
  const list = (
    name: string,
  ) => `${name}: webhookRequestLogs(where: { webhook: { name: { eq: "A" } }, user: { name: { eq: "a" } } },
    orderBy: { field: DURATION }) { totalCount pageInfo { hasNextPage } }`;
  const counted = priceOf(`{ ${list('a')} }`);
  expect(counted.points).toBe(20_000 + 20 + 50);
  const { message } = priceOf(`{ ${['a', 'b', 'c', 'd', 'e', 'f'].map(list).join(' ')} }`);
  expect(message).toContain(
    ' In the order of DURATION these filters have no index, which costs 20000 for each list: order by time, or add a filter by one of ' +
      'these: a shorter range of startedAt, id, referenceDocument, businessEvent.id, delivery.id.',
  );
});

test.each([
  ['what they were skipped for', 'skipReason: { eq: LOOP }', 20_000],
  ['a beginning of their document', 'referenceDocument: { startsWith: "INV" }', 20_000],
  ['their document', 'referenceDocument: { eq: "A" }', 0],
  ['their status', 'status: { eq: EXHAUSTED }', 0],
])('deliveries in the order of their end by %s', (_what, where, points) => {
  const { points: asked } = priceOf(
    `{ deliveries(first: 1, where: { ${where} }, orderBy: { field: FINISHED_AT }) { nodes { id } } }`,
  );
  expect(asked).toBe(points + 1);
});
