/** @jest-environment node */
// Forms of calls that nothing has confirmed yet: what reading them may cost is bounded before it is done.
import { createHmac } from 'node:crypto';
import { readContent } from '../../src/verification/call';
import { accepted, agreementOf, type CallParts, callOf, judged, NOW, refused, URL } from './calls';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const SECRET = 'the-auth-token-of-12345';
const MIB = 1024 * 1024;
const TOO_MANY = 'The form has more than 1000 fields, the maximum.';
const fields = (count: number) => Array.from({ length: count }, (_each, at) => `f${at}=${at}`);

afterEach(() => jest.restoreAllMocks());

describe('Twilio', () => {
  const agreement = agreementOf('TWILIO', [SECRET]);
  const call = (body: string, signed: string, headers: object = FORM): CallParts => {
    const signature = createHmac('sha1', SECRET).update(signed).digest('base64');
    return { headers: { ...headers, 'X-Twilio-Signature': signature }, body };
  };

  test.each([
    ['1,001 fields', fields(1_001).join('&')],
    [
      '256 KiB of distinct names',
      fields(30_000)
        .join('&')
        .slice(0, 256 * 1024),
    ],
    ['1 MiB of one name', 'a&'.repeat(MIB / 2)],
    ['1 MiB of separators', '&'.repeat(MIB)],
  ])('a form of %s is refused for it, before any field is read', (_what, body) => {
    const reading = jest.spyOn(global, 'URLSearchParams');
    expect(judged(call(body, URL), agreement)).toEqual(refused('MALFORMED', TOO_MANY));
    expect(reading).not.toHaveBeenCalled();
  });

  test('one of 1,000 fields is read, the values of a repeated name in order and once', () => {
    const pairs = Array.from({ length: 997 }, (_each, at) => [`f${at}`, String(at)] as const);
    const sorted = pairs.toSorted(([one], [other]) => (one < other ? -1 : 1)).flat();
    const body = [...fields(997), 'z=b', 'z=a', 'z=b'].join('&');
    expect(judged(call(body, `${URL}${sorted.join('')}zazb`), agreement)).toEqual(accepted(SECRET));
    const more = judged(call(`${body}&`, `${URL}${sorted.join('')}zazb`), agreement);
    expect(more).toEqual(refused('MALFORMED', TOO_MANY));
  });
});

test('a form of Mailgun is refused for its number of fields, before any is read', () => {
  const reading = jest.spyOn(global, 'URLSearchParams');
  const call = { headers: FORM, body: `timestamp=${NOW}&token=t&signature=s&${'a&'.repeat(MIB / 2)}` };
  expect(judged(call, agreementOf('MAILGUN', [SECRET]))).toEqual(refused('MALFORMED', TOO_MANY));
  expect(reading).not.toHaveBeenCalled();
});

test('so is every other form, also one that a secret confirms', () => {
  const call = callOf({ headers: FORM, body: fields(1_001).join('&') });
  expect(readContent(call, call.body, false)).toEqual({ fault: TOO_MANY });
  const most = callOf({ headers: FORM, body: fields(1_000).join('&') });
  expect(readContent(most, most.body, false)).toMatchObject({ kind: 'FORM' });
});
