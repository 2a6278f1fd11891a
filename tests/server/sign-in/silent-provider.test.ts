// A sign-out does not wait for a provider that is silent.
import type { ServerResponse } from 'node:http';
import { createIdentityProvider } from '../../../src/server/sign-in/identity-provider';
import { type ScriptedProvider, startScriptedProvider } from './scripted-provider';

const METADATA = '/.well-known/openid-configuration';

let provider: ScriptedProvider;

beforeAll(async () => {
  provider = await startScriptedProvider('hookledger');
});
afterAll(() => provider.stop());

test('whoever signs out is answered before the provider is, and told the address once it is known', async () => {
  let held: ServerResponse | null = null;
  let isGivenUp = false;
  provider.instead.set(METADATA, (response) => {
    held = response;
    response.on('close', () => (isGivenUp = !response.writableFinished));
  });
  const { issuer } = provider;
  const settings = {
    issuer,
    clientId: 'hookledger',
    clientSecret: 'x',
    scopes: 'openid',
    roleMap: null,
    createUsers: false,
  };
  const identityProvider = createIdentityProvider(settings, 'https://erp.example.com', { warn: () => undefined });
  expect(await identityProvider.signOutUrl()).toBeNull();
  expect({ isAsked: held !== null, isGivenUp }).toEqual({ isAsked: true, isGivenUp: false });

  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    end_session_endpoint: `${issuer}/end`,
  };
  const response = held as unknown as ServerResponse;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata));
  // the same reading of the metadata: it was not begun again
  expect(await identityProvider.startUrl({ state: 's', nonce: 'n', codeVerifier: 'v'.repeat(43) })).toBeInstanceOf(URL);
  expect(await identityProvider.signOutUrl()).toMatch(new RegExp(`^${issuer}/end\\?`));
  expect(provider.asked).toEqual([METADATA]);
});
