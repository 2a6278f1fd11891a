import { uuidOf } from '../../../src/values/ids';
import { useTestApi } from '../../support/app';
import { askIn, cookiesOf, post, SAME_ORIGIN, sessionFor, signIn } from '../../support/browser-session';

const app = useTestApi();

const WHO = '{ viewer { name } viewerRoles mySessions(first: 50) { nodes { id current method } } }';
const lastEntries = (action: string) =>
  app.database.query<Record<string, unknown>>('select * from audit_entries where action = $1 order by id desc', [
    action,
  ]);

describe('a sign-in with an API key', () => {
  test('answers with the user, and sets a cookie that only this host gets and no script reads', async () => {
    const key = await app.keyFor('SUPPORT');
    const answer = await signIn(app.url, key, { ...SAME_ORIGIN, 'user-agent': 'Firefox' });
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { session, user } = answer.json;
    expect(user).toMatchObject({ id: expect.stringMatching(/^usr_/), roles: ['SUPPORT'] });
    const hours = (Date.parse(session.expiresAt) - Date.parse(session.createdAt)) / 3_600_000;
    expect(hours).toBe(12);
    const [cookie] = answer.headers['set-cookie'] ?? [];
    const token = /^__Host-hl_session=([\w-]{43}); Path=\/; HttpOnly; Secure; SameSite=Lax$/.exec(cookie ?? '')?.[1];
    expect(token).toBeDefined();
    const [row] = await app.database.query('select * from sessions where id = $1', [uuidOf('Session', session.id)]);
    expect(JSON.stringify(row)).not.toContain(token);
    expect(row).toMatchObject({ method: 'API_KEY', remote_address: '127.0.0.1', user_agent: 'Firefox' });
    const [entry] = await lastEntries('session.started');
    expect(entry).toMatchObject({
      actor_id: row?.user_id,
      api_key_id: row?.api_key_id,
      session_id: row?.id,
      subject_id: row?.id,
      user_agent: 'Firefox',
      outcome: 'DONE',
    });
  });

  test('makes a session that has the roles of the key, and no more', async () => {
    const { data } = await app.ask(
      'mutation { createUser(input: { name: "two roles", roles: [AUDITOR, SUPPORT] }) { user { id } } }',
    );
    const made = await app.ask(
      'mutation ($id: ID!) { createApiKey(input: { userId: $id, label: "less", roles: [SUPPORT] }) { token } }',
      {
        id: data.createUser.user.id,
      },
    );
    const browser = await sessionFor(app.url, made.data.createApiKey.token);
    const answer = await askIn(app.url, browser, WHO);
    expect(answer.data).toEqual({
      viewer: { name: 'two roles' },
      viewerRoles: ['SUPPORT'],
      mySessions: { nodes: [{ id: expect.any(String), current: true, method: 'API_KEY' }] },
    });
  });

  test('in a browser that has a session replaces it', async () => {
    const key = await app.keyFor('SUPPORT');
    const before = await sessionFor(app.url, key);
    const [cookie] = cookiesOf(await signIn(app.url, key, before));
    expect(cookie).not.toBe(before.cookie);
    expect((await askIn(app.url, before, WHO)).status).toBe(401);
    const { data } = await askIn(app.url, { ...SAME_ORIGIN, cookie: cookie as string }, WHO);
    expect(data.mySessions.nodes).toHaveLength(1);
    const [entry] = await lastEntries('session.ended');
    expect(JSON.parse(entry?.details as string)).toMatchObject({ reason: 'REPLACED' });
  });

  test('once more than 50 times ends the session that was unused longest', async () => {
    const key = await app.keyFor('SUPPORT');
    const first = await sessionFor(app.url, key);
    const second = await sessionFor(app.url, key);
    await app.database.query(
      `insert into sessions (id, user_id, token_hash, method, api_key_id, created_at, expires_at, last_used_at)
       select gen_random_uuid(), user_id, uuid_send(gen_random_uuid()), method, api_key_id, created_at, expires_at, last_used_at
       from sessions, generate_series(1, 48) where id = (select max(id::text)::uuid from sessions)`,
    );
    await app.database.query(
      `update sessions set last_used_at = now() - interval '10 minutes' where id = (
        select id from sessions where ended_at is null and user_id = (
          select user_id from sessions where id = (select max(id::text)::uuid from sessions)
        ) order by created_at limit 1)`,
    );
    const third = await sessionFor(app.url, key);
    expect((await askIn(app.url, first, WHO)).status).toBe(401);
    for (const browser of [second, third]) {
      const { data } = await askIn(app.url, browser, WHO);
      expect(data.mySessions.nodes).toHaveLength(50);
    }
  });
});

