import type { ServerResponse } from 'node:http';
import { createAuthorizedSender } from '../../../src/delivery/authentication/authorize';
import { NO_CREDENTIALS, type OAuth2Client } from '../../../src/delivery/authentication/decrypt-credentials';
import { DIRECT } from '../../../src/delivery/http/connection-settings';
import type { SenderOptions } from '../../../src/delivery/http/send';
import { newId } from '../../../src/values/ids';
import { connectProxy } from '../connect-proxy';
import { closeAll, httpPartner, httpsPartner, localSender, pem } from '../partner';
import {
  type AuthorizedPartner,
  authorizedSender,
  oauth2Credentials,
  SECRET,
  startAuthorizedPartner,
} from './authorized-partner';
import { startTokenEndpoint, type TokenEndpoint, tokenAnswer, tokenNumber } from './token-endpoint';

afterEach(closeAll);

let partner: AuthorizedPartner;
let endpoint: TokenEndpoint;

beforeEach(async () => {
  partner = await startAuthorizedPartner();
  endpoint = await startTokenEndpoint();
});

const oauth2 = (more?: Partial<OAuth2Client>) => oauth2Credentials(endpoint, more);
const authorized = (options?: SenderOptions) => authorizedSender(partner, options);

test('without credentials nothing is added', async () => {
  expect(await authorized()(NO_CREDENTIALS)).toMatchObject({ errorCode: null });
  expect(partner.authorizations).toEqual(['none']);
});

test('the timeout covers the token as well, for each that waits for it', async () => {
  endpoint.answerWith(() => undefined);
  const send = authorized();
  const credentials = oauth2();
  const ended: number[] = [];
  const results = await Promise.all(
    [400, 150, 600_000].map(async (timeoutMs) => {
      const result = await send(credentials, { timeoutMs });
      ended.push(timeoutMs);
      return result;
    }),
  );
  expect(results.map((result) => result.errorCode)).toEqual(Array(3).fill('AUTHENTICATION'));
  // one request, so it ends for all of them when it ends; who has less time than that does not wait for it
  expect(ended[0]).toBe(150);
  expect(endpoint.requests).toHaveLength(1);
});

test('the time for the token is subtracted from the timeout of the call', async () => {
  endpoint.answerWith((response, n) => void setTimeout(() => tokenAnswer(response, tokenNumber(n)), 100));
  const sender = localSender();
  const timeouts: number[] = [];
  const send = createAuthorizedSender({
    ...sender,
    send: (request) => {
      timeouts.push(request.timeoutMs);
      return sender.send(request);
    },
  });
  const request = { method: 'POST', url: partner.url, headers: [], body: Buffer.from('{}'), timeoutMs: 60_000 };
  expect(await send(request, oauth2())).toMatchObject({ errorCode: null });
  expect(timeouts).toHaveLength(2);
  // a timer may end a millisecond early
  expect(timeouts[1]).toBeLessThanOrEqual(60_000 - 99);
});

test('the client certificate is presented to the partner and to the token endpoint', async () => {
  const shown: string[] = [];
  const options = { ca: pem('client-ca'), requestCert: true, rejectUnauthorized: true };
  const guarded = await httpsPartner(
    'valid',
    (request, response) => {
      shown.push(request.url!);
      if (request.url === '/token') tokenAnswer(response, tokenNumber(1));
      else response.end('ok');
    },
    options,
  );
  const certificate = { id: newId(), certificate: pem('client'), privateKey: pem('client-key') };
  const credentials = { ...oauth2({ tokenUrl: `${guarded.url}/token` }), connection: { ...DIRECT, certificate } };
  const result = await authorized({ ca: pem('ca') })(credentials, { url: `${guarded.url}/hook` });
  expect(result).toMatchObject({ errorCode: null });
  expect(shown).toEqual(['/token', '/hook']);
});

