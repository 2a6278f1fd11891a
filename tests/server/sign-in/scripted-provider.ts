// An OpenID provider that answers as a test says, also wrongly. tests/server/sign-in/provider.ts has one that is always right.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (response: ServerResponse) => void;

export interface ScriptedProvider {
  issuer: string;
  /** Merged into the claims of the next ID tokens. */
  claims: Record<string, unknown>;
  /** Merged into the header of the next ID tokens. */
  header: Record<string, unknown>;
  /** Merged into the metadata. */
  metadata: Record<string, unknown>;
  userInfo: Record<string, unknown>;
  /** What signs ID tokens; the keys that are published. */
  signingKey: ScriptedKey;
  keys: ScriptedKey[];
  /** By path, answers instead of the right ones. */
  instead: Map<string, Answer>;
  /** The paths that were asked. */
  asked: string[];
  stop(): Promise<void>;
}

export interface ScriptedKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

export function newKey(kid: string): ScriptedKey {
  return { kid, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
}

export async function startScriptedProvider(clientId: string): Promise<ScriptedProvider> {
  const key = newKey('first');
  let nonce = '';
  const provider: ScriptedProvider = {
    issuer: '',
    claims: {},
    header: {},
    metadata: {},
    userInfo: {},
    signingKey: key,
    keys: [key],
    instead: new Map(),
    asked: [],
    stop: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', provider.issuer);
    provider.asked.push(url.pathname);
    const instead = provider.instead.get(url.pathname);
    if (instead) return instead(response);
    if (url.pathname === '/authorize') {
      nonce = url.searchParams.get('nonce') ?? '';
      return sendBack(url, provider.issuer, response);
    }
    return answer(provider, { request, response, path: url.pathname, clientId, nonce });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  provider.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return provider;
}

function sendBack(asked: URL, issuer: string, response: ServerResponse): void {
  const back = new URL(asked.searchParams.get('redirect_uri') ?? '');
  back.searchParams.set('code', 'the-code');
  back.searchParams.set('state', asked.searchParams.get('state') ?? '');
  back.searchParams.set('iss', issuer);
  response.writeHead(303, { location: back.href }).end();
}

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  clientId: string;
  nonce: string;
}

function answer(provider: ScriptedProvider, { request, response, path, clientId, nonce }: Call): void {
  request.resume();
  const { issuer, keys, userInfo } = provider;
  const answers: Record<string, () => object> = {
    '/.well-known/openid-configuration': () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/keys`,
      authorization_response_iss_parameter_supported: true,
      ...provider.metadata,
    }),
    '/keys': () => ({
      keys: keys.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' })),
    }),
    '/token': () => ({ access_token: 'x', token_type: 'Bearer', id_token: idToken(provider, clientId, nonce) }),
    '/userinfo': () => userInfo,
  };
  const body = answers[path]?.();
  response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
}

function idToken({ issuer, claims, header, signingKey }: ScriptedProvider, clientId: string, nonce: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const coded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${coded({ alg: 'RS256', kid: signingKey.kid, ...header })}.${coded({
    iss: issuer,
    aud: clientId,
    iat: now,
    exp: now + 300,
    nonce,
    ...claims,
  })}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), signingKey.privateKey).toString('base64url')}`;
}
