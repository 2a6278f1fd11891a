/** @jest-environment node */
import type { ServerResponse } from 'node:http';
import type { OutgoingRequest, SendResult } from '../../../src/delivery/http/send';
import { createAuthorizedSender } from '../../../src/delivery/signing/authorize';
import { type Credentials, NO_CREDENTIALS, type OAuth2Client } from '../../../src/delivery/signing/credentials';
import { newId } from '../../../src/ids';
import { closeAll, httpPartner, httpsPartner, localSender, type Partner, pem } from '../partner';
import { startTokenEndpoint, type TokenEndpoint, tokenAnswer, tokenNumber } from './token-endpoint';

afterEach(closeAll);

const SECRET = 'client-secret-4711';
let endpoint: TokenEndpoint;
let seen: string[];
let partner: Partner;
let refuseTokens: boolean;

beforeEach(async () => {
  endpoint = await startTokenEndpoint();
  seen = [];
  refuseTokens = false;
  partner = await httpPartner((request, response) => {
    seen.push(request.headers.authorization ?? 'none');
    response.writeHead(refuseTokens ? 401 : 200).end('ok');
  });
});

function oauth2(more: Partial<OAuth2Client> = {}): Credentials {
  const client: OAuth2Client = {
    id: newId(),
    tokenUrl: endpoint.url,
    clientId: 'our-client.id_1',
    clientSecret: SECRET,
    scope: null,
    audience: null,
    clientAuthentication: 'BASIC',
    ...more,
  };
  return { ...NO_CREDENTIALS, oauth2: client, secrets: [SECRET] };
}

function authorized(options = {}) {
  const send = createAuthorizedSender(localSender(options));
  return (credentials: Credentials, request: Partial<OutgoingRequest> = {}): Promise<SendResult> =>
    send(
      {
        method: 'POST',
        url: partner.url,
        headers: [['x-a', '1']],
        body: Buffer.from('{}'),
        timeoutMs: 60_000,
        ...request,
      },
      credentials,
    );
}

test('without credentials nothing is added', async () => {
  expect(await authorized()(NO_CREDENTIALS)).toMatchObject({ errorCode: null });
  expect(seen).toEqual(['none']);
});

test('a token is got once and used for all, also when many ask at once', async () => {
  const send = authorized();
  const credentials = oauth2();
  const results = await Promise.all(Array.from({ length: 100 }, () => send(credentials)));
  expect(results.every((result) => result.errorCode === null)).toBe(true);
  await send(credentials);
  expect(seen).toEqual(Array(101).fill('Bearer token-1'));
  expect(endpoint.requests).toHaveLength(1);
});

test('each credential has a token of its own', async () => {
  const send = authorized();
  const [one, other] = [oauth2(), oauth2()];
  for (const credentials of [one, other, one]) await send(credentials);
  expect(seen).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-1']);
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

test('a token that expires is replaced, shortly before', async () => {
  const HOUR_MS = 3_600_000;
  const real = performance.now.bind(performance);
  const now = jest.spyOn(performance, 'now');
  const after = (ms: number) => now.mockImplementation(() => real() + ms);
  try {
    const send = authorized();
    const credentials = oauth2();
    await send(credentials);
    after(HOUR_MS / 2);
    await send(credentials);
    after(HOUR_MS - 1_000);
    await send(credentials);
    expect(seen).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
  } finally {
    now.mockRestore();
  }
});

test('a token that the partner refuses is dropped: the next attempt has another one', async () => {
  const send = authorized();
  const credentials = oauth2();
  await send(credentials);
  refuseTokens = true;
  expect(await send(credentials)).toMatchObject({ errorCode: 'HTTP_STATUS', responseStatus: 401 });
  refuseTokens = false;
  expect(await send(credentials)).toMatchObject({ errorCode: null });
  expect(seen).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
});

test('a partner that refuses every token does not have the endpoint flooded', async () => {
  refuseTokens = true;
  const send = authorized();
  const credentials = oauth2();
  const begin = performance.now();
  const attempt = async () => {
    while (performance.now() - begin < 1_200) await send(credentials);
  };
  await Promise.all(Array.from({ length: 20 }, attempt));
  expect(endpoint.requests.length).toBeGreaterThan(1);
  // one at the beginning, and then each half second
  expect(endpoint.requests.length).toBeLessThanOrEqual(1 + (performance.now() - begin) / 500);
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
  expect(seen).toEqual([]);
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
  expect(seen).toEqual([]);
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

test('what the token took is taken from the time for the call', async () => {
  endpoint.answerWith((response, n) => void setTimeout(() => tokenAnswer(response, tokenNumber(n)), 300));
  partner = await httpPartner(() => undefined);
  const result = await authorized()(oauth2(), { timeoutMs: 2_000 });
  expect(result).toMatchObject({ errorCode: 'TIMEOUT' });
  expect(result.durationMs).toBeGreaterThanOrEqual(1_950);
});

test('an endpoint that works again gives tokens again', async () => {
  endpoint.answerWith((response, n) =>
    n === 1 ? tokenAnswer(response, { error: 'temporarily_unavailable' }, 503) : tokenAnswer(response, tokenNumber(n)),
  );
  const send = authorized();
  const credentials = oauth2();
  expect((await send(credentials)).errorCode).toBe('AUTHENTICATION');
  expect((await send(credentials)).errorCode).toBeNull();
  expect(seen).toEqual(['Bearer token-2']);
});

test('the client certificate is shown to partner and endpoint', async () => {
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
  const credentials = { ...oauth2({ tokenUrl: `${guarded.url}/token` }), certificate };
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
  partner = await httpPartner((request, response) => {
    const { authorization = '', 'x-key': key } = request.headers;
    response
      .writeHead(200, { 'x-echo': String(key) })
      .end(JSON.stringify({ key, authorization, password: 'pass"wörd' }));
  });
  const credentials = { ...NO_CREDENTIALS, secretHeaders, secrets: ['key "4711"', basic, 'pass"wörd', 'ok'] };
  const { responseBody, responseHeaders } = await authorized()(credentials);
  expect(JSON.parse(responseBody!.toString())).toEqual({
    key: '[secret]',
    authorization: 'Basic [secret]',
    password: '[secret]',
  });
  expect(responseHeaders).toContainEqual(['x-echo', '[secret]']);
});
