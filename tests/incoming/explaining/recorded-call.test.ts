// A call of the log is explained by what was recorded of it: never against what was decided when it was received.
import { createHmac } from 'node:crypto';
import { useTestApi } from '../../support/app';
import { mutate } from '../../support/mutate';
import { type Agreed, agree, callStandard, callUnsigned, type Headers, JSON_TYPE } from '../callers';

const app = useTestApi();

const BODY = '{"type":"paid"}';
const SECRET = 'a-secret-of-the-partner';
const hmacOf = (text: string) => createHmac('sha256', SECRET).update(text).digest('hex');
const basicOf = (password: string) => `Basic ${Buffer.from(`erp:${password}`).toString('base64')}`;
const twilioOf = (secret: string, { address }: Agreed) =>
  createHmac('sha1', secret).update(`${address}Bodyhi`).digest('base64');

const report = async ({ id: webhookId }: Agreed, requestId: string | string[] | undefined) => {
  const { data, errors } = await app.ask(
    `query ($input: ExplainVerificationInput!) { explainVerification(input: $input) {
       accepted errorCode summary checks { name passed message } } }`,
    { input: { webhookId, call: { requestId } } },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.explainVerification;
};

interface Kind {
  input: object;
  body?: string;
  /** @param secret the right one, or another */
  headers(secret: string, agreed: Agreed): Headers;
  what: string;
}

const KINDS: [string, Kind][] = [
  [
    'TOKEN in a header',
    {
      input: { provider: 'TOKEN', verification: { header: 'X-Token' } },
      headers: (secret) => ({ 'X-Token': secret }),
      what: 'The token',
    },
  ],
  [
    'BASIC',
    {
      input: { provider: 'BASIC', verification: { username: 'erp' } },
      headers: (secret) => ({ authorization: basicOf(secret) }),
      what: 'The password',
    },
  ],
  [
    'GITLAB with a secret token',
    { input: { provider: 'GITLAB' }, headers: (secret) => ({ 'X-Gitlab-Token': secret }), what: 'The token' },
  ],
  [
    'TWILIO',
    {
      input: { provider: 'TWILIO' },
      body: 'Body=hi',
      headers: (secret, agreed) => ({
        'content-type': 'application/x-www-form-urlencoded',
        'X-Twilio-Signature': twilioOf(secret, agreed),
      }),
      what: 'The token of the address, which is signed,',
    },
  ],
  [
    'HMAC in a header whose value is not recorded',
    {
      input: { provider: 'HMAC', verification: { header: 'Authorization' } },
      headers: (secret) => ({ Authorization: secret === SECRET ? hmacOf(BODY) : hmacOf('another body') }),
      what: 'The header Authorization',
    },
  ],
];

test.each(KINDS)(
  '%s: what is not recorded is not judged, and the report says what was decided',
  async (_name, kind) => {
    const agreed = await agree(app, { ...kind.input, secret: SECRET });
    const call = async (secret: string) => {
      const headers = { ...JSON_TYPE, ...kind.headers(secret, agreed) };
      return (await callUnsigned(agreed, kind.body ?? BODY, headers)).headers['x-request-id'];
    };
    const check = (then: string) => ({
      name: 'SIGNATURE',
      passed: null,
      message: `${kind.what} is not recorded, so this call cannot be verified again. When it was received, it was ${then}.`,
    });
    const accepted = await report(agreed, await call(SECRET));
    expect(accepted).toMatchObject({ accepted: true, errorCode: null, summary: 'The call passes verification.' });
    expect(accepted.checks).toContainEqual(check('accepted'));
    const refused = await report(agreed, await call('another-secret-than-it'));
    expect(refused).toMatchObject({
      accepted: false,
      errorCode: expect.stringMatching(/^(UNKNOWN_KEY|BAD_SIGNATURE)$/),
    });
    expect(refused.checks).toContainEqual(check('refused'));
    expect(refused.checks).toContainEqual({
      name: 'KEPT',
      passed: null,
      message: `When it was received, it was refused with ${refused.errorCode}: ${refused.summary}`,
    });
  },
);

test('a signed call whose body is not JSON was refused for it, and so it is explained', async () => {
  const agreed = await agree(app);
  const answer = await callStandard(agreed, '{"type":');
  expect(answer.status).toBe(400);
  const message = 'The body is not JSON, although its content type or its provider says so.';
  expect(await report(agreed, answer.headers['x-request-id'])).toMatchObject({
    accepted: false,
    errorCode: 'MALFORMED',
    summary: message,
    checks: expect.arrayContaining([{ name: 'BODY', passed: false, message }]),
  });
});

test('a valid call over the rate limit is confirmed, and the report says why it was refused', async () => {
  const agreed = await agree(app, { rateLimit: { maxRequests: 1, seconds: 3600 } });
  await callStandard(agreed, BODY);
  const answer = await callStandard(agreed, BODY);
  expect(answer.status).toBe(429);
  const { accepted, checks } = await report(agreed, answer.headers['x-request-id']);
  expect(accepted).toBe(true);
  expect(checks).toContainEqual({
    name: 'KEPT',
    passed: null,
    message: expect.stringMatching(
      /^When it was received, it was refused with RATE_LIMITED: More than 1 calls in 3600 s/,
    ),
  });
});

test('a webhook that is paused now is why a call would be refused, not its form', async () => {
  const agreed = await agree(app);
  const answer = await callStandard(agreed, BODY);
  await mutate(app, 'pauseWebhook', { id: agreed.id, reason: 'a test of the explanation' }, 'webhook { id }');
  expect(await report(agreed, answer.headers['x-request-id'])).toMatchObject({
    accepted: false,
    errorCode: 'NOT_ACTIVE',
    summary: 'Caller is paused: every call is refused, even with a valid signature.',
  });
});
