// What an identity provider may answer, or not: each wrong answer refuses the sign-in, and says why.
import { startTestApp, type TestApp } from '../../support/app';
import { unusedPort } from '../../support/program';
import { TestBrowser } from './provider';
import { newKey, type ScriptedKey, type ScriptedProvider, startScriptedProvider } from './scripted-provider';

const CLIENT_ID = 'hookledger';
const EMAIL = 'amina@example.com';
const SESSION = '__Host-hl_session';

let app: TestApp;
let log = '';
let provider: ScriptedProvider;

beforeAll(async () => {
  const port = await unusedPort();
  provider = await startScriptedProvider(CLIENT_ID);
  const settings = {
    PROCESSES: 'api',
    LOG_LEVEL: 'warn',
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT_ID,
    OIDC_CLIENT_SECRET: 'a secret',
    OIDC_ROLE_MAP: JSON.stringify([{ claim: 'groups', value: 'audit', role: 'AUDITOR' }]),
    OIDC_CREATE_USERS: 'on',
    RATE_LIMIT_WRONG_KEYS_PER_MINUTE: '0',
  };
  app = await startTestApp(settings, { write: (line) => (log += line) });
});
afterAll(async () => {
  await app?.stop();
  await provider?.stop();
});

beforeEach(() => {
  const [first] = provider.keys;
  provider.claims = { sub: 'amina', email: EMAIL, email_verified: true, groups: ['audit'] };
  provider.header = {};
  provider.userInfo = { sub: 'amina' };
  provider.signingKey = first ?? provider.signingKey;
  provider.instead.clear();
});

async function signIn() {
  const browser = new TestBrowser();
  const back = await browser.follow(`${app.url}/auth/login`, `${app.url}/auth/callback`);
  const { status, json } = await browser.get(back);
  const isSignedIn = browser.cookie(app.url, SESSION) !== undefined;
  return { status, message: json?.errors[0].message as string | undefined, isSignedIn };
}

const SIGNED_IN = { status: 303, message: undefined, isSignedIn: true };
const refusedWith = (status: number, message: RegExp) => ({
  status,
  message: expect.stringMatching(message),
  isSignedIn: false,
});

// these come first: what was read of the provider is kept
test.each<{ title: string; metadata: Record<string, unknown>; reason: string }>([
  { title: 'without keys', metadata: { jwks_uri: undefined }, reason: 'its metadata has no jwks_uri' },
  {
    title: 'of another issuer',
    metadata: { issuer: 'https://evil.example.com' },
    reason: 'discovered metadata issuer does not match the expected issuer',
  },
])('metadata $title are of no use, and the log says why', async ({ metadata, reason }) => {
  provider.metadata = metadata;
  const { status } = await new TestBrowser().get(`${app.url}/auth/login`);
  provider.metadata = {};
  expect(status).toBe(503);
  expect(log).toContain(`"reason":"${reason}"`);
});

test('a right answer signs the person in', async () => {
  expect(await signIn()).toEqual(SIGNED_IN);
});

const PAST = 1_700_000_000;
describe('an ID token is refused', () => {
  test.each<{ title: string; claims?: Record<string, unknown>; header?: Record<string, unknown>; message: RegExp }>([
    { title: 'for another client', claims: { aud: 'other' }, message: /"aud" \(audience\)/ },
    { title: 'for two, without azp', claims: { aud: [CLIENT_ID, 'other'] }, message: /untrusted audiences/ },
    { title: 'of another issuer', claims: { iss: 'https://evil.example.com' }, message: /"iss" \(issuer\)/ },
    { title: 'that has expired', claims: { exp: PAST }, message: /"exp"/ },
    { title: 'without an end', claims: { exp: undefined }, message: /"exp"/ },
    { title: 'that is not valid yet', claims: { nbf: PAST * 2 }, message: /"nbf"/ },
    { title: 'without a nonce', claims: { nonce: undefined }, message: /"nonce"/ },
    { title: 'without a subject', claims: { sub: undefined }, message: /"sub"/ },
    { title: 'with an endless subject', claims: { sub: 's'.repeat(3_000) }, message: /more than 255 characters/ },
    { title: 'with a subject that is not text', claims: { sub: 'a\0b' }, message: /control character/ },
    { title: 'with a session that is not text', claims: { sid: 'a\0b' }, message: /control character/ },
    { title: 'whose time is no time', claims: { iat: -1 }, message: /iat -1 is no time/ },
    { title: 'that is not signed', header: { alg: 'none' }, message: /"alg"/ },
    { title: 'of a key that is not published', header: { kid: 'other' }, message: /no applicable keys found/ },
  ])('$title', async ({ claims = {}, header = {}, message }) => {
    provider.claims = { ...provider.claims, ...claims };
    provider.header = header;
    provider.userInfo = { sub: provider.claims.sub };
    expect(await signIn()).toEqual(refusedWith(401, message));
  });

  test('whose signature is of another key than the one that it names', async () => {
    provider.signingKey = { ...newKey('first') };
    expect(await signIn()).toEqual(refusedWith(401, /signature/));
  });
});

