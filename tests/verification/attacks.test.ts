// Forged calls: for every provider, each is refused with the right code and a sentence that names the fault.
import type { VerificationSecret } from '../../src/verification/claim';
import { judge } from '../../src/verification/judge';
import { accepted, agreementOf, type CallParts, callOf, judged, NOW, refused, secretOf } from './calls';
import { BODY, SIGNERS, type Signer, signedCall, titleOf } from './signers';

const CASES = SIGNERS.map((signer) => [titleOf(signer), signer] as const);
const agreed = (signer: Signer, secrets: readonly (string | VerificationSecret)[] = [signer.secret]) =>
  agreementOf(signer.name, secrets, signer.settings);
const mismatch = (signer: Signer) => refused(signer.shown ? 'UNKNOWN_KEY' : 'BAD_SIGNATURE');
const headersOf = (call: CallParts) => Object.entries(call.headers as Record<string, string>);
const withHeader = (call: CallParts, name: string, ...values: string[]): CallParts => ({
  ...call,
  headers: [...headersOf(call).filter(([each]) => each !== name), ...values.map((value) => [name, value] as const)],
});

describe.each(CASES)('%s', (_title, signer) => {
  const call = signedCall(signer);
  const proving = headersOf(call).map(([name]) => name);

  test('accepts what is signed as it should be, headers in any case and order', () => {
    expect(judged(call, agreed(signer))).toEqual(accepted(signer.secret));
    const shuffled = headersOf(call).reverse();
    for (const changed of [(name: string) => name.toUpperCase(), (name: string) => name.toLowerCase()]) {
      const headers = shuffled.map(([name, value]) => [changed(name), value] as const);
      expect(judged({ ...call, headers }, agreed(signer))).toEqual(accepted(signer.secret));
    }
  });

  test('refuses another body, unless nothing is signed', () => {
    for (const body of [`${BODY} `, BODY.slice(1), '', BODY.replace('1', '2'), `\ufeff${BODY}`, BODY.toUpperCase()]) {
      expect(judged({ ...call, body }, agreed(signer))).toEqual(
        signer.shown ? accepted(signer.secret) : mismatch(signer),
      );
    }
  });

  test('refuses what another secret signed', () => {
    expect(judged(signedCall(signer, signer.otherSecret), agreed(signer))).toEqual(mismatch(signer));
    expect(judged(call, agreed(signer, [signer.otherSecret]))).toEqual(mismatch(signer));
  });

  test('says which header is missing', () => {
    for (const name of proving)
      expect(judged(withHeader(call, name), agreed(signer))).toEqual(refused('NOT_SIGNED', name));
    expect(judged({ body: BODY }, agreed(signer))).toEqual(refused('NOT_SIGNED'));
  });

  test('says which header is there more than once, equal or not', () => {
    for (const [name, value] of headersOf(call)) {
      const twice = judged(withHeader(call, name, value, value), agreed(signer));
      expect(twice).toEqual(refused('MALFORMED', `${name} occurs 2 times`));
      const often = judged(withHeader(call, name, ...Array(100).fill(value)), agreed(signer));
      expect(often).toEqual(refused('MALFORMED', `${name} occurs 100 times`));
      expect(judged(withHeader(call, name, '', value), agreed(signer))).toEqual(refused('MALFORMED', name));
    }
  });

  test('says which header is empty', () => {
    for (const name of proving) {
      for (const value of ['', ' ', '\t']) {
        expect(judged(withHeader(call, name, value), agreed(signer))).toEqual(refused('MALFORMED', `${name} is empty`));
      }
    }
  });

  const NONSENSE = [
    ...[
      '',
      ' ',
      '\t',
      ',',
      '=',
      '.',
      'v1',
      'v1,',
      'v1a,',
      'v1,,',
      'sha256=',
      'sha1=',
      't=',
      't=,v1=',
      'v0=',
      'Basic',
      'Bearer',
    ],
    ...[
      'null',
      'undefined',
      '{}',
      '[object Object]',
      '0',
      '-1',
      '\u0000',
      'v1,\u0000',
      'é',
      '🧾',
      '\ud800',
      '٣',
      '"',
      "' or 1=1",
    ],
    ...[
      'Basic ====',
      'Basic OmE',
      'Bearer',
      'sig:',
      'sig:!',
      `v1,${'A'.repeat(100_000)}`,
      '='.repeat(100_000),
      '🧾'.repeat(10_000),
    ],
  ];

  test('refuses nonsense in any header, and never throws', () => {
    for (const name of proving) {
      for (const value of NONSENSE) {
        const judgement = judged(withHeader(call, name, value), agreed(signer));
        expect(judgement).toMatchObject({
          accepted: false,
          code: expect.stringMatching(/^(MALFORMED|BAD_SIGNATURE|UNKNOWN_KEY)$/),
        });
      }
    }
  });

  test('refuses parts of a proof, and a proof with something before or after it', () => {
    for (const [name, value] of headersOf(call)) {
      for (const changed of [
        value.slice(0, -1),
        value.slice(1),
        `${value}A`,
        `${value}=`,
        `${value}\n`,
        `${value}\u0000`,
        `x${value}`,
      ]) {
        expect(judged(withHeader(call, name, changed), agreed(signer))).toMatchObject({ accepted: false });
      }
    }
  });

  test('takes white space around a value for what RFC 9110 says: no part of it', () => {
    for (const [name, value] of headersOf(call)) {
      expect(judged(withHeader(call, name, ` \t${value}\t `), agreed(signer))).toEqual(accepted(signer.secret));
    }
  });

  test('refuses the right secret of the wrong kind', () => {
    for (const kind of ['V1', 'V1A', 'TEXT', 'CERTIFICATE'] as const) {
      const right = secretOf(signer.name, signer.secret);
      if (kind === right.kind || (signer.name === 'HMAC' && kind !== 'V1A' && kind !== 'CERTIFICATE')) continue;
      expect(judged(call, agreed(signer, [{ ...right, kind }]))).toEqual(mismatch(signer));
    }
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(32), Buffer.alloc(1_000)]) {
      const other = { ...secretOf(signer.name, signer.secret), kind: 'V1A', bytes } as const;
      expect(judged(call, agreed(signer, [other]))).toEqual(mismatch(signer));
    }
  });

  test('has no message that repeats a secret, or a signature that would be right', () => {
    const { headers } = signedCall(signer, signer.otherSecret);
    const right = Object.values(call.headers as Record<string, string>).filter((value) => value.length > 20);
    const calls = [
      { headers, body: BODY },
      ...proving.flatMap((name) => NONSENSE.map((value) => withHeader(call, name, value))),
      ...headersOf(call).map(([name, value]) => withHeader(call, name, value.slice(0, -1))),
    ];
    for (const each of calls) {
      const judgement = judged(each, agreed(signer));
      const message = judgement.accepted ? '' : judgement.message;
      expect(message).toMatch(/^[A-Zt-v].{10,300}\.$/s);
      for (const secret of [signer.secret, signer.otherSecret, ...right]) expect(message).not.toContain(secret);
    }
  });

  test('reads megabytes of body and a hundred other headers without minding', () => {
    const body = 'x'.repeat(5_000_000);
    const headers = [
      ...Object.entries(signer.headers(signer.secret, body)),
      ...Array.from({ length: 100 }, () => ['X-Other', 'x'.repeat(100)] as const),
    ];
    expect(judged({ headers, body }, agreed(signer))).toEqual(accepted(signer.secret));
  });
});

