// The time that is signed, and secrets that come and go.

import { judge } from '../../src/verification/judge';
import { accepted, agreementOf, callOf, judged, NOW, refused, secretOf, TOLERANCE } from './calls';
import { BODY, SIGNERS, type Signer, signedCall, titleOf } from './signers';

const agreed = (signer: Signer, secrets: Parameters<typeof agreementOf>[1] = [signer.secret]) =>
  agreementOf(signer.name, secrets, signer.settings);
const TIMED = SIGNERS.filter((signer) => signer.timed).map((signer) => [titleOf(signer), signer] as const);

describe.each(TIMED)('the time of %s', (_title, signer) => {
  const at = (timestamp: string | number) =>
    judged(signedCall(signer, signer.secret, String(timestamp)), agreed(signer));

  test('may be off by the tolerance in either direction, and not by a second more', () => {
    for (const offset of [-TOLERANCE, 0, TOLERANCE]) expect(at(NOW + offset)).toEqual(accepted(signer.secret));
    const ago = 'signed 301 seconds ago; at most 300 are tolerated';
    expect(at(NOW - TOLERANCE - 1)).toEqual(refused('STALE', ago));
    expect(at(NOW + TOLERANCE + 1)).toEqual(
      refused('STALE', 'signed 301 seconds in the future; at most 300 are tolerated'),
    );
    expect(at(0)).toEqual(refused('STALE', `signed ${NOW} seconds ago`));
    expect(at(99_999_999_999)).toEqual(refused('STALE', 'in the future'));
  });

  test('counts whole seconds', () => {
    const call = callOf(signedCall(signer));
    expect(judge(call, null, agreed(signer), (NOW + TOLERANCE) * 1000 + 999)).toEqual(accepted(signer.secret));
    expect(judge(call, null, agreed(signer), (NOW + TOLERANCE) * 1000 + 1000)).toEqual(refused('STALE'));
    expect(judge(call, null, agreed(signer), (NOW - TOLERANCE) * 1000)).toEqual(accepted(signer.secret));
    expect(judge(call, null, agreed(signer), (NOW - TOLERANCE) * 1000 - 1)).toEqual(refused('STALE'));
  });

  test.each([
    [NOW * 1000, 'looks like milliseconds; it must be in seconds'],
    ['100000000000', 'looks like milliseconds'],
    [NOW * 1e6, 'looks like microseconds'],
    ['1750000000000000000', 'looks like nanoseconds'],
    ['-1', 'has 2 characters; it must be whole seconds since 1970'],
    [-NOW, 'whole seconds'],
    [`+${NOW}`, 'whole seconds'],
    [`${NOW}.5`, 'whole seconds'],
    [`${NOW}.`, 'whole seconds'],
    ['1.75e9', 'whole seconds'],
    ['0x684ED180', 'whole seconds'],
    ['NaN', 'whole seconds'],
    ['Infinity', 'whole seconds'],
    ['2025-06-15T15:06:40Z', 'whole seconds'],
    ['Sun, 15 Jun 2025 15:06:40 GMT', 'whole seconds'],
    ['now', 'whole seconds'],
    ['١٧٥٠٠٠٠٠٠٠', 'whole seconds'],
    ['1750000000 1', 'whole seconds'],
    ['1'.repeat(1_000), 'whole seconds'],
  ])('is refused as %.30p, though it is signed', (timestamp, message) => {
    expect(at(timestamp)).toEqual(refused('MALFORMED', message));
  });

  test('is signed as it is written', () => {
    expect(at(`00${NOW}`)).toEqual(accepted(signer.secret));
    const call = signedCall(signer);
    const headers = Object.entries(call.headers as Record<string, string>).map(
      ([name, value]) => [name, value.replace(String(NOW), `0${NOW}`)] as const,
    );
    expect(judged({ ...call, headers }, agreed(signer))).toEqual(refused('BAD_SIGNATURE'));
  });

  test('is not looked at before a secret has confirmed it', () => {
    const stale = signedCall(signer, signer.otherSecret, String(NOW - 1_000));
    expect(judged(stale, agreed(signer))).toEqual(refused('BAD_SIGNATURE'));
  });
});

