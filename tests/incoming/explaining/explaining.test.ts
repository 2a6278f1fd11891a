// Why a call was refused: a call of the log, or one that is given.
import { useTestApi } from '../../support/app';
import { mutate } from '../../support/mutate';
import { type Agreed, agree, callStandard, standardHeaders } from '../callers';

const app = useTestApi();
let agreed: Agreed;

beforeAll(async () => {
  agreed = await agree(app);
});

const BODY = '{"type":"paid"}';
const explain = (call: object, key?: string, more: object = {}) =>
  app.ask(
    `query ($input: ExplainVerificationInput!) { explainVerification(input: $input) {
       accepted errorCode summary keyId verificationKey { id kind live } at checks { name passed message } } }`,
    { input: { webhookId: agreed.id, call, ...more } },
    key,
  );
const reported = async (call: object, more: object = {}) => {
  const { data, errors } = await explain(call, undefined, more);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.explainVerification;
};
const given = (headers: Record<string, string>, body: string | object = BODY) => ({
  given: {
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    rawBody: typeof body === 'string' ? { text: body } : body,
  },
});
const signed = (secret = agreed.secret as string, body = BODY, at = new Date()) =>
  standardHeaders(secret, body, { at });

test('a call that is right is explained as right, from the log and at hand', async () => {
  const answer = await callStandard(agreed, BODY);
  const report = await reported({ requestId: answer.headers['x-request-id'] });
  expect(report).toMatchObject({ accepted: true, errorCode: null, keyId: expect.stringMatching(/^sig_/) });
  expect(report.verificationKey).toEqual({ id: report.keyId, kind: 'V1', live: true });
  expect(report.checks.every((check: { passed: boolean | null }) => check.passed !== false)).toBe(true);
  expect(await reported(given(signed()))).toMatchObject({ accepted: true });
  const base64 = Buffer.from(BODY).toString('base64');
  expect(await reported(given(signed(), { base64 }))).toMatchObject({ accepted: true });
});

test('one of the log is judged as of when it came, another time when one is given', async () => {
  const answer = await callStandard(agreed, BODY);
  const requestId = answer.headers['x-request-id'];
  const at = new Date(Date.now() + 3_600_000).toISOString();
  expect(await reported({ requestId }, { at })).toMatchObject({ accepted: false, errorCode: 'STALE' });
});

test('it says what is wrong, and by how much', async () => {
  const answer = await callStandard(agreed, BODY, { at: new Date(Date.now() - 600_000) });
  expect(await reported({ requestId: answer.headers['x-request-id'] })).toMatchObject({
    accepted: false,
    errorCode: 'STALE',
  });
  const other = await reported(given(signed(), `${BODY}\n`));
  expect(other).toMatchObject({ accepted: false, errorCode: 'BAD_SIGNATURE' });
  expect(JSON.stringify(other.checks)).toMatch(/1 byte/);
});

test('it says that a secret was retired', async () => {
  const old = agreed.secret as string;
  const { secret } = await mutate(app, 'rotateWebhookSecret', { id: agreed.id, overlapSeconds: 0 }, 'secret');
  const report = await reported(given(signed(old)));
  expect(report).toMatchObject({ accepted: false });
  expect(JSON.stringify([report.summary, report.checks])).toMatch(/retired/);
  expect(JSON.stringify(report)).not.toContain(secret.slice(6));
  agreed = { ...agreed, secret };
});

test.each<[string, () => object, string, string]>([
  ['what is no base64', () => given({}, { base64: 'a*b' }), 'BAD_USER_INPUT', 'call.given.rawBody.base64'],
  [
    '201 headers',
    () => ({ given: { headers: Array(201).fill({ name: 'a', value: 'b' }) } }),
    'BAD_USER_INPUT',
    'call.given.headers',
  ],
  ['more than 1 MiB', () => given({}, 'x'.repeat(1024 * 1024 + 1)), 'BAD_USER_INPUT', 'call.given.rawBody'],
  ['a call that is not there', () => ({ requestId: `req_${'0'.repeat(32)}` }), 'NOT_FOUND', 'call.requestId'],
  ['an id of something else', () => ({ requestId: agreed.id }), 'NOT_FOUND', 'call.requestId'],
])('refuses %s', async (_what, call, code, field) => {
  const { errors } = await explain(call());
  expect(errors?.map(({ extensions }) => [extensions.code, extensions.field?.join('.')])).toEqual([[code, field]]);
});

test('refuses a webhook that is not there', async () => {
  const { errors } = await explain(given({}), undefined, { webhookId: 'whk_1' });
  expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', field: ['webhookId'] } }]);
});

test.each([
  ['call that is none', {}, /"CallToExplain" takes exactly one of requestId, given, not 0 of them/],
  [
    'two calls at once',
    { requestId: 'req_1', given: {} },
    /"CallToExplain" takes exactly one of requestId, given, not 2 of them/,
  ],
  [
    'body given twice',
    given({}, { text: 'a', base64: 'YQ==' }),
    /"GivenBody" takes exactly one of text, base64, not 2/,
  ],
])('the schema allows no %s', async (_what, call, message) => {
  const { errors } = await explain(call);
  expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('a call without headers and without a body is explained too', async () => {
  expect(await reported({ given: {} })).toMatchObject({ accepted: false });
});

test('a call to another webhook is not explained with the secrets of this one', async () => {
  const other = await agree(app);
  const answer = await callStandard(other, BODY);
  expect((await explain({ requestId: answer.headers['x-request-id'] })).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
});

test('a user who may not read content, or who may only publish, is refused', async () => {
  for (const [role, code] of [
    ['SUPPORT', 'FORBIDDEN'],
    ['PUBLISHER', 'FORBIDDEN'],
    ['AUDITOR', undefined],
  ] as const)
    expect((await explain(given(signed()), await app.keyFor(role))).errors?.[0]?.extensions.code).toBe(code);
});

test('it writes nothing but its audit entry', async () => {
  const counted =
    'select (select count(*) from webhook_request_logs) as a, (select count(*) from payloads) as b, (select count(*) from incoming_ids) as c';
  const before = await app.database.query(counted);
  await reported(given(signed()));
  expect(await app.database.query(counted)).toEqual(before);
});
