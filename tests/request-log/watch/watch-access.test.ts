import { HIDDEN } from '../../../src/masking/mask-value';
import { useTestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook } from '../../support/webhooks';
import { seedRequest } from '../pages/seeded-log';
import { openStream, type StreamEvent, type TestStream, type Watch } from './event-source';

const app = useTestApp({ PROCESSES: 'api', CORS_ORIGINS: 'https://dashboard.example.com' });
const streams: TestStream[] = [];

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});

const WATCH = `subscription ($where: WebhookRequestLogWhere) {
  webhookRequestLogChanged(where: $where) { webhookRequestLog { referenceDocument } }
}`;
const WITH_CONTENT = `subscription {
  webhookRequestLogChanged { webhookRequestLog { referenceDocument headers data responseBody { text } } }
}`;

async function watch(key: string | null, more: Partial<Watch> = {}): Promise<TestStream> {
  const stream = await openStream(app.url, { query: WATCH, key, ...more });
  streams.push(stream);
  return stream;
}

const seed = (referenceDocument: string) =>
  seedRequest(app.database, { referenceDocument, headers: [['X-Customer', 'ACME']] });
const headersIn = ({ data }: StreamEvent) => data.data.webhookRequestLogChanged.webhookRequestLog.headers;
const documents = (stream: TestStream) => stream.changes().map((change) => change?.webhookRequestLog.referenceDocument);
const keyRow = (key: string) => [key.slice(3, 11)];

/** The only events of a stream that ended: its errors. */
async function refusalOf(stream: TestStream) {
  await waitFor('the end', () => stream.ended);
  const [refused, ...rest] = stream.events.filter(({ data }) => data?.data === undefined);
  expect(rest).toEqual([{ id: null, event: 'complete', data: null }]);
  expect(refused).toEqual({ id: null, event: 'next', data: { errors: [expect.anything()] } });
  return refused?.data.errors[0];
}

test.each([
  ['no key', null, {}],
  ['a wrong key', 'hl_wrong', {}],
  ['no bearer', null, { authorization: 'Basic eDp5' }],
])('%s: 401, in the form of all errors', async (_title, key, headers) => {
  const stream = await watch(key, { headers });
  expect(stream.status).toBe(401);
  const extensions = { code: 'UNAUTHENTICATED', requestId: stream.headers.get('x-request-id') };
  expect(stream.events[0]?.data).toEqual({ errors: [{ message: expect.any(String), extensions }] });
});

test.each([[['PUBLISHER']], [[]]] as const)('a user with the roles %j may not subscribe', async (roles) => {
  const refusal = await refusalOf(await watch(await app.keyFor(...roles)));
  expect(refusal).toMatchObject({ path: ['webhookRequestLogChanged'], extensions: { code: 'FORBIDDEN' } });
});

test('SUPPORT watches, and sees masked content', async () => {
  const stream = await watch(await app.keyFor('SUPPORT'), { query: WITH_CONTENT });
  await seed('SEEN');
  await stream.next(1);
  const [
    {
      data: { data, errors },
    },
  ] = stream.events as [StreamEvent];
  expect(data.webhookRequestLogChanged.webhookRequestLog).toEqual({
    referenceDocument: 'SEEN',
    headers: { 'x-customer': HIDDEN },
    data: null,
    responseBody: null,
  });
  expect(errors).toBeUndefined();
});

test('SUPPORT cannot learn of content through a filter either', async () => {
  const variables = { where: { url: { contains: 'secret' } } };
  const refusal = await refusalOf(await watch(await app.keyFor('SUPPORT'), { variables }));
  expect(refusal).toMatchObject({ message: expect.stringContaining('where.url'), extensions: { code: 'FORBIDDEN' } });
});

