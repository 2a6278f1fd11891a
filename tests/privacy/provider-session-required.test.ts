// Its own application, because it needs an identity provider.
import { startAppWithProvider } from '../server/sign-in/app-with-provider';
import { TestBrowser, type TestProvider } from '../server/sign-in/provider';
import type { TestApp } from '../support/app';
import { askIn, SAME_ORIGIN, sessionFor } from '../support/browser-session';

let app: TestApp;
let provider: TestProvider;
let stop: () => Promise<void>;

beforeAll(async () => {
  ({ app, provider, stop } = await startAppWithProvider({
    OIDC_CREATE_USERS: 'on',
    OIDC_ROLE_MAP: '[{ "claim": "groups", "value": "boss", "role": "SYSTEM_MANAGER" }]',
  }));
});
afterAll(() => stop?.());

const SESSION = '__Host-hl_session';
const UNKNOWN = 'input: { id: "019cb6e2-f0a1-7b4c-8d5e-6f7a8b9c0d1e" }';

async function signedInAtProvider(): Promise<Record<string, string>> {
  await provider.setAccount({ sub: 'boss', email: 'boss@example.com', email_verified: true, groups: ['boss'] });
  const browser = new TestBrowser();
  const start = await browser.get(`${app.url}/auth/login`);
  await browser.get(await browser.follow(start.headers.location as string, `${app.url}/auth/callback`));
  return { ...SAME_ORIGIN, cookie: `${SESSION}=${browser.cookie(app.url, SESSION)}` };
}

test.each(['approveErasure', 'declineErasure', 'releaseLegalHold'])(
  '%s takes a session of the identity provider, and none that was made from a key',
  async (mutation) => {
    const query = `mutation { ${mutation}(${UNKNOWN}) { userErrors { code message } } }`;
    const faults = async (headers: Record<string, string>) =>
      (await askIn(app.url, headers, query)).data[mutation].userErrors;
    expect(await faults(await sessionFor(app.url, app.adminKey))).toEqual([
      { code: 'INVALID', message: expect.stringContaining('sign in at the identity provider') },
    ]);
    expect(await faults(await signedInAtProvider())).toMatchObject([{ code: 'NOT_FOUND' }]);
  },
);
