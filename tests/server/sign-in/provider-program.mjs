// An OpenID provider (oidc-provider) as a program: whoever comes is signed in as the account that was set last.
// Arguments: the issuer's port, the redirect URI of the client, and the address to return to after a sign-out.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';

const [port, redirectUri, signedOutUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
let account = { sub: 'nobody' };

const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const jwk = { ...(await exportJWK(privateKey)), kid: 'of-the-test', alg: 'RS256', use: 'sig' };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'hookledger',
      client_secret: 'a secret / with : signs',
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [signedOutUri],
      backchannel_logout_uri: new URL('/auth/backchannel-logout', redirectUri).href,
      backchannel_logout_session_required: true,
    },
  ],
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name'],
    groups: ['groups', 'realm_access'],
  },
  scopes: ['openid', 'email', 'profile', 'groups'],
  findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ ...account, sub: id }) }),
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  jwks: { keys: [jwk] },
  // its own dispatcher calls no address of this machine, which is where the tests are
  fetch: (url, { dispatcher: _dispatcher, ...options }) => fetch(url, options),
  interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  cookies: { keys: ['only for tests'] },
  pkce: { required: () => true },
});
const answer = provider.callback();

async function signIn(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  if (account.declines) {
    return provider.interactionFinished(request, response, { error: 'access_denied' });
  }
  const grant = new provider.Grant({ accountId: account.sub, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, response, {
    login: { accountId: account.sub, remember: false },
    consent,
  });
}

const server = createServer(async (request, response) => {
  if (request.url === '/account') {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    account = JSON.parse(Buffer.concat(chunks).toString());
    return response.end();
  }
  if (request.url === '/logout-token') {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { header, claims } = JSON.parse(Buffer.concat(chunks).toString());
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: jwk.kid, ...header });
    return response.end(await token.sign(privateKey));
  }
  if (request.url.startsWith('/interaction/')) return signIn(request, response);
  return answer(request, response);
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'));
