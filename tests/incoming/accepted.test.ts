import { createHmac } from 'node:crypto';
import { toNodeId } from '../../src/values/ids';
import { keyIdOf } from '../../src/webhooks/signing/signing-secret';
import { useTestApi } from '../support/app';
import { type RawAnswer, sendRaw } from '../support/raw-http';
import {
  type Agreed,
  agree,
  eventsOf,
  githubHeaders,
  type Headers,
  JSON_TYPE,
  lastReceived,
  newCallId,
  receivedBy,
  standardHeaders,
  stripeHeaders,
  svixHeaders,
} from './callers';

const app = useTestApi();

interface Partner {
  input: object;
  /** What it is signed with, where we make no secret. */
  own?: string;
  body: string;
  headers(secret: string, body: string): Headers | Promise<Headers>;
  becomes: { documentType: string; event: string; referenceDocument: string };
}

const BODY = '{"type":"invoice.paid","data":{"id":"INV-0042"}}';
const STRIPE_BODY = '{"id":"evt_1","type":"charge.succeeded","data":{"object":{"id":"ch_1"}}}';
const hex = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex');

const PARTNERS: Record<string, Partner> = {
  'Standard Webhooks': {
    input: {},
    body: BODY,
    headers: standardHeaders,
    becomes: { documentType: 'Standard Webhooks', event: 'invoice.paid', referenceDocument: 'INV-0042' },
  },
  Svix: {
    input: { provider: 'SVIX', documentType: 'Payment' },
    body: BODY,
    headers: svixHeaders,
    becomes: { documentType: 'Payment', event: 'invoice.paid', referenceDocument: 'INV-0042' },
  },
  GitHub: {
    input: { provider: 'GITHUB', secret: 'It is a Secret to Everybody' },
    own: 'It is a Secret to Everybody',
    body: '{"ref":"refs/heads/main","repository":{"full_name":"octo/shop"}}',
    headers: (secret, body) => githubHeaders(secret, body),
    becomes: { documentType: 'GitHub', event: 'push', referenceDocument: 'octo/shop' },
  },
  Stripe: {
    input: { provider: 'STRIPE', secret: 'whsec_of_stripe_1' },
    own: 'whsec_of_stripe_1',
    body: STRIPE_BODY,
    headers: (secret, body) => stripeHeaders(secret, body),
    becomes: { documentType: 'Stripe', event: 'charge.succeeded', referenceDocument: 'ch_1' },
  },
  'somebody with an HMAC of their own': {
    input: { provider: 'HMAC', verification: { header: 'X-Sum', prefix: 'sha256=' }, secret: 'ours-and-theirs-1' },
    own: 'ours-and-theirs-1',
    body: '{"event":"moved"}',
    headers: (secret, body) => ({ 'x-sum': `sha256=${hex(secret, body)}` }),
    becomes: { documentType: 'HMAC', event: 'moved', referenceDocument: expect.stringMatching(/^req_/) as never },
  },
  'somebody with a password': {
    input: { provider: 'BASIC', verification: { username: 'erp' } },
    body: '{"event":"moved"}',
    headers: (secret) => ({ authorization: `Basic ${Buffer.from(`erp:${secret}`).toString('base64')}` }),
    becomes: { documentType: 'Basic', event: 'moved', referenceDocument: expect.stringMatching(/^req_/) as never },
  },
  nobody: {
    input: { provider: 'NONE' },
    body: '{"event":"moved"}',
    headers: () => ({}),
    becomes: {
      documentType: 'Unsigned call',
      event: 'moved',
      referenceDocument: expect.stringMatching(/^req_/) as never,
    },
  },
};

async function callOf(name: keyof typeof PARTNERS): Promise<{ agreed: Agreed; answer: RawAnswer; partner: Partner }> {
  const partner = PARTNERS[name] as Partner;
  const agreed = await agree(app, partner.input);
  const headers = await partner.headers(partner.own ?? agreed.secret ?? '', partner.body);
  const answer = await sendRaw(agreed.address, { headers: { ...JSON_TYPE, ...headers }, body: partner.body });
  return { agreed, answer, partner };
}

