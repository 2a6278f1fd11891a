import type { ServerResponse } from 'node:http';
import type { OAuth2Client } from '../../../src/delivery/authentication/decrypt-credentials';
import type { SenderOptions } from '../../../src/delivery/http/send';
import { closeAll } from '../partner';
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
