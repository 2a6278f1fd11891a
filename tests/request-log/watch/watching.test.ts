import { type App, startApp } from '../../../src/app/app';
import { readConfig } from '../../../src/config/config';
import { createLog } from '../../../src/logging/log';
import { useTestApp } from '../../support/app';
import { useReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { type SeededRequest, seedRequest } from '../pages/seeded-log';
import { openStream, type TestStream, type Watch } from './event-source';

const app = useTestApp();
const partner = useReceiver();
const streams: TestStream[] = [];

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});

const WATCH = `subscription ($where: WebhookRequestLogWhere, $after: ID) {
  webhookRequestLogChanged(where: $where, after: $after) {
    id kind dropped webhookRequestLog { id status referenceDocument webhook { name owner { name } } }
  }
}`;

async function watch(variables: object, more: Partial<Watch> & { url?: string | null } = {}): Promise<TestStream> {
  const { url = app.url, ...rest } = more;
  const stream = await openStream(url ?? '', { query: WATCH, variables, key: app.adminKey, ...rest });
  streams.push(stream);
  return stream;
}

const seed = (referenceDocument: string, more: SeededRequest = {}) =>
  seedRequest(app.database, { referenceDocument, ...more });

const documents = (stream: TestStream) => stream.changes().map((change) => change.webhookRequestLog.referenceDocument);

test('a change is sent when a request is opened, and again when it is closed', async () => {
  const { id } = await createTestWebhook(app, partner.url, { documentType: 'Sales Invoice' });
  const stream = await watch({ where: { webhook: { id: { eq: id } } } });
  expect(stream.status).toBe(200);
  expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  await publish(app, [invoice('INV-0042')]);
  const [opened, closed] = await stream.next(2);
  expect(opened).toMatchObject({ kind: 'OPENED', dropped: 0, webhookRequestLog: { referenceDocument: 'INV-0042' } });
  expect(closed).toMatchObject({
    kind: 'CLOSED',
    webhookRequestLog: { id: opened.webhookRequestLog.id, status: 'SUCCEEDED', webhook: { name: 'Partner' } },
  });
});

test('an event bears the id of its change, over GET as well', async () => {
  const stream = await watch({ where: { referenceDocument: { eq: 'INV-GET' } } }, { method: 'GET' });
  await seed('INV-GET');
  await stream.next(1);
  expect(stream.events).toEqual([{ id: stream.changes()[0].id, event: 'next', data: expect.anything() }]);
});

test('each subscriber receives what meets its own filter, and only that', async () => {
  const filters = [
    { referenceDocument: { startsWith: 'FILTER-' } },
    { and: [{ referenceDocument: { startsWith: 'FILTER-' } }, { status: { in: ['FAILED'] } }] },
    { referenceDocument: { eq: 'FILTER-3' }, webhook: { name: { eq: 'Partner' } } },
    { referenceDocument: { startsWith: 'FILTER-' }, not: { responseStatus: { eq: 200 } } },
  ];
  const filtered = await Promise.all(filters.map((where) => watch({ where })));
  const [hook] = await app.database.query<{ id: string }>(`select id from webhooks where name = 'Partner' limit 1`);
  await seed('FILTER-1');
  await seed('FILTER-2', { status: 'FAILED', responseStatus: 500 });
  await seed('FILTER-3', { webhookId: hook?.id });
  await seed('FILTER-END', { status: 'FAILED', responseStatus: null, webhookId: hook?.id });
  for (const [n, count] of [4, 2, 1, 2].entries()) await filtered[n]?.next(count);
  expect(filtered.map(documents)).toEqual([
    ['FILTER-1', 'FILTER-2', 'FILTER-3', 'FILTER-END'],
    ['FILTER-2', 'FILTER-END'],
    ['FILTER-3'],
    ['FILTER-2', 'FILTER-END'],
  ]);
});

test('the filter is tested on the current row: a request that no longer meets it is not sent', async () => {
  const stream = await watch({ where: { referenceDocument: { startsWith: 'STANDS-' }, status: { eq: 'SUCCEEDED' } } });
  await seed('STANDS-1', { status: 'PENDING' });
  await app.database.query(`update webhook_request_logs set status = 'SUCCEEDED', finished_at = started_at
    where reference_document = 'STANDS-1'`);
  await seed('STANDS-2');
  await waitFor('the last one', () => documents(stream).includes('STANDS-2'));
  // opened and closed may be read at once: then both find it closed
  expect(stream.changes().map((change) => change.webhookRequestLog.status)).not.toContain('PENDING');
  expect(stream.changes().filter((change) => change.kind === 'CLOSED')).toHaveLength(2);
});

describe('several processes', () => {
  let other: App;

  beforeAll(async () => {
    const config = readConfig({ ...app.env, PROCESSES: 'api', PORT: '0' });
    other = await startApp(config, createLog('silent'));
  });
  afterAll(() => other.stop());

  test('send what another process did, with ids from which each of them can resume', async () => {
    const where = { referenceDocument: { eq: 'INV-ELSEWHERE' } };
    const stream = await watch({ where }, { url: other.url });
    await createTestWebhook(app, partner.url, { documentType: 'Elsewhere' });
    await publish(app, [invoice('INV-ELSEWHERE', { documentType: 'Elsewhere' })]);
    const [opened, closed] = await stream.next(2);
    const again = await watch({ where, after: opened.id });
    expect(await again.next(1)).toMatchObject([{ kind: 'CLOSED', webhookRequestLog: closed.webhookRequestLog }]);
  });
});
