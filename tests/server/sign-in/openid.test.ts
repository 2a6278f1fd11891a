import type { TestApp } from '../../support/app';
import { askIn, SAME_ORIGIN, signIn } from '../../support/browser-session';
import { startAppWithProvider } from './app-with-provider';
import { TestBrowser, type TestProvider } from './provider';

let app: TestApp;
let provider: TestProvider;
let stop: () => Promise<void>;

const ROLE_MAP = [
  { claim: 'groups', value: 'erp-audit', role: 'AUDITOR' },
  { claim: 'groups', value: 'erp-support', role: 'SUPPORT' },
  { claim: 'realm_access.roles', value: 'boss', role: 'SYSTEM_MANAGER' },
];

beforeAll(async () => {
  ({ app, provider, stop } = await startAppWithProvider({
    OIDC_ROLE_MAP: JSON.stringify(ROLE_MAP),
    RATE_LIMIT_WRONG_KEYS_PER_MINUTE: '0',
  }));
});
afterAll(() => stop?.());

const SESSION = '__Host-hl_session';
const WHO =
  '{ viewer { id name fullName email emailVerified rolesMapped } viewerRoles mySessions { nodes { method } } }';
let made = 0;

/** A person whom a SYSTEM_MANAGER has invited by e-mail. */
async function invited(claims: Record<string, unknown> = {}, roles: string[] = []) {
  made += 1;
  const email = `person-${made}@example.com`;
  const input = { name: `person ${made}`, email: email.toUpperCase(), roles };
  const { data } = await app.ask(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id email } userErrors { message } } }',
    { input },
  );
  expect(data.createUser.user.email).toBe(email);
  const account = { sub: `sub-${made}`, email, email_verified: true, groups: ['erp-audit'], ...claims };
  await provider.setAccount(account);
  return { id: data.createUser.user.id as string, account };
}

/** Begins a sign-in, goes through the provider, and stops before the way back. */
async function toWayBack(browser: TestBrowser, change: (url: URL) => void = () => undefined, returnTo = '/there?a=b') {
  const start = await browser.get(`${app.url}/auth/login?returnTo=${encodeURIComponent(returnTo)}`);
  expect({ status: start.status, text: start.text }).toEqual({ status: 303, text: '' });
  const url = new URL(start.headers.location as string);
  change(url);
  return browser.follow(url.href, `${app.url}/auth/callback`);
}

async function signedIn(browser = new TestBrowser()) {
  const back = await browser.get(await toWayBack(browser));
  return { browser, back, ask: (query: string) => askIn(app.url, headersOf(browser), query) };
}

const headersOf = (browser: TestBrowser) => ({
  ...SAME_ORIGIN,
  cookie: `${SESSION}=${browser.cookie(app.url, SESSION)}`,
});

async function expectRefused(browser: TestBrowser, url: string, status: number, message: RegExp) {
  const answer = await browser.get(url);
  expect({ status: answer.status, message: answer.json?.errors[0].message }).toEqual({
    status,
    message: expect.stringMatching(message),
  });
  expect(browser.cookie(app.url, SESSION)).toBeUndefined();
}

test('a person who was invited signs in, and has the roles of their groups', async () => {
  const { id, account } = await invited({ name: 'Amina Hassan', groups: ['erp-audit', 'erp-support', 'others'] });
  const { back, ask } = await signedIn();
  expect({ status: back.status, location: back.headers.location }).toEqual({ status: 303, location: '/there?a=b' });
  const { data } = await ask(WHO);
  expect(data.viewer).toEqual({
    id,
    name: `person ${made}`,
    fullName: 'Amina Hassan',
    email: account.email,
    emailVerified: true,
    rolesMapped: true,
  });
  expect(data.viewerRoles).toEqual(['SUPPORT', 'AUDITOR']);
  expect(data.mySessions.nodes).toEqual([{ method: 'OPENID_CONNECT' }]);
  const entries = await app.database.query<{ action: string }>(
    `select action, api_key_id, outcome from audit_entries
     where actor_id = (select id from users where email = $1) order by id`,
    [account.email],
  );
  expect(entries.map(({ action }) => action)).toEqual(['identity.linked', 'user.role_mapped', 'session.started']);
});