describe.each(SIGNERS.map((signer) => [titleOf(signer), signer] as const))('a secret of %s', (_title, signer) => {
  const call = signedCall(signer);
  const expiring = (seconds: number) => secretOf(signer.name, signer.secret, { expiresAt: new Date(seconds * 1000) });
  const other = secretOf(signer.name, signer.otherSecret);

  test('confirms until it expires, beside the one that replaced it', () => {
    expect(judged(call, agreed(signer, [other, expiring(NOW + 1)]))).toEqual(accepted(signer.secret));
    expect(judge(callOf(call), null, agreed(signer, [other, expiring(NOW)]), NOW * 1000 - 1)).toEqual(
      accepted(signer.secret),
    );
  });

  test('that was retired is named by the day, not by itself', () => {
    const message = 'signed with the secret that was retired on 2025-06-15T15:06:40.000Z';
    for (const secrets of [[other, expiring(NOW)], [expiring(NOW)]]) {
      expect(judged(call, agreed(signer, secrets))).toEqual(refused('UNKNOWN_KEY', message));
    }
  });

  test('that never existed and one that has expired have different messages', () => {
    expect(judged(call, agreed(signer, []))).toEqual(
      refused('UNKNOWN_KEY', 'There is no secret yet: give it with rotateWebhookSecret.'),
    );
    const forged = signedCall(signer, signer.otherSecret);
    expect(judged(forged, agreed(signer, [expiring(NOW)]))).toEqual(refused('UNKNOWN_KEY', 'Every secret was retired'));
  });

  test('that was retired long ago is not looked for', () => {
    const retired = Array.from({ length: 10 }, () => ({ ...other, expiresAt: new Date(0) }));
    const judgement = judged(call, agreed(signer, [other, ...retired, expiring(NOW)]));
    expect(judgement).toEqual(refused(signer.shown ? 'UNKNOWN_KEY' : 'BAD_SIGNATURE'));
    expect(judgement).not.toEqual(refused('UNKNOWN_KEY', 'retired'));
  });
});

test('GitLab: the time is signed only where a signature says so', () => {
  const [signed, token] = SIGNERS.filter(({ name }) => name === 'GITLAB') as [Signer, Signer];
  const stale = signedCall(signed, signed.secret, String(NOW - 1_000));
  const headers = { ...(stale.headers as Record<string, string>), 'X-Gitlab-Token': token.secret };
  const call = { headers, body: BODY };
  expect(judged(call, agreementOf('GITLAB', [token.secret]))).toEqual(accepted(token.secret));
  expect(judged(call, agreementOf('GITLAB', [signed.secret]))).toEqual(refused('STALE'));
  const forged = { headers: { ...headers, 'X-Gitlab-Token': 'wrong' }, body: `${BODY} ` };
  expect(judged(forged, agreementOf('GITLAB', [token.secret, signed.secret]))).toEqual(refused('BAD_SIGNATURE'));
});

test('what is signed is the body as it came, or as it was before it was encoded', () => {
  const signer = SIGNERS.find(({ name }) => name === 'GITHUB')!;
  const wire = Buffer.from('stands for gzip');
  const decoded = Buffer.from(BODY);
  const overDecoded = { headers: signer.headers(signer.secret, BODY), body: wire };
  const overWire = { headers: signer.headers(signer.secret, wire.toString()), body: wire };
  for (const call of [overDecoded, overWire]) {
    expect(judged(call, agreed(signer), NOW, decoded)).toEqual(accepted(signer.secret));
    expect(judged(call, agreed(signer), NOW, Buffer.from('other'))).toEqual(
      call === overWire ? accepted(signer.secret) : refused('BAD_SIGNATURE'),
    );
  }
});
