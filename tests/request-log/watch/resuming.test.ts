import { Client } from 'pg';
import { newId, toNodeId } from '../../../src/values/ids';
import { useTestApi } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { type SeededRequest, seedManyAt, seedRequest } from '../pages/seeded-log';
import { openStream, type StreamEvent, type TestStream } from './event-source';

const app = useTestApi();
const streams: TestStream[] = [];

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});

const WATCH = `subscription ($where: WebhookRequestLogWhere, $after: ID) {
  webhookRequestLogChanged(where: $where, after: $after) { id kind dropped webhookRequestLog { id referenceDocument } }
}`;

async function watch(prefix: string, after?: string, headers: Record<string, string> = {}): Promise<TestStream> {
  const variables = { where: { referenceDocument: { startsWith: prefix } }, after };
  const stream = await openStream(app.url, { query: WATCH, variables, key: app.adminKey, headers });
  streams.push(stream);
  return stream;
}

const seed = (referenceDocument: string, more: SeededRequest = {}) =>
  seedRequest(app.database, { referenceDocument, ...more });

const documents = (stream: TestStream) => stream.changes().map((change) => change.webhookRequestLog.referenceDocument);

test.each([
  ['after', (id: string) => watch('GAP-', id)],
  ['Last-Event-ID', (id: string) => watch('GAP-', undefined, { 'last-event-id': id })],
  ['Last-Event-ID, which is the later one', (id: string) => watch('GAP-', firstId, { 'last-event-id': id })],
])('over a gap nothing is missing and nothing comes twice: %s', async (_how, again) => {
  const before = await watch('GAP-');
  await seed('GAP-1');
  await seed('GAP-2');
  const [first, second] = await before.next(2);
  firstId = first.id;
  before.close();
  await seed('GAP-3');
  await seed('OTHER');
  await seed('GAP-4');
  const stream = await again(second.id);
  await waitFor('what was missed', () => documents(stream).length === 2);
  await seed('GAP-5');
  await stream.next(3);
  expect(documents(stream)).toEqual(['GAP-3', 'GAP-4', 'GAP-5']);
});
let firstId: string;

test('a statement that wrote many is gone on with in its middle', async () => {
  const before = await watch('MANY');
  await seedManyAt(app.database, Date.now(), 5, 'MANY');
  const changes = await before.next(5);
  before.close();
  for (const [index, { id }] of changes.entries()) {
    const stream = await watch('MANY', id);
    const rest = changes.slice(index + 1).map((change) => change.webhookRequestLog.id);
    if (rest.length > 0) await stream.next(rest.length);
    expect(stream.changes().map((change) => change.webhookRequestLog.id)).toEqual(rest);
  }
});

/** A request that others see when the returned function is called, and not before. */
async function seedLate(referenceDocument: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: app.database.servingUrl });
  await client.connect();
  await client.query('begin');
  await client.query(
    `insert into webhook_request_logs (id, direction, status, reference_document, attempt_number, duplicate, method, url,
       started_at, finished_at)
     values ($1, 'OUTGOING', 'SUCCEEDED', $2, 1, false, 'POST', 'https://partner.example/', now(), now())`,
    [newId(), referenceDocument],
  );
  return async () => {
    await client.query('commit');
    await client.end();
  };
}

test('a change that commits late is sent when it commits, to open and to resumed subscriptions', async () => {
  const stream = await watch('LATE-');
  const commit = await seedLate('LATE-1');
  const commitLater = await seedLate('LATE-2');
  await seed('LATE-3');
  const [third] = await stream.next(1);
  expect(third.webhookRequestLog.referenceDocument).toBe('LATE-3');
  await commit();
  const [, first] = await stream.next(2);
  await seed('LATE-4');
  await stream.next(3);
  await commitLater();
  await stream.next(4);
  expect(documents(stream)).toEqual(['LATE-3', 'LATE-1', 'LATE-4', 'LATE-2']);
  const behindThird = await watch('LATE-', third.id);
  await behindThird.next(3);
  expect(documents(behindThird)).toEqual(['LATE-1', 'LATE-2', 'LATE-4']);
  const behindFirst = await watch('LATE-', first.id);
  await behindFirst.next(2);
  expect(documents(behindFirst)).toEqual(['LATE-2', 'LATE-4']);
});

