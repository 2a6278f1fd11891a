import { isInputObjectType } from 'graphql';
import { INDEXES } from '../../src/server/graphql/filter-indexes';
import { sharedSchema } from '../../src/server/schema/schema';
import { daysAgo, priceOf } from '../graphql/price-of';
import { shareTestApi, type TestApp } from '../support/app';
import { connectTo } from '../support/database';
import { waitFor } from '../support/wait-for';

let app: TestApp;

beforeAll(async () => {
  app = await shareTestApi();
});
afterAll(() => app.stop());

/** Points of a page of one row, beside the row. */
function pointsOf(list: string, where: object): number {
  const type = {
    webhookRequestLogs: 'WebhookRequestLog',
    deliveries: 'Delivery',
    businessEvents: 'BusinessEvent',
    auditEntries: 'AuditEntry',
    sessions: 'Session',
    replays: 'Replay',
    approvals: 'Approval',
  }[list];
  const query = `query ($where: ${type}Where) { ${list}(first: 1, where: $where) { nodes { id } } }`;
  return priceOf(query, { where }).points - 1;
}

const SLOW = { responseStatus: { gte: 500 } };

test.each<{ what: string; list?: string; where: object; points: number }>([
  { what: 'no filter', where: {}, points: 0 },
  { what: 'an index', where: { referenceDocument: { eq: 'INV-0042' } }, points: 0 },
  { what: 'an index on beginnings', where: { referenceDocument: { startsWith: 'INV-' } }, points: 0 },
  {
    what: 'the failures of a day',
    where: { status: { in: ['FAILED', 'UNKNOWN'] }, startedAt: { gte: daysAgo(1) } },
    points: 0,
  },
  { what: 'a status that most requests have', where: { status: { eq: 'SUCCEEDED' } }, points: 0 },
  { what: 'such a status and another', where: { status: { in: ['PENDING', 'SUCCEEDED'] } }, points: 0 },
  { what: 'such a status beside no index', where: { ...SLOW, status: { eq: 'SUCCEEDED' } }, points: 50_000 },
  {
    what: 'filters that are null or empty',
    where: { responseStatus: { gte: null }, webhook: {}, and: [{}] },
    points: 0,
  },
  { what: 'what most requests are not', where: { duplicate: { eq: false }, test: { eq: false } }, points: 0 },
  { what: 'what few requests are', where: { duplicate: { eq: true } }, points: 50_000 },
  {
    what: 'a status that few requests have, but no index',
    where: { status: { in: ['FAILED', 'PENDING'] } },
    points: 50_000,
  },
  { what: 'no index', where: SLOW, points: 50_000 },
  { what: 'two filters without an index', where: { ...SLOW, method: { eq: 'PUT' } }, points: 50_000 },
  { what: 'much of the table', where: { ...SLOW, documentType: { eq: 'Sales Invoice' } }, points: 20_000 },
  { what: 'types by their beginning', where: { ...SLOW, documentType: { startsWith: 'Sales' } }, points: 20_000 },
  { what: 'a webhook', where: { ...SLOW, webhook: { id: { eq: `whk_${'0'.repeat(32)}` } } }, points: 2_000 },
  { what: 'an event', where: { ...SLOW, businessEvent: { id: { eq: `evt_${'0'.repeat(32)}` } } }, points: 100 },
  { what: 'a webhook by its name', where: { ...SLOW, webhook: { name: { eq: 'Bank' } } }, points: 2_000 },
  { what: 'webhooks by another filter', where: { ...SLOW, webhook: { status: { eq: 'ACTIVE' } } }, points: 20_000 },
  { what: 'webhooks by a beginning', where: { ...SLOW, webhook: { name: { startsWith: 'B' } } }, points: 20_000 },
  { what: 'deliveries by another filter', where: { ...SLOW, delivery: { status: { eq: 'SKIPPED' } } }, points: 20_000 },
  { what: 'two days', where: { ...SLOW, startedAt: { gte: daysAgo(1.9) } }, points: 1_056 },
  {
    what: 'two days between other times',
    where: { ...SLOW, startedAt: { gt: daysAgo(60), lte: daysAgo(58.1) } },
    points: 1_056,
  },
  { what: 'a month', where: { ...SLOW, startedAt: { gte: daysAgo(60), lt: daysAgo(31) } }, points: 16_111 },
  {
    what: 'a month in parts of and',
    where: { ...SLOW, and: [{ startedAt: { gte: daysAgo(60) } }, { startedAt: { lt: daysAgo(31) } }] },
    points: 16_111,
  },
  {
    what: 'a day of a type',
    where: { ...SLOW, documentType: { eq: 'A' }, startedAt: { gte: daysAgo(9) } },
    points: 2_000,
  },
  { what: 'a year', where: { ...SLOW, startedAt: { gte: daysAgo(365) } }, points: 50_000 },
  { what: 'no beginning', where: { ...SLOW, startedAt: { lt: daysAgo(9) } }, points: 45_000 },
  { what: 'a document', where: { ...SLOW, referenceDocument: { eq: 'INV-0042' } }, points: 100 },
  { what: 'and', where: { and: [SLOW, { referenceDocument: { in: ['INV-0042'] } }] }, points: 100 },
  {
    what: 'or, of which one has no index',
    where: { or: [SLOW, { referenceDocument: { eq: 'INV-0042' } }] },
    points: 50_000,
  },
  {
    what: 'or, with an index beside it',
    where: { or: [SLOW, { duplicate: { eq: true } }], referenceDocument: { eq: 'A' } },
    points: 100,
  },
  { what: 'not', where: { not: { referenceDocument: { eq: 'INV-0042' } } }, points: 50_000 },
  { what: 'a linked row without an index', where: { delivery: { attempts: { gt: 3 } } }, points: 50_000 },
  { what: 'a linked row with one', where: { delivery: { referenceDocument: { eq: 'INV-0042' } } }, points: 0 },
  { what: 'a linked row by its id', where: { delivery: { id: { eq: `dlv_${'0'.repeat(32)}` } } }, points: 0 },
  { what: 'many linked rows of a large table', where: { delivery: { status: { eq: 'EXHAUSTED' } } }, points: 2_000 },
  {
    what: 'such rows, in or',
    where: { or: [{ delivery: { status: { eq: 'EXHAUSTED' } } }, { referenceDocument: { eq: 'A' } }] },
    points: 2_000,
  },
  { what: 'linked rows of a small table', where: { webhook: { status: { eq: 'ACTIVE' } } }, points: 0 },
  { what: 'deliveries by status', list: 'deliveries', where: { status: { eq: 'EXHAUSTED' } }, points: 0 },
  {
    what: 'deliveries that arrived, as most do',
    list: 'deliveries',
    where: { status: { eq: 'DELIVERED' } },
    points: 0,
  },
  {
    what: 'deliveries that arrived late',
    list: 'deliveries',
    where: { status: { eq: 'DELIVERED' }, attempts: { gt: 3 } },
    points: 50_000,
  },
  {
    what: 'deliveries that never arrived, after many attempts',
    list: 'deliveries',
    where: { status: { eq: 'EXHAUSTED' }, attempts: { gt: 3 } },
    points: 2_000,
  },
  {
    what: 'deliveries by user, through their events',
    list: 'deliveries',
    where: { user: { name: { eq: 'amal' } } },
    points: 2_000,
  },
  { what: 'requests by user', where: { user: { name: { eq: 'amal' } } }, points: 0 },
  { what: 'deliveries by type', list: 'deliveries', where: { documentType: { eq: 'Sales Invoice' } }, points: 50_000 },
  {
    what: 'deliveries by their next attempt',
    list: 'deliveries',
    where: { nextAttemptAt: { gte: daysAgo(1) }, attempts: { gt: 3 } },
    points: 100,
  },
  {
    what: 'deliveries without one, as most are',
    list: 'deliveries',
    where: { nextAttemptAt: { isNull: true } },
    points: 0,
  },
  {
    what: 'such deliveries after many attempts',
    list: 'deliveries',
    where: { nextAttemptAt: { isNull: true }, attempts: { gt: 3 } },
    points: 50_000,
  },
  {
    what: 'deliveries by what they were skipped for',
    list: 'deliveries',
    where: { skipReason: { in: ['LOOP'] } },
    points: 0,
  },
  {
    what: 'such deliveries and their attempts',
    list: 'deliveries',
    where: { skipReason: { eq: 'LOOP' }, attempts: { gt: 3 } },
    points: 2_000,
  },
  { what: 'deliveries that are held', list: 'deliveries', where: { held: { eq: true } }, points: 0 },
  { what: 'deliveries that are not', list: 'deliveries', where: { held: { eq: false } }, points: 0 },
  {
    what: 'a document by its beginning, which many may have',
    where: { ...SLOW, referenceDocument: { startsWith: 'S' } },
    points: 20_000,
  },
  { what: 'words, which most rows may have', where: { ...SLOW, search: 'paid' }, points: 300 + 20_000 },
  { what: 'words alone', where: { search: 'paid' }, points: 300 },
  { what: 'content', where: { ...SLOW, data: { contains: { status: 'Paid' } } }, points: 100 + 20_000 },
  { what: 'audit entries by outcome', list: 'auditEntries', where: { outcome: { eq: 'DENIED' } }, points: 50_000 },
  { what: 'audit entries of what was done', list: 'auditEntries', where: { outcome: { eq: 'DONE' } }, points: 0 },
  { what: 'audit entries by act', list: 'auditEntries', where: { action: { startsWith: 'webhook.' } }, points: 0 },
  {
    what: 'audit entries by act and address',
    list: 'auditEntries',
    where: { action: { eq: 'webhook.paused' }, remoteAddress: { eq: '192.0.2.7' } },
    points: 2_000,
  },
  {
    what: 'audit entries of a session',
    list: 'auditEntries',
    where: { sessionId: { eq: `ses_${'0'.repeat(32)}` }, outcome: { eq: 'DENIED' } },
    points: 100,
  },
  { what: 'events by type', list: 'businessEvents', where: { documentType: { eq: 'Sales Invoice' } }, points: 50_000 },
  { what: 'events of a document', list: 'businessEvents', where: { referenceDocument: { eq: 'A' } }, points: 0 },
  { what: 'sessions by their end', list: 'sessions', where: { endedAt: { isNull: true } }, points: 50_000 },
  {
    what: 'sessions of a user by their end',
    list: 'sessions',
    where: { endedAt: { isNull: true }, user: { name: { eq: 'amal' } } },
    points: 2_000,
  },
  { what: 'replays by their reason', list: 'replays', where: { reason: { contains: 'disk' } }, points: 50_100 },
  { what: 'replays that are queued', list: 'replays', where: { status: { eq: 'QUEUED' } }, points: 0 },
  {
    what: 'replays by who ordered them',
    list: 'replays',
    where: { orderedBy: { name: { eq: 'amal' } } },
    points: 50_000,
  },
  { what: 'approvals that wait', list: 'approvals', where: { status: { eq: 'WAITING' } }, points: 0 },
  {
    what: 'approvals of a delivery',
    list: 'approvals',
    where: { delivery: { id: { eq: `dlv_${'0'.repeat(32)}` } }, status: { eq: 'WAITING' } },
    points: 0,
  },
])('$what', ({ list = 'webhookRequestLogs', where, points }) => {
  expect(pointsOf(list, where)).toBe(points);
});

