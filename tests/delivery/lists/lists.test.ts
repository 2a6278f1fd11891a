// Lists of deliveries by status, webhook and document, in each order: both ways of reading give the same pages.
import { Client } from 'pg';
import { type App, startApp } from '../../../src/app/app';
import { readConfig } from '../../../src/config/config';
import { createLog } from '../../../src/logging/log';
import { toNodeId } from '../../../src/values/ids';
import { askAt, startTestApp, type TestApp } from '../../support/app';
import { listStates } from '../../support/delivery-states';
import { makeDeliveries, RARE_WEBHOOK, webhookNumber } from './made-deliveries';

const ROWS = 1_200;

let app: TestApp;
/** The same database, field by field. */
let plain: App;

interface Row {
  id: string;
  webhookId: string;
  documentType: string;
  referenceDocument: string;
  status: string;
  createdAt: Date;
  finishedAt: Date | null;
  nextAttemptAt: Date | null;
}
let rows: Row[];

beforeAll(async () => {
  const unlimited = { RATE_LIMIT_COST_PER_MINUTE: '0', RATE_LIMIT_REQUESTS_PER_SECOND: '0' };
  app = await startTestApp({ PROCESSES: 'api', ...unlimited });
  plain = await startApp(readConfig({ ...app.env, READ_PLANS: 'off' }), createLog('silent'));
  const sql = new Client({ connectionString: app.database.superuserUrl });
  await sql.connect();
  await makeDeliveries(sql, ROWS);
  await sql.end();
  await listStates(app.database);
  // on the wire, while the table of open deliveries still has the time of the attempt
  await app.database.query(`update deliveries set next_attempt_at = null where id in (
    select id from deliveries where status = 'RETRYING' order by id limit 5)`);
  rows = await app.database.query<Row>(
    `select id, webhook_id as "webhookId", document_type as "documentType", reference_document as "referenceDocument", status,
       created_at as "createdAt", finished_at as "finishedAt", next_attempt_at as "nextAttemptAt" from deliveries order by id`,
  );
});
afterAll(async () => {
  await plain.stop();
  await app.stop();
});

