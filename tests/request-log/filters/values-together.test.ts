// Filters by values that many requests have, and few or none together.
import { shareTestApi, type TestApp } from '../../support/app';

const REQUESTS = 4_000;

let app: TestApp;

beforeAll(async () => {
  app = await shareTestApi();
  await app.database.query(`insert into users (id, name, roles, active, created_at, updated_at)
    select new_id(), 'together-' || n, '{}', true, now(), now() from generate_series(0, 3) as n`);
  await app.database.query(`insert into webhooks (id, name, direction, status, url, events, timeout_ms, owner_id, created_at, updated_at)
    select new_id(), 'Together ' || n, 'OUTGOING', 'ACTIVE', 'https://partner.example/', '{}', 15000,
      (select id from users where name = 'together-0'), now(), now() from generate_series(0, 1) as n`);
  // odd requests and even ones have nothing in common, but for three of them
  await app.database.query(`insert into webhook_request_logs (id, webhook_id, user_id, direction, status, document_type, reference_document,
      attempt_number, duplicate, method, url, started_at, finished_at)
    select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - ${REQUESTS} + n), 12, '0') || '70008'
        || lpad(n::text, 15, '0'))::uuid, w.id, u.id, 'OUTGOING', case n % 6 when 3 then 'FAILED' else 'SUCCEEDED' end,
      case when n % 2 = 0 or n in (501, 503, 505) then 'Even' else 'Odd' end, 'DOC-' || n, 1, false, 'POST', 'https://partner.example/', now(), now()
    from generate_series(1, ${REQUESTS}) as n
      join webhooks w on w.name = 'Together ' || n % 2
      join users u on u.name = 'together-' || case when n = 9 then 2 else n % 4 end`);
});
afterAll(() => app.stop());

const CASES: [title: string, where: string, sql: string, rows: number][] = [
  [
    'a few have both',
    '{ webhook: { name: { eq: "Together 1" } }, documentType: { eq: "Even" } }',
    `w.name = 'Together 1' and r.document_type = 'Even'`,
    3,
  ],
  [
    'none has both',
    '{ webhook: { name: { eq: "Together 0" } }, documentType: { eq: "Odd" } }',
    `w.name = 'Together 0' and r.document_type = 'Odd'`,
    0,
  ],
  [
    'one of a user failed',
    '{ user: { name: { eq: "together-2" } }, status: { eq: FAILED } }',
    `u.name = 'together-2' and r.status = 'FAILED'`,
    1,
  ],
  [
    'every third of a user failed',
    '{ user: { name: { eq: "together-1" } }, status: { in: [FAILED, UNKNOWN] } }',
    `u.name = 'together-1' and r.status = 'FAILED'`,
    332,
  ],
  [
    'three values',
    '{ user: { name: { eq: "together-1" } }, webhook: { name: { eq: "Together 1" } }, documentType: { eq: "Even" } }',
    `u.name = 'together-1' and w.name = 'Together 1' and r.document_type = 'Even'`,
    2,
  ],
  [
    'beside another filter',
    '{ webhook: { name: { eq: "Together 1" } }, documentType: { eq: "Even" }, referenceDocument: { contains: "3" } }',
    `w.name = 'Together 1' and r.document_type = 'Even' and r.reference_document like '%3%'`,
    1,
  ],
];

async function read(where: string, fields: string, args: string) {
  const { data, errors } = await app.ask(`{ webhookRequestLogs(${args}, where: ${where}) { ${fields}
    nodes { referenceDocument } pageInfo { hasNextPage endCursor } } }`);
  expect(errors).toBeUndefined();
  return data.webhookRequestLogs;
}

// with edges beside nodes there is no read plan: the resolvers answer
test.each(
  CASES.flatMap(([title, ...rest]) => [['', title, ...rest] as const, ['edges { cursor }', title, ...rest] as const]),
)('%s %s: all pages, and the count', async (fields, _title, where, sql, count) => {
  const rows = await app.database.query<{ name: string }>(
    `select r.reference_document as name from webhook_request_logs r join users u on u.id = r.user_id
         join webhooks w on w.id = r.webhook_id where ${sql} order by r.id desc`,
  );
  const wanted = rows.map(({ name }) => name);
  expect(wanted).toHaveLength(count);
  const found: string[] = [];
  for (let cursor: string | null = null, more = true; more; ) {
    const page = await read(where, `${fields} totalCount`, `first: 100${cursor ? `, after: "${cursor}"` : ''}`);
    expect(page.totalCount).toBe(count);
    found.push(...page.nodes.map((node: { referenceDocument: string }) => node.referenceDocument));
    more = page.pageInfo.hasNextPage;
    cursor = page.pageInfo.endCursor;
  }
  expect(found).toEqual(wanted);
});

test('below rows', async () => {
  const { data, errors } =
    await app.ask(`{ webhooks(where: { name: { startsWith: "Together" } }, orderBy: { field: NAME, direction: ASC }) { nodes {
    requests(where: { user: { name: { eq: "together-1" } }, documentType: { eq: "Even" } }) { nodes { referenceDocument } totalCount } } } }`);
  expect(errors).toBeUndefined();
  expect(data.webhooks.nodes.map(({ requests }: { requests: object }) => requests)).toEqual([
    { nodes: [], totalCount: 0 },
    { nodes: [{ referenceDocument: 'DOC-505' }, { referenceDocument: 'DOC-501' }], totalCount: 2 },
  ]);
});
