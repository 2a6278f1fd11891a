// What is signed in parts can be taken apart in one way only.
import { accepted, agreementOf, judged, NOW, refused } from './calls';
import { hmacOf } from './signers';

describe('an HMAC over parts with separators', () => {
  const settings = { header: 'X-Signature', timestampHeader: 'X-Time', idHeader: 'X-Id' };
  const OLD = NOW - 100_000;
  const verdict = (signed: string, content: string, [id, time, body]: readonly [string, number | string, string]) => {
    const headers = {
      'X-Signature': hmacOf('sha256', 'secret', content).toString('hex'),
      'X-Id': id,
      'X-Time': `${time}`,
    };
    return judged({ headers, body }, agreementOf('HMAC', ['secret'], { ...settings, signed }));
  };

  test.each<[string, string, readonly [string, number | string, string], string]>([
    ['{id}.{timestamp}.{body}', `msg.${OLD}.${NOW}.{}`, [`msg.${OLD}`, NOW, '{}'], '"."'],
    ['{timestamp}:{id}:{body}', `${NOW}:a:b:{}`, [`a:b`, NOW, '{}'], '":"'],
    ['{body}||{id}||{timestamp}', `{}||a||b||${NOW}`, ['a||b', NOW, '{}'], '"||"'],
    ['{body}.{timestamp}.{id}', `{}.${NOW}.a.b`, ['a.b', NOW, '{}'], '"."'],
    ['{id}{timestamp}\n{body}\n{id}', `a\nb${NOW}\n{}\na\nb`, ['a\nb', NOW, '{}'], '"\\n"'],
  ])('%s is not taken apart in another place', (signed, content, parts, separator) => {
    expect(verdict(signed, content, parts)).toEqual(refused('MALFORMED', `X-Id contains ${separator}`));
  });

  test('an id may have what stands elsewhere in what is signed', () => {
    const parts = ['v1.a|b', NOW, '{}'] as const;
    expect(verdict('v1.{id}:{timestamp}:{body}|', `v1.v1.a|b:${NOW}:{}|`, parts)).toEqual(accepted('secret'));
    expect(verdict('{id}{timestamp}{body}', `v1.a|b${NOW}{}`, parts)).toEqual(accepted('secret'));
  });

  test('a time is digits alone', () => {
    expect(verdict('{id}.{timestamp}.{body}', `a.${NOW}.5.{}`, ['a', `${NOW}.5`, '{}'])).toEqual(
      refused('MALFORMED', 'X-Time'),
    );
  });
});