test('who asks the same with other roles gets their own answer, also at the same moment', async () => {
  const keys = await Promise.all([app.keyFor('AUDITOR'), app.keyFor('SUPPORT'), app.keyFor('AUDITOR')]);
  const all = await Promise.all(keys.map((key) => watch(key, { query: WITH_CONTENT })));
  await seed('TOGETHER');
  for (const stream of all) await stream.next(1);
  const seen = all.map((stream) => headersIn(stream.events[0] as StreamEvent)['x-customer']);
  expect(seen).toEqual(['ACME', HIDDEN, 'ACME']);
});

describe('while it runs', () => {
  async function expectEnd(stream: TestStream, code: string): Promise<void> {
    await waitFor('the end', () => stream.ended);
    await seed('AFTER THE END');
    expect(await refusalOf(stream)).toMatchObject({
      extensions: { code, requestId: stream.headers.get('x-request-id') },
    });
    expect(documents(stream)).not.toContain('AFTER THE END');
  }

  test('a key that is revoked ends its streams', async () => {
    const key = await app.keyFor('AUDITOR');
    const [stream, other] = [await watch(key), await watch(await app.keyFor('AUDITOR'))];
    await app.database.query('update api_keys set revoked_at = now() where key_id = $1', keyRow(key));
    await expectEnd(stream, 'UNAUTHENTICATED');
    expect(other.ended).toBe(false);
  });

  test('a user who is deactivated ends theirs', async () => {
    const key = await app.keyFor('AUDITOR');
    const stream = await watch(key);
    await app.database.query(
      'update users set active = false where id = (select user_id from api_keys where key_id = $1)',
      keyRow(key),
    );
    await expectEnd(stream, 'UNAUTHENTICATED');
  });

  test('a key that expires ends them at that moment', async () => {
    const key = await app.keyFor('AUDITOR');
    const at = Date.now() + 3_000;
    await app.database.query('update api_keys set expires_at = $2 where key_id = $1', [...keyRow(key), new Date(at)]);
    const stream = await watch(key);
    await waitFor('the end', () => stream.ended);
    expect(Date.now()).toBeGreaterThanOrEqual(at);
    await expectEnd(stream, 'UNAUTHENTICATED');
  });

  const setRoles = (key: string, roles: string[]) =>
    app.database.query('update users set roles = $2 where id = (select user_id from api_keys where key_id = $1)', [
      ...keyRow(key),
      roles,
    ]);

  test('who loses the role ends it, without an event that shows it', async () => {
    const key = await app.keyFor('AUDITOR');
    const stream = await watch(key);
    await setRoles(key, ['PUBLISHER']);
    await expectEnd(stream, 'FORBIDDEN');
  });

  test('who may no longer see content goes on without it, and who filtered by it does not', async () => {
    const key = await app.keyFor('AUDITOR');
    const stream = await watch(key, { query: WITH_CONTENT });
    const filtering = await watch(key, { variables: { where: { url: { contains: 'x' } } } });
    await seed('BEFORE');
    await stream.next(1);
    expect(headersIn(stream.events[0] as StreamEvent)).toEqual({ 'x-customer': 'ACME' });
    await setRoles(key, ['SUPPORT']);
    await expectEnd(filtering, 'FORBIDDEN');
    await seed('NOW');
    await waitFor('the event', () => documents(stream).includes('NOW'));
    expect(headersIn(stream.events.at(-1) as StreamEvent)).toEqual({ 'x-customer': HIDDEN });
    expect(stream.ended).toBe(false);
  });
});

