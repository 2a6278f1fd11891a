// What explaining a call may cost, and what it could be misused for.
import { uuidOf } from '../../../src/values/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { startProgram } from '../../support/program';
import { sendRaw } from '../../support/raw-http';
import { type Agreed, agree, callStandard, standardHeaders } from '../callers';

let app: TestApp;
let agreed: Agreed;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api', RATE_LIMIT_WRONG_KEYS_PER_MINUTE: '6' });
  agreed = await agree(app);
});
afterAll(() => app.stop());

const QUERY =
  'query ($input: ExplainVerificationInput!) { explainVerification(input: $input) { accepted errorCode checks { message } } }';
const variables = (call: object) => ({ input: { webhookId: agreed.id, call } });
const given = (rawBody: object, headers: object[] = []) => ({ given: { headers, rawBody } });
const guess = (key: string) => app.ask(QUERY, variables({ given: { headers: [{ name: 'a', value: 'b' }] } }), key);

async function costOf(call: object, key: string): Promise<number> {
  const body = JSON.stringify({ query: QUERY, variables: variables(call) });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  return (await sendRaw(`${app.url}/graphql`, { headers, body })).json.extensions.cost.requested;
}

test('it is priced by the size of the body, however it is given', async () => {
  const key = await app.keyFor('AUDITOR');
  const base = await costOf({ given: { headers: [{ name: 'a', value: 'b' }] } }, key);
  expect(base).toBeGreaterThanOrEqual(1_000);
  expect(await costOf(given({ text: 'x'.repeat(1024) }), key)).toBe(base + 80);
  expect(await costOf(given({ text: 'x'.repeat(1024 * 1024) }), key)).toBe(base + 1024 * 80);
  expect(await costOf(given({ base64: Buffer.alloc(1024 * 1024).toString('base64') }), key)).toBe(base + 1025 * 80);
  // one of the log as if it were as long as what is kept of a refused call
  expect(await costOf({ requestId: `req_${'0'.repeat(32)}` }, key)).toBe(base + 256 * 80);
});

test('so ten large ones do not stand in one query, whether in a variable or in its default', async () => {
  const text = 'x'.repeat(130 * 1024);
  const fields = Array.from({ length: 10 }, (_each, at) => {
    return `a${at}: explainVerification(input: { webhookId: "${agreed.id}", call: { given: { rawBody: { text: $body } } } }) { accepted }`;
  }).join(' ');
  for (const [query, given] of [
    [`query ($body: String!) { ${fields} }`, { body: text }],
    [`query ($body: String! = "${text}") { ${fields} }`, {}],
  ] as const) {
    const { errors } = await app.ask(query, given);
    expect(errors?.[0]?.message).toMatch(/^The query costs 114\d{3}; at most 100000 are allowed/);
  }
});

test('who asked about what is in the audit trail, and no secret', async () => {
  const key = await app.keyFor('AUDITOR');
  const answer = await callStandard(agreed, '{"type":"paid"}');
  const requestId = answer.headers['x-request-id'] as string;
  const headers = standardHeaders(agreed.secret as string, 'x');
  const pairs = Object.entries(headers).map(([name, value]) => ({ name, value }));
  for (const call of [{ requestId }, given({ text: 'x' }, pairs), given({ text: 'y' }, pairs)])
    expect((await app.ask(QUERY, variables(call), key)).errors).toBeUndefined();
  const entries = await app.database.query<{ details: string; known: boolean }>(
    `select e.details, e.actor_id is not null and e.api_key_id is not null and e.remote_address is not null as known
     from audit_entries e where action = 'webhook.verification_explained' and subject_id = $1 order by id desc limit 3`,
    [uuidOf('Webhook', agreed.id)],
  );
  const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(entries.map(({ details }) => JSON.parse(details))).toEqual([
    { bytes: 1, sha256, accepted: false },
    { bytes: 1, sha256, accepted: true },
    { requestId: uuidOf('WebhookRequestLog', requestId), accepted: true },
  ]);
  expect(entries.map(({ known }) => known)).toEqual([true, true, true]);
  expect(JSON.stringify(entries)).not.toContain(headers['webhook-signature'] as string);
});

