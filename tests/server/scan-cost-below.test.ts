// Prices of filters of lists below rows, and of a caller's own entries.
import { shareTestApi, type TestApp } from '../support/app';

let app: TestApp;

beforeAll(async () => {
  app = await shareTestApi();
});
afterAll(() => app.stop());

test('below a row of a long list it reads a part of the table, below others few rows', async () => {
  const below = (path: string) =>
    `{ ${path} { nodes { requests(first: 1, where: { responseStatus: { gte: 500 } }) { nodes { id } } } } }`;
  const cost = async (path: string) => (await app.ask(below(path))).extensions?.cost?.requested;
  for (const long of ['webhooks', 'users', 'replays']) {
    expect({ long, cost: await cost(`${long}(first: 2)`) }).toEqual({ long, cost: 2 + 2 * 2_001 });
  }
  expect(await cost('deliveries(first: 2)')).toBe(2 + 2 * 101);
});

test.each([
  { below: 'webhooks', where: '{ documentType: { eq: "Sales Invoice" } }', points: 500 },
  { below: 'webhooks', where: '{ referenceDocument: { startsWith: "S" } }', points: 500 },
  { below: 'webhooks', where: '{ user: { name: { eq: "amal" } } }', points: 500 },
  { below: 'webhooks', where: '{ delivery: { status: { eq: EXHAUSTED } } }', points: 500 },
  { below: 'users', where: '{ status: { eq: FAILED } }', points: 500 },
  { below: 'webhooks', where: '{ documentType: { eq: "Sales Invoice" }, method: { eq: "PUT" } }', points: 2_000 },
  // the smaller tables have the webhook
  { below: 'webhooks', where: '{ status: { eq: FAILED } }', points: 0 },
  { below: 'webhooks', where: '{ status: { eq: SUCCEEDED } }', points: 0 },
  { below: 'webhooks', where: '{ referenceDocument: { eq: "INV-0042" } }', points: 0 },
  { below: 'webhooks', where: '{ delivery: { referenceDocument: { eq: "INV-0042" } } }', points: 0 },
  { below: 'webhooks', where: '{ search: "paid" }', points: 300 },
  // few rows
  { below: 'deliveries', where: '{ documentType: { eq: "Sales Invoice" } }', points: 0 },
])('below $below, an index does not find the rows of each by $where', async ({ below, where, points }) => {
  const { extensions } = await app.ask(
    `{ ${below}(first: 2) { nodes { requests(first: 1, where: ${where}) { nodes { id } } } } }`,
  );
  expect(extensions?.cost?.requested).toBe(2 + 2 * (points + 1));
});

test("a caller's own entries cost a part of the audit trail", async () => {
  const cost = async (where: string) => {
    const { extensions } = await app.ask(`{ myAuditEntries(first: 1, where: ${where}) { nodes { id } } }`);
    return extensions?.cost?.requested;
  };
  expect(await cost('{ outcome: { eq: DENIED } }')).toBe(2_001);
  expect(await cost('{ action: { eq: "webhook.paused" }, outcome: { eq: DONE } }')).toBe(1);
  expect(await cost('{ subjectId: { eq: "whk_1" }, outcome: { eq: DENIED } }')).toBe(101);
});
