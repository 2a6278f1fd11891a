// What the developer on the phone with a partner is told.
import crypto, { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type Explanation, explainCall } from '../../../src/verification/explaining/explain';
import { jsonVariants } from '../../../src/verification/explaining/json-variants';
import type { Agreement } from '../../../src/verification/judge';
import { agreementOf, type CallParts, callOf, NOW, secretOf, URL } from '../calls';
import { BODY, hmacOf, SIGNERS, type Signer, signedCall, titleOf } from '../signers';

const explained = (call: CallParts, agreement: Agreement, now = NOW, decoded: Buffer | null = null): Explanation =>
  explainCall(callOf(call), decoded, agreement, now * 1000);
const agreed = (signer: Signer, secrets: Parameters<typeof agreementOf>[1] = [signer.secret]) =>
  agreementOf(signer.name, secrets, signer.settings);
const checkOf = ({ checks }: Explanation, name: string) => checks.find((check) => check.name === name);
const check = (name: string, passed: boolean | null, message: string | RegExp) => ({
  name,
  passed,
  message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
});

const GITHUB = agreementOf('GITHUB', ['secret']);
const github = (signed: string | Buffer, body: string | Buffer, key = 'secret'): CallParts => ({
  headers: { 'X-Hub-Signature-256': `sha256=${hmacOf('sha256', key, signed).toString('hex')}` },
  body,
});
const bodyFault = (signed: string | Buffer, body: string | Buffer, decoded: Buffer | null = null) =>
  checkOf(explained(github(signed, body), GITHUB, NOW, decoded), 'BODY')?.message;

describe.each(SIGNERS.map((signer) => [titleOf(signer), signer] as const))('%s', (_title, signer) => {
  test('a call that is right passes every check', () => {
    const { judgement, checks } = explained(signedCall(signer), agreed(signer));
    expect(judgement).toEqual({ accepted: true, secretId: signer.secret });
    expect(checks).toEqual([
      check('HEADERS', true, 'is present and readable'),
      signer.timed ? check('TIMESTAMP', true, 'signed this second') : check('TIMESTAMP', null, 'signs no time'),
      check('SIGNATURE', true, 'is right'),
      check('SECRET', true, 'the live secret made on 1970-01-01T00:00:00.000Z'),
      signer.shown ? check('BODY', null, 'not signed') : check('BODY', true, 'byte for byte'),
    ]);
  });

  test('a call that another secret signed says so, after everything else was tried', () => {
    const { judgement, checks } = explained(signedCall(signer, signer.otherSecret), agreed(signer));
    expect(checks.map(({ name, passed }) => [name, passed])).toEqual([
      ['HEADERS', true],
      ['TIMESTAMP', signer.timed ? true : null],
      ['SIGNATURE', false],
      ['SECRET', null],
    ]);
    expect(judgement).toMatchObject({ accepted: false, message: checkOf({ judgement, checks }, 'SIGNATURE')?.message });
    if (signer.timed) expect(checks[1]?.message).toContain('No secret confirms this.');
  });

  test('a call without its proof says what is missing, and nothing else', () => {
    const { judgement, checks } = explained({ body: BODY }, agreed(signer));
    expect(judgement).toMatchObject({ accepted: false, code: 'NOT_SIGNED' });
    expect(checks).toEqual([check('HEADERS', false, 'missing')]);
  });

  test('the secret that was retired is named by its days', () => {
    const retired = secretOf(signer.name, signer.secret, { expiresAt: new Date('2025-06-01T00:00:00Z') });
    const { judgement, checks } = explained(signedCall(signer), agreed(signer, [signer.otherSecret, retired]));
    expect(judgement).toMatchObject({ code: 'UNKNOWN_KEY' });
    expect(checks).toContainEqual(
      check('SECRET', false, 'made on 1970-01-01T00:00:00.000Z, which was retired on 2025-06-01'),
    );
  });

  test('no message repeats a secret, or a signature that would be right', () => {
    const right = Object.values(signedCall(signer).headers as Record<string, string>).filter(
      (value) => value.length > 20,
    );
    const forged = signedCall(signer, signer.otherSecret);
    for (const call of [forged, { ...forged, body: `${BODY}\n` }, { ...signedCall(signer), body: `${BODY}\n` }]) {
      const text = JSON.stringify(explained(call, agreed(signer)));
      const known = text.replaceAll(JSON.stringify(signer.secret), '');
      for (const secret of [signer.secret, signer.otherSecret, ...right]) expect(known).not.toContain(secret);
    }
  });
});

