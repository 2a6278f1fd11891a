import { createHmac } from 'node:crypto';
import { agreementOf, type CallParts, NOW, URL } from '../calls';
import { BODY, hmacOf, SIGNERS, type Signer, signedCall } from '../signers';
import { agreed, check, explained } from './explained';

describe('a signature that is written in another way', () => {
  const digest = hmacOf('sha256', 'secret', 'x');
  const found = (name: Parameters<typeof agreementOf>[0], header: string, value: string) =>
    explained({ headers: { [header]: value }, body: 'x' }, agreementOf(name, ['secret'])).checks;

  test.each([
    ['GITHUB', 'X-Hub-Signature-256', `sha256=${digest.toString('base64')}`, 'in hex; it came in base64'],
    ['GITHUB', 'X-Hub-Signature-256', `sha256=${digest.toString('base64url')}`, 'in hex; it came in base64'],
    ['GITHUB', 'X-Hub-Signature-256', digest.toString('hex'), 'with "sha256=" before it'],
    ['GITHUB', 'X-Hub-Signature-256', `"sha256=${digest.toString('hex')}"`, 'without the quotes around it'],
    ['GITHUB', 'X-Hub-Signature-256', digest.toString('base64'), 'with "sha256=" before it and in hex'],
    ['SHOPIFY', 'X-Shopify-Hmac-Sha256', digest.toString('hex'), 'in base64; it came in hex'],
    ['SHOPIFY', 'X-Shopify-Hmac-Sha256', digest.toString('hex').toUpperCase(), 'in base64; it came in hex'],
    ['FRAPPE', 'X-Frappe-Webhook-Signature', `sha256=${digest.toString('base64')}`, 'without its prefix'],
    ['FRAPPE', 'X-Frappe-Webhook-Signature', `sha256=${digest.toString('hex')}`, 'without its prefix and in base64'],
  ] as const)('for %s: %s: %s', (name, header, value, message) => {
    expect(found(name, header, value)).toContainEqual(check('SIGNATURE', false, `The signature is right ${message}`));
  });

  test('is not found where it is wrong', () => {
    const wrong = hmacOf('sha256', 'other', 'x').toString('hex');
    expect(found('SHOPIFY', 'X-Shopify-Hmac-Sha256', wrong)).toEqual([
      check('HEADERS', false, 'looks like hex; it must be base64'),
    ]);
  });

  test('of Standard Webhooks in hex', () => {
    const [standard] = SIGNERS as readonly [Signer];
    const { headers } = signedCall(standard) as { headers: Record<string, string> };
    const value = headers['webhook-signature']!.replace(
      /v1,(.*)/,
      (_all, base64) => `v1,${Buffer.from(base64, 'base64').toString('hex')}`,
    );
    const { checks } = explained({ headers: { ...headers, 'webhook-signature': value }, body: BODY }, agreed(standard));
    expect(checks).toEqual([
      check('HEADERS', false, 'looks like hex; it must be base64'),
      check('SIGNATURE', false, 'The signature is right in base64; it came in hex'),
    ]);
  });

  test('a token without what must stand before it', () => {
    const agreement = agreementOf('TOKEN', ['secret'], { header: 'Authorization', prefix: 'Bearer ' });
    const { checks } = explained({ headers: { Authorization: 'secret' } }, agreement);
    expect(checks).toContainEqual(check('SIGNATURE', false, 'The token is right with "Bearer " before it'));
  });
});

describe('a secret that is used in another way', () => {
  const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const standard = (key: string | Buffer): CallParts => ({
    headers: {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(NOW),
      'webhook-signature': `v1,${hmacOf('sha256', key, `msg_1.${NOW}.x`).toString('base64')}`,
    },
    body: 'x',
  });

  test.each([
    [WHSEC, 'the whole text of the secret as the key, `whsec_` included'],
    [WHSEC.slice(6), 'the base64 text of the secret as the key'],
    [Buffer.from(WHSEC.slice(6), 'base64').toString('hex'), 'the hex text of the secret'],
  ])('Standard Webhooks, signed with %s', (key, message) => {
    const { judgement, checks } = explained(standard(key), agreementOf('STANDARD_WEBHOOKS', [WHSEC]));
    expect(judgement).toMatchObject({ code: 'BAD_SIGNATURE' });
    expect(checks).toContainEqual(check('SECRET', false, `The signature is right with ${message}`));
  });

  test.each([
    ['c2VjcmV0', Buffer.from('secret'), 'decoded from base64'],
    ['c2VjcmV0c2VjcmV0', Buffer.from('c2VjcmV0c2VjcmV0\n'), 'with a line feed behind the secret'],
    ['00ff', Buffer.from([0, 255]), 'decoded from hex'],
    ['secret', Buffer.from('"secret"'), 'with quotes around the secret'],
    ['secret', Buffer.alloc(0), 'with an empty secret'],
  ])('%s, signed with %j', (text, key, message) => {
    const signature = createHmac('sha256', key).update('x').digest('hex');
    const call = { headers: { 'X-Hub-Signature-256': `sha256=${signature}` }, body: 'x' };
    expect(explained(call, agreementOf('GITHUB', [text])).checks).toContainEqual(check('SECRET', false, message));
  });

  test('Stripe, signed without `whsec_`', () => {
    const secret = 'whsec_abc';
    const value = `t=${NOW},v1=${hmacOf('sha256', 'abc', `${NOW}.x`).toString('hex')}`;
    const { checks } = explained(
      { headers: { 'Stripe-Signature': value }, body: 'x' },
      agreementOf('STRIPE', [secret]),
    );
    expect(checks).toContainEqual(check('SECRET', false, 'without `whsec_` as the key'));
  });
});

describe('an HMAC that was agreed on in another way', () => {
  test.each([
    [{}, 'sha512', 'x', 'hex', 'as HMAC-SHA512 in HEX; HMAC-SHA256 in HEX was agreed on'],
    [{}, 'sha1', 'x', 'base64', 'as HMAC-SHA1 in BASE64'],
    [{ encoding: 'BASE64' }, 'sha256', 'x', 'base64url', 'in base64 with + and / and padding; it came in base64url'],
    [
      { timestampHeader: 'X-Time', signed: '{timestamp}.{body}' },
      'sha256',
      'x',
      'hex',
      'over "{body}"; "{timestamp}.{body}" was agreed on',
    ],
    [
      { timestampHeader: 'X-Time', signed: '{timestamp}.{body}' },
      'sha256',
      `${NOW}:x`,
      'hex',
      'over "{timestamp}:{body}"',
    ],
    [{}, 'sha256', `${URL}x`, 'hex', 'over "{url}{body}"'],
  ] as const)('%j, signed with %s over %j in %s', (settings, algorithm, signed, encoding, message) => {
    const signature = hmacOf(algorithm, 'secret', signed).toString(encoding);
    const call = { headers: { 'X-Signature': signature, 'X-Time': String(NOW) }, body: 'x' };
    const { checks } = explained(call, agreementOf('HMAC', ['secret'], { header: 'X-Signature', ...settings }));
    expect(checks).toContainEqual(check('SIGNATURE', false, message));
  });
});
