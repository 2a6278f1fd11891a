import crypto from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { jsonVariants } from '../../../src/verification/explaining/body-variants';
import { agreementOf, NOW, secretOf } from '../calls';
import { BODY, hmacOf, SIGNERS, type Signer, signedCall, titleOf } from '../signers';
import { agreed, check, checkOf, explained, GITHUB, github } from './explained';

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

  test('a call that another secret signed is explained so, after everything else was tried', () => {
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

test('without verification, the explanation says that every call is accepted', () => {
  expect(explained({}, agreementOf('NONE', []))).toEqual({
    judgement: { accepted: true, secretId: null },
    checks: [check('SIGNATURE', null, 'anyone who knows the address are accepted')],
  });
});

test('without a live secret, the explanation says so', () => {
  const { checks } = explained(github('x', 'x'), agreementOf('GITHUB', []));
  expect(checks).toContainEqual(check('SECRET', false, 'no live secret'));
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

  test('is reported with the difference and its direction', () => {
    const late = at(String(NOW - 412));
    expect(late.judgement).toMatchObject({ code: 'STALE' });
    expect(checkOf(late, 'TIMESTAMP')).toEqual({
      name: 'TIMESTAMP',
      passed: false,
      message:
        'The call was signed 412 seconds ago (2025-06-15T14:59:48.000Z), 112 more than the 300 that are tolerated. ' +
        'A call that is not in the log is judged as of now, unless `at` has the time at which it was received.',
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
    expect(checks).toContainEqual(check('TIMESTAMP', false, 'looks like milliseconds; it must be in seconds'));
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

describe('input that is made to take long', () => {
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

  test('JSON is written again up to a limit', () => {
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
