// A word that more than 10,000 rows of past months have, and none of the newest: the index on words is read month by month, so that the
// first page is full, and pages go on from month to month in both directions.
import { Client } from 'pg';
import { META } from '../../../src/request-log/search/index-terms';
import { makeDeliveries } from '../../delivery/lists/made-deliveries';
import { addPartitions, monthAgo } from '../../privacy/months/old-months';
import { useTestApp } from '../../support/app';

const OF_MONTH = 6_000;
/** Months ago: together they have more rows than a page looks at, and two of them fewer. */
const MONTHS = [4, 3, 2];
const NEWEST = 10_001;

const app = useTestApp({ PROCESSES: 'api' });
/** The ids of the rows with the word, oldest first. */
let found: string[];

const INSERT = `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at, finished_at, leaf_hash)
  select overlay(first_id_at(at)::text placing substr(new_id()::text, 15) from 15)::uuid, 'OUTGOING', 'SUCCEEDED', 1, false, 'POST',
    'https://partner.example/', at, at, sha256('')
  from (select $1::date::timestamp at time zone 'UTC' + n * interval '1 minute' as at from generate_series(1, $2::int) as n) as times`;
const INDEX = `insert into request_index (id, outcome, took_ms, words) select id, status, 1, array_to_tsvector(array['${META}word',
    case when started_at < date_trunc('month', now()) - interval '40 days' then '${META}alpha' else '${META}other' end])
  from webhook_request_logs`;

beforeAll(async () => {
  const months = await Promise.all(MONTHS.map((ago) => monthAgo(app.database, ago)));
  for (const month of months) await addPartitions(app.database, month);
  const sql = new Client({ connectionString: app.database.superuserUrl });
  await sql.connect();
  await makeDeliveries(sql, NEWEST);
  await sql.query('set session_replication_role = replica');
  for (const month of months) await sql.query(INSERT, [month, OF_MONTH]);
  await sql.query(INDEX);
  await sql.query('analyze');
  const { rows } = await sql.query<{ id: string }>(
    `select 'req_' || replace(id::text, '-', '') as id from request_index where words @@ '''${META}alpha''' order by request_index.id`,
  );
  found = rows.map(({ id }) => id);
  await sql.end();
});

const QUERY = `query ($where: WebhookRequestLogWhere, $first: Int, $last: Int, $after: String, $before: String) {
  webhookRequestLogs(where: $where, first: $first, last: $last, after: $after, before: $before) {
    nodes { id startedAt } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`;

async function page(args: object, more: object = {}) {
  const where = { search: 'alpha', ...more };
  const { nodes, ...rest } = (await app.ask(QUERY, { where, ...args })).data.webhookRequestLogs;
  return { ids: nodes.map(({ id }: { id: string }) => id), nodes, ...rest };
}

test('the first page is full, from the newest month that has the word', async () => {
  expect(found).toHaveLength(MONTHS.length * OF_MONTH);
  const { ids, totalCount, pageInfo } = await page({ first: 100 });
  expect(ids).toEqual(found.slice(-100).reverse());
  expect(totalCount).toBeGreaterThanOrEqual(100);
  expect(pageInfo.hasNextPage).toBe(true);
});

test('so is the last page, from the oldest month', async () => {
  const { ids, pageInfo } = await page({ last: 100 });
  expect(ids).toEqual(found.slice(0, 100).reverse());
  expect(pageInfo.hasPreviousPage).toBe(true);
});

// 50 rows before a month ends
test.each([
  ['within the months that are read together', 2 * OF_MONTH],
  ['from the last of them to the one after', OF_MONTH],
])('pages go on from one month to the next: %s', async (_what, boundary) => {
  const from = boundary + 49;
  const { data } = await app.ask('query ($id: ID!) { webhookRequestLog(id: $id) { startedAt } }', { id: found[from] });
  const bound = { startedAt: { lte: data.webhookRequestLog.startedAt } };
  const first = await page({ first: 30 }, bound);
  const second = await page({ first: 40, after: first.pageInfo.endCursor }, bound);
  const expected = found.slice(0, from + 1).reverse();
  expect([...first.ids, ...second.ids]).toEqual(expected.slice(0, 70));
  const back = await page({ last: 30, before: second.pageInfo.startCursor }, bound);
  expect(back.ids).toEqual(first.ids);
});
