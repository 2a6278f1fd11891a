// Requests by the status of their deliveries, which stands in small tables of its own, where more than a thousand deliveries have it.
import { Client } from 'pg';
import { makeDeliveries } from '../../delivery/lists/made-deliveries';
import { useTestApi } from '../../support/app';
import { listStates } from '../../support/delivery-states';

const ROWS = 3_600;
const EXHAUSTED = 1_100;

const app = useTestApi();

beforeAll(async () => {
  const sql = new Client({ connectionString: app.database.superuserUrl });
  await sql.connect();
  await makeDeliveries(sql, ROWS);
  // none of the newest requests is of an exhausted delivery; every second one of them is of a cancelled one
  await sql.query('set session_replication_role = replica');
  await sql.query(
    `update deliveries d set next_attempt_at = null, finished_at = created_at,
       status = case when n <= ${EXHAUSTED} then 'EXHAUSTED' when n % 2 = 0 then 'CANCELLED' else 'DELIVERED' end
     from (select id, row_number() over (order by id) as n from deliveries) as numbered where numbered.id = d.id`,
  );
  await sql.query('update webhook_request_logs set delivery_id = id');
  await sql.end();
  await listStates(app.database);
  await app.database.query('analyze deliveries, finished_deliveries, webhook_request_logs');
});

const LIST = `query ($where: WebhookRequestLogWhere, $first: Int, $after: String, $last: Int, $before: String) {
  webhookRequestLogs(where: $where, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { delivery { status documentType } id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

async function page(variables: object) {
  const { data, errors } = await app.ask(LIST, variables);
  expect(errors).toBeUndefined();
  return data.webhookRequestLogs as {
    totalCount: number;
    nodes: { id: string; delivery: { status: string; documentType: string } }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
  };
}

const CASES: { what: string; where: object; sql: string }[] = [
  {
    what: 'EXHAUSTED, of which the newest requests have none',
    where: { delivery: { status: { eq: 'EXHAUSTED' } } },
    sql: `d.status = 'EXHAUSTED'`,
  },
  {
    what: 'CANCELLED, which many of the newest requests have',
    where: { delivery: { status: { eq: 'CANCELLED' } } },
    sql: `d.status = 'CANCELLED'`,
  },
  {
    what: 'EXHAUSTED of one type',
    where: { delivery: { status: { eq: 'EXHAUSTED' }, documentType: { eq: 'Type 1' } } },
    sql: `d.status = 'EXHAUSTED' and d.document_type = 'Type 1'`,
  },
  {
    what: 'neither EXHAUSTED nor DELIVERED',
    where: { not: { delivery: { status: { in: ['EXHAUSTED', 'DELIVERED'] } } } },
    sql: `d.status not in ('EXHAUSTED', 'DELIVERED')`,
  },
  {
    what: 'EXHAUSTED, or of a document',
    where: { or: [{ delivery: { status: { eq: 'EXHAUSTED' } } }, { referenceDocument: { eq: 'DOC-1100' } }] },
    sql: `(d.status = 'EXHAUSTED' or r.reference_document = 'DOC-1100')`,
  },
];

test.each(CASES)('$what: the count, and the pages at both ends', async ({ where, sql }) => {
  const wanted = await app.database.query<{ id: string }>(
    `select 'req_' || replace(r.id::text, '-', '') as id from webhook_request_logs r join deliveries d on d.id = r.delivery_id
     where ${sql} order by r.id desc`,
  );
  const ids = wanted.map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(90);
  const idsOf = ({ nodes }: Awaited<ReturnType<typeof page>>) => nodes.map(({ id }) => id);
  const first = await page({ where, first: 40 });
  expect([first.totalCount, idsOf(first)]).toEqual([ids.length, ids.slice(0, 40)]);
  const second = await page({ where, first: 40, after: first.pageInfo.endCursor });
  expect(idsOf(second)).toEqual(ids.slice(40, 80));
  const last = await page({ where, last: 40 });
  expect(idsOf(last)).toEqual(ids.slice(-40));
  expect(idsOf(await page({ where, last: 40, before: last.pageInfo.startCursor }))).toEqual(ids.slice(-80, -40));
});
