import { gzipSync } from 'node:zlib';
import { agreementOf, NOW, secretOf } from '../calls';
import { BODY } from '../signers';
import { check, checkOf, explained, GITHUB, github } from './explained';

const bodyFault = (signed: string | Buffer, body: string | Buffer, decoded: Buffer | null = null) =>
  checkOf(explained(github(signed, body), GITHUB, NOW, decoded), 'BODY')?.message;

describe('a body that is not what was signed', () => {
  test.each([
    ['{"a":1}\n', '{"a":1}', 'after a line feed was added at the end of the body: 1 byte differs, the first at byte 8'],
    [
      '{"a":1}',
      '{"a":1}\n',
      'after the line break at the end of the body was removed: 1 byte differs, the first at byte 8',
    ],
    [
      '{"a":1}',
      '{"a":1}\r\n',
      'after the line break at the end of the body was removed: 2 bytes differ, the first at byte 8',
    ],
    [
      'x\r\n',
      'x',
      'after a carriage return and line feed were added at the end of the body: 2 bytes differ, the first at byte 2',
    ],
    ['x', ' x \n\t', 'after the white space around the body was removed: 4 bytes differ, the first at byte 1'],
    ['a\nb\nc', 'a\r\nb\r\nc', 'after each CRLF became LF: 2 bytes differ, the first at byte 2'],
    ['a\r\nb\r\nc', 'a\nb\nc', 'after each LF became CRLF: 2 bytes differ, the first at byte 2'],
    ['\ufeffx', 'x', 'after a byte order mark was added at its start: 3 bytes differ, the first at byte 1'],
    ['x', '\ufeffx', 'after the byte order mark at its start was removed: 3 bytes differ, the first at byte 1'],
    ['caf\u00e9', 'cafe\u0301', 'after its letters were composed (Unicode NFC)'],
    ['cafe\u0301', 'caf\u00e9', 'after its letters were decomposed (Unicode NFD)'],
    ['', '{"a":1}', 'with an empty body: 7 bytes differ, the first at byte 1'],
    ['a=b+c', 'a=b%20c', 'after its form was encoded again: 3 bytes differ, the first at byte 4'],
    ['a=b%20c', 'a=b+c', 'after its form was encoded again with %20 for spaces'],
    [
      'a=1&b=2',
      'b=2&a=1',
      'after its form was encoded again with its fields sorted: 4 bytes differ, the first at byte 1',
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
    expect(bodyFault(utf8, latin1)).toContain('after it was read as Latin-1 and written as UTF-8');
    expect(bodyFault('{"a":"Gr\ufffd"}', Buffer.from('{"a":"Gr\xf6"}', 'latin1'))).toContain(
      'bytes that are not UTF-8 were replaced',
    );
  });

  test('compressed, or decompressed on the way', () => {
    expect(bodyFault(BODY, gzipSync(BODY))).toContain('after it was decompressed, although it has no content encoding');
    expect(bodyFault(gzipSync(BODY), BODY)).toContain('after it was compressed with gzip');
  });

  test('under a content encoding, with another end inside', () => {
    const wire = gzipSync(`${BODY}\n`);
    expect(bodyFault(BODY, wire, Buffer.from(`${BODY}\n`))).toBe(
      'The signature is right after the line break at the end of the body was removed: 1 byte differs, the first at byte ' +
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
