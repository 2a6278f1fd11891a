import WebSocket from 'ws';
import { openStream } from '../../request-log/watch/event-source';
import { useTestApi } from '../../support/app';
import { askIn, sessionFor } from '../../support/browser-session';
import { waitFor } from '../../support/wait-for';

const app = useTestApi();

const WATCH = 'subscription { webhookRequestLogChanged { id } }';

interface Opened {
  messages: { type: string; payload?: unknown }[];
  code: number | null;
  refused: number | null;
}

/** A WebSocket as the page of a browser opens it: it has no headers of its own but those of the browser. */
function openSocket(headers: Record<string, string>, init: object = {}): Opened {
  const opened: Opened = { messages: [], code: null, refused: null };
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: init })));
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    opened.messages.push(message);
    if (message.type === 'connection_ack') {
      socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: WATCH } }));
    }
  });
  socket.on('close', (code) => {
    opened.code = code;
  });
  socket.on('unexpected-response', (_request, { statusCode = 0 }) => {
    opened.refused = statusCode;
    socket.terminate();
  });
  socket.on('error', () => undefined);
  return opened;
}

async function revokeAll(browser: Record<string, string>): Promise<void> {
  const { data } = await askIn(app.url, browser, '{ viewer { id } }');
  const input = `{ userId: "${data.viewer.id}" }`;
  await askIn(app.url, browser, `mutation { revokeSessions(input: ${input}) { userErrors { message } } }`);
}

test('a session that is revoked ends its streams and WebSockets, and no others', async () => {
  const key = await app.keyFor('AUDITOR');
  const [browser, other] = [await sessionFor(app.url, key), await sessionFor(app.url, await app.keyFor('AUDITOR'))];
  const stream = await openStream(app.url, { query: WATCH, key: null, headers: browser });
  const untouched = await openStream(app.url, { query: WATCH, key: null, headers: other });
  const ofKey = await openStream(app.url, { query: WATCH, key });
  const socket = openSocket({ ...browser, origin: app.url });
  expect(stream.status).toBe(200);
  await waitFor('the subscription', () => socket.messages.some(({ type }) => type === 'connection_ack'));
  await revokeAll(browser);
  await waitFor('both to end', () => stream.ended && socket.code !== null);
  expect(socket.code).toBe(4401);
  expect(stream.events[0]?.data.errors[0]).toMatchObject({
    message: 'This session has ended: sign in again.',
    extensions: { code: 'UNAUTHENTICATED' },
  });
  expect([untouched.ended, ofKey.ended]).toEqual([false, false]);
  untouched.close();
  ofKey.close();
});

test('a session that is not used ends its streams: a stream is no use', async () => {
  const key = await app.keyFor('AUDITOR');
  const stream = await openStream(app.url, { query: WATCH, key: null, headers: await sessionFor(app.url, key) });
  await app.database.query(
    `update sessions set last_used_at = now() - interval '60 minutes'
     where api_key_id = (select id from api_keys where key_id = $1)`,
    [key.slice(3, 11)],
  );
  await waitFor('the end', () => stream.ended);
  expect(stream.events[0]?.data.errors[0].extensions.code).toBe('UNAUTHENTICATED');
});

describe('a WebSocket with the cookie', () => {
  test.each<{ title: string; headers: Record<string, string> }>([
    { title: 'of a foreign page', headers: { origin: 'https://evil.example.com' } },
    { title: 'of a foreign page, as the browser says', headers: { 'sec-fetch-site': 'cross-site' } },
    { title: 'without an origin', headers: {} },
  ])('$title is refused', async ({ headers }) => {
    const { cookie } = await sessionFor(app.url, await app.keyFor('AUDITOR'));
    const socket = openSocket({ cookie: cookie as string, ...headers });
    await waitFor('the refusal', () => socket.refused !== null);
    expect(socket.refused).toBe(403);
  });

  test('and a key is refused', async () => {
    const key = await app.keyFor('AUDITOR');
    const { cookie } = await sessionFor(app.url, key);
    const socket = openSocket({ cookie: cookie as string, origin: app.url }, { authorization: `Bearer ${key}` });
    await waitFor('the refusal', () => socket.code !== null);
    expect(socket.messages).toEqual([]);
  });
});
