import { createAuthorizedSender } from '../../../src/delivery/authentication/authorize';
import { NO_CREDENTIALS, type OAuth2Client } from '../../../src/delivery/authentication/decrypt-credentials';
import { DIRECT } from '../../../src/delivery/http/connection-settings';
import type { SenderOptions } from '../../../src/delivery/http/send';
import { newId } from '../../../src/ids';
import { connectProxy } from '../connect-proxy';
import { closeAll, httpPartner, httpsPartner, localSender, pem } from '../partner';
import {
  type AuthorizedPartner,
  authorizedSender,
  oauth2Credentials,
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