const LIST = `query ($where: DeliveryWhere, $orderBy: DeliveryOrder, $first: Int, $after: String, $last: Int, $before: String) {
  deliveries(where: $where, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount totalCountIsExact nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

async function list(variables: object) {
  const [one, other] = [
    await app.ask(LIST, variables),
    await askAt(plain.url as string, LIST, variables, app.adminKey),
  ];
  expect(one.data).toEqual(other.data);
  expect(one.errors).toBeUndefined();
  return one.data.deliveries;
}

type Field = 'createdAt' | 'finishedAt' | 'nextAttemptAt';
const FIELDS: [string, Field][] = [
  ['CREATED_AT', 'createdAt'],
  ['FINISHED_AT', 'finishedAt'],
  ['NEXT_ATTEMPT_AT', 'nextAttemptAt'],
];

/** The ids of the rows that are so, in this order. */
function expected(isListed: (row: Row) => boolean, field: Field, direction: string): string[] {
  const sign = direction === 'ASC' ? 1 : -1;
  const timeOf = (row: Row) => (field === 'createdAt' ? 0 : (row[field] as Date).getTime());
  return rows
    .filter((row) => isListed(row) && row[field] !== null)
    .sort((a, b) => sign * (timeOf(a) - timeOf(b) || (a.id < b.id ? -1 : 1)))
    .map(({ id }) => toNodeId('Delivery', id));
}

const whereWebhooks = (...ids: string[]) => ({ id: { in: ids.map((id) => toNodeId('Webhook', id)) } });
const isFailed = ({ status }: Row) => ['EXHAUSTED', 'CANCELLED', 'RETRYING'].includes(status);

const LISTS: [string, object | undefined, (row: Row) => boolean][] = [
  ['EXHAUSTED', { status: { eq: 'EXHAUSTED' } }, ({ status }) => status === 'EXHAUSTED'],
  ['open', { status: { in: ['PENDING', 'RETRYING'] } }, ({ status }) => ['PENDING', 'RETRYING'].includes(status)],
  ['open and finished', { status: { in: ['EXHAUSTED', 'CANCELLED', 'RETRYING'] } }, isFailed],
  [
    'of every status of two filters',
    { status: { in: ['EXHAUSTED', 'RETRYING'] }, and: [{ status: { in: ['RETRYING', 'SKIPPED'] } }] },
    ({ status }) => status === 'RETRYING',
  ],
  ['that are not DELIVERED', { not: { status: { eq: 'DELIVERED' } } }, ({ status }) => status !== 'DELIVERED'],
  [
    'of one webhook and status',
    { status: { eq: 'EXHAUSTED' }, webhook: whereWebhooks(RARE_WEBHOOK) },
    ({ status, webhookId }) => status === 'EXHAUSTED' && webhookId === RARE_WEBHOOK,
  ],
  [
    'of several webhooks and statuses',
    { status: { in: ['EXHAUSTED', 'CANCELLED', 'RETRYING'] }, webhook: whereWebhooks(RARE_WEBHOOK, webhookNumber(3)) },
    (row) => isFailed(row) && [RARE_WEBHOOK, webhookNumber(3)].includes(row.webhookId),
  ],
  [
    'of a document',
    { referenceDocument: { eq: 'DOC-3' }, documentType: { eq: 'Type 1' } },
    ({ referenceDocument, documentType }) => referenceDocument === 'DOC-3' && documentType === 'Type 1',
  ],
  [
    'EXHAUSTED of a type and an event',
    { documentType: { eq: 'Type 9' }, event: { eq: 'on_submit' }, status: { eq: 'EXHAUSTED' } },
    ({ documentType, status }) => documentType === 'Type 9' && status === 'EXHAUSTED',
  ],
  ['with a next attempt', { nextAttemptAt: { isNull: false } }, ({ nextAttemptAt }) => nextAttemptAt !== null],
];

describe.each(FIELDS)('by %s', (name, field) => {
  test.each(LISTS)('those %s', async (_what, where, isListed) => {
    for (const direction of ['ASC', 'DESC']) {
      const orderBy = { field: name, direction };
      const wanted = expected(isListed, field, direction);
      const size = Math.max(1, Math.ceil(wanted.length / 3));
      const pages: string[] = [];
      let after: string | null = null;
      for (let page = 0; page < 5; page += 1) {
        const found = await list({ where, orderBy, first: Math.min(size, 100), after });
        expect([found.totalCount, found.totalCountIsExact]).toEqual([wanted.length, true]);
        pages.push(...found.nodes.map(({ id }: { id: string }) => id));
        if (!found.pageInfo.hasNextPage) break;
        after = found.pageInfo.endCursor;
      }
      expect(pages).toEqual(wanted.slice(0, pages.length));
      expect(pages.length).toBe(Math.min(wanted.length, 5 * Math.min(size, 100)));
      if (after === null) continue;
      const back = await list({ where, orderBy, last: Math.min(size, 100), before: after });
      const end = wanted.indexOf(pages.at(-1) as string);
      expect(wanted.slice(0, end)).toEqual(expect.arrayContaining(back.nodes.map(({ id }: { id: string }) => id)));
    }
  });
});

test('lists below a webhook and a document are ordered too', async () => {
  const id = toNodeId('Webhook', webhookNumber(3));
  const query = `query ($id: ID!) { webhook(id: $id) {
      failed: deliveries(first: 100, where: { status: { eq: SKIPPED } }, orderBy: { field: FINISHED_AT }) { totalCount nodes { id } } }
    businessDocument(documentType: "Type 1", name: "DOC-7") { deliveries(orderBy: { field: FINISHED_AT, direction: ASC }) { nodes { id } } } }`;
  const [one, other] = [await app.ask(query, { id }), await askAt(plain.url as string, query, { id }, app.adminKey)];
  expect(one.data).toEqual(other.data);
  const wanted = expected(
    (row) => row.status === 'SKIPPED' && row.webhookId === webhookNumber(3),
    'finishedAt',
    'DESC',
  );
  expect(one.data.webhook.failed).toEqual({ totalCount: wanted.length, nodes: wanted.map((each) => ({ id: each })) });
});

test('a cursor of another order, or without a time, is refused', async () => {
  const { pageInfo } = await list({ first: 1 });
  const id = rows[0]?.id;
  const cursorOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const cursors = [
    pageInfo.endCursor,
    cursorOf('Delivery.FINISHED_AT', id, 'yesterday'),
    cursorOf('Delivery.FINISHED_AT', id, '2026-13-45T99:00:00.000Z'),
    cursorOf('Delivery.FINISHED_AT', id, null),
    cursorOf('Delivery.FINISHED_AT', id, 7),
    cursorOf('Delivery.FINISHED_AT', id, "2026-01-01'; drop table users"),
    cursorOf('Delivery.NEXT_ATTEMPT_AT', id, '2026-01-01T00:00:00.000Z'),
  ];
  for (const after of cursors) {
    for (const url of [app.url, plain.url as string]) {
      const { errors } = await askAt(url, LIST, { orderBy: { field: 'FINISHED_AT' }, first: 1, after }, app.adminKey);
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    }
  }
});
