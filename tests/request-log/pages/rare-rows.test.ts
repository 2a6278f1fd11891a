// 30,000 requests and deliveries, of which the oldest alone meets a filter that no index finds: pages say how far they looked, and
// acts look to the end.
import { Client } from 'pg';
import { createDataSource } from '../../../src/database/data-source';
import { SERVE } from '../../../src/database/pools';
import { firstRequests } from '../../../src/evidence/exporting/filtered-rows.store';
import { conditionOf } from '../../../src/graphql/lists/where-to-sql';
import { RequestLogWhere } from '../../../src/request-log/api/request-log.inputs';
import { META } from '../../../src/request-log/search/index-terms';
import { rowsOf } from '../../../src/sql/db';
import { timeOfId, uuidOf } from '../../../src/values/ids';
import { makeDeliveries } from '../../delivery/lists/made-deliveries';
import { useTestApp } from '../../support/app';
import { listStates } from '../../support/delivery-states';
import { mutate } from '../../support/mutate';
import { fetchExport, linesOf, requestExport } from '../export/exports';

const ROWS = 30_000;

const app = useTestApp({ PROCESSES: 'api' });
let oldest: { delivery: string; request: string };

beforeAll(async () => {
  const sql = new Client({ connectionString: app.database.superuserUrl });
  await sql.connect();
  await makeDeliveries(sql, ROWS);
  await sql.query('set session_replication_role = replica');
  await sql.query(
    `update deliveries set attempts = 9, status = 'EXHAUSTED' where id = (select min(id::text)::uuid from deliveries)`,
  );
  await sql.query(
    `update webhook_request_logs set response_status = 418, error = 'teapot' where id = (select min(id::text)::uuid from webhook_request_logs)`,
  );
  await sql.query(`insert into request_index (id, outcome, took_ms, words) select id, status, n, array_to_tsvector(array['${META}word', case when n <= 3 then '${META}rare' when n < 18000 then '${META}old' else '${META}new' end])
    from (select id, status, row_number() over (order by id) as n from webhook_request_logs) as numbered`);
  await sql.end();
  await listStates(app.database);
  const [row] = await app.database.query<{ delivery: string; request: string }>(
    'select (select min(id::text) from deliveries) as delivery, (select min(id::text) from webhook_request_logs) as request',
  );
  oldest = row as NonNullable<typeof row>;
});

const PAGE = 'nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor searchedTo }';
/** The same, but field by field: it has the rows twice. */
const QUERY = `query ($where: WebhookRequestLogWhere, $first: Int, $last: Int, $after: String, $before: String, $order: WebhookRequestLogOrder) {
  list: webhookRequestLogs(where: $where, first: $first, last: $last, after: $after, before: $before, orderBy: $order) { totalCount totalCountIsExact WAY } }`;
const WAYS: [string, string][] = [
  ['in one statement', QUERY.replace('WAY', PAGE.replace('edges { cursor }', ''))],
  [
    'field by field',
    QUERY.replace(
      'WAY',
      PAGE.replace('nodes { id }', 'nodes { id } edges { node { id } cursor }').replace('edges { cursor }', ''),
    ),
  ],
];

