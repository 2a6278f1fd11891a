// Prices of filters of lists below rows, and of a caller's own entries.
import { priceOf } from '../graphql/price-of';

test('below a row of a long list it reads a part of the table, below others few rows', () => {
  const below = (path: string) =>
    `{ ${path} { nodes { requests(first: 1, where: { responseStatus: { gte: 500 } }) { nodes { id } } } } }`;
  const cost = (path: string) => priceOf(below(path)).points;
  for (const long of ['webhooks', 'users', 'replays']) {
    expect({ long, cost: cost(`${long}(first: 2)`) }).toEqual({ long, cost: 2 + 2 * 2_001 });
  }
  expect(cost('deliveries(first: 2)')).toBe(2 + 2 * 101);
});

test.each([
  { below: 'webhooks', where: '{ documentType: { eq: "Sales Invoice" } }', points: 2_000 },
  { below: 'webhooks', where: '{ referenceDocument: { startsWith: "S" } }', points: 2_000 },
  { below: 'webhooks', where: '{ user: { name: { eq: "amal" } } }', points: 2_000 },
  { below: 'webhooks', where: '{ delivery: { status: { eq: EXHAUSTED } } }', points: 2_000 },
  { below: 'users', where: '{ status: { eq: FAILED } }', points: 2_000 },
  { below: 'webhooks', where: '{ documentType: { eq: "Sales Invoice" }, method: { eq: "PUT" } }', points: 2_000 },
  // the smaller tables have the webhook
  { below: 'webhooks', where: '{ status: { eq: FAILED } }', points: 0 },
  { below: 'webhooks', where: '{ status: { eq: SUCCEEDED } }', points: 0 },
  { below: 'webhooks', where: '{ referenceDocument: { eq: "INV-0042" } }', points: 0 },
  { below: 'webhooks', where: '{ delivery: { referenceDocument: { eq: "INV-0042" } } }', points: 0 },
  { below: 'webhooks', where: '{ search: "paid" }', points: 300 },
  // few rows
  { below: 'deliveries', where: '{ documentType: { eq: "Sales Invoice" } }', points: 0 },
])('below $below, an index does not find the rows of each by $where', ({ below, where, points }) => {
  const query = `{ ${below}(first: 2) { nodes { requests(first: 1, where: ${where}) { nodes { id } } } } }`;
  expect(priceOf(query).points).toBe(2 + 2 * (points + 1));
});

test("a caller's own entries cost a part of the audit trail", () => {
  const cost = (where: string) => priceOf(`{ myAuditEntries(first: 1, where: ${where}) { nodes { id } } }`).points;
  expect(cost('{ outcome: { eq: DENIED } }')).toBe(2_001);
  expect(cost('{ action: { eq: "webhook.paused" }, outcome: { eq: DONE } }')).toBe(1);
  expect(cost('{ subjectId: { eq: "whk_1" }, outcome: { eq: DENIED } }')).toBe(101);
});
