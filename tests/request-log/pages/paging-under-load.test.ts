// Pages of rows that differ in their ids alone, pages while rows are added, and pages from both ends at once.
import { shareTestApi, type TestApp } from '../../support/app';
import { createTestWebhook } from '../../support/webhooks';
import { seedTwoOfEach } from '../filters/two-of-each';
import { seedManyAt, seedRequest } from './seeded-log';

const MANY = 500;
const SAME = 'SAME';

let app: TestApp;
let webhook: string;
const at = Date.now() - 60_000;

beforeAll(async () => {
  app = await shareTestApi();
  webhook = (await createTestWebhook(app, 'https://partner.example/')).id;
  await seedManyAt(app.database, at, MANY, SAME);
  await seedTwoOfEach(app.database);
});
afterAll(() => app.stop());

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
      way === 'forward' ? [pageInfo.endCursor, pageInfo.hasNextPage] : [pageInfo.startCursor, pageInfo.hasPreviousPage];
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

test.each(['deliveries', 'businessEvents', 'replays'])('%s come oldest first where that is asked for', async (list) => {
  const oldestFirst = list === 'deliveries' ? '{ field: CREATED_AT, direction: ASC }' : '{ direction: ASC }';
  const { data, errors } = await app.ask(
    `{ newest: ${list} { nodes { createdAt } } oldest: ${list}(orderBy: ${oldestFirst}) { nodes { createdAt } } }`,
  );
  expect(errors).toBeUndefined();
  expect(data.oldest.nodes).toEqual([...data.newest.nodes].reverse());
  expect(data.oldest.nodes.length).toBeGreaterThan(1);
});
