// The orders of webhookRequestLogs, and the two ways by which an index answers a search: they must not differ.

import { useTestApp } from '../../support/app';
import { createTestWebhook } from '../../support/webhooks';
import { findRequests, indexed, refusalOf, seedSearched, uuidIn } from '../search/searched-log';

const app = useTestApp();
let webhook: string;

interface Seeded {
  id: string;
  status: string;
  durationMs: number | null;
}

const rows: Seeded[] = [];
const COUNT = 60;

beforeAll(async () => {
  webhook = (await createTestWebhook(app, 'https://bank.example/', { documentType: 'Nothing' })).id;
  const at = Date.now() - 60_000;
  for (let n = 0; n < COUNT; n += 1) {
    const status = ['SUCCEEDED', 'FAILED', 'UNKNOWN', 'SUCCEEDED'][n % 4] as string;
    // many of one duration, some without any
    const durationMs = status === 'UNKNOWN' ? null : n % 3 === 0 ? 100 : (n * 37) % 1_000;
    const id = await seedSearched(app.database, {
      at: at + Math.floor(n / 3),
      status,
      durationMs,
      webhookId: n % 2 === 0 ? uuidIn(webhook) : null,
      data: { everywhere: 'everywhere', n, half: n % 2 },
      referenceDocument: `ROW-${n}`,
    });
    rows.push({ id, status, durationMs });
  }
  await indexed(app);
});

