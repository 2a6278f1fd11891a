// Pages of lists below a row, and cursors that do not belong where they are used.
import { uuidOf } from '../../../src/ids';
import { shareTestApi, type TestApp } from '../../support/app';
import { createTestWebhook } from '../../support/webhooks';
import { seedRequest } from './seeded-log';

let app: TestApp;
const webhooks: string[] = [];
const NAMES = ['ä', 'b', 'b', 'B', 'a"', 'z'];

beforeAll(async () => {
  app = await shareTestApi();
  for (const name of NAMES) webhooks.push((await createTestWebhook(app, 'https://partner.example/', { name })).id);
  const at = Date.now();
  // 60 rows for each of the first two webhooks, three in each millisecond
  for (let n = 0; n < 120; n += 1) {
    const webhookId = uuidOf('Webhook', webhooks[n % 2] as string);
    await seedRequest(app.database, { at: at + Math.floor(n / 6), webhookId, referenceDocument: `R${n % 2}` });
  }
});
afterAll(() => app.stop());

interface Page {
  edges: { cursor: string; node: { id: string; referenceDocument: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
}

async function requestsOf(webhook: number, args: object): Promise<Page> {
  const { data, errors } = await app.ask(
    `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $orderBy: WebhookRequestLogOrder) {
      webhook(id: $id) { requests(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
        edges { cursor node { id referenceDocument } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }
    }`,
    { id: webhooks[webhook], ...args },
  );
  expect(errors).toBeUndefined();
  return data.webhook.requests;
}

const idsOf = (page: Page) => page.edges.map(({ node }) => node.id);

describe('the requests of a webhook', () => {
  const OLDEST_FIRST = { field: 'STARTED_AT', direction: 'ASC' };

  test.each<[string, object]>([
    ['newest first', {}],
    ['oldest first', { orderBy: OLDEST_FIRST }],
  ])('%s, 60 of them by 7, are the same both ways, without loss and repeat', async (_title, order) => {
    const whole = idsOf(await requestsOf(0, { ...order, first: 100 }));
    expect(new Set(whole).size).toBe(60);
    const forward: string[] = [];
    const backward: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page: Page = await requestsOf(0, { ...order, first: 7, after });
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      forward.push(...idsOf(page));
      [after, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage];
    }
    for (let before: string | null = null, more = true; more; ) {
      const page: Page = await requestsOf(0, { ...order, last: 7, before });
      expect(page.pageInfo.hasNextPage).toBe(before !== null);
      backward.unshift(...idsOf(page));
      [before, more] = [page.pageInfo.startCursor, page.pageInfo.hasPreviousPage];
    }
    expect(forward).toEqual(whole);
    expect(backward).toEqual(whole);
  });

  test('below several webhooks, each webhook has a page of its own', async () => {
    const { data } = await app.ask(`{ webhooks { nodes { id
      first: requests(first: 7) { nodes { id referenceDocument } pageInfo { hasNextPage } totalCount }
      last: requests(last: 7) { nodes { id } pageInfo { hasPreviousPage } }
    } } }`);
    const byId = new Map<string, { first: object; last: object }>(
      data.webhooks.nodes.map((node: { id: string }) => [node.id, node]),
    );
    for (const index of [0, 1]) {
      const whole = idsOf(await requestsOf(index, { first: 100 }));
      const row = (id: string) => ({ id, referenceDocument: `R${index}` });
      expect(byId.get(webhooks[index] as string)).toMatchObject({
        first: { nodes: whole.slice(0, 7).map(row), pageInfo: { hasNextPage: true }, totalCount: 60 },
        last: { nodes: whole.slice(-7).map((id) => ({ id })), pageInfo: { hasPreviousPage: true } },
      });
    }
    expect(byId.get(webhooks[2] as string)).toMatchObject({
      first: { nodes: [], pageInfo: { hasNextPage: false }, totalCount: 0 },
      last: { nodes: [], pageInfo: { hasPreviousPage: false } },
    });
  });

  test.each<[string, string]>([
    ['first', 'first: 0'],
    ['first', 'first: 101'],
    ['last', 'last: -1'],
    ['last', 'first: 3, last: 3'],
    ['after', 'after: "garbage"'],
    ['before', 'last: 3, before: "garbage"'],
    ['after', 'last: 3, after: "garbage"'],
  ])('name the argument that is wrong: %s in (%s)', async (field, args) => {
    const { errors } = await app.ask(`{ webhooks(first: 1) { nodes { requests(${args}) { nodes { id } } } } }`);
    expect(errors).toMatchObject([
      { path: ['webhooks', 'nodes', 0, 'requests'], extensions: { code: 'BAD_USER_INPUT', field: [field] } },
    ]);
  });
});

describe('an empty cursor', () => {
  test.each<[string, string]>([
    ['after', 'after: ""'],
    ['before', 'last: 5, before: ""'],
    ['after', 'last: 5, after: ""'],
    ['before', 'first: 5, before: ""'],
    ['before', 'after: "", before: ""'],
  ])('is not the same as none: %s in (%s)', async (field, args) => {
    const { errors } = await app.ask(`{ webhookRequestLogs(${args}) { nodes { id } } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: [field] } }]);
  });
});

describe('webhooks by name', () => {
  const list = (args: string) =>
    app.ask(`{ webhooks(${args}) { nodes { id name } pageInfo { startCursor endCursor hasNextPage } } }`);
  const BY_NAME = 'orderBy: { field: NAME, direction: ASC }';

  test('by 2 are the same as in one page, also where names are equal', async () => {
    const whole = (await list(BY_NAME)).data.webhooks.nodes;
    expect(whole).toHaveLength(NAMES.length);
    const found: object[] = [];
    for (let after = '', more = true; more; ) {
      const { nodes, pageInfo } = (await list(`${BY_NAME}, first: 2${after}`)).data.webhooks;
      found.push(...nodes);
      [after, more] = [`, after: "${pageInfo.endCursor}"`, pageInfo.hasNextPage];
    }
    expect(found).toEqual(whole);
  });

  test.each<[string, string, string]>([
    ['by name', 'first: 1', 'orderBy: { field: NAME }'],
    ['by time', 'first: 1, orderBy: { field: NAME }', 'first: 1'],
    ['by name, from the other end', 'first: 1, orderBy: { field: NAME }', BY_NAME],
    ['by time, from the other end', 'first: 1', 'orderBy: { field: CREATED_AT, direction: ASC }'],
  ])('%s take no cursor of another order', async (_title, other, args) => {
    const { endCursor } = (await list(other)).data.webhooks.pageInfo;
    for (const [name, rest] of [
      ['after', ''],
      ['before', ', last: 5'],
    ] as const) {
      const { errors } = await list(`${args.replace('first: 1', 'first: null')}${rest}, ${name}: "${endCursor}"`);
      expect(errors).toMatchObject([
        {
          message: expect.stringMatching(`^${name} ".*(\\.\\.\\.)? is not a cursor of this list in this order\\.$`),
          extensions: { code: 'BAD_USER_INPUT', field: [name] },
        },
      ]);
    }
  });

  test.each<[string, unknown]>([
    ['U+0000', 'a\0'],
    ['half of a surrogate pair', '\ud83d'],
    ['a number', 1],
    ['nothing', null],
    ['a list', ['a']],
  ])('take no cursor that was made to hold %s', async (_title, value) => {
    const { endCursor } = (await list(`first: 1, ${BY_NAME}`)).data.webhooks.pageInfo;
    const [tag, id] = JSON.parse(Buffer.from(endCursor, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify([tag, id, value])).toString('base64url');
    const { errors } = await list(`${BY_NAME}, after: "${forged}"`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['after'] } }]);
  });
});
