import { generateKeyPair, SignJWT } from 'jose';
import { startTestApp, type TestApp } from '../../support/app';
import { askIn, SAME_ORIGIN } from '../../support/browser-session';
import { sendRaw } from '../../support/raw-http';
import { startAppWithProvider } from './app-with-provider';
import { TestBrowser, type TestProvider } from './provider';

let app: TestApp;
let provider: TestProvider;
let stop: () => Promise<void>;

beforeAll(async () => {
  ({ app, provider, stop } = await startAppWithProvider({
    OIDC_CREATE_USERS: 'on',
    OIDC_ROLE_MAP: '[{ "claim": "groups", "value": "audit", "role": "AUDITOR" }]',
  }));
});
afterAll(() => stop?.());

const SESSION = '__Host-hl_session';
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
let made = 0;

/** A person who signs in with two browsers. */
async function person() {
  made += 1;
  const sub = `sub-${made}`;
  await provider.setAccount({ sub, email: `p-${made}@example.com`, email_verified: true, groups: ['audit'] });
  return { sub, browsers: [await signedIn(), await signedIn()] as const };
}

async function signedIn() {
  const browser = new TestBrowser();
  const start = await browser.get(`${app.url}/auth/login`);
  const back = await browser.follow(start.headers.location as string, `${app.url}/auth/callback`);
  expect((await browser.get(back)).status).toBe(303);
  const headers = { ...SAME_ORIGIN, cookie: `${SESSION}=${browser.cookie(app.url, SESSION)}` };
  const ask = (query: string) => askIn(app.url, headers, query);
  const { data } = await ask('{ mySessions { nodes { id current } } }');
  const id: string = data.mySessions.nodes.find((session: { current: boolean }) => session.current).id;
  const [row] = await app.database.query<{ sid: string }>(
    'select provider_session as sid from sessions where id = $1',
    [id.slice(4)],
  );
  return { browser, id, sid: row?.sid as string, status: async () => (await ask('{ viewer { name } }')).status };
}

function claimsFor(of: { sub?: string; sid?: string }, more: object = {}): Record<string, unknown> {
  const iat = Math.floor(Date.now() / 1_000);
  const always = { iss: provider.issuer, aud: 'hookledger', iat, exp: iat + 120, jti: `jti-${made}-${iat}` };
  return { ...always, events: { [EVENT]: {} }, ...of, ...more };
}

function send(token: string | null) {
  return sendRaw(`${app.url}/auth/backchannel-logout`, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: token === null ? '' : new URLSearchParams({ logout_token: token }).toString(),
  });
}

test('a sign-out at the provider ends the session that it names, and no other', async () => {
  const { sub, browsers } = await person();
  const [gone, stays] = browsers;
  expect(gone.sid).toMatch(/^\S+$/);
  expect(gone.sid).not.toBe(stays.sid);
  const answer = await send(await provider.sign(claimsFor({ sub, sid: gone.sid }), { typ: 'logout+jwt' }));
  expect({ status: answer.status, cache: answer.headers['cache-control'], text: answer.text }).toEqual({
    status: 200,
    cache: 'no-store',
    text: '',
  });
  expect([await gone.status(), await stays.status()]).toEqual([401, 200]);
  const [entry] = await app.database.query(
    `select action, actor_kind, details from audit_entries where subject_id = $1 and action = 'session.ended'`,
    [gone.id.slice(4)],
  );
  expect(entry).toMatchObject({ actor_kind: 'SYSTEM', details: expect.stringContaining('PROVIDER') });
});

test('without a session it ends all of the person, and sent again, none that began later', async () => {
  const { sub, browsers } = await person();
  const other = await person();
  await provider.setAccount({ sub, email: 'again@example.com', email_verified: true, groups: ['audit'] });
  const claims = claimsFor({ sub });
  const token = await provider.sign(claims);
  // the clocks of several machines of the provider may differ by half a minute
  await app.database.query('update sessions set provider_time = to_timestamp($2) where id = $1', [
    browsers[0].id.slice(4),
    Number(claims.iat) + 30,
  ]);
  expect((await send(token)).status).toBe(200);
  expect(await Promise.all(browsers.map((each) => each.status()))).toEqual([401, 401]);
  expect(await other.browsers[0].status()).toBe(200);
  const later = await signedIn();
  await app.database.query(`update sessions set provider_time = now() + interval '31 s' where id = $1`, [
    later.id.slice(4),
  ]);
  expect((await send(token)).status).toBe(200);
  expect(await later.status()).toBe(200);
});