test('a filter with a constant in the document costs what one in a variable costs', () => {
  const { points } = priceOf(
    '{ webhookRequestLogs(first: 1, where: { responseStatus: { gte: 500 } }) { nodes { id } } }',
  );
  expect(points).toBe(50_001);
});

// the price follows the size of the table, which keeps the pages of other test files for a while
test.each<{ what: string; where: object; advice: RegExp }>([
  {
    what: 'names its filter without an index and those that have one',
    where: SLOW,
    advice:
      /narrow the filter\. The filter by responseStatus has no index, which costs \d+ for each list: add a filter by one of these: a shorter range of startedAt, id, referenceDocument, businessEvent\.id, delivery\.id\.$/,
  },
  {
    what: 'names none where an index finds the rows',
    where: { referenceDocument: { eq: 'INV-0042' } },
    advice: /^The request took too long and was stopped\. Request less, or narrow the filter\.$/,
  },
])('an answer about a list that the database stopped $what', async ({ where, advice }) => {
  const locking = await connectTo(app.database.name);
  try {
    await locking.query('begin; lock table webhook_request_logs in access exclusive mode');
    const asked = app.ask(
      'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { nodes { id } } }',
      { where },
    );
    await waitFor('the list that waits for the lock', async () => {
      // otherwise this transaction sees the sessions as it first saw them
      await locking.query('select pg_stat_clear_snapshot()');
      const [cancelled] = await locking.query(
        `select pg_cancel_backend(pid) from pg_stat_activity
         where datname = current_database() and pg_backend_pid() = any (pg_blocking_pids(pid))`,
      );
      return cancelled;
    });
    const { data, errors } = await asked;
    expect(data).toEqual({ webhookRequestLogs: null });
    expect(errors).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(advice),
        path: ['webhookRequestLogs'],
        extensions: expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
      }),
    ]);
  } finally {
    await locking.close();
  }
});

test('a filter whose name or value is none of ours costs a number', async () => {
  const where = { constructor: { eq: 1 }, __proto__: {}, startedAt: { gte: { toString: 1 } }, and: 'x', or: [[]] };
  const { extensions } = await app.ask(
    'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { nodes { id } } }',
    { where },
  );
  expect(extensions?.cost?.requested).toBeGreaterThan(0);
});

test('each filter with an index is one of the schema', () => {
  for (const [name, { found, links, time }] of INDEXES) {
    const type = sharedSchema().getType(name);
    const fields = isInputObjectType(type) ? Object.keys(type.getFields()) : [];
    expect(fields).toEqual(expect.arrayContaining([time, ...Object.keys(found), ...Object.keys(links)]));
  }
});