test('what is signed cannot be taken apart in another place', () => {
  const [standard] = SIGNERS as readonly [Signer];
  const headers = standard.headers(standard.secret, `${NOW}.x`, String(NOW));
  const moved = { ...headers, 'webhook-id': `msg_1.${NOW}`, 'webhook-timestamp': String(NOW) };
  expect(judged({ headers: moved, body: 'x' }, agreed(standard))).toEqual(refused('MALFORMED', 'full stop'));
});

test('a prefix without a token behind it is malformed', () => {
  const agreement = agreementOf('TOKEN', ['a-long-token'], { header: 'X-Token', prefix: 'tok_' });
  expect(judged({ headers: { 'X-Token': 'tok_' } }, agreement)).toEqual(refused('MALFORMED'));
});

describe('a token in the query', () => {
  const agreement = agreementOf('TOKEN', ['gehéim &=+'], { query: 'key' });
  const verdict = (query: string) => judged({ url: `https://x.example/in/a${query}` }, agreement);

  test('is read decoded, and found among others', () => {
    expect(verdict('?key=geh%C3%A9im+%26%3D%2B')).toEqual(accepted('gehéim &=+'));
    expect(verdict('?a=1&key=geh%C3%A9im%20%26%3D%2B&keys=2')).toEqual(accepted('gehéim &=+'));
    expect(verdict('?key=geh%C3%A9im+%26%3D%2B&a=?')).toEqual(accepted('gehéim &=+'));
  });

  test.each([
    ['', 'NOT_SIGNED'],
    ['?', 'NOT_SIGNED'],
    ['?KEY=x', 'NOT_SIGNED'],
    ['?key', 'MALFORMED'],
    ['?key=', 'MALFORMED'],
    ['?key=geh%C3%A9im+%26%3D%2B&key=geh%C3%A9im+%26%3D%2B', 'MALFORMED'],
    ['?key=%', 'UNKNOWN_KEY'],
    ['?key=gehéim', 'UNKNOWN_KEY'],
    [`?key=${'x'.repeat(100_000)}`, 'UNKNOWN_KEY'],
  ] as const)('is refused: %.40s', (query, code) => expect(verdict(query)).toEqual(refused(code)));
});