describe('a sign-in is refused', () => {
  test.each([
    { title: 'with a key that nobody has', apiKey: `hl_${'x'.repeat(54)}`, status: 401, message: /not valid/ },
    { title: 'without a key', apiKey: undefined, status: 400, message: /Send the API key as JSON/ },
    { title: 'with an empty key', apiKey: '', status: 400, message: /Send the API key as JSON/ },
    { title: 'with a list', apiKey: ['hl_'], status: 400, message: /Send the API key as JSON/ },
    { title: 'with a key of 201 characters', apiKey: 'a'.repeat(201), status: 400, message: /Send the API key/ },
    { title: 'with a NUL in the key', apiKey: `hl_\0${'x'.repeat(20)}`, status: 400, message: /Send the API key/ },
  ])('$title', async ({ apiKey, status, message }) => {
    const answer = await signIn(app.url, apiKey);
    expect(answer.status).toBe(status);
    expect(answer.json.errors[0].message).toMatch(message);
    expect(cookiesOf(answer)).toEqual([]);
  });

  test('with another field', async () => {
    const answer = await post(`${app.url}/auth/login`, { apiKey: app.adminKey, remember: true }, SAME_ORIGIN);
    expect(answer.json.errors[0].message).toBe('There is no field "remember" in a sign-in.');
  });

  test('with a revoked key, and of a user who was deactivated', async () => {
    const key = await app.keyFor('SUPPORT');
    await app.database.query('update api_keys set revoked_at = now() where key_id = $1', [key.slice(3, 11)]);
    expect((await signIn(app.url, key)).status).toBe(401);
    const other = await app.keyFor('SUPPORT');
    await app.database.query(
      'update users set active = false where id = (select user_id from api_keys where key_id = $1)',
      [other.slice(3, 11)],
    );
    expect((await signIn(app.url, other)).status).toBe(401);
  });

  test.each<{ title: string; headers: Record<string, string> }>([
    { title: 'from a page of another site', headers: { 'sec-fetch-site': 'cross-site' } },
    { title: 'from a page of a neighbour', headers: { 'sec-fetch-site': 'same-site' } },
    { title: 'from the page of an older browser', headers: { origin: 'https://evil.example.com' } },
    { title: 'from a page without an origin', headers: { origin: 'null' } },
  ])('$title', async ({ headers }) => {
    const answer = await signIn(app.url, app.adminKey, headers);
    expect(answer.status).toBe(403);
    expect(cookiesOf(answer)).toEqual([]);
  });

  test('as a form, which any page can send', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post(`${app.url}/auth/login`, { apiKey: app.adminKey }, headers)).status).toBe(415);
  });
});

test('who signs out has no session, and no cookie', async () => {
  const browser = await sessionFor(app.url, await app.keyFor('SUPPORT'));
  const answer = await post(`${app.url}/auth/logout`, {}, browser);
  expect({ status: answer.status, json: answer.json }).toEqual({ status: 200, json: { providerUrl: null } });
  expect(answer.headers['set-cookie']?.[0]).toMatch(/^__Host-hl_session=; .*Expires=Thu, 01 Jan 1970/);
  expect((await askIn(app.url, browser, WHO)).status).toBe(401);
  const [entry] = await lastEntries('session.ended');
  expect(entry).toMatchObject({ actor_id: expect.any(String), session_id: entry?.subject_id });
  const again = await post(`${app.url}/auth/logout`, {}, browser);
  expect(again.status).toBe(200);
  expect((await lastEntries('session.ended'))[0]).toEqual(entry);
});