const byId = (one: Seeded, other: Seeded) => (one.id < other.id ? -1 : 1);
const EXPECTED: Record<string, (one: Seeded, other: Seeded) => number> = {
  STARTED_AT: byId,
  DURATION: (one, other) => (one.durationMs ?? -1) - (other.durationMs ?? -1) || byId(one, other),
  STATUS: (one, other) => (one.status === other.status ? byId(one, other) : one.status < other.status ? -1 : 1),
};
const PAGE = `query ($first: Int, $after: String, $last: Int, $before: String, $orderBy: WebhookRequestLogOrder, $where: WebhookRequestLogWhere) {
  webhookRequestLogs(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, where: $where) {
    totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

/** All ids, page by page: forwards from the beginning, or backwards from the end. */
async function pages(orderBy: object, backward: boolean, where?: object): Promise<string[]> {
  const found: string[][] = [];
  let cursor: string | null = null;
  for (;;) {
    const place = backward ? { last: 7, before: cursor } : { first: 7, after: cursor };
    const { data, errors } = await app.ask(PAGE, { orderBy, where, ...place });
    if (errors) throw new Error(JSON.stringify(errors));
    const { nodes, pageInfo } = data.webhookRequestLogs;
    found.push(nodes.map(({ id }: { id: string }) => id));
    if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) break;
    cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
  }
  return (backward ? found.reverse() : found).flat();
}

const known = new Map<string, Promise<string[]>>();

/** All ids, read once: the rows stay the same while filters are tried. */
function inOrder(field: string, direction: string): Promise<string[]> {
  const order = `${field} ${direction}`;
  const all = known.get(order) ?? pages({ field, direction }, false);
  known.set(order, all);
  return all;
}

const ORDERS = Object.keys(EXPECTED).flatMap((field) =>
  ['ASC', 'DESC'].map((direction) => [field, direction] as const),
);

test.each(ORDERS)('%s %s shows each row once, forwards and backwards', async (field, direction) => {
  const sorted = [...rows].sort(EXPECTED[field]).map(({ id }) => id);
  const expected = direction === 'ASC' ? sorted : sorted.reverse();
  expect(await pages({ field, direction }, false)).toEqual(expected);
  expect(await pages({ field, direction }, true)).toEqual(expected);
});

test.each(ORDERS)('%s %s goes with filters', async (field, direction) => {
  const wanted = new Set(rows.filter((_, n) => n % 2 === 1).map(({ id }) => id));
  const all = await inOrder(field, direction);
  // without it, such a list is refused
  const startedAt = { gte: new Date(Date.now() - 3_600_000).toISOString() };
  for (const data of [{ contains: { half: 1 } }, { path: { at: '$.half', eq: 1 } }]) {
    expect(await pages({ field, direction }, false, { data, startedAt })).toEqual(all.filter((id) => wanted.has(id)));
  }
});

test.each<[filter: string, where: object, wanted: (row: Seeded) => boolean]>([
  ['a duration', { durationMs: { eq: 100 } }, ({ durationMs }) => durationMs === 100],
  ['short durations', { durationMs: { lt: 200 } }, ({ durationMs }) => durationMs !== null && durationMs < 200],
  ['no duration', { durationMs: { isNull: true } }, ({ durationMs }) => durationMs === null],
  ['a duration that none has', { durationMs: { eq: -1 } }, () => false],
  [
    'some duration, but not a long one',
    { durationMs: { isNull: false }, not: { durationMs: { gte: 300 } } },
    ({ durationMs }) => durationMs !== null && durationMs < 300,
  ],
  ['FAILED', { status: { eq: 'FAILED' } }, ({ status }) => status === 'FAILED'],
  ['no failure', { not: { status: { in: ['FAILED', 'UNKNOWN'] } } }, ({ status }) => status === 'SUCCEEDED'],
  ['PENDING', { status: { eq: 'PENDING' } }, () => false],
])('in each order, rows with %s are the same', async (_filter, where, wanted) => {
  const ids = new Set(rows.filter(wanted).map(({ id }) => id));
  for (const [field, direction] of ORDERS) {
    const all = await inOrder(field, direction);
    expect(await pages({ field, direction }, false, where)).toEqual(all.filter((id) => ids.has(id)));
  }
});

test('it is the same below a webhook, with its own cursors', async () => {
  const ask = async (after: string | null) => {
    const answer = await app.ask(
      `query ($after: String) { webhook(id: "${webhook}") { requests(first: 20, after: $after, orderBy: { field: DURATION }) {
        nodes { id } pageInfo { endCursor hasNextPage } } } }`,
      { after },
    );
    return answer.data.webhook.requests;
  };
  const first = await ask(null);
  const second = await ask(first.pageInfo.endCursor);
  const all = await pages({ field: 'DURATION', direction: 'DESC' }, false);
  const own = all.filter((id) => rows.findIndex((row) => row.id === id) % 2 === 0);
  expect([...first.nodes, ...second.nodes].map(({ id }: { id: string }) => id)).toEqual(own);
  expect(second.pageInfo.hasNextPage).toBe(false);
});

test('rows that are added between two pages do not shift the pages', async () => {
  const page = async (after: string | null) =>
    (await app.ask(PAGE, { orderBy: { field: 'DURATION', direction: 'DESC' }, first: 10, after })).data
      .webhookRequestLogs;
  const first = await page(null);
  const next = await page(first.pageInfo.endCursor);
  const slow = await seedSearched(app.database, { durationMs: 99_999, referenceDocument: 'LATE' });
  await indexed(app);
  expect((await page(first.pageInfo.endCursor)).nodes).toEqual(next.nodes);
  expect((await page(null)).nodes[0].id).toBe(slow);
  rows.push({ id: slow, status: 'SUCCEEDED', durationMs: 99_999 });
});

test('what is on the wire is in the order by time alone', async () => {
  const [{ id } = { id: '' }] = await app.database.query<{ id: string }>(
    `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at)
     values (new_id(), 'OUTGOING', 'PENDING', 1, false, 'POST', 'https://x.example/', now()) returning id`,
  );
  const nodeId = `req_${id.replaceAll('-', '')}`;
  expect(await pages({ field: 'STARTED_AT', direction: 'DESC' }, false)).toContain(nodeId);
  expect(await pages({ field: 'DURATION', direction: 'DESC' }, false)).not.toContain(nodeId);
  expect((await app.ask(PAGE, { orderBy: { field: 'STATUS' }, first: 1 })).data.webhookRequestLogs.totalCount).toBe(
    rows.length,
  );
});

const encoded = (parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
const SOME_ID = '019cb6e2-f0a1-7b4c-8d5e-6f7a8b9c0d1e';

test.each<[string, unknown[]]>([
  ['of the order by time', ['WebhookRequestLog', SOME_ID, null]],
  ['with a text for a number', ['WebhookRequestLog.DURATION', SOME_ID, '100']],
  ['with SQL', ['WebhookRequestLog.DURATION', SOME_ID, '1); drop table users; --']],
  ['with a fraction', ['WebhookRequestLog.DURATION', SOME_ID, 1.5]],
  ['beyond an integer', ['WebhookRequestLog.DURATION', SOME_ID, 2 ** 40]],
  ['without a value', ['WebhookRequestLog.DURATION', SOME_ID, null]],
  ['with an object', ['WebhookRequestLog.DURATION', SOME_ID, {}]],
  ['of the other direction', ['WebhookRequestLog.DURATION ASC', SOME_ID, 100]],
])('a cursor %s is refused', async (_what, parts) => {
  const { errors } = await app.ask(PAGE, {
    orderBy: { field: 'DURATION', direction: 'DESC' },
    first: 1,
    after: encoded(parts),
  });
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('a word of every row, of half of them and of one are found alike, with and against the order', async () => {
  const time = { field: 'STARTED_AT', direction: 'DESC' };
  const seeded = rows.slice(0, COUNT);
  const descending = seeded
    .map(({ id }) => id)
    .sort()
    .reverse();
  expect(await pages(time, false, { search: 'everywhere' })).toEqual(descending);
  expect(await pages(time, true, { search: 'everywhere' })).toEqual(descending);
  expect(await pages(time, false, { search: 'row-59' })).toEqual([seeded[59]?.id]);
  expect(await pages(time, false, { search: 'everywhere row-5' })).toHaveLength(11);
  expect(await pages(time, false, { search: 'everywhere', data: { contains: { n: 7 } } })).toEqual([seeded[7]?.id]);
  expect(await pages(time, false, { search: 'everywhere', webhook: { id: { eq: webhook } } })).toHaveLength(COUNT / 2);
  expect(await pages(time, false, { search: 'everywhere', status: { eq: 'UNKNOWN' } })).toHaveLength(COUNT / 4);
  expect(await pages(time, false, { not: { search: 'everywhere' }, status: { eq: 'UNKNOWN' } })).toEqual([]);
});

test('a search is counted without its rows, exactly', async () => {
  expect(await findRequests(app, { search: 'everywhere' })).toHaveLength(COUNT);
  expect(await findRequests(app, { data: { contains: { half: 0 } } })).toHaveLength(COUNT / 2);
  expect(await refusalOf(app, { search: 'everywhere' })).toBeUndefined();
});
