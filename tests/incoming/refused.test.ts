// Each kind of refusal: what the partner is answered, and what the log keeps of it.
import { createHmac } from 'node:crypto';
import { toNodeId, uuidOf } from '../../src/values/ids';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { type RawAnswer, sendRaw } from '../support/raw-http';
import {
  type Agreed,
  agree,
  callStandard,
  eventsOf,
  type Headers,
  JSON_TYPE,
  lastReceived,
  newCallId,
  receivedBy,
  standardHeaders,
} from './callers';

const app = useTestApi();
let agreed: Agreed;

beforeAll(async () => {
  agreed = await agree(app);
});

const BODY = '{"type":"paid"}';
const signed = (more: { at?: Date; id?: string } = {}) => standardHeaders(agreed.secret as string, BODY, more);
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);
const without = (headers: Headers, name: string) =>
  Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));

async function expectRefused(
  answer: RawAnswer,
  status: number,
  code: string,
  error: RegExp,
  by = agreed,
): Promise<void> {
  const row = await lastReceived(app, by);
  const requestId = toNodeId('WebhookRequestLog', row.id);
  expect([answer.status, answer.headers['x-request-id']]).toEqual([status, requestId]);
  expect(answer.json).toEqual({ errors: [{ message: expect.any(String), extensions: { code, requestId } }] });
  expect(row).toMatchObject({
    status: 'REFUSED',
    errorCode: code,
    error: expect.stringMatching(error),
    duplicate: false,
    event: null,
    documentType: null,
    referenceDocument: null,
    businessEventId: null,
    secretId: null,
    responseStatus: status,
    responseBody: answer.text,
    remoteAddress: '127.0.0.1',
  });
  for (const [name, value] of row.responseHeaders ?? []) expect(answer.headers[name]).toBe(value);
}

const cases: [string, () => Headers, number, string, RegExp][] = [
  ['no signature', () => ({}), 401, 'NOT_SIGNED', /webhook-signature is missing|webhook-id is missing/],
  ['no id', () => without(signed(), 'webhook-id'), 401, 'NOT_SIGNED', /webhook-id is missing/],
  ['no time', () => without(signed(), 'webhook-timestamp'), 401, 'NOT_SIGNED', /webhook-timestamp is missing/],
  ['a signature of another body', () => standardHeaders(agreed.secret as string, 'x'), 401, 'BAD_SIGNATURE', /./],
  [
    'a signature with another secret',
    () => standardHeaders(`whsec_${'A'.repeat(32)}`, BODY),
    401,
    'BAD_SIGNATURE',
    /./,
  ],
  ['a signature that is no base64', () => ({ ...signed(), 'webhook-signature': 'v1,***' }), 400, 'MALFORMED', /./],
  ['an empty signature', () => ({ ...signed(), 'webhook-signature': '' }), 400, 'MALFORMED', /is empty/],
  ['a time ten minutes ago', () => signed({ at: inMinutes(-10) }), 401, 'STALE', /\d+ s/],
  ['a time in ten minutes', () => signed({ at: inMinutes(10) }), 401, 'STALE', /\d+ s/],
  [
    'a time as text',
    () => ({ ...signed(), 'webhook-timestamp': 'yesterday' }),
    400,
    'MALFORMED',
    /has 9 characters; it must be whole seconds/,
  ],
  [
    'a time in milliseconds',
    () => ({ ...signed(), 'webhook-timestamp': `${Date.now()}` }),
    400,
    'MALFORMED',
    /milliseconds/,
  ],
  [
    'a negative time',
    () => ({ ...signed(), 'webhook-timestamp': '-5' }),
    400,
    'MALFORMED',
    /has 2 characters; it must be whole seconds/,
  ],
  [
    'a time with a fraction',
    () => ({ ...signed(), 'webhook-timestamp': '1.5' }),
    400,
    'MALFORMED',
    /has 3 characters; it must be whole seconds/,
  ],
  ['a time of 300 digits', () => ({ ...signed(), 'webhook-timestamp': '1'.repeat(300) }), 400, 'MALFORMED', /./],
];

test.each(cases)('a call with %s', async (_what, headers, status, code, error) => {
  const answer = await sendRaw(agreed.address, { headers: { ...JSON_TYPE, ...headers() }, body: BODY });
  await expectRefused(answer, status, code, error);
  expect((await lastReceived(app, agreed)).data.toString()).toBe(BODY);
});

test('nothing of what is refused becomes an event', async () => {
  expect((await receivedBy(app, agreed)).length).toBeGreaterThan(0);
  expect(await eventsOf(app, agreed)).toEqual([]);
});

test('the partner receives the kind of fault and nothing else', async () => {
  const answer = await sendRaw(agreed.address, {
    headers: { ...signed(), 'webhook-timestamp': 'yesterday' },
    body: BODY,
  });
  expect(answer.text).not.toContain('yesterday');
  expect(answer.json.errors[0].message).toBe('The call could not be read.');
});