test('the identity finds them from then on, whatever their address, and each sign-in gives the roles anew', async () => {
  const { id, account } = await invited();
  await signedIn();
  await provider.setAccount({ ...account, email: `renamed-${made}@example.com`, groups: ['erp-support'] });
  const { ask } = await signedIn();
  const { data } = await ask(WHO);
  expect(data.viewer).toMatchObject({ id, email: `renamed-${made}@example.com` });
  expect(data.viewerRoles).toEqual(['SUPPORT']);
});

test('a role that a claim inside of others gives', async () => {
  await invited({ groups: [], realm_access: { roles: ['boss'] } });
  expect((await (await signedIn()).ask(WHO)).data.viewerRoles).toEqual(['SYSTEM_MANAGER']);
});

test('roles of the provider cannot be changed by hand, until the identity is unlinked, which ends its sessions', async () => {
  const { id, account } = await invited();
  const before = await signedIn();
  const update = async (more: object) => {
    const { data } = await app.ask(
      'mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { roles rolesMapped } userErrors { field code } } }',
      { input: { id, roles: ['SUPPORT'], ...more } },
    );
    return data.updateUser;
  };
  expect(await update({})).toEqual({ user: null, userErrors: [{ field: ['roles'], code: 'CONFLICT' }] });
  expect((await update({ unlinkIdentity: true })).user).toEqual({ roles: ['SUPPORT'], rolesMapped: false });
  expect((await before.ask(WHO)).status).toBe(401);
  const ended = await app.database.query(
    `select a.action, a.outcome from audit_entries a join sessions s on s.id = a.subject_id
     where s.user_id = $1 and a.action <> 'session.started'`,
    [id.slice(4)],
  );
  expect(ended).toEqual([{ action: 'session.revoked', outcome: 'DONE' }]);
  // the same address may then come with another identity
  await provider.setAccount({ ...account, sub: `${account.sub}-new` });
  expect((await (await signedIn()).ask(WHO)).data.viewer.id).toBe(id);
});

describe('a person is refused', () => {
  test('without a role, and loses those that they had', async () => {
    const { id, account } = await invited();
    const before = await signedIn();
    await provider.setAccount({ ...account, groups: ['others'] });
    const browser = new TestBrowser();
    await expectRefused(browser, await toWayBack(browser), 403, /You have no role: none of your groups/);
    const { data } = await app.ask(`{ user(id: "${id}") { roles } }`);
    expect(data.user.roles).toEqual([]);
    expect((await before.ask('{ users(first: 1) { totalCount } }')).errors[0].extensions.code).toBe('FORBIDDEN');
  });

  test('whom no one has invited, or whose address is not verified, or who has none', async () => {
    const { account } = await invited();
    for (const [claims, message] of [
      [{ sub: 'x1', email: 'stranger@example.com' }, /There is no user with the e-mail address stranger@example.com/],
      [{ sub: 'x2', email_verified: false }, /no verified e-mail address/],
      [{ sub: 'x3', email_verified: 'true' }, /no verified e-mail address/],
      [{ sub: 'x4', email: undefined }, /no verified e-mail address/],
    ] as const) {
      await provider.setAccount({ ...account, ...claims });
      const browser = new TestBrowser();
      await expectRefused(browser, await toWayBack(browser), 403, message);
    }
  });

  test('who has the address of a user with another identity', async () => {
    const { account } = await invited();
    await signedIn();
    await provider.setAccount({ ...account, sub: 'somebody-else' });
    const browser = new TestBrowser();
    await expectRefused(browser, await toWayBack(browser), 403, /not yours to take over/);
  });

  test('who was deactivated', async () => {
    const { id } = await invited();
    await app.ask(`mutation { updateUser(input: { id: "${id}", active: false }) { userErrors { message } } }`);
    const browser = new TestBrowser();
    await expectRefused(browser, await toWayBack(browser), 403, /deactivated/);
  });

  test('who declines at the provider', async () => {
    const { account } = await invited();
    await provider.setAccount({ ...account, declines: true });
    const browser = new TestBrowser();
    await expectRefused(browser, await toWayBack(browser), 401, /refused the sign-in: access_denied/);
  });
});

