import type { Role } from '../../../src/access/viewer';
import { useTestApi } from '../../support/app';
import { askIn, sessionFor } from '../../support/browser-session';
import { atOnce } from '../at-once';

const app = useTestApi();

const USERS = '{ users(first: 1) { nodes { name } } }';

/** A browser with a session that has been used, so that its user is in the cache from now on. */
async function signedIn(...roles: Role[]) {
  const key = await app.keyFor(...roles);
  const browser = await sessionFor(app.url, key);
  for (let time = 0; time < 3; time += 1) expect((await askIn(app.url, browser, USERS)).status).toBe(200);
  const { data } = await askIn(app.url, browser, '{ viewer { id } mySessions(first: 50) { nodes { id } } }');
  return { key, browser, userId: data.viewer.id as string, id: data.mySessions.nodes[0].id as string };
}

const statusOf = async (browser: Record<string, string>) => (await askIn(app.url, browser, USERS)).status;
const ofSession = (change: string, key: string) =>
  app.database.query(`update sessions set ${change} where api_key_id = (select id from api_keys where key_id = $1)`, [
    key.slice(3, 11),
  ]);
const change = (name: string, input: object) => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
  return app.ask(`mutation ($input: ${type}) { ${name}(input: $input) { userErrors { message } } }`, { input });
};

test('a session that is revoked is refused by the very next request', async () => {
  const { browser, id } = await signedIn('AUDITOR');
  const { data } = await app.ask(
    `mutation { revokeSession(input: { id: "${id}" }) { session { endedAt endReason endedBy { name } } userErrors { message } } }`,
  );
  const endedBy = { name: 'Administrator' };
  expect(data.revokeSession.session).toEqual({ endedAt: expect.any(String), endReason: 'REVOKED', endedBy });
  expect(await statusOf(browser)).toBe(401);
  const [entry] = await app.database.query(
    `select outcome, session_id, details from audit_entries where action = 'session.revoked' order by id desc limit 1`,
  );
  expect(entry).toMatchObject({ outcome: 'DONE', session_id: null });
  // once more, by another user, changes nothing
  const again = await app.ask(
    `mutation { revokeSession(input: { id: "${id}" }) { session { endedAt endReason endedBy { name } } } }`,
    {},
    await app.keyFor('SYSTEM_MANAGER'),
  );
  expect(again.data.revokeSession.session).toEqual(data.revokeSession.session);
});

test('so is the session of a revoked key, of an expired one, and of a user who was deactivated', async () => {
  const [revoked, expired, deactivated] = [
    await signedIn('AUDITOR'),
    await signedIn('AUDITOR'),
    await signedIn('AUDITOR'),
  ];
  const row = await app.database.query<{ id: string }>('select id from api_keys where key_id = $1', [
    revoked.key.slice(3, 11),
  ]);
  await change('revokeApiKey', { id: `key_${row[0]?.id.replaceAll('-', '')}` });
  await app.database.query('update api_keys set expires_at = now() where key_id = $1', [expired.key.slice(3, 11)]);
  await change('updateUser', { id: deactivated.userId, active: false });
  for (const { browser } of [revoked, expired, deactivated]) expect(await statusOf(browser)).toBe(401);
});

test('one that was not used for 60 minutes, and one of 12 hours that is in use', async () => {
  const [idle, old, busy] = [await signedIn('AUDITOR'), await signedIn('AUDITOR'), await signedIn('AUDITOR')];
  await ofSession(`last_used_at = now() - interval '60 minutes'`, idle.key);
  await ofSession(`last_used_at = now() - interval '59 minutes'`, busy.key);
  await ofSession('expires_at = now()', old.key);
  expect(await Promise.all([idle, old, busy].map(({ browser }) => statusOf(browser)))).toEqual([401, 401, 200]);
  // the last one counts as used again
  const [row] = await app.database.query<{ fresh: boolean }>(
    `select last_used_at > now() - interval '1 minute' as fresh from sessions
     where api_key_id = (select id from api_keys where key_id = $1)`,
    [busy.key.slice(3, 11)],
  );
  expect(row).toEqual({ fresh: true });
  for (const { browser } of [idle, old]) {
    const { errors } = await askIn(app.url, browser, '{ mySessions(first: 50) { nodes { id } } }');
    expect(errors[0].message).toMatch(/sign in again/);
  }
});

test('one that began while the clock of the database was ahead, and would live longer than 12 hours', async () => {
  const [ahead, slightly] = [await signedIn('AUDITOR'), await signedIn('AUDITOR')];
  const by = (time: string) =>
    ['created_at', 'last_used_at', 'expires_at'].map((column) => `${column} = ${column} + interval '${time}'`).join();
  await ofSession(by('11 minutes'), ahead.key);
  await ofSession(by('9 minutes'), slightly.key);
  expect(await Promise.all([ahead, slightly].map(({ browser }) => statusOf(browser)))).toEqual([401, 200]);
  const another = await sessionFor(app.url, ahead.key);
  const { data } = await askIn(app.url, another, '{ mySessions(first: 50) { nodes { id } } }');
  expect(data.mySessions.nodes.map(({ id }: { id: string }) => id)).not.toContain(ahead.id);
});