test('where nothing has to be confirmed, that is said', () => {
  expect(explained({}, agreementOf('NONE', []))).toEqual({
    judgement: { accepted: true, secretId: null },
    checks: [check('SIGNATURE', null, 'anyone who knows the address are accepted')],
  });
});

test('without a live secret, that is said', () => {
  const { checks } = explained(github('x', 'x'), agreementOf('GITHUB', []));
  expect(checks).toContainEqual(check('SECRET', false, 'no live secret'));
});

describe('a body that is not what was signed', () => {
  test.each([
    ['{"a":1}\n', '{"a":1}', 'after a line feed was added at its end: 1 byte differs, the first at byte 8'],
    ['{"a":1}', '{"a":1}\n', 'after the line break at its end was removed: 1 byte differs, the first at byte 8'],
    ['{"a":1}', '{"a":1}\r\n', 'after the line break at its end was removed: 2 bytes differ, the first at byte 8'],
    ['x\r\n', 'x', 'after a carriage return and line feed were added at its end: 2 bytes differ, the first at byte 2'],
    ['x', ' x \n\t', 'after the white space around it was removed: 4 bytes differ, the first at byte 1'],
    ['a\nb\nc', 'a\r\nb\r\nc', 'after each CRLF became LF: 2 bytes differ, the first at byte 2'],
    ['a\r\nb\r\nc', 'a\nb\nc', 'after each LF became CRLF: 2 bytes differ, the first at byte 2'],
    ['\ufeffx', 'x', 'after a byte order mark was added at its start: 3 bytes differ, the first at byte 1'],
    ['x', '\ufeffx', 'after the byte order mark at its start was removed: 3 bytes differ, the first at byte 1'],
    ['caf\u00e9', 'cafe\u0301', 'after its letters were composed (Unicode NFC)'],
    ['cafe\u0301', 'caf\u00e9', 'after its letters were decomposed (Unicode NFD)'],
    ['', '{"a":1}', 'with an empty body: 7 bytes differ, the first at byte 1'],
    ['a=b+c', 'a=b%20c', 'after its form was written anew: 3 bytes differ, the first at byte 4'],
    ['a=b%20c', 'a=b+c', 'after its form was written anew with %20 for spaces'],
    [
      'a=1&b=2',
      'b=2&a=1',
      'after its form was written anew with its fields sorted: 4 bytes differ, the first at byte 1',
    ],
    [JSON.stringify('{"a":1}'), '{"a":1}', 'after the body was written as one JSON string'],
  ])('%j, signed, arrived as %j', (signed, arrived, message) => {
    expect(bodyFault(signed, arrived)).toContain(`The signature is right ${message}`);
  });

  test('in another charset', () => {
    const latin1 = Buffer.from('{"a":"Größe"}', 'latin1');
    const utf8 = Buffer.from('{"a":"Größe"}');
    expect(bodyFault(latin1, utf8)).toBe(
      'The signature is right after it was written in Latin-1: 4 bytes differ, the first at byte 9.',
    );
    expect(bodyFault(utf8, latin1)).toContain('after it was taken for Latin-1 and written in UTF-8');
    expect(bodyFault('{"a":"Gr\ufffd"}', Buffer.from('{"a":"Gr\xf6"}', 'latin1'))).toContain(
      'bytes that are not UTF-8 were replaced',
    );
  });

  test('compressed, or decompressed on the way', () => {
    expect(bodyFault(BODY, gzipSync(BODY))).toContain('after it was decompressed, though no content encoding says so');
    expect(bodyFault(gzipSync(BODY), BODY)).toContain('after it was compressed with gzip');
  });

  test('under a content encoding, with another end inside', () => {
    const wire = gzipSync(`${BODY}\n`);
    expect(bodyFault(BODY, wire, Buffer.from(`${BODY}\n`))).toBe(
      'The signature is right after the line break at its end was removed: 1 byte differs, the first at byte ' +
        `${BODY.length + 1}.`,
    );
  });

  // signatures by Python 3.11: json.dumps(doc, ...), hmac.new(b'secret', ..., hashlib.sha256)
  const ARRIVED =
    '{"type":"invoice.paid","amount":1.0,"name":"Müller & Söhne ' +
    '<x>","url":"https://a/b","list":[1,[],{}],"10":1,"2":{"z":1,"a":2}}';

  test.each([
    ['', '7fa09f02100478ff5258529a35a9cade9228ad465b0e93a1764887cd26a579cb', /a space after each comma.*\\u escapes/],
    [
      'ensure_ascii=False',
      'c7b471adc47b9f3842766fe1ce05bf41d4850b02ca6a1fa333b9e9ac61a9923e',
      /a space after each comma[^\\]*: \d/,
    ],
    [
      'sort_keys=True',
      '456738bd4d516d62408e606f39064bb2fdb101d4e75693919bd74a1bef60bb06',
      /as Python does.*its keys sorted/,
    ],
    [
      "separators=(',',':')",
      '66dbb6321f6d225da8d728fbb713ddf64b948ced3db4f7a9bb925148e54c7b0a',
      /without spaces.*\\u escapes/,
    ],
    [
      'indent=2',
      'ccff7065239f0ec94d091eb77dae83781ecb61821a0d1f870e55146e64cf745a',
      /indented by 2 spaces.*\\u escapes/,
    ],
    [
      'indent=4, ensure_ascii=False',
      '02b499f4e39e1af49fd8de8784806df69f924a1977056a6c4825d760c4c8cd1b',
      /indented by 4 spaces: /,
    ],
    [
      "sort_keys=True, separators=(',',':'), ensure_ascii=False",
      'eb3ddc536dd2554692340ef03704e977a8d74af86994bce4a43f4db7568b7bf0',
      /without spaces, its keys sorted/,
    ],
  ])('written by Python: json.dumps(doc, %s)', (_options, signature, message) => {
    const call = { headers: { 'X-Hub-Signature-256': `sha256=${signature}` }, body: ARRIVED };
    expect(explained(call, GITHUB).checks).toContainEqual(check('BODY', false, message));
  });

  test.each([
    ['JavaScript', JSON.stringify(JSON.parse(ARRIVED)), /numbers and keys as JavaScript keeps them/],
    [
      'JavaScript, indented',
      JSON.stringify(JSON.parse(ARRIVED), null, 2),
      /indented by 2 spaces, with numbers and keys/,
    ],
    ['JavaScript, and a line feed', `${JSON.stringify(JSON.parse(ARRIVED))}\n`, /with a line feed at its end/],
    [
      'PHP',
      ARRIVED.replaceAll('/', '\\/').replace('ü', '\\u00fc').replace('ö', '\\u00f6'),
      /\\u escapes and slashes escaped/,
    ],
    [
      'PHP with JSON_UNESCAPED_UNICODE',
      ARRIVED.replaceAll('/', '\\/'),
      /without spaces, slashes escaped: 3 bytes differ/,
    ],
    ['Go', ARRIVED.replace('&', '\\u0026').replace('<', '\\u003c').replace('>', '\\u003e'), /as Go does/],
  ])('written by %s', (_language, signed, message) => expect(bodyFault(signed, ARRIVED)).toMatch(message));

  test('keeps what JSON does not say: repeated keys and long numbers', () => {
    const arrived = '{"a":12345678901234567890,"a":1e400,"":"\\u0041"}';
    expect(bodyFault('{"a": 12345678901234567890, "a": 1e400, "": "A"}', arrived)).toContain(
      'a space after each comma',
    );
  });

  test('and was signed with a secret that is retired', () => {
    const retired = secretOf('GITHUB', 'old', { expiresAt: new Date(0) });
    const { checks } = explained(github('x\n', 'x', 'old'), agreementOf('GITHUB', ['secret', retired]));
    expect(checks).toContainEqual(check('BODY', false, 'a line feed was added'));
    expect(checks).toContainEqual(check('SECRET', false, 'retired on 1970-01-01T00:00:00.000Z'));
  });
});

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
    ['FRAPPE', 'X-Frappe-Webhook-Signature', `sha256=${digest.toString('base64')}`, 'without what stands before it'],
    [
      'FRAPPE',
      'X-Frappe-Webhook-Signature',
      `sha256=${digest.toString('hex')}`,
      'without what stands before it and in base64',
    ],
  ] as const)('for %s: %s: %s', (name, header, value, message) => {
    expect(found(name, header, value)).toContainEqual(check('SIGNATURE', false, `The signature is right ${message}`));
  });

  test('is not found where it is wrong', () => {
    const wrong = hmacOf('sha256', 'other', 'x').toString('hex');
    expect(found('SHOPIFY', 'X-Shopify-Hmac-Sha256', wrong)).toEqual([
      check('HEADERS', false, 'looks like hex; base64 is right'),
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
      check('HEADERS', false, 'looks like hex; base64 is right'),
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

describe("Twilio's address", () => {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const signedFor = (url: string) => hmacOf('sha1', 'secret', `${url}A1`).toString('base64');

  test.each([
    ['https://x.example/in/abc?a=1', 'http://x.example/in/abc?a=1', 'with http instead of https in the address'],
    ['http://x.example/in/abc', 'https://x.example/in/abc', 'with https instead of http in the address'],
    ['https://x.example/in/abc?a=1', 'https://x.example/in/abc', 'for the address without its query'],
    ['https://x.example/in/abc/?a=1', 'https://x.example/in/abc?a=1', 'for the address without the slash at its end'],
    ['https://x.example/in/abc?a=1', 'https://x.example/in/abc/?a=1', 'for the address with a slash at its end'],
    ['https://x.example/in/ABC', 'https://x.example/in/abc', 'for the address in lower case'],
    ['https://x.example/in/abc?a=1', '/in/abc?a=1', 'for the path and query alone'],
  ])('%s, signed as %s', (url, signed, message) => {
    const call = { url, headers: { ...form, 'X-Twilio-Signature': signedFor(signed) }, body: 'A=1' };
    const { checks } = explained(call, agreementOf('TWILIO', ['secret']));
    expect(checks).toContainEqual(check('SIGNATURE', false, message));
    for (const each of checks) expect(each.message).not.toMatch(/\/in\/abc/i);
  });
});

describe('the time', () => {
  const [standard] = SIGNERS as readonly [Signer];
  const at = (timestamp: string) => explained(signedCall(standard, standard.secret, timestamp), agreed(standard));

  test('is told by how much and in which direction', () => {
    const late = at(String(NOW - 412));
    expect(late.judgement).toMatchObject({ code: 'STALE' });
    expect(checkOf(late, 'TIMESTAMP')).toEqual({
      name: 'TIMESTAMP',
      passed: false,
      message:
        'The call was signed 412 seconds ago (2025-06-15T14:59:48.000Z), 112 more than the 300 that are tolerated. ' +
        'A call that was kept can be judged as of when it was received: ask for that time.',
    });
    expect(checkOf(late, 'SIGNATURE')?.passed).toBe(true);
    expect(checkOf(at(String(NOW + 301)), 'TIMESTAMP')?.message).toBe(
      "The call was signed 301 seconds in the future (2025-06-15T15:11:41.000Z), 1 more than the 300 that are tolerated. The partner's clock is fast, or ours is slow.",
    );
    expect(checkOf(at(String(NOW + 1)), 'TIMESTAMP')?.message).toContain('1 second in the future');
  });

  test('is seen to be off by a time zone', () => {
    expect(checkOf(at(String(NOW + 7_200 + 12)), 'TIMESTAMP')?.message).toContain(
      'That is 2 hours: the partner may sign local time',
    );
    expect(checkOf(at(String(NOW - 3_600)), 'TIMESTAMP')?.message).toContain('That is 1 hour: ');
    expect(checkOf(at(String(NOW - 1_800)), 'TIMESTAMP')?.message).not.toContain('hour');
  });

  test('in milliseconds is named, and what is signed is looked at all the same', () => {
    const { judgement, checks } = at(String(NOW * 1000));
    expect(judgement).toMatchObject({ code: 'MALFORMED' });
    expect(checks).toContainEqual(check('TIMESTAMP', false, 'looks like milliseconds; seconds are right'));
    expect(checks).toContainEqual(check('SIGNATURE', true, 'is right'));
    expect(checks).toContainEqual(check('BODY', true, 'byte for byte'));
  });

  test('of a certificate', () => {
    const certificate = { fingerprint: Buffer.alloc(32), subject: 'CN=p', validFrom: 0, validTo: NOW * 1000 };
    const agreement = agreementOf('MTLS', ['00'.repeat(32)]);
    expect(explained({ certificate }, agreement).checks).toContainEqual(check('TIMESTAMP', true, 'valid now'));
    expect(explained({ certificate }, agreement, NOW + 1).checks).toContainEqual(
      check('TIMESTAMP', false, 'expired on 2025-06-15'),
    );
  });
});

describe('what was made to take long', () => {
  const secrets = Array.from({ length: 10 }, (_, index) => `secret-${index}`);
  const HUGE: readonly [string, string][] = [
    [
      'JSON of 256 KiB with everything that is written in two ways',
      JSON.stringify(Array(6_000).fill({ 'ü/<1>': [1.5, '\u0001ö'] })),
    ],
    ['JSON of 5 MB', JSON.stringify('x'.repeat(5_000_000))],
    ['one string of 250 kB', JSON.stringify('\\"ü'.repeat(50_000))],
    ['lists in lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['keys by the thousand', `{${Array.from({ length: 20_000 }, (_, index) => `"${index}":1`).join()}}`],
    ['white space', ' '.repeat(1_000_000)],
    ['white space and an end', `${' '.repeat(1_000_000)}x`],
    ['line breaks', '\n'.repeat(1_000_000)],
    ['a form', Array.from({ length: 50_000 }, (_, index) => `k${index}=%20`).join('&')],
    ['a bomb', gzipSync(Buffer.alloc(100 * 1024 * 1024)).toString('latin1')],
  ];

  test.each(HUGE)('%s', (_what, text) => {
    const body = Buffer.from(text, text.startsWith('\u001f') ? 'latin1' : 'utf8');
    const hmacs = jest.spyOn(crypto, 'createHmac');
    const { judgement, checks } = explained(github('other', body), agreementOf('GITHUB', secrets));
    expect(judgement).toMatchObject({ code: 'BAD_SIGNATURE' });
    expect(checks).toContainEqual(check('SECRET', null, 'any of 10 live secrets'));
    expect(hmacs.mock.calls.length).toBeGreaterThan(20);
    expect(hmacs.mock.calls.length).toBeLessThan(3_100);
    hmacs.mockRestore();
  });

  test('JSON is written anew up to a limit', () => {
    const lengths = (text: string) => Array.from(jsonVariants(Buffer.from(text)), ({ value }) => value.length);
    const most = `["${'ü/<'.repeat(20_000)}",${'1.0,'.repeat(30_000)}{"b":1,"a":2}]`;
    const written = lengths(most);
    expect(written.length).toBeGreaterThan(20);
    expect(written.reduce((sum, length) => sum + length)).toBeLessThan(32 * 1024 * 1024);
    expect(lengths(JSON.stringify('x'.repeat(256 * 1024)))).toEqual([]);
    expect(lengths('{"a":1')).toEqual([]);
  });

  test('headers of the greatest length', () => {
    for (const value of [
      ' '.repeat(100_000),
      `a${' '.repeat(100_000)}b`,
      'a='.repeat(50_000),
      'A'.repeat(100_000),
      '"'.repeat(100_000),
    ]) {
      const { judgement } = explained({ headers: { 'X-Hub-Signature-256': value }, body: 'x' }, GITHUB);
      expect(judgement).toMatchObject({ code: 'MALFORMED' });
    }
  });
});