describe('Basic', () => {
  const basic = (value: string) =>
    judged({ headers: { Authorization: value } }, agreementOf('BASIC', ['secret'], { username: 'ü' }));
  const encoded = (text: string, encoding: BufferEncoding = 'utf8') =>
    `Basic ${Buffer.from(text, encoding).toString('base64')}`;

  test.each([
    [encoded('ü:secret'), accepted('secret')],
    [encoded('ü:secret').replace(' ', '  '), accepted('secret')],
    [encoded('ü:secret', 'latin1'), refused('UNKNOWN_KEY', 'user name')],
    [encoded('u:secret'), refused('UNKNOWN_KEY', 'user name')],
    [encoded('ü:Secret'), refused('UNKNOWN_KEY', 'password')],
    [encoded('ü:'), refused('UNKNOWN_KEY', 'password')],
    [encoded(':secret'), refused('UNKNOWN_KEY', 'user name')],
    [encoded('ü'), refused('MALFORMED', 'colon')],
    [encoded(''), refused('MALFORMED', 'colon')],
    ['Basic', refused('MALFORMED', 'colon')],
    ['Basic ü:secret', refused('MALFORMED', 'colon')],
    [encoded('ü:secret').replace('Basic', 'Bearer'), refused('MALFORMED', 'scheme Basic')],
    [encoded('ü:secret').replace('Basic ', ''), refused('MALFORMED', 'scheme Basic')],
    [encoded('ü:secret').replace('Basic ', 'Basic'), refused('MALFORMED', 'scheme Basic')],
  ])('%s', (value, judgement) => expect(basic(value)).toEqual(judgement));
});

describe('a client certificate', () => {
  const fingerprint = Buffer.alloc(32, 7);
  const certificate = {
    fingerprint,
    subject: 'CN=partner',
    validFrom: (NOW - 100) * 1000,
    validTo: (NOW + 100) * 1000,
  };
  const agreement = agreementOf('MTLS', [fingerprint.toString('hex')]);
  const verdict = (parts: object | null, now = NOW) =>
    judge(callOf({ certificate: parts && { ...certificate, ...parts } }), null, agreement, now * 1000);

  test('is known by its fingerprint, from the first to the last moment of its validity', () => {
    for (const now of [NOW - 100, NOW, NOW + 100])
      expect(verdict({}, now)).toEqual(accepted(fingerprint.toString('hex')));
  });

  test('is refused when it is missing, another one, or not valid now', () => {
    expect(verdict(null)).toEqual(refused('NOT_SIGNED', 'client certificate'));
    expect(verdict({ fingerprint: Buffer.alloc(32, 8) })).toEqual(refused('UNKNOWN_KEY', '"CN=partner"'));
    expect(verdict({ fingerprint: Buffer.alloc(0) })).toEqual(refused('UNKNOWN_KEY'));
    expect(verdict({}, NOW + 101)).toEqual(refused('STALE', 'expired on 2025-06-15T15:08:20.000Z'));
    expect(verdict({}, NOW - 101)).toEqual(refused('STALE', 'not valid before 2025-06-15T15:05:00.000Z'));
    expect(verdict({ fingerprint: Buffer.alloc(32, 8) }, NOW + 101)).toEqual(refused('UNKNOWN_KEY'));
  });
});

test('nothing has to be confirmed where that was agreed on', () => {
  expect(judged({}, agreementOf('NONE', []))).toEqual(accepted(null));
  expect(judged({ headers: { 'X-Hub-Signature-256': 'x' }, body: '\u0000' }, agreementOf('NONE', []))).toEqual(
    accepted(null),
  );
});