test('user info about another person is refused', async () => {
  provider.userInfo = { sub: 'other', email: 'boss@example.com', email_verified: true };
  expect(await signIn()).toEqual(refusedWith(401, /"sub"/));
});

test('an address is verified only by the answer that has it', async () => {
  provider.claims = { ...provider.claims, sub: 'mallory', email: 'boss@example.com', email_verified: undefined };
  provider.userInfo = { sub: 'mallory', email: 'mallory@example.com', email_verified: true };
  expect(await signIn()).toEqual(SIGNED_IN);
  const rows = await app.database.query(`select email from users where identity_subject = 'mallory'`);
  expect(rows).toEqual([{ email: 'mallory@example.com' }]);
});

// only a boolean is what OpenID Connect says; a text may be an attribute that people set themselves
test.each(['true', 'false', 1, [true], { value: true }])(
  'email_verified: %j verifies nothing',
  async (emailVerified) => {
    provider.claims = { ...provider.claims, sub: 'someone', email_verified: emailVerified };
    provider.userInfo = { sub: 'someone', email: EMAIL, email_verified: emailVerified };
    expect(await signIn()).toEqual(refusedWith(403, /no verified e-mail address/));
  },
);

test('without user info, the claims of the ID token suffice', async () => {
  provider.userInfo = { sub: 'amina' };
  expect(await signIn()).toEqual(SIGNED_IN);
});

test('a new key is found a minute after the keys were read, and the one before still counts', async () => {
  expect(await signIn()).toEqual(SIGNED_IN);
  const [first] = provider.keys as [ScriptedKey];
  const second = newKey('second');
  provider.keys.push(second);
  provider.signingKey = second;
  const realNow = Date.now.bind(Date);
  const now = jest.spyOn(Date, 'now');
  try {
    const read = provider.asked.filter((path) => path === '/keys').length;
    now.mockImplementation(() => realNow() + 61_000);
    expect(await signIn()).toEqual(SIGNED_IN);
    expect(provider.asked.filter((path) => path === '/keys')).toHaveLength(read + 1);
    provider.signingKey = first;
    expect(await signIn()).toEqual(SIGNED_IN);
  } finally {
    now.mockRestore();
  }
});

describe('is 503, and the person begins again:', () => {
  const huge = 'x'.repeat(2 * 1024 * 1024);
  test.each<[string, string]>([
    ['the token endpoint', '/token'],
    ['the user info', '/userinfo'],
  ])('%s that answers with more than 1 MiB', async (_what, path) => {
    provider.instead.set(path, (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ sub: 'amina', huge }));
    });
    expect(await signIn()).toEqual(refusedWith(503, /does not answer as an OpenID provider/));
  });

  test.each(['/token', '/userinfo'])('%s that ends in the middle', async (path) => {
    provider.instead.set(path, (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"sub"');
      setImmediate(() => response.destroy());
    });
    expect(await signIn()).toEqual(refusedWith(503, /does not answer as an OpenID provider/));
  });

  test.each(['/token', '/userinfo'])('%s that fails', async (path) => {
    provider.instead.set(path, (response) => response.writeHead(500, { 'content-type': 'text/html' }).end('<p>oops'));
    expect(await signIn()).toEqual(refusedWith(503, /does not answer as an OpenID provider/));
    expect(log).toContain('"reason":"the identity provider answers 500"');
  });
});

test.each<{ what: string; claims: () => object; reason: RegExp }>([
  { what: 'azp is another client', claims: () => ({ azp: 'another' }), reason: /azp is "another", another client/ },
  {
    what: 'iat is more than 5 minutes ahead',
    claims: () => ({ iat: Math.floor(Date.now() / 1_000) + 360 }),
    reason: /iat \d+ is more than 5 minutes ahead/,
  },
])('an ID token whose $what is refused', async ({ claims, reason }) => {
  provider.claims = { ...provider.claims, ...claims() };
  expect(await signIn()).toEqual(refusedWith(401, reason));
});

test('an ID token for this client, by a clock that is a little ahead, signs the person in', async () => {
  provider.claims = { ...provider.claims, azp: CLIENT_ID, iat: Math.floor(Date.now() / 1_000) + 240 };
  expect(await signIn()).toEqual(SIGNED_IN);
});
