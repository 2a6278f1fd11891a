import { jsonLines } from '../../dashboard/src/ui/json-tokens';
import { visibleParts } from '../../dashboard/src/ui/visible-parts';

const shown = (text: string) =>
  jsonLines(text)?.map(({ depth, tokens }) => `${' '.repeat(depth)}${tokens.map((token) => token.text).join('')}`);

test('numbers, duplicate keys and escapes stay as they were sent', () => {
  expect(shown('{"a":90071992547409931234,"a":1.50e+00,"b":"\\u0041\\/"}')).toEqual([
    '{',
    ' "a": 90071992547409931234,',
    ' "a": 1.50e+00,',
    ' "b": "\\u0041\\/"',
    '}',
  ]);
});

test('empty objects and lists stay on one line, and others are indented', () => {
  expect(shown('[{},[],[1,[null]]]')).toEqual(['[', ' {},', ' [],', ' [', '  1,', '  [', '   null', '  ]', ' ]', ']']);
  expect(shown(' "é😀" ')).toEqual(['"é😀"']);
});

test.each(['', '{', '{"a":1]', "{'a':1}", '01', '"a\nb"', 'undefined', '[1]x', '['.repeat(300) + ']'.repeat(300)])(
  'what is no JSON is left as it is: %s',
  (text) => {
    expect(jsonLines(text)).toBeNull();
  },
);

test('keys and values have their kinds', () => {
  const kinds = jsonLines('{"a":"b","c":[1,true]}')?.flatMap(({ tokens }) =>
    tokens.map(({ kind, text }) => `${kind} ${text}`),
  );
  expect(kinds).toEqual(
    expect.arrayContaining(['key "a"', 'string "b"', 'key "c"', 'number 1', 'word true', 'mark {']),
  );
});

test('characters that nobody sees, and those that turn a line, are shown by their number', () => {
  expect(visibleParts('a\u202eb\u200bc\u0000\t\n')).toEqual([
    { text: 'a', hidden: false },
    { text: 'U+202E', hidden: true },
    { text: 'b', hidden: false },
    { text: 'U+200B', hidden: true },
    { text: 'c', hidden: false },
    { text: 'U+0000', hidden: true },
    { text: '\t\n', hidden: false },
  ]);
  expect(visibleParts('عربي <script>')).toEqual([{ text: 'عربي <script>', hidden: false }]);
});