test.each(Object.keys(PARTNERS))('a call as %s signs it is answered, kept, and becomes an event', async (name) => {
  const { agreed, answer, partner } = await callOf(name);
  expect([answer.status, answer.text]).toEqual([200, '{"received":true}']);
  const [row, ...others] = await receivedBy(app, agreed);
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    direction: 'INCOMING',
    status: 'SUCCEEDED',
    errorCode: null,
    error: null,
    duplicate: false,
    ...partner.becomes,
    method: 'POST',
    url: `${app.url}/in/[token]`,
    remoteAddress: '127.0.0.1',
    dataType: 'application/json',
    wire: null,
  });
  expect(row?.data.toString()).toBe(partner.body);
  const events = await eventsOf(app, agreed);
  expect(events).toEqual([
    {
      id: row?.businessEventId,
      ...partner.becomes,
      requestId: row?.id,
      causedBy: null,
      directedTo: null,
      data: Buffer.from(partner.body),
      dataType: 'application/json',
    },
  ]);
});

test('the answer names the row, and the row has what was answered', async () => {
  const { agreed, answer } = await callOf('Standard Webhooks');
  const row = await lastReceived(app, agreed);
  expect(answer.headers['x-request-id']).toBe(toNodeId('WebhookRequestLog', row.id));
  expect(row).toMatchObject({ responseStatus: 200, responseBody: answer.text });
  for (const [name, value] of row.responseHeaders ?? []) expect(answer.headers[name]).toBe(value);
  expect(row.responseHeaders?.map(([name]) => name)).toEqual(['x-request-id', 'content-type']);
  expect(row.durationMs).toBeGreaterThanOrEqual(0);
});

test('an id that a caller gives its request does not become the id of the row', async () => {
  const agreed = await agree(app, { provider: 'NONE' });
  const answer = await sendRaw(agreed.address, { headers: { ...JSON_TYPE, 'x-request-id': 'theirs' }, body: '{}' });
  const row = await lastReceived(app, agreed);
  expect(answer.headers['x-request-id']).toBe(toNodeId('WebhookRequestLog', row.id));
  expect(row.headers).toContainEqual(['x-request-id', 'theirs']);
});

test('the row says which of several secrets confirmed the call', async () => {
  const agreed = await agree(app);
  const rotated = await app.ask(
    `mutation ($id: ID!) { rotateWebhookSecret(input: { id: $id }) { secret
       webhook { incoming { verificationKeys { id createdAt live } } } } }`,
    { id: agreed.id },
  );
  const { secret, webhook } = rotated.data.rotateWebhookSecret;
  const keys = webhook.incoming.verificationKeys.map((key: { id: string }) => key.id);
  const confirmedWith = async (own: string) => {
    await sendRaw(agreed.address, { headers: { ...JSON_TYPE, ...standardHeaders(own, BODY) }, body: BODY });
    return keyIdOf((await lastReceived(app, agreed)).secretId as string);
  };
  expect(await confirmedWith(secret)).toBe(keys[0]);
  expect(await confirmedWith(agreed.secret as string)).toBe(keys[1]);
});

test('the log shows the same over GraphQL, with the event, the webhook and the partner as its user', async () => {
  const { agreed, answer } = await callOf('GitHub');
  const { data, errors } = await app.ask(
    `query ($id: ID!) { webhookRequestLog(id: $id) { direction status duplicate event documentType referenceDocument
       webhook { id } user { name roles } data dataBody { text contentType truncated } response responseStatus
       businessEvent { event data dataBody { text } } } }`,
    { id: answer.headers['x-request-id'] },
  );
  expect(errors).toBeUndefined();
  const body = PARTNERS.GitHub?.body as string;
  expect(data.webhookRequestLog).toEqual({
    direction: 'INCOMING',
    status: 'SUCCEEDED',
    duplicate: false,
    event: 'push',
    documentType: 'GitHub',
    referenceDocument: 'octo/shop',
    webhook: { id: agreed.id },
    user: { name: agreed.id, roles: [] },
    data: JSON.parse(body),
    dataBody: { text: body, contentType: 'application/json', truncated: false },
    response: { received: true },
    responseStatus: 200,
    businessEvent: { event: 'push', data: JSON.parse(body), dataBody: { text: body } },
  });
});

test('a call without an id is never a duplicate', async () => {
  const agreed = await agree(app, { provider: 'NONE' });
  for (let n = 0; n < 3; n += 1) await sendRaw(agreed.address, { headers: JSON_TYPE, body: '{"event":"same"}' });
  expect((await receivedBy(app, agreed)).map((row) => row.duplicate)).toEqual([false, false, false]);
  expect(await eventsOf(app, agreed)).toHaveLength(3);
  expect(newCallId()).not.toBe(newCallId());
});
