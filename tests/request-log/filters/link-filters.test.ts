import { useTestApi } from '../../support/app';
import { seedRequest } from '../pages/seeded-log';

const app = useTestApi();
let webhooks: Record<string, string>;

beforeAll(async () => {
  await app.database.query(`insert into users (id, name, roles, active, created_at, updated_at)
    select new_id(), 'crowd-' || n, '{}', true, now(), now() from generate_series(1, 1100) as n`);
  webhooks = {};
  for (const name of ['busy', 'rare', 'silent']) {
    const [row] = await app.database.query<{ id: string }>(
      `insert into webhooks (id, name, direction, status, url, events, timeout_ms, owner_id, created_at, updated_at)
       select new_id(), $1, 'OUTGOING', 'ACTIVE', 'https://partner.example/', '{}', 15000, id, now(), now()
       from users where name = 'crowd-7' returning id`,
      [name],
    );
    webhooks[name] = row?.id as string;
  }
  const start = Date.now() - 100_000;
  for (let n = 0; n < 30; n += 1) {
    const webhookId = n === 3 || n === 17 ? webhooks.rare : webhooks.busy;
    await seedRequest(app.database, {
      at: start + n,
      webhookId,
      referenceDocument: `DOC-${n}`,
      status: n % 5 === 0 || n === 17 ? 'FAILED' : 'SUCCEEDED',
    });
  }
});

async function found(where: string, args = 'first: 100'): Promise<string[]> {
  const { data, errors } = await app.ask(
    `{ webhookRequestLogs(${args}, where: ${where}) { nodes { referenceDocument } totalCount } }`,
  );
  expect(errors).toBeUndefined();
  const names: string[] = data.webhookRequestLogs.nodes.map(
    (node: { referenceDocument: string }) => node.referenceDocument,
  );
  return names;
}

test('a busy, a rare and a silent webhook each show their own, newest first', async () => {
  expect(await found('{ webhook: { name: { eq: "rare" } } }')).toEqual(['DOC-17', 'DOC-3']);
  expect(await found('{ webhook: { name: { eq: "silent" } } }')).toEqual([]);
  expect(await found('{ webhook: { name: { eq: "nobody has it" } } }')).toEqual([]);
  expect(await found('{ webhook: { name: { eq: "busy" } } }')).toHaveLength(28);
});

test('several linked rows are one list in one order, from either end, page by page', async () => {
  const where = '{ webhook: { owner: { name: { eq: "crowd-7" } } } }';
  const all = await found(where);
  expect(all).toEqual(Array.from({ length: 30 }, (_, n) => `DOC-${29 - n}`));
  expect(await found(where, 'last: 4')).toEqual(['DOC-3', 'DOC-2', 'DOC-1', 'DOC-0']);
  const walked: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { data } = await app.ask(
      `query ($after: String) { webhookRequestLogs(first: 7, after: $after, where: ${where}) {
         nodes { referenceDocument } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    const { nodes, pageInfo } = data.webhookRequestLogs;
    walked.push(...nodes.map((node: { referenceDocument: string }) => node.referenceDocument));
    ({ hasNextPage: more, endCursor: after } = pageInfo);
  }
  expect(walked).toEqual(all);
});

test('links beside failures, within or, and under not', async () => {
  expect(await found('{ webhook: { name: { in: ["rare", "busy"] } }, status: { eq: FAILED } }')).toEqual(
    [25, 20, 17, 15, 10, 5, 0].map((n) => `DOC-${n}`),
  );
  expect(
    await found('{ or: [{ webhook: { name: { eq: "rare" } } }, { referenceDocument: { eq: "DOC-9" } }] }'),
  ).toEqual(['DOC-17', 'DOC-9', 'DOC-3']);
  expect(await found('{ not: { webhook: { name: { eq: "busy" } } } }')).toEqual(['DOC-17', 'DOC-3']);
});

test('failures of one webhook below it, with a time range', async () => {
  const { data, errors } = await app.ask(
    `query ($from: DateTime!) { webhooks(where: { name: { eq: "busy" } }) { nodes {
       requests(first: 2, where: { status: { in: [FAILED, UNKNOWN] }, startedAt: { gte: $from } }) {
         nodes { referenceDocument } totalCount pageInfo { hasNextPage } } } } }`,
    { from: new Date(Date.now() - 3_600_000).toISOString() },
  );
  expect(errors).toBeUndefined();
  expect(data.webhooks.nodes[0].requests).toEqual({
    nodes: [{ referenceDocument: 'DOC-25' }, { referenceDocument: 'DOC-20' }],
    totalCount: 6,
    pageInfo: { hasNextPage: true },
  });
});

test('failures below several webhooks are each shown below their own, and counted there', async () => {
  const { data, errors } = await app.ask(`{ webhooks(orderBy: { field: NAME, direction: ASC }) { nodes { name
    requests(first: 1, where: { status: { eq: FAILED } }) { nodes { referenceDocument } totalCount } } } }`);
  expect(errors).toBeUndefined();
  expect(data.webhooks.nodes).toEqual([
    { name: 'busy', requests: { nodes: [{ referenceDocument: 'DOC-25' }], totalCount: 6 } },
    { name: 'rare', requests: { nodes: [{ referenceDocument: 'DOC-17' }], totalCount: 1 } },
    { name: 'silent', requests: { nodes: [], totalCount: 0 } },
  ]);
});
