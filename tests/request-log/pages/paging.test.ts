import { uuidOf } from '../../../src/values/ids';
import { useTestApi } from '../../support/app';
import { createTestWebhook } from '../../support/webhooks';
import { seedTwoOfEach } from '../filters/two-of-each';
import { seedManyAt, seedRequest } from './seeded-log';

const app = useTestApi();

describe('pages below rows, and cursors of other lists', () => {
  // Pages of lists below a row, and cursors that do not belong where they are used.

  const webhooks: string[] = [];
  const NAMES = ['ä', 'b', 'b', 'B', 'a"', 'z'];

  beforeAll(async () => {
    for (const name of NAMES) webhooks.push((await createTestWebhook(app, 'https://partner.example/', { name })).id);
    const at = Date.now();
    // 60 rows for each of the first two webhooks, three in each millisecond
    for (let n = 0; n < 120; n += 1) {
      const webhookId = uuidOf('Webhook', webhooks[n % 2] as string);
      await seedRequest(app.database, { at: at + Math.floor(n / 6), webhookId, referenceDocument: `R${n % 2}` });
    }
  });

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

  describe('webhooks by name', () => {
    const list = (args: string) =>
      app.ask(`{ webhooks(${args}) { nodes { id name } pageInfo { startCursor endCursor hasNextPage } } }`);
    const BY_NAME = 'orderBy: { field: NAME, direction: ASC }';

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
});

describe('pages while rows come in', () => {
  // Pages of rows that differ in their ids alone, pages while rows are added, and pages from both ends at once.

  const MANY = 500;
  const SAME = 'SAME';

  let webhook: string;
  const at = Date.now() - 60_000;

  beforeAll(async () => {
    webhook = (await createTestWebhook(app, 'https://partner.example/')).id;
    await seedManyAt(app.database, at, MANY, SAME);
    await seedTwoOfEach(app.database);
  });

  interface Page {
    nodes: { id: string }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
  }

  const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $where: WebhookRequestLogWhere,
    $orderBy: WebhookRequestLogOrder) {
  webhookRequestLogs(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: $orderBy) {
    nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } }`;

  async function pageOf(args: object): Promise<Page> {
    const { data, errors } = await app.ask(LIST, { where: { referenceDocument: { eq: SAME } }, ...args });
    expect(errors).toBeUndefined();
    return data.webhookRequestLogs;
  }

  /** All pages of 7, in the order of the list; `between` runs after each. */
  async function walk(way: 'forward' | 'backward', args: object, between = async () => {}): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor: string | null = null, more = true; more; ) {
      const part = way === 'forward' ? { first: 7, after: cursor } : { last: 7, before: cursor };
      const { nodes, pageInfo }: Page = await pageOf({ ...args, ...part });
      const found = nodes.map(({ id }) => id);
      if (way === 'forward') ids.push(...found);
      else ids.unshift(...found);
      [cursor, more] =
        way === 'forward'
          ? [pageInfo.endCursor, pageInfo.hasNextPage]
          : [pageInfo.startCursor, pageInfo.hasPreviousPage];
      await between();
    }
    return ids;
  }

  const ORDERS = [
    { field: 'STARTED_AT', direction: 'DESC' },
    { field: 'STARTED_AT', direction: 'ASC' },
  ];

  test.each(ORDERS)(
    '500 rows of one millisecond by 7, %j: both ways the same, nothing lost, nothing twice',
    async (orderBy) => {
      const forward = await walk('forward', { orderBy });
      const backward = await walk('backward', { orderBy });
      expect(forward).toHaveLength(MANY);
      expect(new Set(forward).size).toBe(MANY);
      expect(backward).toEqual(forward);
      expect(forward).toEqual(
        [...forward].sort((one, other) => (orderBy.direction === 'ASC' ? 1 : -1) * (one < other ? -1 : 1)),
      );
    },
  );

  test.each(ORDERS)('rows that come in meanwhile, %j, neither shift nor repeat what is read', async (orderBy) => {
    const referenceDocument = `MEANWHILE ${orderBy.direction}`;
    const middle = at + (orderBy.direction === 'ASC' ? 10_000 : 20_000);
    await seedManyAt(app.database, middle, 50, referenceDocument);
    const where = { referenceDocument: { eq: referenceDocument } };
    const before = await walk('forward', { orderBy, where });
    let added = 0;
    const insert = async () => {
      // one that is newer than all, one that is older, one of the same millisecond
      for (const time of [middle + 1_000 + added, middle - 1_000 - added, middle]) {
        if (added < 30) await seedRequest(app.database, { at: time, referenceDocument });
      }
      added += 3;
    };
    for (const way of ['forward', 'backward'] as const) {
      const during = await walk(way, { orderBy, where }, insert);
      expect(new Set(during).size).toBe(during.length);
      expect(during.filter((id) => before.includes(id))).toEqual(before);
    }
  });

  describe('both ends of a list', () => {
    test.each<[string, string, object]>([
      ['other sizes', '(first: 3, last: 3)', {}],
      ['20, which is what first is by itself', '(first: 20, last: 3)', {}],
      ['variables', '($a, $b)', { a: 20, b: 3 }],
      ['first as the default of a variable', '($a = 20, $b)', { b: 3 }],
    ])('are refused: %s', async (_title, args, variables) => {
      const [declared, used] = args.startsWith('($')
        ? [`query (${args.includes('= 20') ? '$a: Int = 20' : '$a: Int'}, $b: Int)`, '(first: $a, last: $b)']
        : ['query', args];
      for (const below of [
        `webhookRequestLogs${used} { nodes { id } }`,
        `webhook(id: "${webhook}") { requests${used} { nodes { id } } deliveries(first: 1) { totalCount } }`,
        `businessEvents${used} { totalCount }`,
        `replays${used} { nodes { id } }`,
      ]) {
        const { errors } = await app.ask(`${declared} { ${below} }`, variables);
        expect(errors).toMatchObject([
          {
            message: 'first and last are both given: ask for one end of the list.',
            extensions: { code: 'BAD_USER_INPUT', field: ['last'] },
          },
        ]);
      }
    });

    test.each<[string, string, object]>([
      ['first is null', '(first: null, last: 3)', {}],
      ['the variable of first is not given', '(first: $a, last: 3)', {}],
      ['the variable of first is null', '(first: $a, last: 3)', { a: null }],
      ['the variable of last is not given', '(first: 3, last: $a)', {}],
      ['last is null', '(first: 20, last: null)', {}],
    ])('are not both given where %s', async (_title, args, variables) => {
      const declared = args.includes('$a') ? 'query ($a: Int)' : 'query';
      const { data, errors } = await app.ask(`${declared} { webhookRequestLogs${args} { nodes { id } } }`, variables);
      expect(errors).toBeUndefined();
      expect(data.webhookRequestLogs.nodes).toHaveLength(args.startsWith('(first: 20') ? 20 : 3);
    });
  });

  test.each(['deliveries', 'businessEvents', 'replays'])(
    '%s come oldest first where that is asked for',
    async (list) => {
      const oldestFirst = list === 'deliveries' ? '{ field: CREATED_AT, direction: ASC }' : '{ direction: ASC }';
      const { data, errors } = await app.ask(
        `{ newest: ${list} { nodes { createdAt } } oldest: ${list}(orderBy: ${oldestFirst}) { nodes { createdAt } } }`,
      );
      expect(errors).toBeUndefined();
      expect(data.oldest.nodes).toEqual([...data.newest.nodes].reverse());
      expect(data.oldest.nodes.length).toBeGreaterThan(1);
    },
  );
});
