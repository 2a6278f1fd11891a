// What all providers have in common, and what they ask of secrets and settings.
import { randomBytes } from 'node:crypto';
import {
  DEFAULT_SETTINGS,
  PROVIDER_NAMES,
  type ProviderName,
  type VerificationSettings,
} from '../../src/verification/provider';
import { PROVIDERS } from '../../src/verification/providers/providers';
import { accepted, agreementOf, judged, refused, URL } from './calls';
import { hmacOf } from './signers';

// openssl req -x509 -newkey ed25519 -nodes -subj /CN=partner -days 36500; openssl x509 -fingerprint -sha256
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBOjCB7aADAgECAhQ4sZG1GrKehcn+4W7gyx2jJgAn/DAFBgMrZXAwEjEQMA4G
A1UEAwwHcGFydG5lcjAgFw0yNjExMjUxMDM3MzFaGA8yMTI2MTEwMTEwMzczMVow
EjEQMA4GA1UEAwwHcGFydG5lcjAqMAUGAytlcAMhAC6pOD7R4QF90AbDCU+w9IA9
sUIui/IIrAOyITcEI1q+o1MwUTAdBgNVHQ4EFgQUE6L/uqugCWa6SBYXgc++FCWV
9/YwHwYDVR0jBBgwFoAUE6L/uqugCWa6SBYXgc++FCWV9/YwDwYDVR0TAQH/BAUw
AwEB/zAFBgMrZXADQQAoOh3ImsCiHCPIjG1B/923zRKu+sVreqEKoT9pjyuVImJ0
OlT8ludwy66WdJnYLC5oc3BKfbXnFXDcyPAGA4UN
-----END CERTIFICATE-----
`;
const CERTIFICATE_SHA256 = 'ad07c6efbe6fc47eadba4d1af898b804d733a07d00b4cd43740d0e71032d83d3';

const whsec = (bytes: number) => `whsec_${randomBytes(bytes).toString('base64')}`;
const whpk = (bytes: number) => `whpk_${randomBytes(bytes).toString('base64')}`;
const readBy = (name: ProviderName, text: string) => PROVIDERS[name].secret?.read(text) ?? null;
const settingsOf = (settings: Partial<VerificationSettings>) => ({ ...DEFAULT_SETTINGS, ...settings });

test('there is one for each name', () => {
  expect(Object.keys(PROVIDERS).sort()).toEqual([...PROVIDER_NAMES].sort());
  expect(new Set(Object.values(PROVIDERS).map(({ title }) => title)).size).toBe(PROVIDER_NAMES.length);
});

test.each(PROVIDER_NAMES.filter((name) => name !== 'NONE'))('%s does not accept a call without anything', (name) => {
  const settings = { header: 'X-Signature', username: 'partner' };
  for (const call of [{}, { body: '{}' }, { headers: { 'Content-Type': 'application/json' }, body: 'null' }]) {
    const judgement = judged(call, agreementOf(name, [], settings));
    expect(judgement).toMatchObject({ accepted: false, code: expect.stringMatching(/^(NOT_SIGNED|MALFORMED)$/) });
  }
});

describe('a secret', () => {
  test.each(PROVIDER_NAMES.filter((name) => PROVIDERS[name].secret?.generate))('that is made for %s is one', (name) => {
    const texts = Array.from({ length: 20 }, () => PROVIDERS[name].secret!.generate!());
    expect(new Set(texts).size).toBe(20);
    for (const text of texts) expect(readBy(name, text)?.bytes.length).toBeGreaterThanOrEqual(32);
  });

  test('that the partner issues is not made up', () => {
    const issued = PROVIDER_NAMES.filter((name) => PROVIDERS[name].secret?.generate === null);
    expect(issued).toEqual(['STRIPE', 'SHOPIFY', 'SLACK', 'TWILIO', 'MAILGUN', 'MTLS']);
  });

  const TEXTS: ProviderName[] = [
    'GITHUB',
    'GITLAB',
    'SHOPIFY',
    'SLACK',
    'TWILIO',
    'MAILGUN',
    'FRAPPE',
    'HMAC',
    'TOKEN',
    'BASIC',
  ];

  const SHOWN: readonly ProviderName[] = ['GITLAB', 'TOKEN', 'BASIC'];

  test.each(TEXTS)('of %s is a text that is hard to guess', (name) => {
    const least = SHOWN.includes(name) ? 8 : 16;
    const long = 'x'.repeat(least - 1);
    for (const text of [`${long}y`, 'ein Gehéimnis – 🗝', `a ${long}`, 'x'.repeat(500)]) {
      expect(readBy(name, text)).toEqual({ kind: 'TEXT', bytes: Buffer.from(text) });
    }
    for (const text of ['', ' ', 'x', long, ` ${long}x`, `${long}x `, `${long}x\n`, `${long}x\u0000`]) {
      expect(readBy(name, text)).toBeNull();
    }
    for (const text of [`${long}\ud800`, `a\tb${long}`, `${long}x\u2003`, 'x'.repeat(501)])
      expect(readBy(name, text)).toBeNull();
    expect(PROVIDERS[name].secret?.right).toContain(`${least} to 500 characters`);
  });

  test.each(['STANDARD_WEBHOOKS', 'SVIX'] as const)('of %s is a key of 24 to 64 bytes, or a public key', (name) => {
    for (const bytes of [24, 32, 64]) expect(readBy(name, whsec(bytes))).toMatchObject({ kind: 'V1' });
    expect(readBy(name, whpk(32))).toMatchObject({ kind: 'V1A' });
    const key = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    // the libraries take it without its prefix as well
    expect(readBy(name, key)).toEqual(readBy(name, `whsec_${key}`));
    expect(readBy(name, key)).toEqual({ kind: 'V1', bytes: Buffer.from(key, 'base64') });
    for (const text of [
      ...[
        '',
        `WHSEC_${key}`,
        `whsk_${key}`,
        `whsec_${key}\n`,
        ` whsec_${key}`,
        `whsec_${'-_'.repeat(16)}`,
        'whsec_',
        'whpk_',
      ],
      ...[`whsec_${key}A`, `whsec_${key}AA`, `whsec_${key.slice(0, 8)} ${key.slice(8)}`, `whsec_${key}\u0000`],
      ...[whsec(23), whsec(65), whpk(31), whpk(33), whpk(64), whsec(100_000)],
    ]) {
      expect(readBy(name, text)).toBeNull();
    }
  });

  test('of GitLab is its signing token or a secret token, and never a mistyped signing token', () => {
    expect(readBy('GITLAB', whsec(32))).toMatchObject({ kind: 'V1' });
    expect(readBy('GITLAB', 'my-secret-token')).toMatchObject({ kind: 'TEXT' });
    for (const text of [whsec(23), whsec(32).slice(0, -1), 'whsec_']) expect(readBy('GITLAB', text)).toBeNull();
  });

  test('of Stripe is the whole text', () => {
    const secret = 'whsec_test_secret';
    expect(readBy('STRIPE', secret)).toEqual({ kind: 'TEXT', bytes: Buffer.from(secret) });
    for (const text of [
      '',
      'sk_test_secret_x',
      'rk_live_secret_x',
      'whsec',
      `${secret} b`,
      `${secret}\n`,
      'whsec_too_short',
    ])
      expect(readBy('STRIPE', text)).toBeNull();
  });

  test('of an HMAC may stand for bytes', () => {
    const bytes = Buffer.alloc(16, 0xff);
    const base64 = bytes.toString('base64');
    expect(readBy('HMAC', `hex:${'Ff'.repeat(16)}`)).toEqual({ kind: 'V1', bytes });
    expect(readBy('HMAC', `base64:${base64}`)).toEqual({ kind: 'V1', bytes });
    const short = bytes.subarray(1);
    for (const text of [
      ...['hex:', 'hex:0', `hex:${'0g'.repeat(16)}`, `hex:${'0'.repeat(33)}`, `hex:${short.toString('hex')}`],
      ...['base64:', `base64:${base64.slice(0, -1)}`, `base64:${base64.replace('/', '_')}`],
      ...[`base64:${base64.replace('w==', 'x==')}`, `base64:${short.toString('base64')}`],
    ]) {
      expect(readBy('HMAC', text)).toBeNull();
    }
    expect(readBy('HMAC', `Hex:${'00'.repeat(16)}`)).toMatchObject({ kind: 'TEXT' });
  });

  test('of mTLS is a certificate or its fingerprint', () => {
    const fingerprint = 'AB'.repeat(32);
    const read = { kind: 'CERTIFICATE', bytes: Buffer.alloc(32, 0xab) };
    const colons = fingerprint.match(/../g)!.join(':');
    for (const text of [fingerprint, fingerprint.toLowerCase(), colons]) expect(readBy('MTLS', text)).toEqual(read);
    for (const pem of [
      CERTIFICATE,
      `\n${CERTIFICATE}\n`,
      CERTIFICATE.replaceAll('\n', '\r\n'),
      CERTIFICATE + CERTIFICATE,
    ]) {
      expect(readBy('MTLS', pem)?.bytes.toString('hex')).toBe(CERTIFICATE_SHA256);
    }
    for (const text of [
      ...[
        '',
        'x',
        fingerprint.slice(1),
        `${fingerprint}A`,
        colons.replace(':', ''),
        `${colons}:`,
        `sha256:${fingerprint}`,
      ],
      ...[CERTIFICATE.slice(0, -60), CERTIFICATE.replace('MII', 'MIX'), `-----BEGIN PRIVATE KEY-----\n${CERTIFICATE}`],
      '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----',
    ]) {
      expect(readBy('MTLS', text)).toBeNull();
    }
  });
});

test('an HMAC is made over what the template says, to the letter', () => {
  const signed = '{constructor}{"a":{body}}\n{method}{body}{}{url}';
  const over = `{constructor}{"a":x}\nPOSTx{}${URL}`;
  const headers = { 'X-Signature': hmacOf('sha256', 'secret', over).toString('hex') };
  const agreement = agreementOf('HMAC', ['secret'], { header: 'X-Signature', signed });
  expect(judged({ headers, body: 'x' }, agreement)).toEqual(accepted('secret'));
  expect(judged({ headers, body: 'x', url: `${URL}?` }, agreement)).toEqual(refused('BAD_SIGNATURE'));
  expect(judged({ headers, body: 'x', method: 'PUT' }, agreement)).toEqual(refused('BAD_SIGNATURE'));
});

describe('settings', () => {
  test('are taken by the ways without a name only', () => {
    const taking = PROVIDER_NAMES.filter((name) => PROVIDERS[name].settings);
    expect(taking).toEqual(['HMAC', 'TOKEN', 'BASIC']);
  });

  test('of TOKEN say where it is, in one of two places', () => {
    for (const settings of [{}, { header: 'X-Token' }, { query: 'token' }]) {
      expect(judged({ url: 'https://x.example/?a=1' }, agreementOf('TOKEN', ['x'], settings))).toEqual(
        refused('NOT_SIGNED'),
      );
    }
  });
});

test('what is secret in a call is named, so that it can be replaced before it is kept', () => {
  const secretsOf = (name: ProviderName, settings: Partial<VerificationSettings> = {}) =>
    PROVIDERS[name].secretHeaders?.(settingsOf(settings)) ?? [];
  expect(secretsOf('GITLAB')).toEqual(['x-gitlab-token']);
  expect(secretsOf('BASIC')).toEqual(['authorization']);
  expect(secretsOf('TOKEN', { header: 'X-Token' })).toEqual(['x-token']);
  expect(secretsOf('TOKEN', { query: 'Key' })).toEqual([]);
  const others = PROVIDER_NAMES.filter((name) => !['GITLAB', 'BASIC', 'TOKEN'].includes(name));
  for (const name of others) expect(secretsOf(name, { header: 'X-Signature' })).toEqual([]);
});

test('the header of the signature is named as its messages name it', () => {
  for (const name of PROVIDER_NAMES) {
    const settings = settingsOf({ header: 'X-Signature' });
    const header = PROVIDERS[name].signatureHeader?.(settings);
    if (!header || name === 'GITLAB') continue;
    const headers = ['webhook-id', 'webhook-timestamp', 'svix-id', 'svix-timestamp', 'X-Slack-Request-Timestamp'];
    const call = { headers: headers.map((each) => [each, '1'] as const) };
    expect(judged(call, agreementOf(name, [], settings))).toEqual(refused('NOT_SIGNED', new RegExp(header, 'i')));
  }
});
