import { createHmac } from 'node:crypto';
import type { ProviderName, VerificationSettings } from '../../src/verification/provider';
import { type CallParts, NOW, URL } from './calls';

export interface Signer {
  name: ProviderName;
  settings?: Partial<VerificationSettings>;
  secret: string;
  otherSecret: string;
  /** The headers that prove a call, each needed. */
  headers(secret: string, body: string, timestamp?: string): Record<string, string>;
  /** Whether the headers have a time that is signed. */
  timed?: boolean;
  /** A secret that stands in the call itself. */
  shown?: boolean;
}

export const BODY = '{"type":"invoice.paid","id":1}';
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER_WHSEC = 'whsec_LaLaSwILPZIo2PD8TwjUKYqr9r8GMfKQ';

export function hmacOf(algorithm: string, key: string | Buffer, text: string | Buffer): Buffer {
  return createHmac(algorithm, key).update(text).digest();
}

const sha256 = (key: string | Buffer, text: string) => hmacOf('sha256', key, text);
const standard =
  (prefix: string) =>
  (secret: string, body: string, timestamp: string = String(NOW)) => ({
    [`${prefix}-id`]: 'msg_1',
    [`${prefix}-timestamp`]: timestamp,
    [`${prefix}-signature`]: `v1,${sha256(Buffer.from(secret.slice(6), 'base64'), `msg_1.${timestamp}.${body}`).toString('base64')}`,
  });

/** One for each provider that a header proves, by the recipes in their documentation. */
export const SIGNERS: readonly Signer[] = [
  { name: 'STANDARD_WEBHOOKS', secret: WHSEC, otherSecret: OTHER_WHSEC, headers: standard('webhook'), timed: true },
  { name: 'SVIX', secret: WHSEC, otherSecret: OTHER_WHSEC, headers: standard('svix'), timed: true },
  { name: 'GITLAB', secret: WHSEC, otherSecret: OTHER_WHSEC, headers: standard('webhook'), timed: true },
  {
    name: 'GITLAB',
    secret: 'gitlab-token',
    otherSecret: 'other-token',
    headers: (secret) => ({ 'X-Gitlab-Token': secret }),
    shown: true,
  },
  {
    name: 'GITHUB',
    secret: 'github-secret',
    otherSecret: 'other-secret',
    headers: (secret, body) => ({ 'X-Hub-Signature-256': `sha256=${sha256(secret, body).toString('hex')}` }),
  },
  {
    name: 'STRIPE',
    secret: 'whsec_stripe',
    otherSecret: 'whsec_other',
    headers: (secret, body, timestamp = String(NOW)) => ({
      'Stripe-Signature': `t=${timestamp},v1=${sha256(secret, `${timestamp}.${body}`).toString('hex')}`,
    }),
    timed: true,
  },
  {
    name: 'SHOPIFY',
    secret: 'shopify-secret',
    otherSecret: 'other-secret',
    headers: (secret, body) => ({ 'X-Shopify-Hmac-Sha256': sha256(secret, body).toString('base64') }),
  },
  {
    name: 'SLACK',
    secret: 'slack-secret',
    otherSecret: 'other-secret',
    headers: (secret, body, timestamp = String(NOW)) => ({
      'X-Slack-Request-Timestamp': timestamp,
      'X-Slack-Signature': `v0=${sha256(secret, `v0:${timestamp}:${body}`).toString('hex')}`,
    }),
    timed: true,
  },
  {
    name: 'FRAPPE',
    secret: 'frappe-secret',
    otherSecret: 'other-secret',
    headers: (secret, body) => ({ 'X-Frappe-Webhook-Signature': sha256(secret, body).toString('base64') }),
  },
  {
    name: 'HMAC',
    settings: { header: 'X-Signature', prefix: 'sig:', algorithm: 'SHA512', encoding: 'BASE64URL' },
    secret: 'hmac-secret',
    otherSecret: 'other-secret',
    headers: (secret, body) => ({ 'X-Signature': `sig:${hmacOf('sha512', secret, body).toString('base64url')}` }),
  },
  {
    name: 'HMAC',
    settings: {
      header: 'X-Signature',
      signed: '{method} {url}\n{id}|{timestamp}|{body}',
      timestampHeader: 'X-Time',
      idHeader: 'X-Id',
    },
    secret: `hex:${'00ff10'.repeat(6)}`,
    otherSecret: `base64:${'AP8R'.repeat(6)}`,
    headers: (secret, body, timestamp = String(NOW)) => ({
      'X-Id': 'id-1',
      'X-Time': timestamp,
      'X-Signature': sha256(keyOf(secret), `POST ${URL}\nid-1|${timestamp}|${body}`).toString('hex'),
    }),
    timed: true,
  },
  {
    name: 'TOKEN',
    settings: { header: 'Authorization', prefix: 'Bearer ' },
    secret: 'token-secret',
    otherSecret: 'a-much-longer-other-token-secret',
    headers: (secret) => ({ Authorization: `Bearer ${secret}` }),
    shown: true,
  },
  {
    name: 'BASIC',
    settings: { username: 'partner' },
    secret: 'pass:with:colons',
    otherSecret: 'pass:with:colon',
    headers: (secret) => ({ Authorization: `Basic ${Buffer.from(`partner:${secret}`).toString('base64')}` }),
    shown: true,
  },
];

function keyOf(secret: string): Buffer {
  const [encoding, key = ''] = secret.split(':');
  return Buffer.from(key, encoding === 'hex' ? 'hex' : 'base64');
}

export function signedCall(signer: Signer, secret = signer.secret, timestamp?: string): CallParts {
  return { headers: signer.headers(secret, BODY, timestamp), body: BODY };
}

export const titleOf = ({ name, settings, shown }: Signer) =>
  `${name}${shown ? ' with a token' : ''}${settings?.signed ? ' over a template' : ''}`;
