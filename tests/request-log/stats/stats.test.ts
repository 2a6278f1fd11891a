// The API's counts, compared with counts of the same rows by SQL, which shares no code with it.
import { toNodeId, uuidOf } from '../../../src/values/ids';
import { shareTestApi, type TestApp } from '../../support/app';
import { createTestWebhook } from '../../support/webhooks';
import { byStart, expectGapless, sortedByTime } from './buckets';
import { countedBySql, FIGURES, LABELS } from './counted-by-sql';
import { type Counter, makeMonths, seedRandomRows, startCounter } from './counted-log';

let app: TestApp;
let counter: Counter;
/** As the API and as the database knows them. */
let webhooks: { id: string; uuid: string }[];

const FROM = '2024-03-27T05:17:23.456Z';
const TO = '2024-04-11T19:48:01.789Z';

beforeAll(async () => {
  app = await shareTestApi();
  counter = await startCounter(app.database);
  await makeMonths(app.database, '2024-03-01', '2024-05-01');
  const ids = [];
  for (const name of ['First', 'Second', 'Third']) {
    ids.push((await createTestWebhook(app, 'https://partner.example/', { name })).id);
  }
  webhooks = ids.map((id) => ({ id, uuid: uuidOf('Webhook', id) as string }));
  // more than the range, so that its edges cut something off; and one second full of rows right at its beginning
  const webhookIds = [...webhooks.map(({ uuid }) => uuid), null];
  await seedRandomRows(app.database, { count: 3_000, from: '2024-03-26Z', to: '2024-04-13Z', webhookIds });
  await counter.countAll();
  await seedRandomRows(app.database, {
    count: 1_000,
    from: '2024-03-26Z',
    to: '2024-04-13Z',
    webhookIds,
    withOpen: true,
  });
  await seedRandomRows(app.database, { count: 500, from: '2024-03-27T05:16Z', to: '2024-03-27T05:19Z', webhookIds });
  await counter.countAll();
});
afterAll(async () => {
  await counter.stop();
  await app.database.query('drop table webhook_request_logs_2024_03');
  await app.stop();
});

const QUERY = `query ($range: DateTimeRange!, $bucket: StatsBucket!, $where: WebhookRequestLogWhere, $timeZone: String) {
  webhookRequestLogStats(range: $range, bucket: $bucket, where: $where, timeZone: $timeZone) {
    from to timeZone fromStoredCounts uncounted
    total { ${FIGURES} }
    buckets { start end ${FIGURES} }
    byDirection: figures(by: DIRECTION) { direction ${FIGURES} }
    byWebhook: figures(by: WEBHOOK) { webhook { id name } ${FIGURES} }
    byDocumentType: figures(by: DOCUMENT_TYPE) { documentType ${FIGURES} }
    byErrorCode: figures(by: ERROR_CODE) { errorCode ${FIGURES} }
    failing: figures(by: WEBHOOK, rankBy: FAILURES, first: 2) { webhook { id } failures latestFailure { id } }
    errors: figures(by: [WEBHOOK, ERROR_CODE], rankBy: FAILURES, first: 5) {
      webhook { id } errorCode failures latestFailure { id }
    }
    types: figures(by: [DOCUMENT_TYPE, DIRECTION], rankBy: FAILURES) {
      documentType direction failures latestFailure { id }
    }
  }
}`;

interface Asked {
  from?: string;
  to?: string;
  bucket: string;
  timeZone?: string;
  where?: object;
}

async function stats({ from = FROM, to = TO, ...rest }: Asked) {
  const { data, errors } = await app.ask(QUERY, { range: { from, to }, ...rest });
  expect(errors).toBeUndefined();
  return data.webhookRequestLogStats;
}

const counted = ({ from = FROM, to = TO }: Partial<Asked>, condition: string, group?: string) =>
  countedBySql(app.database, { from, to }, condition, group);

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe'];

describe.each(ZONES)('in %s', (timeZone) => {
  test.each(['HOUR', 'DAY', 'WEEK', 'MONTH'])('each %s has what the rows say, and none is left out', async (bucket) => {
    const { buckets, uncounted } = await stats({ bucket, timeZone });
    expect(uncounted).toBe(0);
    expectGapless(buckets, FROM, TO);
    const filled = buckets.filter((each: { requestCount: number }) => each.requestCount > 0);
    const label = (LABELS[bucket] as string).replaceAll('$zone', `'${timeZone}'`);
    const expected = await counted({}, 'true', label);
    expect(byStart(filled)).toEqual(sortedByTime(expected, bucket));
  });
});

test.each(['MINUTE', 'FIVE_MINUTES', 'QUARTER_HOUR'])('each %s has what the rows say', async (bucket) => {
  const range = { from: '2024-03-27T04:00:30Z', to: '2024-03-28T07:59:00Z' };
  const { buckets } = await stats({ ...range, bucket, timeZone: 'Asia/Kathmandu' });
  expectGapless(buckets, '2024-03-27T04:00:30.000Z', '2024-03-28T07:59:00.000Z');
  const filled = buckets.filter((each: { requestCount: number }) => each.requestCount > 0);
  const expected = await counted(range, 'true', LABELS[bucket]);
  expect(filled.map(({ start: _start, end: _end, ...rest }: { start: string; end: string }) => rest)).toEqual(
    expected.map(({ key: _key, ...row }) => row),
  );
});

