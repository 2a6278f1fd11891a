import { syntaxErrorOf } from './json-parts';

describe('malformed JSON', () => {
  it.each([
    ['', 'line 1, column 1: expected a value, found the end of the text.'],
    ['{"a":1,\n "b":}', 'line 2, column 6: expected a value, found "}".'],
    ['{"a":1,}', 'line 1, column 8: expected a key in double quotes, found "}".'],
    ["{'a':1}", 'line 1, column 2: expected a key in double quotes, found "\'a\':1}".'],
    ['{"a" 1}', 'line 1, column 6: expected a colon after the key, found "1}".'],
    ['[1 2]', 'line 1, column 4: expected a comma or ], found "2]".'],
    ['{"a":[1}', 'line 1, column 8: expected a comma or ], found "}".'],
    ['[1,]', 'line 1, column 4: expected a value, found "]".'],
    ['[1] x', 'line 1, column 5: expected the end of the text, found "x".'],
    ['[01]', 'line 1, column 2: expected a number such as 10, -0.5 or 1e3, found "01]".'],
    ['[NaN]', 'line 1, column 2: expected a value, found "NaN]".'],
    ['\ufeff{}', 'line 1, column 1: expected a value, found "\ufeff{}".'],
    ['\n\n  "abc', 'line 3, column 7: expected a quote that ends the string "abc, found the end of the text.'],
    [
      '"a\tb"',
      'line 1, column 3: expected control characters in a string to be written as \\n, \\t or \\u00XX, found "\\tb\\"".',
    ],
    [
      '"\\x"',
      'line 1, column 2: expected one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX, found "\\\\x\\"".',
    ],
  ])('such as %j names the place and what was expected', (text, message) => {
    expect(syntaxErrorOf(text)).toBe(`The JSON is malformed at ${message}`);
  });

  it.each(['[1.]', '[.5]', '[-]', '[+1]', '[1e]', '[1.5.2]', '[truex]', '[tru]', '{', '[', '"', '"\\', '"\\u12', ']'])(
    'such as %s is refused',
    (text) => expect(syntaxErrorOf(text)).toContain('The JSON is malformed at line 1'),
  );

  it('is never echoed at length', () => {
    expect(syntaxErrorOf(`["${'x'.repeat(1_000_000)}`)!.length).toBeLessThan(250);
    expect(syntaxErrorOf(`[${'x'.repeat(1_000_000)}]`)!.length).toBeLessThan(250);
  });
});