test('what is committed while the past is read is not missed either', async () => {
  const before = await watch('WHILE-');
  await seed('WHILE-0');
  const [{ id }] = await before.next(1);
  before.close();
  const total = 400;
  const writing = (async () => {
    for (let n = 1; n <= total; n += 1) await seed(`WHILE-${n}`);
  })();
  await waitFor('some of them', async () => {
    const [row] = await app.database.query<{ n: number }>(
      `select count(*)::int as n from webhook_request_logs where reference_document like 'WHILE-%'`,
    );
    return (row?.n ?? 0) > 50;
  });
  const readers = await Promise.all(Array.from({ length: 5 }, () => watch('WHILE-', id)));
  await writing;
  const all = Array.from({ length: total }, (_, index) => `WHILE-${index + 1}`);
  for (const reader of readers) {
    await reader.next(total);
    expect(documents(reader)).toEqual(all);
  }
});

test('more than can wait for a subscription is read from the past without a loss', async () => {
  const before = await watch('PAST');
  await seed('PAST');
  const [{ id }] = await before.next(1);
  before.close();
  await seedManyAt(app.database, Date.now(), 3_000, 'PAST');
  const stream = await watch('PAST', id);
  const changes = await stream.next(3_000);
  expect(new Set(changes.map((change) => change.webhookRequestLog.id)).size).toBe(3_000);
  expect(changes.every((change) => change.dropped === 0)).toBe(true);
});

test('behind a request of a list: what came since, and itself', async () => {
  await seed('LIST-0', { at: Date.now() - 60_000 });
  const own = await seed('LIST-1');
  await seed('LIST-2', { status: 'PENDING' });
  await app.database.query(`update webhook_request_logs set status = 'FAILED', finished_at = now()
    where reference_document = 'LIST-2'`);
  const commit = await seedLate('LIST-3');
  const stream = await watch('LIST-', own);
  await waitFor('the past', () => documents(stream).length >= 3);
  await commit();
  await waitFor('what was late', () => documents(stream).includes('LIST-3'));
  expect(documents(stream).filter((name) => name !== 'LIST-0')).toEqual(['LIST-1', 'LIST-2', 'LIST-2', 'LIST-3']);
});

describe('what cannot be gone on from is refused, and says what to do', () => {
  const refusalOf = async (after: string, headers = {}) => {
    const stream = await watch('NONE-', after, headers);
    await waitFor('the end', () => stream.ended);
    expect(stream.events.map(({ event }) => event)).toEqual(['next', 'complete']);
    const [error] = (stream.events[0] as StreamEvent).data.errors;
    expect(error.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: ['after'] });
    return error.message as string;
  };

  test.each([
    'x',
    '',
    'chg_',
    'chg_0.0_0.0_1_0_00000000_a',
    'chg_a.0.5.5_0.1_1_0_00000000_a',
    'chg_a.1.0_0.0_zzzzzzzzzzz_0_00000000_a',
    'chg_a.1.0_0.0_1_0_00000000_zzzzzzzzzzz',
    'chg_a.1.0_0.0_1_0',
    "chg_a.1.0_0.0_1_0_00000000_a'; drop table users",
    'req_00000000000000000000000000000000x',
    toNodeId('Webhook', newId()),
    '\u0000',
    `chg_${'a.'.repeat(100_000)}a`,
  ])('%.60j', async (after) => {
    expect(await refusalOf(after)).toMatch(/neither the id of a change nor that of a WebhookRequestLog|is too old/);
  });

  test('a Last-Event-ID of another server', async () => {
    expect(await refusalOf('', { 'last-event-id': '4711' })).toContain('"4711" is neither the id of a change');
  });

  test('an unknown request', async () => {
    expect(await refusalOf(toNodeId('WebhookRequestLog', newId()))).toContain('is too old');
  });

  test('a place that the feed no longer holds, and one that it will not hold much longer', async () => {
    const stream = await watch('OLD-');
    const request = await seed('OLD-1');
    const [{ id }] = await stream.next(1);
    await app.database.query(`update request_changes set at = at - interval '21 hours'`);
    expect(await refusalOf(id)).toContain('from `webhookRequestLogs`');
    expect(await refusalOf(request)).toContain('from `webhookRequestLogs`');
    await app.database.query('delete from request_changes');
    expect(await refusalOf(id)).toContain('from `webhookRequestLogs`');
    expect(await refusalOf(request)).toContain('from `webhookRequestLogs`');
  });
});