test('a session that began while the clock of the database was ahead ends too', async () => {
  const { sub, browsers } = await person();
  const ids = browsers.map(({ id }) => id.slice(4));
  await app.database.query(
    `update sessions set created_at = created_at + interval '5 min' where id = any($1::uuid[])`,
    [ids],
  );
  expect(await browsers[0].status()).toBe(200);
  expect((await send(await provider.sign(claimsFor({ sub })))).status).toBe(200);
  expect(await Promise.all(browsers.map((each) => each.status()))).toEqual([401, 401]);
});

test('the provider itself sends such a token when a person signs out there', async () => {
  const { browsers } = await person();
  const [leaving, stays] = browsers;
  const page = await leaving.browser.get(`${provider.issuer}/session/end`);
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const done = await leaving.browser.post(`${provider.issuer}/session/end/confirm`, { xsrf, logout: 'yes' });
  expect(done.status).toBe(303);
  expect([await leaving.status(), await stays.status()]).toEqual([401, 200]);
});

test('a token that is not valid is refused, says why, and ends nothing', async () => {
  const { sub, browsers } = await person();
  const { privateKey } = await generateKeyPair('RS256');
  const now = Math.floor(Date.now() / 1_000);
  const good = claimsFor({ sub });
  const without = (claim: string) => {
    const { [claim]: _gone, ...rest } = good;
    return provider.sign(rest);
  };
  const signed = (more: object, header?: object) => provider.sign({ ...good, ...more }, header);
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(good)).toString('base64url')}.`;
  const cases: { title: string; token: string | null; message: RegExp }[] = [
    { title: 'another client', token: await signed({ aud: 'other' }), message: /"aud"/ },
    { title: 'another issuer', token: await signed({ iss: 'https://other.example' }), message: /"iss"/ },
    { title: 'a nonce', token: await signed({ nonce: 'n' }), message: /nonce/ },
    { title: 'no event', token: await without('events'), message: /events lacks/ },
    { title: 'another event', token: await signed({ events: { other: {} } }), message: /events lacks/ },
    { title: 'events null', token: await signed({ events: null }), message: /events lacks/ },
    { title: 'no person', token: await without('sub'), message: /neither sub nor sid/ },
    { title: 'a sub that is null', token: await signed({ sub: null }), message: /sub is no text/ },
    { title: 'an empty sub', token: await signed({ sub: '' }), message: /sub is no text, or empty/ },
    { title: 'a sub that is a list', token: await signed({ sub: [sub] }), message: /sub is no text/ },
    { title: 'an empty sid', token: await signed({ sid: '' }), message: /sid is no text, or empty/ },
    { title: 'a sid that is no text', token: await signed({ sid: 7 }), message: /sid is no text/ },
    { title: 'no jti', token: await without('jti'), message: /"jti"/ },
    { title: 'no iat', token: await without('iat'), message: /"iat"/ },
    { title: 'no exp', token: await without('exp'), message: /"exp"/ },
    { title: 'an expired one', token: await signed({ iat: now - 200, exp: now - 100 }), message: /"exp"/ },
    { title: 'an old one', token: await signed({ iat: now - 3_600, exp: now + 100 }), message: /"iat"/ },
    { title: 'another kind', token: await signed({}, { typ: 'at+jwt' }), message: /typ/ },
    { title: 'no signature', token: unsigned, message: /not valid/ },
    {
      title: 'the key of another',
      token: await new SignJWT(good).setProtectedHeader({ alg: 'RS256', kid: 'of-the-test' }).sign(privateKey),
      message: /signature/,
    },
    { title: 'a text', token: 'a.b.c', message: /not valid/ },
    { title: 'none', token: null, message: /Send one logout_token/ },
  ];
  for (const { title, token, message } of cases) {
    const answer = await send(token);
    expect({ title, status: answer.status, message: answer.json?.errors?.[0].message }).toEqual({
      title,
      status: 400,
      message: expect.stringMatching(message),
    });
  }
  expect((await send('x'.repeat(40_000))).status).toBe(413);
  expect(await browsers[0].status()).toBe(200);
});

test('without an identity provider there is no such address', async () => {
  const plain = await startTestApp({ PROCESSES: 'api' });
  try {
    const answer = await sendRaw(`${plain.url}/auth/backchannel-logout`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'logout_token=x',
    });
    expect(answer.status).toBe(404);
  } finally {
    await plain.stop();
  }
});