test('an answer that repeats what was sent is kept without the secrets', async () => {
  const basic = Buffer.from('us:pass"wörd').toString('base64');
  const secretHeaders: [string, string][] = [
    ['x-key', 'key "4711"'],
    ['authorization', `Basic ${basic}`],
  ];
  const echo = await httpPartner((request, response) => {
    const { authorization = '', 'x-key': key } = request.headers;
    response
      .writeHead(200, { 'x-echo': String(key) })
      .end(JSON.stringify({ key, authorization, password: 'pass"wörd' }));
  });
  const credentials = { ...NO_CREDENTIALS, secretHeaders, secrets: ['key "4711"', basic, 'pass"wörd', 'ok'] };
  const { responseBody, responseHeaders } = await authorized()(credentials, { url: echo.url });
  expect(JSON.parse(responseBody!.toString())).toEqual({
    key: '[secret]',
    authorization: 'Basic [secret]',
    password: '[secret]',
  });
  expect(responseHeaders).toContainEqual(['x-echo', '[secret]']);
});

test('the token and the request go through the proxy of the webhook', async () => {
  const asked: string[] = [];
  const partner = await httpPartner((request, response) => {
    asked.push(request.url!);
    if (request.url === '/token') tokenAnswer(response, tokenNumber(1));
    else response.end('ok');
  });
  const through = await connectProxy();
  const proxy = { id: newId(), url: through.url, username: null, password: '' };
  const credentials = { ...oauth2({ tokenUrl: `${partner.url}/token` }), connection: { ...DIRECT, proxy } };
  const result = await authorized()(credentials, { url: `${partner.url}/hook` });
  expect(result).toMatchObject({ errorCode: null });
  expect(asked).toEqual(['/token', '/hook']);
  expect(new Set(through.targets)).toEqual(new Set([`127.0.0.1:${partner.port}`]));
  await through.stop();
});

test('a token that the proxy does not reach is an error of the proxy, in the words of a token', async () => {
  const through = await connectProxy({ answer: () => 502 });
  const proxy = { id: newId(), url: through.url, username: null, password: '' };
  const credentials = { ...oauth2({ tokenUrl: 'http://127.0.0.1:9/token' }), connection: { ...DIRECT, proxy } };
  const result = await authorized()(credentials, { url: 'http://127.0.0.1:9/hook' });
  expect(result.errorCode).toBe('AUTHENTICATION');
  expect(result.error).toMatch(
    /^There is no access token, so nothing was sent\. The proxy 127\.0\.0\.1:\d+ could not connect/,
  );
  await through.stop();
});

test('the endpoint is asked as RFC 6749 says', async () => {
  await authorized()(oauth2({ scope: 'read write', audience: 'https://api.example.com' }));
  const [request] = endpoint.requests;
  expect(Object.fromEntries(request!.form)).toEqual({
    grant_type: 'client_credentials',
    scope: 'read write',
    audience: 'https://api.example.com',
  });
  expect(request!.headers).toMatchObject({
    accept: 'application/json',
    'content-type': expect.stringMatching(/^application\/x-www-form-urlencoded/),
    'user-agent': 'Hookledger',
    authorization: `Basic ${Buffer.from(`our-client.id_1:${SECRET}`).toString('base64')}`,
  });
});

test('in the Basic header, id and secret are form-encoded first (section 2.3.1)', async () => {
  await authorized()(oauth2({ clientId: 'a:b c', clientSecret: 'ü%+&' }));
  const [, pair] = endpoint.requests[0]!.headers.authorization!.split(' ');
  expect(Buffer.from(pair!, 'base64').toString()).toBe('a%3Ab+c:%C3%BC%25%2B%26');
});

test('with BODY, id and secret are in the body alone', async () => {
  await authorized()(oauth2({ clientAuthentication: 'BODY' }));
  const [request] = endpoint.requests;
  expect(Object.fromEntries(request!.form)).toEqual({
    grant_type: 'client_credentials',
    client_id: 'our-client.id_1',
    client_secret: SECRET,
  });
  expect(request!.headers.authorization).toBeUndefined();
});