test('a user can not guess secrets with it: calls that are not in the log are counted, for each user', async () => {
  const [one, other] = [await app.keyFor('AUDITOR'), await app.keyFor('INTEGRATION_MANAGER')];
  const answer = await callStandard(agreed, '{"type":"paid"}');
  const guesses = await Promise.all(Array.from({ length: 20 }, () => guess(one)));
  const refused = guesses.flatMap(({ errors }) => errors ?? []);
  expect(guesses.length - refused.length).toBeGreaterThanOrEqual(6);
  expect(refused[0]).toMatchObject({
    message: expect.stringMatching(/^More than 6 calls that are not in the log .* Try again in \d+ s\.$/),
    extensions: { code: 'LIMIT_EXCEEDED' },
  });
  expect((await guess(other)).errors).toBeUndefined();
  const kept = await app.ask(QUERY, variables({ requestId: answer.headers['x-request-id'] }), one);
  expect(kept.data.explainVerification.accepted).toBe(true);
});

test.each([
  ['in a header', { header: 'X-Token' }, (token: string) => ({ headers: [{ name: 'X-Token', value: token }] })],
  ['in the query', { query: 'token' }, (token: string) => ({ headers: [], url: `https://h.example/?token=${token}` })],
])('guesses of a token %s are limited as those of secrets are', async (_where, verification, callWith) => {
  const secret = 'the-right-token';
  const settings = { name: 'Token', direction: 'INCOMING', provider: 'TOKEN', verification, secret };
  const { id } = (await mutate(app, 'createWebhook', settings, 'webhook { id }')).webhook;
  const key = await app.keyFor('AUDITOR');
  const asked = (token: string) => app.ask(QUERY, { input: { webhookId: id, call: { given: callWith(token) } } }, key);
  const first = await asked(secret);
  expect(first.data.explainVerification.accepted).toBe(true);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => asked(`guess-${at}`)));
  expect(answers.flatMap(({ errors }) => errors ?? [])[0]?.extensions.code).toBe('LIMIT_EXCEEDED');
});

test.each([
  ['headers', { headers: [{ name: 'a', value: 'x'.repeat(65_536) }] }, /^headers have 65537 characters; at most 65536/],
  ['url', { url: 'x'.repeat(16_385) }, /^url has 16385 characters; at most 16384/],
])('%s that no server takes are not looked at', async (field, call, message) => {
  const { errors } = await app.ask(QUERY, variables({ given: call }));
  expect(errors?.[0]).toMatchObject({
    message: expect.stringMatching(message),
    extensions: { code: 'BAD_USER_INPUT', field: ['call', 'given', field] },
  });
});

test('the compiled program explains, and answers others meanwhile', async () => {
  const program = await startProgram({ ...app.env, PROCESSES: 'api' });
  try {
    const order: string[] = [];
    const lists = `[${'{"a":1.0,"b":"é/"},'.repeat(12_000)}0]`;
    const headers = Object.entries(standardHeaders(agreed.secret as string, 'x')).map(([name, value]) => ({
      name,
      value,
    }));
    const body = JSON.stringify({ query: QUERY, variables: variables(given({ text: lists }, headers)) });
    const all = { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` };
    const explained = sendRaw(`${program.url}/graphql`, { headers: all, body }).then((answer) => {
      order.push('explained');
      return answer;
    });
    for (let at = 0; at < 3; at += 1) {
      await sendRaw(`${program.url}/healthz`, { method: 'GET' });
      order.push('healthy');
    }
    expect((await explained).json.data.explainVerification).toMatchObject({ errorCode: 'BAD_SIGNATURE' });
    expect(order).toEqual(['healthy', 'healthy', 'healthy', 'explained']);
  } finally {
    await program.kill('SIGKILL');
  }
});
