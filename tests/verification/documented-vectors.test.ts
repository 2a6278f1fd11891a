// What the providers' own documentation, specifications and libraries give as examples.
import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { accepted, agreementOf, type CallParts, judged, NOW, publicKeyOf, refused, secretOf } from './calls';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

test('GitHub: "Validating webhook deliveries", the values for testing', () => {
  const secret = "It's a Secret to Everybody";
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  const call = { headers: { 'X-Hub-Signature-256': signature }, body: 'Hello, World!' };
  expect(judged(call, agreementOf('GITHUB', [secret]))).toEqual(accepted(secret));
  expect(judged({ ...call, body: 'Hello World!' }, agreementOf('GITHUB', [secret]))).toEqual(refused('BAD_SIGNATURE'));
});

test('Slack: "Verifying requests from Slack", the example', () => {
  const secret = '8f742231b10e8888abcd99yyyzzz85a5';
  const call: CallParts = {
    headers: {
      ...FORM,
      'X-Slack-Request-Timestamp': '1531420618',
      'X-Slack-Signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    },
    body:
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V' +
      '&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=' +
      '&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN' +
      '&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  };
  expect(judged(call, agreementOf('SLACK', [secret]), 1_531_420_618)).toEqual(accepted(secret));
  expect(judged(call, agreementOf('SLACK', [secret]))).toEqual(refused('STALE'));
  expect(judged({ ...call, body: `${call.body}x` }, agreementOf('SLACK', [secret]), 1_531_420_618)).toEqual(
    refused('BAD_SIGNATURE'),
  );
});

describe('Standard Webhooks', () => {
  const payload = '{"test": 2432232314}';
  const headers = { 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330' };

  test.each([
    // libraries/javascript and docs.svix.com
    ['v1', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    // libraries/go, TestAsymmetricWebhookSign
    [
      'v1a of the library for Go',
      publicKeyOf('VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk='),
      'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==',
    ],
    // svix-server, and the example in the specification
    [
      'v1a of Svix',
      publicKeyOf('6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc='),
      'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
    ],
  ])('%s', (_version, secret, signature) => {
    const call = { headers: { ...headers, 'webhook-signature': signature }, body: payload };
    expect(judged(call, agreementOf('STANDARD_WEBHOOKS', [secret]), 1_614_265_330)).toEqual(accepted(secret));
    const changed = judged({ ...call, body: `${payload} ` }, agreementOf('STANDARD_WEBHOOKS', [secret]), 1_614_265_330);
    expect(changed).toEqual(refused('BAD_SIGNATURE'));
  });

  test('a public key that is taken for a shared secret confirms nothing', () => {
    const secret = secretOf('STANDARD_WEBHOOKS', publicKeyOf('VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk='));
    const signature = 'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==';
    const call = { headers: { ...headers, 'webhook-signature': signature }, body: payload };
    for (const kind of ['V1', 'TEXT', 'CERTIFICATE'] as const) {
      const agreement = agreementOf('STANDARD_WEBHOOKS', [{ ...secret, kind }]);
      expect(judged(call, agreement, 1_614_265_330)).toEqual(refused('BAD_SIGNATURE'));
    }
  });

  test('a shared secret and a public key may be live at the same time', () => {
    const secrets = [
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      publicKeyOf('VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk='),
    ];
    const signatures = [
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==',
    ];
    signatures.forEach((signature, index) => {
      const call = { headers: { ...headers, 'webhook-signature': signature }, body: payload };
      expect(judged(call, agreementOf('STANDARD_WEBHOOKS', secrets), 1_614_265_330)).toEqual(accepted(secrets[index]!));
    });
  });
});

// twilio-node, spec/validation.spec.js
describe('Twilio', () => {
  const secret = '12345';
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
  const form = 'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212';
  const json = '{"property": "value", "boolean": true}';
  const hash = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
  const verdict = (signature: string, parts: CallParts) =>
    judged(
      { ...parts, headers: { 'X-Twilio-Signature': signature, ...parts.headers } },
      agreementOf('TWILIO', [secret]),
    );

  test.each([
    ['a form', url, form, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['a form in another order', url, form.split('&').reverse().join('&'), 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['https and a port that was not signed', url.replace('.com', '.com:1234'), form, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['http and a port', 'http://mycompany.com:1234/myapp.php?foo=1&bar=2', form, 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU='],
    ['https, its standard port signed', url, form, 'kvajT1Ptam85bY51eRf/AJRuM3w='],
    ['http, its standard port signed', url.replace('https', 'http'), form, '0ZXoZLH/DfblKGATFgpif+LLRf4='],
    ['a user and a password', url.replace('//', '//user:pass@'), form, 'CukzLTc1tT5dXEDIHm/tKBanW10='],
    ['a user alone', url.replace('//', '//user@'), form, '2YRLlVAflCqxaNicjMpJcSTgzSs='],
    ['a user, a password and the port', url.replace('//', '//user:pass@'), form, 'ZQFR1PTIZXF2MXB8ZnKCvnnA+rI='],
    ["a query with ' in it", `${url}&Body=It's+amazing`, form, 'dsq4Ehbj6cs+KdTkpF5sSSplOWw='],
    ['the same, signed with %20 for the space', `${url}&Body=It's+amazing`, form, 'bD9iT2C/HNMwZ/yCH1s/5R2+wUs='],
    [
      'a field that is there twice',
      url,
      'MessagingBinding.Address=%2B1415xxxxxxx&MessagingBinding.Address=%2B1325xxxxxxx',
      '83O6e2vORAoJHUNzJjDWN1jz+BA=',
    ],
    [
      'a value that is there twice',
      url,
      'Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234',
      'IK+Dwps556ElfBT0I3Rgjkr1wJU=',
    ],
  ])('%s', (_what, address, body, signature) => {
    expect(verdict(signature, { url: address, headers: FORM, body })).toEqual(accepted(secret));
    expect(verdict(signature, { url: `${address}x`, headers: FORM, body })).toEqual(refused('BAD_SIGNATURE'));
    expect(verdict(signature, { url: address, headers: FORM, body: `${body}&x=1` })).toEqual(refused('BAD_SIGNATURE'));
  });

  test.each([
    ['JSON', `${url}&bodySHA256=${hash}`, json, 'a9nBmqA0ju/hNViExpshrM61xv4='],
    [
      'empty JSON',
      `${url}&bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a`,
      '{}',
      'Ldidvp12m26NI7eqEvxnEpkd9Hc=',
    ],
    [
      'JSON, nothing else in the query',
      `https://mycompany.com/myapp.php?bodySHA256=${hash}`,
      json,
      'y77kIzt2vzLz71DgmJGsen2scGs=',
    ],
  ])('%s', (_what, address, body, signature) => {
    const headers = { 'Content-Type': 'application/json' };
    expect(verdict(signature, { url: address, headers, body })).toEqual(accepted(secret));
    expect(verdict(signature, { url: address, headers, body: `${body} ` })).toEqual(
      refused('BAD_SIGNATURE', 'bodySHA256'),
    );
  });

  test('JSON without its hash in the query is not signed, whatever is signed', () => {
    const signature = createHmac('sha1', secret).update(url).digest('base64');
    const headers = { 'Content-Type': 'application/json' };
    expect(verdict(signature, { url, headers, body: json })).toEqual(refused('NOT_SIGNED', 'bodySHA256'));
    expect(verdict(signature, { url, method: 'GET' })).toEqual(accepted(secret));
  });

  test('two hashes of a body are one too many', () => {
    const address = `${url}&bodySHA256=${hash}&bodySHA256=${hash}`;
    const signature = createHmac('sha1', secret).update(address).digest('base64');
    expect(verdict(signature, { url: address, body: json })).toEqual(refused('MALFORMED', 'bodySHA256'));
  });

  test('the shared key of a webhooks rule signs with SHA-256', () => {
    const signature = createHmac('sha256', secret).update(`${url}A1B2`).digest('base64');
    expect(verdict(signature, { url, headers: FORM, body: 'B=2&A=1' })).toEqual(accepted(secret));
  });
});

describe('Mailgun: "Securing Webhooks", the recipe', () => {
  const secret = 'key-3ax6xnjp29jd6fds4gc373sgvjxteol0';
  const token = 'e0b5477167110d68991efc6b9f89f0a11066af27834600e123';
  const timestamp = String(NOW);
  const signature = createHmac('sha256', secret)
    .update(timestamp + token)
    .digest('hex');
  const wrong = signature.replace(/./g, (digit) => ((Number.parseInt(digit, 16) + 1) % 16).toString(16));
  const json = (parts: object) => ({
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ signature: { token, timestamp, signature, ...parts }, 'event-data': { event: 'opened' } }),
  });
  const agreement = agreementOf('MAILGUN', [secret]);

  test('in JSON', () => {
    expect(judged(json({}), agreement)).toEqual(accepted(secret));
    expect(judged(json({ timestamp: NOW }), agreement)).toEqual(accepted(secret));
    expect(judged(json({ token: `${token}4` }), agreement)).toEqual(refused('BAD_SIGNATURE'));
    expect(judged(json({ timestamp: NOW + 1 }), agreement)).toEqual(refused('BAD_SIGNATURE'));
  });

  test('in a form', () => {
    const call = { headers: FORM, body: `event=opened&token=${token}&timestamp=${timestamp}&signature=${signature}` };
    expect(judged(call, agreement)).toEqual(accepted(secret));
    expect(judged({ ...call, body: call.body.replace('e0b5', 'e0b6') }, agreement)).toEqual(refused('BAD_SIGNATURE'));
  });

  test('in a body that is compressed', () => {
    const { headers, body } = json({});
    const judgement = judged({ headers, body: gzipSync(body) }, agreement, NOW, Buffer.from(body));
    expect(judgement).toEqual(accepted(secret));
  });

  test('of a subaccount, by the key of the primary account', () => {
    expect(judged(json({ signature: wrong, 'parent-signature': signature }), agreement)).toEqual(accepted(secret));
    expect(judged(json({ signature: wrong, 'parent-signature': wrong }), agreement)).toEqual(refused('BAD_SIGNATURE'));
    expect(judged(json({ 'parent-signature': 'malformed' }), agreement)).toEqual(accepted(secret));
    expect(judged(json({ signature: 'malformed', 'parent-signature': signature }), agreement)).toEqual(
      accepted(secret),
    );
  });

  test.each([
    ['a time as text', { timestamp: 'now' }, 'MALFORMED'],
    ['a time with a fraction', { timestamp: 1.5 }, 'MALFORMED'],
    ['a time in milliseconds', { timestamp: NOW * 1000 }, 'MALFORMED'],
    ['no time', { timestamp: null }, 'NOT_SIGNED'],
    ['no token', { token: '' }, 'NOT_SIGNED'],
    ['a token that is an object', { token: {} }, 'NOT_SIGNED'],
    ['no signature', { signature: undefined }, 'NOT_SIGNED'],
    ['half a signature', { signature: signature.slice(32) }, 'MALFORMED'],
  ] as const)('is refused with %s', (_what, parts, code) => {
    expect(judged(json(parts), agreement)).toEqual(refused(code));
  });

  test.each([
    ['JSON that is cut off', 'application/json', '{"signature":{', 'MALFORMED'],
    ['a list', 'application/json', '[]', 'NOT_SIGNED'],
    ['text', 'text/plain', 'signature', 'NOT_SIGNED'],
    ['nothing', 'application/json', '', 'MALFORMED'],
  ] as const)('is refused when the body is %s', (_what, contentType, body, code) => {
    expect(judged({ headers: { 'Content-Type': contentType }, body }, agreement)).toEqual(refused(code));
  });
});

test.each([
  // shopify.dev, "Verify webhook deliveries"; frappe/integrations/doctype/webhook/webhook.py, get_webhook_headers
  ['SHOPIFY', 'X-Shopify-Hmac-SHA256', 'hush'],
  ['FRAPPE', 'X-Frappe-Webhook-Signature', 'ein Gehéimnis'],
] as const)('%s: base64 of the HMAC-SHA256 of the body', (name, header, secret) => {
  const body = '{"id": 820982911946154508, "name": "#9999", "note": "M\\u00fcller"}';
  const headers = { [header]: createHmac('sha256', secret).update(body, 'utf8').digest('base64') };
  expect(judged({ headers, body }, agreementOf(name, [secret]))).toEqual(accepted(secret));
  expect(judged({ headers, body: `${body}\n` }, agreementOf(name, [secret]))).toEqual(
    refused('BAD_SIGNATURE', 'does not match the body'),
  );
});

// RFC 4231, sections 4.3 and 4.4, and RFC 2202, section 3
describe('HMAC', () => {
  const jefe = { secret: 'Jefe', body: 'what do ya want for nothing?' };

  test.each([
    ['SHA1', 'HEX', 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
    ['SHA256', 'HEX', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    ['SHA256', 'BASE64', 'W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM='],
    ['SHA256', 'BASE64URL', 'W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM'],
    [
      'SHA384',
      'HEX',
      'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
    ],
    [
      'SHA512',
      'HEX',
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    ],
  ] as const)('%s in %s', (algorithm, encoding, signature) => {
    const agreement = agreementOf('HMAC', [jefe.secret], { header: 'X-Signature', algorithm, encoding });
    const call = { headers: { 'X-Signature': signature }, body: jefe.body };
    expect(judged(call, agreement)).toEqual(accepted(jefe.secret));
    expect(judged({ ...call, body: `${jefe.body}?` }, agreement)).toEqual(refused('BAD_SIGNATURE', 'X-Signature'));
  });

  test('with a key in hex', () => {
    const secret = `hex:${'aa'.repeat(20)}`;
    const agreement = agreementOf('HMAC', [secret], { header: 'X-Signature' });
    const signature = '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe';
    expect(judged({ headers: { 'X-Signature': signature }, body: Buffer.alloc(50, 0xdd) }, agreement)).toEqual(
      accepted(secret),
    );
  });
});

// RFC 7617, sections 2 and 2.1
test.each([
  ['Aladdin', 'open sesame', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
  ['test', '123£', 'Basic dGVzdDoxMjPCow=='],
])('Basic: %s and %s', (username, password, value) => {
  const agreement = agreementOf('BASIC', [password], { username });
  expect(judged({ headers: { Authorization: value } }, agreement)).toEqual(accepted(password));
  expect(judged({ headers: { Authorization: value.replace('Basic', 'bAsIc') } }, agreement)).toEqual(
    accepted(password),
  );
});
