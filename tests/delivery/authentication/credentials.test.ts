import { createAuthorizedSender } from '../../../src/delivery/authentication/authorize';
import { uuidOf } from '../../../src/values/ids';
import { shareTestApi, type TestApp, useTestApp } from '../../support/app';
import { dumpOf, formsOf } from '../../support/dump';
import { type ReceivedCall, type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { allFinished, attemptsOf, deliveryThatIs } from '../attempt/stored-attempts';
import { closeAll, httpsPartner, localSender, pem } from '../partner';
import { type Parts, startParts } from '../worker-parts';
import { startTokenEndpoint, type TokenEndpoint, tokenAnswer, tokenNumber } from './token-endpoint';

const app = useTestApp();
let partner: Receiver;
let endpoint: TokenEndpoint;

beforeEach(async () => {
  partner = await startReceiver();
  endpoint = await startTokenEndpoint();
});
afterEach(async () => {
  await partner.stop();
  await closeAll();
});

const basicAuth = { username: 'hookledger', password: 'pass-swordfish-wörd' };
const oauth2 = () => ({ tokenUrl: endpoint.url, clientId: 'our-client', clientSecret: 'client-swordfish-secret' });

let types = 0;
async function webhookWith(settings: object, url = partner.url) {
  types += 1;
  const documentType = `Guarded ${types}`;
  const { id } = await createTestWebhook(app, url, { documentType, retrySchedule: [0, 0, 1], ...settings });
  return { id, publish: (name = 'INV-1') => publish(app, [invoice(name, { documentType })]) };
}

async function update(id: string, input: object): Promise<void> {
  const answer = await app.ask(
    'mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) { userErrors { message } } }',
    { input: { id, ...input } },
  );
  expect(answer).toMatchObject({ data: { updateWebhook: { userErrors: [] } } });
}

async function recordedHeaders(webhookId: string): Promise<{ name: string; value: string }[]> {
  const answer = await app.ask(`{ webhook(id: "${webhookId}") { requests { nodes { headerList { name value } } } } }`);
  return answer.data.webhook.requests.nodes[0].headerList;
}

test('secret headers and Basic reach the partner, and nothing else does: not the log, not the database', async () => {
  const echo = ({ headers }: ReceivedCall) => ({
    status: 200,
    body: JSON.stringify(headers),
    headers: { 'x-echo': `${headers['x-key']}` },
  });
  partner.answerWith(echo);
  const webhook = await webhookWith({ secretHeaders: [{ name: 'X-Key', value: 'value-swordfish-ü' }], basicAuth });
  await webhook.publish();
  await allFinished(app, webhook.id, 1);
  const [call] = partner.calls;
  const pair = Buffer.from('hookledger:pass-swordfish-wörd', 'utf8').toString('base64');
  expect(call!.headers).toMatchObject({ 'x-key': 'value-swordfish-ü', authorization: `Basic ${pair}` });
  expect((await recordedHeaders(webhook.id)).slice(-2)).toEqual([
    { name: 'X-Key', value: '[secret]' },
    { name: 'authorization', value: 'Basic [secret]' },
  ]);
  const dump = await dumpOf(app.database);
  for (const secret of ['value-swordfish', basicAuth.password, pair]) {
    for (const form of formsOf(secret)) expect(dump.includes(form)).toBe(false);
  }
});

test('an access token is sent, recorded as a secret, and used for the deliveries that follow', async () => {
  const webhook = await webhookWith({ oauth2: oauth2() });
  await webhook.publish('INV-1');
  await allFinished(app, webhook.id, 1);
  await webhook.publish('INV-2');
  await allFinished(app, webhook.id, 2);
  expect(partner.calls.map((call) => call.headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-1']);
  expect(endpoint.requests).toHaveLength(1);
  expect((await recordedHeaders(webhook.id)).at(-1)).toEqual({ name: 'authorization', value: 'Bearer [secret]' });
  expect(await dumpOf(app.database)).not.toMatch(/token-1|client-swordfish/);
});

test('without an access token the attempt fails as AUTHENTICATION, and is tried again', async () => {
  endpoint.answerWith((response, n) =>
    n === 1 ? tokenAnswer(response, { error: 'invalid_client' }, 401) : tokenAnswer(response, tokenNumber(n)),
  );
  const webhook = await webhookWith({ oauth2: oauth2() });
  await webhook.publish();
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery).toMatchObject({ status: 'DELIVERED', attempts: 2 });
  const { host } = new URL(endpoint.url);
  expect(await attemptsOf(app, webhook.id)).toMatchObject([
    {
      status: 'FAILED',
      errorCode: 'AUTHENTICATION',
      error: `The token endpoint ${host} answered 401 (invalid_client), so nothing was sent.`,
    },
    { status: 'SUCCEEDED', errorCode: null },
  ]);
  expect(partner.calls).toHaveLength(1);
});

test('a token that the partner does not take any more is replaced at the next attempt', async () => {
  partner.answerWith((call) => ({ status: call.headers.authorization === 'Bearer token-1' ? 401 : 200 }));
  const webhook = await webhookWith({ oauth2: oauth2() });
  await webhook.publish();
  await allFinished(app, webhook.id, 1);
  expect(partner.calls.map((call) => call.headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
});

test('what is still owed is sent with the credentials of today', async () => {
  partner.answerWith((call) => ({ status: call.headers['x-key'] === 'new-value' ? 200 : 403 }));
  const webhook = await webhookWith({
    secretHeaders: [{ name: 'X-Key', value: 'old-value' }],
    retrySchedule: [0, ...Array(19).fill(1)],
  });
  await webhook.publish();
  await deliveryThatIs(app, webhook.id, 'tried', (delivery) => delivery.attempts > 0);
  await update(webhook.id, { secretHeaders: [{ name: 'X-Key', value: 'new-value' }] });
  const [delivery] = await allFinished(app, webhook.id, 1);
  expect(delivery?.status).toBe('DELIVERED');
  expect(partner.calls.at(-1)!.headers['x-key']).toBe('new-value');
});

test("what is owed to one host is not sent there with another host's credentials", async () => {
  partner.answerWith(() => ({ status: 503 }));
  const webhook = await webhookWith({ retrySchedule: [0, ...Array(5).fill(1)] });
  await webhook.publish();
  await deliveryThatIs(app, webhook.id, 'tried', (delivery) => delivery.attempts > 0);
  const next = await startReceiver();
  await update(webhook.id, { url: next.url, secretHeaders: [{ name: 'X-Key', value: 'for-the-next' }] });
  const attempt = await waitFor('an attempt that is not sent', async () => {
    return (await attemptsOf(app, webhook.id)).find(({ errorCode }) => errorCode === 'NOT_SENT');
  });
  expect(attempt.error).toContain(`${new URL(partner.url).origin} is the target of this delivery`);
  expect(partner.calls.some((call) => call.headers['x-key'])).toBe(false);
  await update(webhook.id, { url: partner.url, secretHeaders: null });
  partner.answerWith(() => ({ status: 200 }));
  await next.stop();
});

test('a URL that was changed within its host keeps its credentials, for what goes there and to the new one', async () => {
  partner.answerWith((_call, n) => ({ status: n === 1 ? 503 : 200 }));
  const webhook = await webhookWith({
    secretHeaders: [{ name: 'X-Key', value: 'value' }],
    retrySchedule: [0, 1, 1, 1],
  });
  await webhook.publish('INV-1');
  await deliveryThatIs(app, webhook.id, 'tried', (delivery) => delivery.attempts > 0);
  await update(webhook.id, { url: `${partner.url}/{{ doc.name }}` });
  await webhook.publish('INV-2');
  const deliveries = await allFinished(app, webhook.id, 2);
  expect(deliveries.map((delivery) => delivery.status)).toEqual(['DELIVERED', 'DELIVERED']);
  expect(partner.calls.map((call) => call.headers['x-key'])).toEqual(Array(3).fill('value'));
  expect(partner.calls.filter(({ path }) => path.endsWith('/INV-2'))).toHaveLength(1);
});

test('a credential that cannot be opened stops its own webhook, and no other', async () => {
  const broken = await webhookWith({ basicAuth });
  const sound = await webhookWith({ basicAuth });
  // as after a lost key, or when a row was moved to where it does not belong
  await app.database.query(
    `update webhook_credentials b set box = s.box, wrapped = s.wrapped from webhook_credentials s
     where b.webhook_id = $1 and s.webhook_id = $2`,
    [uuidOf('Webhook', broken.id), uuidOf('Webhook', sound.id)],
  );
  await broken.publish();
  await sound.publish();
  expect((await allFinished(app, sound.id, 1))[0]?.status).toBe('DELIVERED');
  const attempt = await waitFor(
    'an attempt',
    async () => (await attemptsOf(app, broken.id))[0]?.finishedAt && (await attemptsOf(app, broken.id))[0],
  );
  expect(attempt).toMatchObject({ status: 'FAILED', errorCode: 'NOT_SENT' });
  expect(attempt?.error).toMatch(/^Nothing was sent: a credential of this webhook cannot be decrypted/);
  expect(partner.calls).toHaveLength(1);
});

describe('mTLS', () => {
  let quiet: TestApp;
  let parts: Parts;

  beforeAll(async () => {
    quiet = await shareTestApi();
    parts = await startParts(quiet);
  });
  afterAll(async () => {
    await parts.stop();
    await quiet.stop();
  });

  test('the certificate that was given gets the request in', async () => {
    const options = { ca: pem('client-ca'), requestCert: true, rejectUnauthorized: true };
    const guarded = await httpsPartner('valid', (_request, response) => response.end('welcome'), options);
    const clientCertificate = { certificate: pem('client'), privateKey: pem('client-key') };
    await createTestWebhook(quiet, guarded.url, { clientCertificate });
    await publish(quiet, [invoice('INV-1')]);
    await parts.fanOutAll();
    const [attempt] = await parts.take();
    const { method, url, body } = attempt!.delivery;
    const send = createAuthorizedSender(localSender({ ca: pem('ca') }));
    const request = { method, url, headers: attempt!.headers, body, timeoutMs: 60_000 };
    expect(await send(request, attempt!.credentials)).toMatchObject({
      errorCode: null,
      responseBody: Buffer.from('welcome'),
    });
  });
});
