// The partitions of the next months are made in advance. Each that a statement names costs time at each execution.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { toNodeId } from '../../src/ids';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { readInOne } from '../support/read-in-one';
import { statementsSentBy } from '../support/sent-statements';

let database: TestDatabase;
let source: DataSource;
let sent: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  source = await createDataSource(database.servingUrl, { name: 'test', poolSize: 1 }).initialize();
  sent = statementsSentBy(source);
});
afterAll(async () => {
  await source?.destroy();
  await database?.drop();
});

const ROW = toNodeId('WebhookRequestLog', '01900000-0000-7000-8000-000000000001');

const QUERIES: [title: string, query: string][] = [
  [
    'a list of requests with its links and its count',
    `{ webhookRequestLogs(where: { referenceDocument: { eq: "SO-1" } }) {
      totalCount nodes { id delivery { status businessEvent { event } } } pageInfo { hasNextPage } } }`,
  ],
  ['a list by status', '{ deliveries(where: { status: { eq: EXHAUSTED } }) { totalCount nodes { id } } }'],
  ['failures', '{ webhookRequestLogs(where: { status: { eq: FAILED } }) { totalCount nodes { id } } }'],
  ['a filter through a link', '{ deliveries(where: { businessEvent: { event: { eq: "x" } } }) { nodes { id } } }'],
  [
    'a row and its list',
    `{ webhookRequestLog(id: "${ROW}") { id delivery { requests { totalCount nodes { id } } } } }`,
  ],
  ['a count without an index', '{ webhookRequestLogs(where: { errorCode: { eq: DNS } }) { totalCount } }'],
];

test.each(QUERIES)('%s reads no partition of the months to come', async (_title, query) => {
  sent.length = 0;
  expect(await readInOne(source, query)).toMatchObject({ kind: 'data' });
  const months = (await Promise.all(sent.filter((text) => text.startsWith('select')).map(monthsOf))).flat();
  expect(months).not.toEqual([]);
  // tomorrow's month is read too
  const last = monthAt(Date.now() + 86_400_000);
  expect(months.filter((month) => month > last)).toEqual([]);
});

function monthAt(ms: number): string {
  return new Date(ms).toISOString().slice(0, 7).replace('-', '_');
}

/** The months of the partitions that the plan of a statement names. */
async function monthsOf(text: string): Promise<string[]> {
  const rows = await database.query<{ 'QUERY PLAN': string }>(`explain (generic_plan, costs off) ${text}`);
  return rows.flatMap((row) => row['QUERY PLAN'].match(/(?<=_)\d{4}_\d{2}\b/g) ?? []);
}
