// Requests with the cookie of a session.

import { useTestApi } from '../../support/app';
import { askIn, post, sessionFor } from '../../support/browser-session';
import { sendRaw } from '../../support/raw-http';

const app = useTestApi();
let browser: Record<string, string>;

beforeAll(async () => {
  browser = await sessionFor(app.url, app.adminKey);
});

const USERS = '{ users(first: 1) { nodes { name } } }';
const CREATE = 'mutation { createUser(input: { name: "made by a page", roles: [] }) { user { id } } }';

async function expectNothingMade(): Promise<void> {
  expect(await app.database.query(`select from users where name = 'made by a page'`)).toHaveLength(0);
}

/** The cookie with these headers alone, as some browser sends it for some page. */
const from = (headers: Record<string, string>) => ({ cookie: browser.cookie as string, ...headers });

describe('a page of another site', () => {
  test.each<{ title: string; headers: Record<string, string> }>([
    { title: 'of a stranger', headers: { 'sec-fetch-site': 'cross-site' } },
    { title: 'of a neighbour', headers: { 'sec-fetch-site': 'same-site' } },
    { title: 'in an older browser', headers: { origin: 'https://evil.example.com' } },
    { title: 'that hides its origin', headers: { origin: 'null' } },
    { title: 'that browsers say nothing about', headers: {} },
    { title: 'that was opened by hand, with POST', headers: { 'sec-fetch-site': 'none' } },
  ])('$title can do nothing with the cookie', async ({ headers }) => {
    const answer = await askIn(app.url, from(headers), CREATE);
    expect({ status: answer.status, code: answer.errors?.[0].extensions.code }).toEqual({
      status: 403,
      code: 'FORBIDDEN',
    });
    expect(answer.errors[0].message).toMatch(/only from pages of this server/);
    await expectNothingMade();
  });

  test.each([
    '/graphql',
    '/graphql/stream',
    '/events',
    '/exports/exp_00000000000000000000000000000000',
    '/schema.graphql',
  ])('is refused at %s', async (path) => {
    const method = path === '/events' ? 'POST' : 'GET';
    const headers = { ...from({ 'sec-fetch-site': 'cross-site' }), accept: '*/*' };
    expect((await sendRaw(`${app.url}${path}`, { method, headers })).status).toBe(403);
  });
});

test('a page of ours may, in old browsers as well', async () => {
  expect((await askIn(app.url, browser, USERS)).errors).toBeUndefined();
  expect((await askIn(app.url, from({ origin: app.url }), USERS)).errors).toBeUndefined();
});

test('a key beside the session is refused', async () => {
  const answer = await askIn(app.url, { ...browser, authorization: `Bearer ${app.adminKey}` }, USERS);
  expect(answer.status).toBe(400);
  expect(answer.errors[0].message).toMatch(/both an API key and a session cookie/);
});

test('the token of a session is no API key, and a key is no session', async () => {
  const token = (browser.cookie as string).split('=')[1] as string;
  expect((await app.ask(USERS, {}, token)).status).toBe(401);
  // not from the cache either
  for (let time = 0; time < 3; time += 1) expect((await askIn(app.url, browser, USERS)).status).toBe(200);
  expect((await app.ask(USERS, {}, token)).status).toBe(401);
  const cookie = `__Host-hl_session=${app.adminKey}`;
  expect((await askIn(app.url, { ...browser, cookie }, USERS)).status).toBe(401);
});

test.each(['', 'x', 'x'.repeat(4_000), '%00', 'a"b', '\u00e9'])('a cookie %j opens nothing', async (value) => {
  const answer = await askIn(app.url, { ...browser, cookie: `__Host-hl_session=${value}` }, CREATE);
  expect(answer.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  await expectNothingMade();
});

test('no mutation runs over GET', async () => {
  for (const [name, value] of Object.entries({ 'apollo-require-preflight': '1', 'x-nothing': '1' })) {
    const query = encodeURIComponent(CREATE);
    const headers = { ...browser, [name]: value };
    const answer = await sendRaw(`${app.url}/graphql?query=${query}`, { method: 'GET', headers });
    expect([400, 405]).toContain(answer.status);
  }
  await expectNothingMade();
});

test('a page of ours publishes and exports', async () => {
  const event = { documentType: 'Nothing', event: 'on_submit', referenceDocument: 'X', data: {} };
  expect((await post(`${app.url}/events`, event, browser)).status).toBe(200);
  const made = await askIn(app.url, browser, 'mutation { exportWebhookRequestLogs(input: {}) { export { url } } }');
  const { url } = made.data.exportWebhookRequestLogs.export;
  expect((await sendRaw(`${app.url}${url}`, { method: 'GET', headers: browser })).status).toBe(200);
});

test('the audit trail names the session and its key', async () => {
  const { data } = await askIn(app.url, browser, '{ mySessions { nodes { id current } } }');
  expect(data.mySessions.nodes).toContainEqual({ id: expect.any(String), current: true });
  await askIn(app.url, browser, 'mutation { createUser(input: { name: "audited", roles: [] }) { user { id } } }');
  const [entry] = await app.database.query(
    `select session_id, api_key_id from audit_entries where action = 'user.created' order by id desc limit 1`,
  );
  expect(entry).toEqual({ session_id: expect.any(String), api_key_id: expect.any(String) });
  const current = data.mySessions.nodes.find((session: { current: boolean }) => session.current).id;
  const trail = await app.ask(
    'query ($id: ID) { auditEntries(where: { sessionId: { eq: $id } }) { nodes { action sessionId session { id } } } }',
    { id: current },
  );
  const named = { sessionId: current, session: { id: current } };
  expect(trail.data.auditEntries.nodes.at(-1)).toEqual({ action: 'session.started', ...named });
  expect(trail.data.auditEntries.nodes).toContainEqual({ action: 'user.created', ...named });
});
