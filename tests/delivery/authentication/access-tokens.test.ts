/** @jest-environment node */

import type { OAuth2Client } from '../../../src/delivery/authentication/decrypt-credentials';
import { createAccessTokens } from '../../../src/delivery/authentication/oauth2-token';
import { DIRECT } from '../../../src/delivery/http/connection-settings';
import type { SenderOptions } from '../../../src/delivery/http/send';
import { closeAll, localSender } from '../partner';
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

test('a token is requested once and used for all requests, also for concurrent ones', async () => {
  const send = authorized();
  const credentials = oauth2();
  const results = await Promise.all(Array.from({ length: 100 }, () => send(credentials)));
  expect(results.every((result) => result.errorCode === null)).toBe(true);
  await send(credentials);
  expect(partner.authorizations).toEqual(Array(101).fill('Bearer token-1'));
  expect(endpoint.requests).toHaveLength(1);
});

test('each credential has a token of its own', async () => {
  const send = authorized();
  const [one, other] = [oauth2(), oauth2()];
  for (const credentials of [one, other, one]) await send(credentials);
  expect(partner.authorizations).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-1']);
});

test('a token that expires is replaced, shortly before', async () => {
  const HOUR_MS = 3_600_000;
  // only for the modules of this file: the API of other files in this process goes by the object itself
  const real = performance;
  const after = (ms: number) => {
    globalThis.performance = { now: () => real.now() + ms } as Performance;
  };
  try {
    const send = authorized();
    const credentials = oauth2();
    await send(credentials);
    after(HOUR_MS / 2);
    await send(credentials);
    after(HOUR_MS - 1_000);
    await send(credentials);
    expect(partner.authorizations).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
  } finally {
    globalThis.performance = real;
  }
});

test('a refusal of an earlier token, which comes late, leaves the token of today', async () => {
  const tokens = createAccessTokens(localSender());
  const client = oauth2().oauth2 as OAuth2Client;
  const token = await tokens.tokenFor(client, DIRECT, 60_000);
  tokens.drop(client, 'an earlier one');
  expect(await tokens.tokenFor(client, DIRECT, 60_000)).toBe(token);
  expect(endpoint.requests).toHaveLength(1);
});

test('a token that the partner refuses is dropped: the next attempt has another one', async () => {
  const send = authorized();
  const credentials = oauth2();
  await send(credentials);
  partner.refusesTokens = true;
  expect(await send(credentials)).toMatchObject({ errorCode: 'HTTP_STATUS', responseStatus: 401 });
  partner.refusesTokens = false;
  expect(await send(credentials)).toMatchObject({ errorCode: null });
  expect(partner.authorizations).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
});

test('a partner that refuses every token does not cause a flood of token requests', async () => {
  partner.refusesTokens = true;
  const send = authorized();
  const credentials = oauth2();
  const begin = performance.now();
  const attempt = async () => {
    while (performance.now() - begin < 1_200 || endpoint.requests.length < 2) await send(credentials);
  };
  await Promise.all(Array.from({ length: 20 }, attempt));
  // one at the beginning, and then each half second
  expect(endpoint.requests.length).toBeLessThanOrEqual(1 + (performance.now() - begin) / 500);
});

test('after a failed token request, the next attempt requests a token again', async () => {
  endpoint.answerWith((response, n) =>
    n === 1 ? tokenAnswer(response, { error: 'temporarily_unavailable' }, 503) : tokenAnswer(response, tokenNumber(n)),
  );
  const send = authorized();
  const credentials = oauth2();
  expect((await send(credentials)).errorCode).toBe('AUTHENTICATION');
  expect((await send(credentials)).errorCode).toBeNull();
  expect(partner.authorizations).toEqual(['Bearer token-2']);
});