test.each([
  '{"type":',
  '',
  'hello',
  '[1,]',
  '{"a":\u0000}',
  '{"a":"\ufffe\u0000"',
  '\u0000',
  "{'a':1}",
  '{"a":"\t"}',
  '\ud83d\ude00',
])('a signed body that is %j, where JSON is said, is kept and refused', async (body) => {
  await expectRefused(await callStandard(agreed, body), 400, 'MALFORMED', /^The body is not JSON/);
  expect((await lastReceived(app, agreed)).data.toString()).toBe(body);
});

test('a body that is not UTF-8, where JSON is said, is kept and refused', async () => {
  const none = await agree(app, { provider: 'NONE' });
  const body = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]);
  const answer = await sendRaw(none.address, { headers: JSON_TYPE, body });
  await expectRefused(answer, 400, 'MALFORMED', /not UTF-8/, none);
  expect((await lastReceived(app, none)).data).toEqual(body);
});

test.each(['utf-9', 'utf-7', '', 'x'.repeat(1_000), '"unclosed'])(
  'JSON in the charset %.20j is refused or read, not an error of ours',
  async (charset) => {
    const none = await agree(app, { provider: 'NONE' });
    const headers = { 'content-type': `application/json; charset=${charset}` };
    const { status } = await sendRaw(none.address, { headers, body: '{"a":1}' });
    expect([200, 400]).toContain(status);
    expect(await receivedBy(app, none)).toHaveLength(1);
  },
);

test('one that Stripe, GitHub, Slack and a token would refuse says so as they do', async () => {
  const slack = await agree(app, { provider: 'SLACK', secret: 'slack-signing-secret' });
  const old = `${Math.floor(Date.now() / 1000) - 3600}`;
  const sum = createHmac('sha256', 'slack-signing-secret').update(`v0:${old}:${BODY}`).digest('hex');
  const late = { 'x-slack-request-timestamp': old, 'x-slack-signature': `v0=${sum}` };
  await expectRefused(
    await sendRaw(slack.address, { headers: { ...JSON_TYPE, ...late }, body: BODY }),
    401,
    'STALE',
    /./,
    slack,
  );

  const token = await agree(app, { provider: 'TOKEN', verification: { header: 'X-Token' } });
  const shown = { ...JSON_TYPE, 'x-token': 'wrong' };
  await expectRefused(
    await sendRaw(token.address, { headers: shown, body: BODY }),
    401,
    'UNKNOWN_KEY',
    /not a live secret/,
    token,
  );

  const github = await agree(app, { provider: 'GITHUB' });
  const sha1 = { ...JSON_TYPE, 'x-hub-signature': `sha1=${'0'.repeat(40)}` };
  await expectRefused(
    await sendRaw(github.address, { headers: sha1, body: BODY }),
    401,
    'NOT_SIGNED',
    /X-Hub-Signature-256 is missing/,
    github,
  );
});

test('tolerance is what was agreed on', async () => {
  await mutate(app, 'updateWebhook', { id: agreed.id, toleranceSeconds: 3600 });
  expect((await callStandard(agreed, BODY, { at: inMinutes(-10) })).status).toBe(200);
  await mutate(app, 'updateWebhook', { id: agreed.id, toleranceSeconds: 60 });
  expect((await callStandard(agreed, BODY, { at: inMinutes(-10) })).status).toBe(401);
});

test('a rate limit refuses right calls over it, and is not used up by wrong ones', async () => {
  const limited = await agree(app, { rateLimit: { maxRequests: 2, seconds: 3_600 } });
  for (let n = 0; n < 5; n += 1) await sendRaw(limited.address, { headers: JSON_TYPE, body: BODY });
  expect((await callStandard(limited, BODY)).status).toBe(200);
  expect((await callStandard(limited, BODY)).status).toBe(200);
  const id = newCallId();
  const over = await callStandard(limited, BODY, { id });
  await expectRefused(over, 429, 'RATE_LIMITED', /^More than 2 calls in 3600 s/, limited);
  expect(Number(over.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(over.headers['retry-after'])).toBeLessThanOrEqual(1_800);
  await mutate(app, 'updateWebhook', { id: limited.id, rateLimit: null });
  expect((await callStandard(limited, BODY, { id })).status).toBe(200);
  expect((await lastReceived(app, limited)).duplicate).toBe(false);
});

test('the latest 100 counts of calls without a row are shown, newest first, and by reason', async () => {
  const minute = (before: number) => new Date(Date.UTC(2026, 2, 4, 9, 0) - before * 60_000).toISOString();
  await app.database.query(
    `insert into unrecorded_refusals (webhook_id, minute, error_code, calls)
     select $1, m, code, 1 from unnest($2::timestamptz[]) as m, unnest('{STALE,BAD_SIGNATURE}'::text[]) as code`,
    [uuidOf('Webhook', agreed.id), Array.from({ length: 60 }, (_, before) => minute(59 - before))],
  );
  const query = 'query ($id: ID!) { webhook(id: $id) { unrecordedRefusals { minute errorCode } } }';
  const { data } = await app.ask(query, { id: agreed.id });
  expect(data.webhook.unrecordedRefusals).toEqual(
    Array.from({ length: 50 }, (_, before) =>
      ['BAD_SIGNATURE', 'STALE'].map((errorCode) => ({ minute: minute(before), errorCode })),
    ).flat(),
  );
});