/** A `where`, what it means in SQL, and whether kept counts answer it. */
const FILTERS: [string, () => object, () => string, boolean][] = [
  ['nothing', () => ({}), () => 'true', true],
  ['a direction', () => ({ direction: { eq: 'INCOMING' } }), () => `direction = 'INCOMING'`, true],
  ['some statuses', () => ({ status: { in: ['FAILED', 'PENDING'] } }), () => `status in ('FAILED', 'PENDING')`, true],
  ['an error code', () => ({ errorCode: { eq: 'DNS' } }), () => `error_code = 'DNS'`, true],
  ['no error code', () => ({ errorCode: { isNull: true } }), () => `error_code is null`, true],
  ['a document type', () => ({ documentType: { startsWith: 'Cust' } }), () => `document_type = 'Customer'`, true],
  ['no document type', () => ({ documentType: { isNull: true } }), () => 'document_type is null', true],
  [
    'a webhook',
    () => ({ webhook: { id: { eq: webhooks[1]?.id } } }),
    () => `webhook_id = '${webhooks[1]?.uuid}'`,
    true,
  ],
  [
    "a webhook's name",
    () => ({ webhook: { name: { in: ['First', 'Third'] } } }),
    () => `webhook_id in ('${webhooks[0]?.uuid}', '${webhooks[2]?.uuid}')`,
    true,
  ],
  [
    'not a webhook, which is also for rows without one',
    () => ({ not: { webhook: { name: { eq: 'First' } } } }),
    () => `(webhook_id = '${webhooks[0]?.uuid}') is not true`,
    true,
  ],
  [
    'times within the range',
    () => ({
      startedAt: { gt: '2024-03-29T10:10:10.010Z', lte: '2024-04-02T03:04:05.678Z' },
      direction: { eq: 'OUTGOING' },
    }),
    () =>
      `started_at > '2024-03-29T10:10:10.010Z' and started_at <= '2024-04-02T03:04:05.678Z' and direction = 'OUTGOING'`,
    true,
  ],
  [
    'and, or, not',
    () => ({
      and: [{ startedAt: { gte: '2024-03-30T00:00:00Z' } }, { not: { status: { eq: 'SUCCEEDED' } } }],
      or: [{ errorCode: { eq: 'TIMEOUT' } }, { documentType: { eq: 'Customer' } }],
    }),
    () =>
      `started_at >= '2024-03-30Z' and status <> 'SUCCEEDED' and (error_code = 'TIMEOUT' or document_type = 'Customer')`,
    true,
  ],
  [
    'times in an or',
    () => ({ or: [{ startedAt: { lt: '2024-03-29T00:00:00Z' } }, { status: { eq: 'FAILED' } }] }),
    () => `(started_at < '2024-03-29Z' or status = 'FAILED')`,
    false,
  ],
  ['an event, which is not kept', () => ({ event: { eq: 'on_cancel' } }), () => `event = 'on_cancel'`, false],
  [
    'a document, which is not kept',
    () => ({ referenceDocument: { contains: '7' }, status: { eq: 'FAILED' } }),
    () => `reference_document like '%7%' and status = 'FAILED'`,
    false,
  ],
];

