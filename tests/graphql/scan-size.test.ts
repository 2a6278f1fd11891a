// The price of a scan by the size of the table, of its count, and how a query that is refused for it can be cheaper.
import { BLOCKS, daysAgo, priceOf } from './price-of';

const SLOW = { responseStatus: { gte: 500 } };
const QUERY = 'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(first: 1, where: $where) { nodes { id } } }';
test.each([
  { what: 'a small table', blocks: 10, where: SLOW, points: 100 },
  { what: 'a table of ten times as many rows', blocks: 10 * BLOCKS, where: SLOW, points: 500_000 },
  { what: 'much of it', blocks: 10 * BLOCKS, where: { ...SLOW, documentType: { eq: 'A' } }, points: 200_000 },
  { what: 'a part of it', blocks: 10 * BLOCKS, where: { ...SLOW, webhook: { name: { eq: 'A' } } }, points: 20_000 },
  { what: 'a few rows of it', blocks: 10 * BLOCKS, where: { ...SLOW, referenceDocument: { eq: 'A' } }, points: 100 },
  {
    what: 'an or of which one part has two filters',
    blocks: 10 * BLOCKS,
    where: { or: [{ documentType: { eq: 'A' }, webhook: { name: { eq: 'A' } } }, { referenceDocument: { eq: 'A' } }] },
    points: 20_000,
  },
  {
    what: 'an or of single filters',
    blocks: 10 * BLOCKS,
    where: { or: [{ webhook: { name: { eq: 'A' } } }, { referenceDocument: { eq: 'A' } }] },
    points: 0,
  },
  { what: 'nine days of it', blocks: 10 * BLOCKS, where: { ...SLOW, startedAt: { gte: daysAgo(9) } }, points: 50_000 },
])('the price of a scan follows the size of the table: $what', ({ blocks, where, points }) => {
  expect(priceOf(QUERY, { where }, blocks).points - 1).toBe(points);
});

test('looking up the linked rows of a small table costs no more than three times its scan', () => {
  const below = 'deliveries(first: 1, where: { user: { name: { eq: "lena" } } }) { totalCount nodes { id } }';
  const query = `{ users(first: 20) { nodes { ${below} } } }`;
  expect(priceOf(query, {}, 10).message).toBeNull();
  expect(priceOf(query).message).toMatch(/^The query costs \d+; at most 100000 are allowed\./);
});

test('a scan of a large table is refused, and a shorter range of time is answered', () => {
  const refused = priceOf(QUERY, { where: SLOW }, 10 * BLOCKS);
  expect(refused.message).toBe(
    'The query costs 500001; at most 100000 are allowed. The filter by responseStatus has no index, which costs 500000 for ' +
      'each list: add a filter by one of these: a shorter range of startedAt, id, referenceDocument, businessEvent.id, delivery.id.',
  );
  expect(priceOf(QUERY, { where: { ...SLOW, startedAt: { gte: daysAgo(9) } } }, 10 * BLOCKS).message).toBeNull();
});

test.each([
  { what: 'the count', selection: 'totalCount', points: 25_000 + 50 },
  { what: 'whether it is exact', selection: 'totalCountIsExact', points: 25_000 + 50 },
  { what: 'both, which are counted once', selection: 'totalCount totalCountIsExact', points: 25_000 + 100 },
  {
    what: 'the count in a fragment',
    selection: '... on WebhookRequestLogConnection { totalCount }',
    points: 25_000 + 50,
  },
  { what: 'a count that is left out', selection: 'totalCount @include(if: $not)', points: 20_000 },
  { what: 'a count that is not', selection: 'totalCount @skip(if: $not)', points: 25_000 + 50 },
])('a scan costs again for $what', ({ selection, points }) => {
  const where = '{ responseStatus: { gte: 500 }, documentType: { eq: "Sales Invoice" } }';
  const priced = priceOf(
    `query ($not: Boolean = false) { webhookRequestLogs(first: 1, where: ${where}) { nodes { id @skip(if: $not) } ${selection} } }`,
  );
  expect(priced.points).toBe(points + 1);
});

test('a count alone is answered in a table of any size', () => {
  const { points } = priceOf(
    '{ deliveries(first: 1, where: { attempts: { gt: 3 } }) { totalCount __typename } }',
    {},
    10 * BLOCKS,
  );
  expect(points).toBe(50_000 + 5_000 + 50 + 1);
});

test('the count of a whole table costs less than its scan, because it ends at the newest rows', () => {
  const { points } = priceOf('{ deliveries(first: 1, where: { attempts: { gt: 3 } }) { totalCount nodes { id } } }');
  expect(points).toBe(50_000 + 5_000 + 50 + 1);
});

test('a refusal names the filter without an index and those that have one', () => {
  const list = (name: string) =>
    `${name}: webhookRequestLogs(where: { responseStatus: { gte: 500 } }) { nodes { id } }`;
  expect(priceOf(`{ ${list('a')} ${list('b')} }`)).toEqual({
    points: 100_040,
    message:
      'The query costs 100040; at most 100000 are allowed. The filter by responseStatus has no index, which costs 50000 for ' +
      'each list: add a filter by one of these: a shorter range of startedAt, id, referenceDocument, businessEvent.id, delivery.id.',
  });
});

test('a refusal names the fields that are tested within not, each once', () => {
  const where = `{ not: { or: [{ error: { eq: "a" } }, { not: { error: { eq: "b" }, method: { eq: "PUT" } } }] },
    and: [{ delivery: { attempts: { eq: 1 } } }, { delivery: { attempts: { gt: 1 } } }] }`;
  const { message } = priceOf(`{ webhookRequestLogs(where: ${where}) { nodes { id } } }`);
  expect(message).toContain(' The filter by error, method, delivery.attempts has no index, ');
});