test('roles that were taken away are gone with the very next request', async () => {
  const { browser, userId } = await signedIn('AUDITOR');
  await change('updateUser', { id: userId, roles: ['PUBLISHER'] });
  const { errors } = await askIn(app.url, browser, USERS);
  expect(errors[0].extensions.code).toBe('FORBIDDEN');
});

test('a user who signs in twice at once has 50 sessions and no more', async () => {
  const { key } = await signedIn('AUDITOR');
  await app.database.query(
    `insert into sessions (id, user_id, token_hash, method, api_key_id, created_at, expires_at, last_used_at)
     select new_id(), user_id, sha256(convert_to('session ' || n, 'UTF8')), method, api_key_id, created_at, expires_at, last_used_at
     from sessions, generate_series(1, 48) as n where api_key_id = (select id from api_keys where key_id = $1)`,
    [key.slice(3, 11)],
  );
  const [user] = await app.database.query<{ id: string }>('select user_id as id from api_keys where key_id = $1', [
    key.slice(3, 11),
  ]);
  const signIn = () => sessionFor(app.url, key);
  await atOnce(app.database, { table: 'users', id: user?.id ?? null }, [signIn, signIn]);
  const live = 'select count(*)::int as n from sessions where user_id = $1 and ended_at is null';
  expect(await app.database.query(live, [user?.id])).toEqual([{ n: 50 }]);
});

describe('revoking', () => {
  test('is for the own sessions, unless one is a SYSTEM_MANAGER', async () => {
    const [mine, other] = [await signedIn('SUPPORT'), await signedIn('SUPPORT')];
    const refused = await askIn(
      app.url,
      mine.browser,
      `mutation { revokeSession(input: { id: "${other.id}" }) { userErrors { field code } }
        revokeSessions(input: { userId: "${other.userId}" }) { userErrors { field code } } }`,
    );
    expect(refused.data).toEqual({
      revokeSession: { userErrors: [{ field: ['id'], code: 'NOT_FOUND' }] },
      revokeSessions: { userErrors: [{ field: ['userId'], code: 'NOT_FOUND' }] },
    });
    expect(await statusOf(other.browser)).toBe(200);
    const nobody = await app.ask(
      `mutation { revokeSessions(input: { userId: "usr_00000000000070008000000000000000" }) { userErrors { field code } } }`,
    );
    expect(nobody.data.revokeSessions.userErrors).toEqual([{ field: ['userId'], code: 'NOT_FOUND' }]);
    await askIn(
      app.url,
      mine.browser,
      `mutation { revokeSession(input: { id: "${mine.id}" }) { userErrors { code } } }`,
    );
    expect(await statusOf(mine.browser)).toBe(401);
    const { data } = await app.ask('query ($id: ID!) { node(id: $id) { ... on Session { endedBy { id } } } }', {
      id: mine.id,
    });
    expect(data.node.endedBy).toEqual({ id: mine.userId });
  });

  test('all sessions leaves the key, and the current session if one says so', async () => {
    const first = await signedIn('SUPPORT');
    const second = await sessionFor(app.url, first.key);
    const all = (keepCurrent: boolean) =>
      askIn(
        app.url,
        second,
        `mutation { revokeSessions(input: { userId: "${first.userId}", keepCurrent: ${keepCurrent} }) { sessions { id } } }`,
      );
    expect((await all(true)).data.revokeSessions.sessions).toEqual([{ id: first.id }]);
    expect(await Promise.all([first.browser, second].map(statusOf))).toEqual([401, 200]);
    await all(false);
    expect(await statusOf(second)).toBe(401);
    expect((await app.ask(USERS, {}, first.key)).status).toBe(200);
  });

  test.each(['', 'ses_', 'key_00000000000000000000000000000000', 'ses_00000000000000000000000000000000'])(
    'what is not there, such as %j, is refused',
    async (id) => {
      const { data } = await app.ask(
        'mutation ($id: ID!) { revokeSession(input: { id: $id }) { session { id } userErrors { field code } } }',
        { id },
      );
      expect(data.revokeSession).toEqual({ session: null, userErrors: [{ field: ['id'], code: 'NOT_FOUND' }] });
    },
  );
});

test('of others, only a SYSTEM_MANAGER and an AUDITOR see sessions', async () => {
  const { id, userId } = await signedIn('SUPPORT');
  const node = `{ node(id: "${id}") { id ... on Session { remoteAddress user { id } } } }`;
  const list = `{ sessions(where: { user: { id: { eq: "${userId}" } } }) { nodes { id current } } }`;
  for (const role of ['SYSTEM_MANAGER', 'AUDITOR'] as const) {
    const key = await app.keyFor(role);
    expect((await app.ask(node, {}, key)).data.node).toEqual({ id, remoteAddress: '127.0.0.1', user: { id: userId } });
    expect((await app.ask(list, {}, key)).data.sessions.nodes).toEqual([{ id, current: false }]);
  }
  for (const role of ['SUPPORT', 'INTEGRATION_MANAGER'] as const) {
    const key = await app.keyFor(role);
    expect((await app.ask(node, {}, key)).data.node).toBeNull();
    expect((await app.ask(list, {}, key)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
});
