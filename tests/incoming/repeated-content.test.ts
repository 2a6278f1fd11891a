// GitHub and Shopify sign the body alone: who overheard a call can send it again with another id, or as another event.
import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { type RawAnswer, sendRaw } from '../support/raw-http';
import { type Agreed, agree, eventsOf, githubHeaders, type Headers, JSON_TYPE, receivedBy } from './callers';

const app = useTestApi();

const SECRET = 'a secret that both sides know';
const BODY = '{"action":"opened","repository":{"full_name":"octocat/Hello-World"}}';

interface Provider {
  provider: 'GITHUB' | 'SHOPIFY';
  headers(event: string, id: string, body?: string, secret?: string): Promise<Headers> | Headers;
}
const GITHUB: Provider = {
  provider: 'GITHUB',
  headers: (event, id, body = BODY, secret = SECRET) => githubHeaders(secret, body, event, id),
};
const SHOPIFY: Provider = {
  provider: 'SHOPIFY',
  headers: (event, id, body = BODY, secret = SECRET) => ({
    'X-Shopify-Topic': event,
    'X-Shopify-Webhook-Id': id,
    'X-Shopify-Hmac-Sha256': createHmac('sha256', secret).update(body).digest('base64'),
  }),
};

const agreedWith = ({ provider }: Provider, more: object = {}) => agree(app, { provider, secret: SECRET, ...more });

async function send(by: Agreed, headers: Headers, body: string | Buffer = BODY): Promise<RawAnswer> {
  const answer = await sendRaw(by.address, { headers: { ...JSON_TYPE, ...headers }, body });
  expect(answer.status).toBe(200);
  return answer;
}

async function expectCalls(by: Agreed, duplicates: boolean[]): Promise<void> {
  const rows = await receivedBy(app, by);
  expect(rows.map(({ duplicate }) => duplicate)).toEqual(duplicates);
  const events = await eventsOf(app, by);
  expect(events).toHaveLength(duplicates.filter((duplicate) => !duplicate).length);
  // none points to an event that there is not
  const ids = events.map(({ id }) => id);
  for (const { businessEventId } of rows) expect(ids).toContain(businessEventId);
}

describe.each([GITHUB, SHOPIFY])('$provider', (provider) => {
  test('the same content with other ids is one call and one event', async () => {
    const by = await agreedWith(provider);
    for (const id of ['a', 'b', 'c', 'a']) await send(by, await provider.headers('issues', id));
    await expectCalls(by, [false, true, true, true]);
  });

  test('so it is when they come at the same instant', async () => {
    const by = await agreedWith(provider);
    const headers = await Promise.all(
      Array.from({ length: 12 }, (_each, at) => provider.headers('issues', `id-${at}`)),
    );
    await Promise.all(headers.map((each) => send(by, each)));
    const rows = await receivedBy(app, by);
    expect(rows.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(await eventsOf(app, by)).toHaveLength(1);
  });

  test('however the signature and the body are written', async () => {
    const by = await agreedWith(provider);
    await send(by, await provider.headers('issues', 'a'));
    const packed = { ...(await provider.headers('issues', 'b')), 'content-encoding': 'gzip' };
    await send(by, packed, gzipSync(BODY));
    const headers = await provider.headers('issues', 'c');
    const signature = headers['X-Hub-Signature-256'];
    const loud = signature && { 'X-Hub-Signature-256': `sha256=${signature.slice(7).toUpperCase()}` };
    await send(by, { ...headers, ...loud });
    await expectCalls(by, [false, true, true]);
  });

  test('another body, another event, and another secret are other calls', async () => {
    const by = await agreedWith(provider);
    await send(by, await provider.headers('issues', 'a'));
    await send(by, await provider.headers('issues', 'b', `${BODY} `), `${BODY} `);
    await send(by, await provider.headers('issue_comment', 'c'));
    const secret = 'another secret that both know';
    await mutate(app, 'rotateWebhookSecret', { id: by.id, secret, overlapSeconds: 60 }, 'webhook { id }');
    await send(by, await provider.headers('issues', 'd', BODY, secret));
    await expectCalls(by, [false, false, false, false]);
  });

  test('the id of a repeated call, and its content, lead to the first one as well', async () => {
    const by = await agreedWith(provider);
    await send(by, await provider.headers('issues', 'a'));
    // its content was there: b is known from now on
    await send(by, await provider.headers('issues', 'b'));
    // b was there: what it says is known from now on
    await send(by, await provider.headers('push', 'b'));
    await send(by, await provider.headers('push', 'c'));
    await expectCalls(by, [false, true, true, true]);
    expect(new Set((await receivedBy(app, by)).map(({ businessEventId }) => businessEventId)).size).toBe(1);
  });

  test('a refused call takes neither', async () => {
    const by = await agreedWith(provider);
    const wrong = await provider.headers('issues', 'a', BODY, 'not the secret of both sides');
    expect((await sendRaw(by.address, { headers: { ...JSON_TYPE, ...wrong }, body: BODY })).status).toBe(401);
    await send(by, await provider.headers('issues', 'a'));
    expect((await receivedBy(app, by)).map(({ status, duplicate }) => [status, duplicate])).toEqual([
      ['REFUSED', false],
      ['SUCCEEDED', false],
    ]);
  });
});

test('those who sign no body, or the id with it, may say the same twice', async () => {
  const frappe = await agree(app, { provider: 'FRAPPE', secret: SECRET });
  const headers = { 'X-Frappe-Webhook-Signature': createHmac('sha256', SECRET).update(BODY).digest('base64') };
  for (let at = 0; at < 2; at += 1) await send(frappe, headers);
  await expectCalls(frappe, [false, false]);
});
