// Calls signed by software that we did not write are accepted; with one byte changed, they are not.
import { randomBytes } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import { accepted, agreementOf, type CallParts, judged, NOW, refused } from './calls';

// Its package.json says where it is to "import" alone, and jest asks for what can be required.
const OCTOKIT = '../../node_modules/@octokit/webhooks-methods/dist-node/index.js';
const { sign: signForGitHub } = require(OCTOKIT) as typeof import('@octokit/webhooks-methods');

const BODIES = [
  '{"type":"invoice.paid","data":{"id":"INV-0042"}}',
  '{ "a": 1.0, "a": 12345678901234567890, "ü": "\\u00fc\\/", "emoji": "🧾" }\n',
  '',
  'no JSON: \u0000 ü',
  JSON.stringify('x'.repeat(300_000)),
];
const whsec = (bytes: number) => `whsec_${randomBytes(bytes).toString('base64')}`;
const at = new Date(NOW * 1000);

describe.each([
  ['STANDARD_WEBHOOKS', 'webhook', StandardWebhook],
  ['SVIX', 'svix', SvixWebhook],
  ['GITLAB', 'webhook', StandardWebhook],
] as const)('%s', (name, prefix, Webhook) => {
  const signed = (secret: string, body: string): CallParts => ({
    headers: {
      [`${prefix}-id`]: 'msg_1',
      [`${prefix}-timestamp`]: String(NOW),
      [`${prefix}-signature`]: new Webhook(secret).sign('msg_1', at, body),
    },
    body,
  });

  test.each(BODIES)('is confirmed as its library signs %.40j', (body) => {
    for (const secret of [whsec(24), whsec(32), whsec(64)]) {
      expect(judged(signed(secret, body), agreementOf(name, [secret]))).toEqual(accepted(secret));
    }
  });

  test('is not confirmed with another body, id, timestamp or secret', () => {
    const secret = whsec(32);
    const { headers, body } = signed(secret, BODIES[0]!);
    const bad = refused('BAD_SIGNATURE', `${prefix}-signature`);
    expect(judged({ headers, body: `${body} ` }, agreementOf(name, [secret]))).toEqual(bad);
    for (const [header, value] of [
      [`${prefix}-id`, 'msg_2'],
      [`${prefix}-timestamp`, String(NOW + 1)],
    ] as const) {
      expect(judged({ headers: { ...headers, [header]: value }, body }, agreementOf(name, [secret]))).toEqual(bad);
    }
    expect(judged({ headers, body }, agreementOf(name, [whsec(32)]))).toEqual(bad);
  });

  test('is confirmed by any live secret, and by any of several signatures', () => {
    const [older, newer] = [whsec(32), whsec(32)];
    expect(judged(signed(older, 'x'), agreementOf(name, [newer, older]))).toEqual(accepted(older));
    const signatures = [whsec(32), newer].map((secret) => new Webhook(secret).sign('msg_1', at, 'x'));
    const headers = { ...signed(newer, 'x').headers, [`${prefix}-signature`]: signatures.join(' ') };
    expect(judged({ headers, body: 'x' }, agreementOf(name, [newer]))).toEqual(accepted(newer));
  });
});

test('Svix is confirmed by its own headers only', () => {
  const secret = whsec(32);
  const signature = new SvixWebhook(secret).sign('msg_1', at, 'x');
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(NOW), 'webhook-signature': signature };
  expect(judged({ headers, body: 'x' }, agreementOf('SVIX', [secret]))).toEqual(refused('NOT_SIGNED', 'svix-id'));
});

describe('STRIPE', () => {
  const stripe = new Stripe('sk_test_x');
  const header = (secret: string, payload: string, timestamp = NOW) =>
    stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  const SECRET = 'whsec_cd8a5cf2d3b6c9e1f0a1b2c3d4e5f60718293a4b5c6d7e8f9012345678901234';

  test.each(BODIES)('is confirmed as stripe-node signs %.40j', (payload) => {
    const headers = { 'Stripe-Signature': header(SECRET, payload) };
    expect(judged({ headers, body: payload }, agreementOf('STRIPE', [SECRET]))).toEqual(accepted(SECRET));
    const changed = judged({ headers, body: `${payload}x` }, agreementOf('STRIPE', [SECRET]));
    expect(changed).toEqual(refused('BAD_SIGNATURE', 'Stripe-Signature'));
  });

  test('is confirmed by any of its signatures, whatever other schemes stand beside them', () => {
    const [, other] = header('whsec_other', 'x').split(',');
    const [timestamp, right] = header(SECRET, 'x').split(',');
    const value = [
      timestamp,
      other,
      'v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39',
      right,
    ].join();
    expect(judged({ headers: { 'stripe-signature': value }, body: 'x' }, agreementOf('STRIPE', [SECRET]))).toEqual(
      accepted(SECRET),
    );
  });

  test('is not confirmed when a signature is moved to the scheme v0', () => {
    const headers = { 'Stripe-Signature': header(SECRET, 'x').replace('v1=', 'v0=') };
    expect(judged({ headers, body: 'x' }, agreementOf('STRIPE', [SECRET]))).toEqual(refused('MALFORMED', 'v1='));
  });

  test('is confirmed with a time that the library takes as well, and not one second later', () => {
    const headers = { 'Stripe-Signature': header(SECRET, '{}') };
    const agreement = agreementOf('STRIPE', [SECRET]);
    const construct = (receivedAt: number) =>
      stripe.webhooks.constructEvent('{}', headers['Stripe-Signature'], SECRET, 300, undefined, receivedAt * 1000);
    expect(() => construct(NOW + 300)).not.toThrow();
    expect(judged({ headers, body: '{}' }, agreement, NOW + 300)).toEqual(accepted(SECRET));
    expect(() => construct(NOW + 301)).toThrow('tolerance');
    expect(judged({ headers, body: '{}' }, agreement, NOW + 301)).toEqual(refused('STALE', '301 seconds ago'));
  });
});

describe('GITHUB', () => {
  const SECRETS = ["It's a Secret to Everybody", 'ein Gehéimnis – 🗝', 'x'];

  test.each(BODIES.filter((body) => body !== ''))('is confirmed as Octokit signs %.40j', async (body) => {
    for (const secret of SECRETS) {
      const headers = { 'X-Hub-Signature-256': await signForGitHub(secret, body) };
      expect(judged({ headers, body }, agreementOf('GITHUB', [secret]))).toEqual(accepted(secret));
      expect(judged({ headers, body: `${body}\n` }, agreementOf('GITHUB', [secret]))).toEqual(refused('BAD_SIGNATURE'));
      expect(judged({ headers, body }, agreementOf('GITHUB', ['y']))).toEqual(refused('BAD_SIGNATURE'));
    }
  });

  test('is confirmed in capitals as well', async () => {
    const signature = (await signForGitHub('x', 'y')).replace(/[a-f0-9]{64}/, (hex) => hex.toUpperCase());
    const call = { headers: { 'x-hub-signature-256': signature }, body: 'y' };
    expect(judged(call, agreementOf('GITHUB', ['x']))).toEqual(accepted('x'));
  });
});
