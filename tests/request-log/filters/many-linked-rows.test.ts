import { useTestApi } from '../../support/app';

// Filters through a link that more than a thousand linked rows meet.

const app = useTestApi();

const CROWD = 1_100;
const REQUESTS = 2_600;

beforeAll(async () => {
  await app.database.query(`insert into users (id, name, roles, active, created_at, updated_at)
    select new_id(), (case n % 2 when 0 then 'crowd-' else 'other-' end) || n, '{}', true, now(), now()
    from generate_series(1, ${2 * CROWD}) as n`);
  // every tenth request is of the crowd; only the oldest three are of users whose number ends with 99
  await app.database.query(`insert into webhook_request_logs (id, user_id, direction, status, reference_document, attempt_number,
      duplicate, method, url, started_at, finished_at)
    select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - ${REQUESTS} + n), 12, '0') || '70008'
        || lpad(n::text, 15, '0'))::uuid, u.id, 'OUTGOING', 'SUCCEEDED', 'DOC-' || n, 1, false, 'POST',
      'https://partner.example/', now(), now()
    from generate_series(1, ${REQUESTS}) as n
      join users u on u.name = case when n <= 3 then 'other-' || (n * 100 + 99)
        when n % 10 = 0 then 'crowd-' || (n % 1000 * 2 + 2) else 'other-1' end`);
  await app.database.query('analyze users, webhook_request_logs');
});

const CASES: [title: string, where: string, sql: string][] = [
  ['many of the newest requests', '{ user: { name: { startsWith: "crowd-" } } }', `u.name like 'crowd-%'`],
  [
    'none of the newest requests',
    '{ user: { name: { startsWith: "other-" }, not: { name: { eq: "other-1" } } } }',
    `u.name like 'other-%' and u.name <> 'other-1'`,
  ],
  [
    'under not, and beside another filter',
    '{ not: { user: { name: { startsWith: "other-" } } }, referenceDocument: { startsWith: "DOC-1" } }',
    `u.name not like 'other-%' and r.reference_document like 'DOC-1%'`,
  ],
  [
    'within or',
    '{ or: [{ user: { name: { startsWith: "crowd-" } } }, { referenceDocument: { eq: "DOC-7" } }] }',
    `(u.name like 'crowd-%' or r.reference_document = 'DOC-7')`,
  ],
];

async function pages(where: string, backward: boolean): Promise<string[]> {
  const found: string[] = [];
  for (let cursor: string | null = null, more = true; more; ) {
    const [size, at] = backward ? ['last', 'before'] : ['first', 'after'];
    const { data, errors } = await app.ask(
      `query ($cursor: String) { webhookRequestLogs(${size}: 100, ${at}: $cursor, where: ${where}) {
         nodes { referenceDocument } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      { cursor },
    );
    expect(errors).toBeUndefined();
    const { nodes, pageInfo } = data.webhookRequestLogs;
    const names = nodes.map((node: { referenceDocument: string }) => node.referenceDocument);
    if (backward) found.unshift(...names);
    else found.push(...names);
    more = backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
    cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
  }
  return found;
}

test.each(CASES)('%s meet it: all pages from either end, and the count', async (_title, where, sql) => {
  const rows = await app.database.query<{ name: string }>(
    `select r.reference_document as name from webhook_request_logs r join users u on u.id = r.user_id
     where ${sql} order by r.id desc`,
  );
  const wanted = rows.map(({ name }) => name);
  expect(wanted.length).toBeGreaterThan(2);
  expect(await pages(where, false)).toEqual(wanted);
  expect(await pages(where, true)).toEqual(wanted);
  const { data, errors } = await app.ask(`{ webhookRequestLogs(where: ${where}) { totalCount } }`);
  expect(errors).toBeUndefined();
  expect(data.webhookRequestLogs.totalCount).toBe(wanted.length);
});

test('the resolvers give the same page', async () => {
  const where = '{ user: { name: { startsWith: "crowd-" } } }';
  // no read plan has both edges and nodes
  const { data, errors } = await app.ask(
    `{ webhookRequestLogs(first: 3, where: ${where}) { nodes { referenceDocument } edges { cursor } totalCount } }`,
  );
  expect(errors).toBeUndefined();
  const { nodes, totalCount } = data.webhookRequestLogs;
  expect(nodes).toEqual(['DOC-2600', 'DOC-2590', 'DOC-2580'].map((referenceDocument) => ({ referenceDocument })));
  expect(totalCount).toBe(260);
});

test('a list below rows has it too', async () => {
  const { data, errors } = await app.ask(`{ users(where: { name: { in: ["crowd-2", "crowd-22"] } }) { nodes { name
    requests(first: 2, where: { user: { name: { startsWith: "crowd-" } } }) { nodes { referenceDocument } totalCount } } } }`);
  expect(errors).toBeUndefined();
  const byName = Object.fromEntries(
    data.users.nodes.map((each: { name: string; requests: object }) => [each.name, each.requests]),
  );
  expect(byName).toEqual({
    'crowd-2': { nodes: [{ referenceDocument: 'DOC-2000' }, { referenceDocument: 'DOC-1000' }], totalCount: 2 },
    'crowd-22': { nodes: [{ referenceDocument: 'DOC-2010' }, { referenceDocument: 'DOC-1010' }], totalCount: 3 },
  });
});