describe.each(FILTERS)('where: %s', (_title, where, condition, fromStoredCounts) => {
  let answer: Awaited<ReturnType<typeof stats>>;

  beforeAll(async () => {
    const filter = where();
    answer = await stats({
      bucket: 'DAY',
      timeZone: 'Asia/Kolkata',
      ...(Object.keys(filter).length > 0 && { where: filter }),
    });
  });

  test('all of it, and each day', async () => {
    expect(answer.fromStoredCounts).toBe(fromStoredCounts);
    const [total] = await counted({}, condition());
    expect({ key: null, ...answer.total }).toEqual(total);
    const days = answer.buckets.filter((each: { requestCount: number }) => each.requestCount > 0);
    const expected = await counted({}, condition(), `date_trunc('day', started_at at time zone 'Asia/Kolkata')`);
    expect(days.map((day: object) => ({ ...day, start: 0, end: 0 }))).toEqual(
      expected.map(({ key: _key, ...row }) => ({ ...row, start: 0, end: 0 })),
    );
  });

  test.each([
    ['byDirection', 'direction', (entry: { direction: string }) => entry.direction],
    ['byDocumentType', 'document_type', (entry: { documentType: string | null }) => entry.documentType],
    ['byWebhook', 'webhook_id::text', (entry: { webhook: { id: string } | null }) => uuidOrNull(entry.webhook)],
    ['byErrorCode', 'error_code', (entry: { errorCode: string }) => entry.errorCode],
  ])('%s', async (field, group, keyOf) => {
    const rows = await counted({}, condition(), group);
    const expected = rows
      .filter(({ key }) => field !== 'byErrorCode' || key !== null)
      .map(({ key, ...figures }) => [key, figures]);
    const entries = answer[field].map((entry: never) => {
      const {
        direction: _d,
        documentType: _t,
        webhook: _w,
        errorCode: _e,
        ...figures
      } = entry as Record<string, unknown>;
      return [keyOf(entry), figures];
    });
    expect(new Map(entries)).toEqual(new Map(expected as [unknown, object][]));
    const totals = answer[field].map(({ requestCount }: { requestCount: number }) => requestCount);
    expect(totals).toEqual([...totals].sort((one, other) => other - one));
  });

  test('what fails most, with the latest failure of each', async () => {
    const failed = `status in ('FAILED', 'UNKNOWN', 'REFUSED') and (${condition()})`;
    const latest = async (group: string, more = 'true') =>
      app.database.query<Failures>(
        `select ${group} as key, count(*)::int as failures, max(id::text) as id from webhook_request_logs
         where started_at >= $1 and started_at < $2 and ${failed} and ${more} group by 1 order by 2 desc, 1`,
        [FROM, TO],
      );
    const webhook = `coalesce(webhook_id::text, '-')`;
    const shown = (entry: Group, key = uuidOrNull(entry.webhook) ?? '-') => ({
      key,
      failures: entry.failures,
      id: entry.latestFailure.id,
    });
    const asShown = (rows: Failures[]) => rows.map((row) => ({ ...row, id: toNodeId('WebhookRequestLog', row.id) }));
    const byWebhook = answer.failing.map((entry: Group) => shown(entry));
    const webhookRows = asShown(await latest(webhook));
    expect(byWebhook).toHaveLength(Math.min(2, webhookRows.length));
    expect(webhookRows).toEqual(expect.arrayContaining(byWebhook));
    const errors = answer.errors.map((entry: Group) =>
      shown(entry, `${uuidOrNull(entry.webhook) ?? '-'} ${entry.errorCode}`),
    );
    const errorRows = asShown(await latest(`${webhook} || ' ' || error_code`, 'error_code is not null'));
    expect(errors).toHaveLength(Math.min(5, errorRows.length));
    expect(errorRows).toEqual(expect.arrayContaining(errors));
    const sizes = errorRows.map(({ failures }: { failures: number }) => failures).slice(0, 5);
    expect(errors.map(({ failures }: { failures: number }) => failures)).toEqual(sizes);
    const types = answer.types.map((entry: Group) => shown(entry, `${entry.documentType ?? '-'} ${entry.direction}`));
    const typeRows = asShown(await latest(`coalesce(document_type, '-') || ' ' || direction`));
    expect(new Set(types.map((each: object) => JSON.stringify(each)))).toEqual(
      new Set(typeRows.map((each) => JSON.stringify(each))),
    );
  });
});

interface Group {
  webhook: { id: string } | null;
  errorCode: string;
  documentType: string | null;
  direction: string;
  failures: number;
  latestFailure: { id: string };
}

interface Failures {
  key: string;
  failures: number;
  id: string;
}

function uuidOrNull(webhook: { id: string } | null): string | null {
  return webhook && uuidOf('Webhook', webhook.id);
}

test.each([
  ['a millisecond', '2024-03-27T05:17:30.000Z', '2024-03-27T05:17:30.001Z'],
  ['within a minute', '2024-03-27T05:17:01.100Z', '2024-03-27T05:17:59.900Z'],
  ['over the edge of a quarter', '2024-03-27T05:14:59.999Z', '2024-03-27T05:15:00.001Z'],
  ['a whole hour', '2024-03-27T05:00:00Z', '2024-03-27T06:00:00Z'],
  ['a whole day', '2024-03-28T00:00:00Z', '2024-03-29T00:00:00Z'],
  ['into the future', '2024-04-12T23:00:00Z', '2100-01-01T00:00:00Z'],
  ['a time without any', '2023-01-01T00:00:00Z', '2023-02-01T00:00:00Z'],
])('a range of %s', async (_title, from, to) => {
  const answer = await stats({ from, to, bucket: 'MONTH' });
  const [expected] = await counted({ from, to }, 'true');
  const nothing = {
    requestCount: 0,
    succeeded: 0,
    failed: 0,
    unknown: 0,
    refused: 0,
    failures: 0,
    pending: 0,
    retries: 0,
    successRate: null,
  };
  const none = { count: 0, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null };
  const noTimes = { duration: none, dns: none, connect: none, tls: none, firstByte: none };
  expect({ key: null, ...answer.total }).toEqual(expected ?? { key: null, ...nothing, ...noTimes });
  const counts = answer.byWebhook.map(({ requestCount }: { requestCount: number }) => requestCount);
  expect(counts.reduce((one: number, other: number) => one + other, 0)).toBe(answer.total.requestCount);
});