const refusals: [string, (response: ServerResponse) => void, string][] = [
  [
    'an error of the specification',
    (response) => tokenAnswer(response, { error: 'invalid_client' }, 400),
    'answered 400 (invalid_client), so nothing was sent.',
  ],
  [
    'an error beside a challenge',
    (response) => {
      response.setHeader('www-authenticate', 'Basic realm="x"');
      tokenAnswer(response, { error: 'invalid_client', error_description: SECRET }, 401);
    },
    'answered 401 (invalid_client), so nothing was sent.',
  ],
  [
    'our own secret as the error',
    (response) => tokenAnswer(response, { error: SECRET }, 400),
    'answered 400, so nothing was sent.',
  ],
  ['500 and HTML', (response) => void response.writeHead(500).end('<html>'), 'answered 500, so nothing was sent.'],
  [
    'a redirect',
    (response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
    'answered 302, so nothing was sent.',
  ],
  ['204', (response) => void response.writeHead(204).end(), 'answered 204, so nothing was sent.'],
  ...(
    [
      ['what is no JSON', '{'],
      ['JSON that is no object', '[]'],
      ['null', 'null'],
      ['no token', {}],
      ['a token that is no text', { ...tokenNumber(1), access_token: 7 }],
      ['an empty token', { ...tokenNumber(1), access_token: '' }],
      ['a token with a line break', { ...tokenNumber(1), access_token: 'a\r\nx-evil: 1' }],
      ['a token that is not for Bearer', { ...tokenNumber(1), token_type: 'mac' }],
      ['no type', { access_token: 'x' }],
      ['an expiry below zero', { ...tokenNumber(1), expires_in: -1 }],
      ['an expiry that is no number', { ...tokenNumber(1), expires_in: 'soon' }],
    ] as [string, object | string][]
  ).map(([what, body]): [string, (response: ServerResponse) => void, string] => [
    what,
    (response) => tokenAnswer(response, body),
    'answered 200, but without a Bearer token (RFC 6749, section 5.1), so nothing was sent.',
  ]),
];

test.each(refusals)('an endpoint that answers with %s is AUTHENTICATION', async (_what, answer, sentence) => {
  endpoint.answerWith(answer);
  const result = await authorized()(oauth2());
  expect(result).toMatchObject({
    errorCode: 'AUTHENTICATION',
    error: `The token endpoint ${new URL(endpoint.url).host} ${sentence}`,
    responseStatus: null,
    responseBody: null,
    remoteAddress: null,
  });
  expect(partner.authorizations).toEqual([]);
});

test('an endpoint that could not be called for want of file descriptors is NOT_SENT: it refused nothing', async () => {
  const lookup = () => Promise.reject(Object.assign(new Error('getaddrinfo EMFILE auth.test'), { code: 'EMFILE' }));
  const result = await authorized({ lookup })(oauth2({ tokenUrl: 'https://auth.test/token' }));
  expect(result).toMatchObject({
    errorCode: 'NOT_SENT',
    error: expect.stringMatching(
      /^There is no access token, so nothing was sent\. The name auth\.test could not be resolved/,
    ),
  });
});

test.each<[string, Partial<OAuth2Client>, RegExp]>([
  ['where nothing listens', { tokenUrl: 'http://127.0.0.1:9/token' }, /127\.0\.0\.1 refused the connection/],
  ['at a private address', { tokenUrl: 'https://10.0.0.5/token' }, /10\.0\.0\.5 is a private address/],
  [
    'behind a name that leads to a private address',
    { tokenUrl: 'https://auth.test/token' },
    /resolves to 169\.254\.169\.254/,
  ],
  ['of another scheme', { tokenUrl: 'ftp://auth.test/token' }, /is not an HTTP URL/],
])('an endpoint %s is AUTHENTICATION, by the same guard as every request', async (_what, client, sentence) => {
  const result = await authorized({ lookup: async () => ['169.254.169.254'] })(oauth2(client));
  expect(result).toMatchObject({ errorCode: 'AUTHENTICATION', responseStatus: null });
  expect(result.error).toContain('so nothing was sent');
  expect(result.error).toMatch(sentence);
  expect(partner.authorizations).toEqual([]);
});

test('an endless answer of the endpoint is AUTHENTICATION', async () => {
  endpoint.answerWith((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
      if (!response.destroyed) response.once('drain', () => setImmediate(more));
    };
    more();
  });
  const result = await authorized()(oauth2());
  expect(result).toMatchObject({ errorCode: 'AUTHENTICATION' });
  expect(result.error).toContain('answered with a body of more than 1048576 bytes');
});