describe.each(WAYS)('read %s', (_way, query) => {
  const page = async (variables: object) => (await app.ask(query, variables)).data.list;
  const where = { responseStatus: { eq: 418 } };

  test('the only match of a filter, as the oldest row, is on the third page, and each page says how far it looked', async () => {
    const times: string[] = [];
    let after: string | null = null;
    for (const number of [1, 2, 3]) {
      const { nodes, pageInfo, totalCount, totalCountIsExact } = await page({ where, first: 25, after });
      expect({ number, rows: nodes.length, next: pageInfo.hasNextPage, before: pageInfo.hasPreviousPage }).toEqual({
        number,
        rows: number === 3 ? 1 : 0,
        // the bound is reached exactly at the last row
        next: true,
        before: number > 1,
      });
      expect([totalCount, totalCountIsExact]).toEqual([number === 3 ? 1 : 0, false]);
      expect(pageInfo.startCursor === null).toBe(number < 3);
      times.push(pageInfo.searchedTo);
      after = pageInfo.endCursor;
    }
    expect(times).toEqual([...times].sort().reverse());
    expect(times[2]).toBe(timeOfId(oldest.request).toISOString());
    const end = await page({ where, first: 25, after });
    expect(end).toMatchObject({ nodes: [], pageInfo: { hasNextPage: false, endCursor: null, searchedTo: null } });
  });

  test('the same from the other end: the match is on the first page, which goes on before its cursor', async () => {
    const first = await page({ where, last: 25 });
    expect(first.nodes).toHaveLength(1);
    expect(first.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: false });
    let before = first.pageInfo.startCursor;
    for (const hasPreviousPage of [true, true, false]) {
      const next = await page({ where, last: 25, before });
      expect(next).toMatchObject({ nodes: [], pageInfo: { hasPreviousPage, hasNextPage: true, endCursor: null } });
      before = next.pageInfo.startCursor;
    }
    expect(before).toBeNull();
  });

  test('in another order there is no time up to which it was searched', async () => {
    const { nodes, pageInfo } = await page({ where, first: 25, order: { field: 'DURATION', direction: 'DESC' } });
    expect(nodes).toEqual([]);
    expect(pageInfo).toMatchObject({ hasNextPage: true, endCursor: expect.any(String), searchedTo: null });
  });

  test('a word of few old rows is on the first page; one of many of them on the page that reaches them', async () => {
    const rare = await page({ where: { search: 'rare' }, first: 25 });
    expect([rare.nodes.length, rare.totalCount, rare.totalCountIsExact, rare.pageInfo.hasNextPage]).toEqual([
      3,
      3,
      true,
      false,
    ]);
    let pages = 0;
    for (let after: string | null = null; ; pages += 1) {
      const { nodes, pageInfo } = await page({ where: { search: 'old' }, first: 25, after });
      if (nodes.length > 0) break;
      after = pageInfo.endCursor;
    }
    expect(pages).toBeLessThanOrEqual(1);
  });

  test('totalCount is never below the rows of the page', async () => {
    const middle = (await page({ where: { responseStatus: { isNull: true } }, first: 1 })).pageInfo.endCursor;
    expect(middle).toEqual(expect.any(String));
    const { nodes, totalCount, totalCountIsExact } = await page({ where, last: 25 });
    expect([nodes.length, totalCount, totalCountIsExact]).toEqual([1, 1, false]);
  });

  test('a list of exactly as many rows as are counted is counted exactly', async () => {
    const { totalCount, totalCountIsExact } = await page({ first: 1 });
    expect([totalCount, totalCountIsExact]).toEqual([10_000, false]);
  });
});

describe('acts find the oldest row too', () => {
  const where = { responseStatus: { eq: 418 } };

  test('a replay, and its count', async () => {
    const input = { where: { attempts: { eq: 9 } }, reason: 'their disk was full', dryRun: true };
    expect(await mutate(app, 'replayDeliveries', input, 'preview { deliveryCount }')).toEqual({
      preview: { deliveryCount: 1 },
      userErrors: [],
    });
  });

  test('an export of requests', async () => {
    const { text } = await fetchExport(app, await requestExport(app, { where }));
    expect(linesOf(text).map(({ id }) => uuidOf('WebhookRequestLog', id))).toEqual([oldest.request]);
  });

  test('the preview of an erasure', async () => {
    const { data } = await app.ask(
      'mutation { previewErasure(input: { target: { where: { responseStatus: { eq: 418 } } } }) { preview { requestCount } } }',
    );
    expect(data.previewErasure).toEqual({ preview: { requestCount: 1 } });
  });

  test('evidence and an erasure, in a transaction, which then plans as before', async () => {
    const source = await createDataSource(app.database.servingUrl, { ...SERVE, poolSize: 1 }).initialize();
    try {
      await source.transaction(async (db) => {
        expect(await firstRequests(db, conditionOf(where, RequestLogWhere.filter), 10)).toEqual([oldest.request]);
        expect(await rowsOf(db, 'show enable_sort')).toEqual([{ enable_sort: 'on' }]);
      });
    } finally {
      await source.destroy();
    }
  });
});
