/** @jest-environment node */
// Several signatures in one call, as while a secret is replaced: any that is right is enough.
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { accepted, agreementOf, type CallParts, judged, NOW, refused } from './calls';
import { BODY, SIGNERS, type Signer, signedCall } from './signers';

const [standard, , , , , stripe] = SIGNERS as readonly [Signer, Signer, Signer, Signer, Signer, Signer];
const agreed = (signer: Signer) => agreementOf(signer.name, [signer.secret], signer.settings);
const withHeader = (call: CallParts, name: string, value: string): CallParts => ({
  ...call,
  headers: { ...(call.headers as Record<string, string>), [name]: value },
});

// the library asks the clock
beforeAll(() => jest.spyOn(Date, 'now').mockReturnValue(NOW * 1000));
afterAll(() => jest.restoreAllMocks());

describe('several signatures', () => {
  const wrong = signedCall(standard, standard.otherSecret).headers as Record<string, string>;

  test.each([
    [10, accepted(standard.secret)],
    [11, refused('MALFORMED', 'has 11 signatures; at most 10')],
    [10_000, refused('MALFORMED', 'has 10000 signatures')],
  ])('of Standard Webhooks: %d', (count, judgement) => {
    const call = signedCall(standard);
    const right = (call.headers as Record<string, string>)['webhook-signature']!;
    const others = Array(count - 1).fill(wrong['webhook-signature']);
    expect(judged(withHeader(call, 'webhook-signature', [...others, right].join(' ')), agreed(standard))).toEqual(
      judgement,
    );
  });

  test.each([
    [10, accepted(stripe.secret)],
    [11, refused('MALFORMED', 'has 11 signatures; at most 10')],
  ])('of Stripe: %d', (count, judgement) => {
    const [timestamp, right] = (signedCall(stripe).headers as Record<string, string>)['Stripe-Signature']!.split(',');
    const value = [timestamp, ...Array(count - 1).fill(`v1=${'00'.repeat(32)}`), right].join();
    expect(judged({ headers: { 'Stripe-Signature': value }, body: BODY }, agreed(stripe))).toEqual(judgement);
  });

  const MALFORMED_ENTRIES = [
    ['v1,abc', 'not base64'],
    [`v1,${'A'.repeat(27)}=`, '20 bytes, as HMAC-SHA1 makes them; HMAC-SHA256 makes 32'],
    [`v1,${'ab'.repeat(32)}`, 'looks like hex; it must be base64'],
    [`v1a,${'A'.repeat(43)}=`, '32 bytes, as HMAC-SHA256 makes them; ed25519 makes 64'],
    ['A'.repeat(44), 'without a version'],
    ['v1,', 'is empty'],
  ] as const;

  test.each(MALFORMED_ENTRIES)('%s is passed over beside a right one, and said where it is alone', (other, what) => {
    const call = signedCall(standard);
    const right = (call.headers as Record<string, string>)['webhook-signature']!;
    const verdict = (value: string) => judged(withHeader(call, 'webhook-signature', value), agreed(standard));
    for (const value of [`${other} ${right}`, `${right} ${other}`, `v2,?? ${other} ${right} v9,x`]) {
      const headers = { ...(call.headers as Record<string, string>), 'webhook-signature': value };
      expect(() => new StandardWebhook(standard.secret).verify(BODY, headers)).not.toThrow();
      expect(verdict(value)).toEqual(accepted(standard.secret));
    }
    expect(verdict(other)).toEqual(refused('MALFORMED', what));
    expect(verdict(`${other} v2,x`)).toEqual(refused('MALFORMED', what));
    expect(verdict(`${other} ${wrong['webhook-signature']}`)).toEqual(refused('BAD_SIGNATURE'));
    expect(verdict('v2,x')).toEqual(refused('MALFORMED', 'no signature of version v1 or v1a'));
  });

  test.each([
    ['potato', 'is not hex'],
    ['', 'is empty'],
    ['00'.repeat(20), '20 bytes, as HMAC-SHA1 makes them'],
  ])('v1=%s of Stripe is passed over beside a right one, and said where it is alone', (other, what) => {
    const [timestamp, right] = (signedCall(stripe).headers as Record<string, string>)['Stripe-Signature']!.split(',');
    const verdict = (...elements: (string | undefined)[]) =>
      judged({ headers: { 'Stripe-Signature': [timestamp, ...elements].join() }, body: BODY }, agreed(stripe));
    expect(verdict(right, `v1=${other}`)).toEqual(accepted(stripe.secret));
    expect(verdict(`v1=${other}`, right)).toEqual(accepted(stripe.secret));
    expect(verdict(`v1=${other}`)).toEqual(refused('MALFORMED', what));
    expect(verdict(`v1=${other}`, `v1=${'00'.repeat(32)}`)).toEqual(refused('BAD_SIGNATURE'));
  });

  test("as Stripe's library does", () => {
    const value = (signedCall(stripe).headers as Record<string, string>)['Stripe-Signature'];
    const library = new Stripe('sk_test_x').webhooks;
    for (const header of [`${value},v1=potato`, `${value},v1=${'00'.repeat(20)}`])
      expect(() => library.constructEvent(BODY, header, stripe.secret, 300, undefined, NOW * 1000)).not.toThrow();
  });

  test('two times of Stripe are one too many', () => {
    const value = (signedCall(stripe).headers as Record<string, string>)['Stripe-Signature'];
    const judgement = judged({ headers: { 'Stripe-Signature': `t=1,${value}` }, body: BODY }, agreed(stripe));
    expect(judgement).toEqual(refused('MALFORMED', 'has 2 timestamps'));
  });
});