describe('a masking rule that is made while they run', () => {
  let rule: string;
  afterEach(() => mutate(app, 'deleteMaskingRule', { id: rule }));

  async function hideFromAuditors(): Promise<void> {
    const input = { roles: ['AUDITOR'], part: 'HEADERS', path: '$.x-customer', strategy: 'HIDE' };
    ({ id: rule } = (await mutate(app, 'createMaskingRule', input, 'maskingRule { id }')).maskingRule);
  }

  test('ends those that filter by content, with and without an event, and hides it in others', async () => {
    const key = await app.keyFor('AUDITOR');
    const filtering = { variables: { where: { url: { contains: 'partner' } } } };
    const [stream, filtered, unmatched] = await Promise.all([
      watch(key, { query: WITH_CONTENT }),
      watch(key, filtering),
      watch(key, { variables: { where: { url: { contains: 'of no request' } } } }),
    ]);
    await seed('BEFORE THE RULE');
    for (const each of [stream, filtered]) await each.next(1);
    await hideFromAuditors();
    await seed('AFTER THE RULE');
    for (const each of [filtered, unmatched]) {
      expect(await refusalOf(each)).toMatchObject({
        message: expect.stringContaining('where.url'),
        extensions: { code: 'FORBIDDEN' },
      });
      expect(documents(each)).not.toContain('AFTER THE RULE');
    }
    await waitFor('the event', () => documents(stream).includes('AFTER THE RULE'));
    expect(headersIn(stream.events.at(-1) as StreamEvent)).toEqual({ 'x-customer': HIDDEN });
    expect(stream.ended).toBe(false);
  });
});

describe('pages of other sites', () => {
  test.each(['https://evil.example', 'null', 'https://dashboard.example.com.evil.example', 'http://127.0.0.1:1'])(
    '%s: 403',
    async (origin) => {
      const stream = await watch(app.adminKey, { headers: { origin } });
      expect(stream.status).toBe(403);
      expect(stream.events[0]?.data.errors[0].extensions.code).toBe('FORBIDDEN');
    },
  );

  test('one that is allowed, and our own, are let in', async () => {
    const allowed = await watch(app.adminKey, { headers: { origin: 'https://dashboard.example.com' } });
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://dashboard.example.com');
    const own = await watch(app.adminKey, { headers: { origin: app.url } });
    await seed('HERE');
    for (const stream of [allowed, own]) expect((await stream.next(1)).length).toBe(1);
  });
});

test('one key has 20 connections, and a place again when one is closed', async () => {
  const key = await app.keyFor('AUDITOR');
  const open = await Promise.all(Array.from({ length: 20 }, () => watch(key)));
  expect(open.map((stream) => stream.status)).toEqual(Array(20).fill(200));
  const tooMany = await watch(key);
  expect(tooMany.status).toBe(429);
  expect(tooMany.headers.get('retry-after')).toBe('10');
  expect(tooMany.events[0]?.data.errors[0]).toMatchObject({
    message: expect.stringContaining('20 connections'),
    extensions: { code: 'LIMIT_EXCEEDED' },
  });
  expect((await watch(await app.keyFor('AUDITOR'))).status).toBe(200);
  open[7]?.close();
  await waitFor('a place', async () => (await watch(key)).status === 200);
});

test('an internal error has its code and the id of the request, and nothing of the database', async () => {
  const query =
    'subscription { webhookRequestLogChanged { webhookRequestLog { referenceDocument webhook { name } } } }';
  const stream = await watch(app.adminKey, { query });
  await createTestWebhook(app, 'https://partner.example.com/');
  const [hook] = await app.database.query<{ id: string }>('select id from webhooks');
  await app.database.query('alter table webhooks rename column name to gone');
  await seedRequest(app.database, { referenceDocument: 'BROKEN', webhookId: hook?.id ?? null });
  await stream.next(1);
  await app.database.query('alter table webhooks rename column gone to name');
  const [
    {
      data: { data, errors },
    },
  ] = stream.events as [StreamEvent];
  expect(data.webhookRequestLogChanged.webhookRequestLog).toEqual({ referenceDocument: 'BROKEN', webhook: null });
  const requestId = stream.headers.get('x-request-id');
  expect(errors).toEqual([
    {
      message: 'An internal error occurred.',
      path: ['webhookRequestLogChanged', 'webhookRequestLog', 'webhook'],
      locations: expect.anything(),
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
    },
  ]);
});