describe('a way back is refused', () => {
  const NOT_OURS = /does not belong to this sign-in/;
  const USED = /has expired, was used before, or was started in another browser/;

  beforeEach(async () => {
    await invited();
  });

  test.each<{ title: string; parameter: string; fault: RegExp }>([
    { title: 'with another state', parameter: 'state', fault: /\(unexpected "state" / },
    { title: 'with an ID token of another nonce', parameter: 'nonce', fault: /\(unexpected ID Token "nonce" / },
    {
      title: 'whose code was asked with another code challenge',
      parameter: 'code_challenge',
      fault: /\(the code is refused as invalid_grant\)/,
    },
  ])('$title', async ({ parameter, fault }) => {
    const browser = new TestBrowser();
    const back = await toWayBack(browser, (url) => url.searchParams.set(parameter, 'x'.repeat(43)));
    await expectRefused(browser, back, 401, fault);
  });

  test.each<{ title: string; fault: RegExp; change(url: URL): void }>([
    {
      title: 'of another issuer',
      fault: /"iss" \(issuer\)/,
      change: (url) => url.searchParams.set('iss', 'https://evil.example.com'),
    },
    { title: 'without an issuer', fault: /"iss" \(issuer\) missing/, change: (url) => url.searchParams.delete('iss') },
    { title: 'without a state', fault: /"state" missing/, change: (url) => url.searchParams.delete('state') },
    { title: 'with two states', fault: /"state" parameter/, change: (url) => url.searchParams.append('state', 'x') },
    { title: 'with another code', fault: /invalid_grant/, change: (url) => url.searchParams.set('code', 'x') },
    { title: 'without a code', fault: /no authorization code/, change: (url) => url.searchParams.delete('code') },
  ])('$title', async ({ fault, change }) => {
    const browser = new TestBrowser();
    const back = new URL(await toWayBack(browser));
    change(back);
    await expectRefused(browser, back.href, 401, fault);
  });

  test('that was used', async () => {
    const browser = new TestBrowser();
    const back = await toWayBack(browser);
    const cookie = browser.cookie(app.url, '__Host-hl_signin') as string;
    expect((await browser.get(back)).status).toBe(303);
    const other = new TestBrowser();
    await expectRefused(other, back, 401, USED);
    const again = await askIn(app.url, {}, '{ viewer { name } }');
    expect(again.data.viewer).toBeNull();
    expect(await app.database.query('select from pending_sign_ins where return_to = $1', [cookie])).toEqual([]);
  });

  test('in another browser, or with its cookie after it was used', async () => {
    const browser = new TestBrowser();
    const back = await toWayBack(browser);
    const other = new TestBrowser();
    await toWayBack(other);
    // the other one has begun a sign-in of its own
    await expectRefused(other, back, 401, NOT_OURS);
    await expectRefused(other, back, 401, USED);
  });

  test('after ten minutes', async () => {
    const browser = new TestBrowser();
    const back = await toWayBack(browser);
    await app.database.query('update pending_sign_ins set expires_at = now()');
    await expectRefused(browser, back, 401, USED);
  });
});

test.each([
  '//evil.example.com',
  '/\\evil.example.com',
  'https://evil.example.com',
  'there',
  '',
  '/a\nb',
  `/${'x'.repeat(2_000)}`,
])('a sign-in does not end at %j', async (returnTo) => {
  const answer = await new TestBrowser().get(`${app.url}/auth/login?returnTo=${encodeURIComponent(returnTo)}`);
  expect(answer.status).toBe(400);
  expect(answer.json.errors[0].message).toMatch(/must be a path of this server/);
});

test('a sign-out names the address at which the provider ends its session too', async () => {
  await invited();
  const { browser } = await signedIn();
  const answer = await fetch(`${app.url}/auth/logout`, {
    method: 'POST',
    headers: { ...headersOf(browser), 'content-type': 'application/json' },
    body: '{}',
  });
  const { providerUrl } = (await answer.json()) as { providerUrl: string };
  expect(providerUrl).toMatch(new RegExp(`^${provider.issuer}/session/end\\?.*client_id=hookledger`));
  expect((await fetch(providerUrl)).status).toBe(200);
});

// the last one: it stops the provider
test('while the provider is away, sessions go on and keys sign in', async () => {
  await invited();
  const { ask } = await signedIn();
  const browser = new TestBrowser();
  const back = await toWayBack(browser);
  await provider.stop();
  await expectRefused(browser, back, 503, /Try again, or sign in with an API key/);
  expect((await ask(WHO)).data.viewerRoles).toEqual(['AUDITOR']);
  expect((await signIn(app.url, app.adminKey)).status).toBe(200);
});
