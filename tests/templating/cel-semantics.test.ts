import { conditionFault, decide } from './subjects';

const document = '{"big": 9223372036854775808, "zero": 0, "minus": -0.0, "five": 5, "list": [], "map": {}, "s": "💥"}';

/** By sections of cel-spec, doc/langdef.md. */
const TRUE: Record<string, string[]> = {
  'numbers of different types compare by their values, also where a double has no place for them': [
    '9223372036854775807 != 9223372036854775808.0',
    '9223372036854775807 != doc.big',
    '!(9223372036854775807 < 9223372036854775808.0) && !(doc.big > 9223372036854775807)',
    'doc.big <= 9223372036854775807 && 9223372036854775807 >= 9223372036854775808.0 && 9223372036854775806 < 1e19',
    '18446744073709551615u < 18446744073709551616.0',
    '18446744073709551615u != 18446744073709551616.0',
    '9007199254740993 != 9007199254740992.0 && 9007199254740993 > 9007199254740992.0',
    '!(9007199254740993 in [9007199254740992.0])',
    '1u == 1 && 1 == 1u && 1u == 1.0 && -1 != 1u && -1 < 1u',
    '0.0 == -0.0 && doc.zero == doc.minus',
  ],
  'letters and white space as the extension of strings says': [
    '"TacoCÆt".lowerAscii() == "tacocÆt" && "tacoCαt".upperAscii() == "TACOCαT"',
    '"\\u0085\\u00a0\\u1680text".trim() == "text" && "\\ufefftext\\u200b".trim() == "\\ufefftext\\u200b"',
    '9223372036854775807 > 0 && -9223372036854775808 < 0 && 18446744073709551615u > 0u',
  ],
  'also in lists and objects': [
    '1u in [1, 2] && 1 in [1u] && 1.0 in [1u] && 1u in [1.0] && !(1.5 in [1, 2])',
    'doc.five in [5u] && 5u in [doc.five] && doc.five == 5u',
    '[1u] == [1] && [1] == [1u] && [1u, 2] == [1, 2u] && [1u] == [1.0] && [1u] != [2]',
    '[[1, 2u]] == [[1.0, 2]]',
    'dyn({"a": 1u}) == {"a": 1} && dyn({"a": 1u}) != {"b": 1}',
    '{"a": 1} != {"a": 1, "b": 2} && {"a": 1, "b": 2} != {"a": 1} && dyn({"a": null}) != {"b": null}',
  ],
  'bytes are those of UTF-8, with escapes for single ones': [
    'size(b"\\xff") == 1 && b"\\xff" == b"\\377"',
    'size(b"ÿ") == 2 && b"ÿ" == b"\\303\\277" && bytes("ÿ") == b"ÿ"',
    'size(b"💥\\n") == 5',
    "b'''\\xff''' == b\"\\377\"",
    'b"\\x01\\x02" < b"\\x01\\x03" && b"" < b"a" && b"b" >= b"a"',
  ],
  'time is in nanoseconds': [
    'timestamp("2025-01-01T00:00:00.123456789Z") > timestamp("2025-01-01T00:00:00.123456788Z")',
    'timestamp("2025-01-01T00:00:00.123456789Z") != timestamp("2025-01-01T00:00:00.123456788Z")',
    'timestamp("2025-01-01T00:00:00.5Z") == timestamp("2025-01-01T00:00:00.500000000Z")',
    'timestamp("2025-01-01T00:00:00Z") + duration("1ns") > timestamp("2025-01-01T00:00:00Z")',
    'timestamp("2025-01-01T00:00:00.000000001Z") - timestamp("2025-01-01T00:00:00Z") == duration("1ns")',
    'timestamp("1969-12-31T23:59:59.999999999Z") < timestamp("1970-01-01T00:00:00Z")',
    'duration("1ns") > duration("0s")',
  ],
  'a duration may be negative, with a fraction': [
    'duration("-0.5s") + duration("1s") == duration("0.5s")',
    'duration("1s") - duration("1.5s") == duration("-0.5s") && (duration("1s") - duration("1.5s")).getSeconds() == 0',
    '(timestamp("2025-01-01T00:00:00.5Z") - timestamp("2025-01-01T00:00:01Z")).getSeconds() == 0',
    '(timestamp("2025-01-01T00:00:00.5Z") - timestamp("2025-01-01T00:00:02Z")).getMilliseconds() == -1500',
    'timestamp("2025-01-01T00:00:01Z") + duration("-0.5s") == timestamp("2025-01-01T00:00:00.5Z")',
  ],
  'texts have the order of their code points': [
    '"💥" > "\\uffff" && doc.s > "\\uffff" && "\\uffff" < doc.s',
    '!(doc.s <= "\\uffff") && doc.s >= "\\uffff"',
    '"a" < "b" && "a" < "aa" && "" < "a" && "a" <= "a"',
  ],
  'places in texts count characters': [
    '"💥a💥b".indexOf("b") == 3 && "💥a💥b".indexOf("💥", 1) == 2 && "💥a".indexOf("x") == -1',
    '"💥a💥b".lastIndexOf("💥") == 2 && "💥a💥b".lastIndexOf("💥", 1) == 0 && "💥a".lastIndexOf("") == 2',
    '"💥a💥".indexOf("", 3) == 3 && "💥a💥".indexOf("") == 0',
    '"💥a💥b".substring(1) == "a💥b" && "💥a💥b".substring(2, 3) == "💥" && doc.s.substring(1) == ""',
    '"💥a💥".split("") == ["💥", "a", "💥"] && "💥a💥".split("", 2) == ["💥", "a💥"] && "💥a💥".split("", 0) == []',
    '"💥a💥".split("", -1).size() == 3 && "💥a💥".split("a") == ["💥", "💥"]',
    'doc.s.substring(0, size(doc.s)) == doc.s && "abc".substring(1, 2) == "b" && "aba".lastIndexOf("a") == 2',
  ],
  'a number may begin with its point': [
    '.99 < 1.0 && doc.five>.99 && [.5][0] == .5 && doc.five+.5 == 5.5 && .5e1 == 5.0',
    '" .5" == " " + ".5" && size(".5") == 2 && r"\\.5" == "\\\\.5" // .5',
  ],
  'has() takes what is no variable': [
    'has({"a": 1}.a) && !has({"a": 1}.b) && !has({}.a)',
    'has({"a": {"b": 1}}.a.b) && has([{"a": 1}][0].a) && !has(doc.map.a)',
  ],
  'macros run over lists that are empty': [
    '[].all(x, x > 0) && ![].exists(x, x > 0) && ![].exists_one(x, x > 0)',
    '[].map(x, x * 2) == [] && [].filter(x, x > 0) == [] && [].map(x, x > 0, x) == []',
    '[].all(x, x.foo == "a") && [[]].all(x, x.all(y, y > 1)) && {}.all(k, k == "a")',
    'doc.list.all(x, x > 0) && doc.list == []',
  ],
};

describe.each(Object.entries(TRUE))('%s', (_, conditions) => {
  test.each(conditions)('%s', (condition) => {
    expect(conditionFault(condition)).toBeNull();
    expect(decide(condition, document)).toBe(true);
  });
});

test.each([
  ['5 / doc.zero == 1', '5 / doc.zero (line 1, column 1) divides by zero.'],
  ['doc.five / doc.zero > 1', 'divides by zero'],
  ['doc.five / 0 > 1', 'divides by zero'],
  ['doc.five / 0.0 > 1.0', 'divides by zero'],
  ['1 / doc.minus < 0', 'divides by zero'],
  ['doc.zero / doc.zero != 1', 'divides by zero'],
  ['doc.five % doc.zero == 1', 'divides by zero'],
  ['doc.five % 0 == 1', 'divides by zero'],
  ['5 / 0 == 1', 'divides by zero'],
  ['5u / 0u == 1u', 'divides by zero'],
  ['-(-9223372036854775808) > 0', 'is outside of the range of int'],
  ['-9223372036854775808 / -1 > 0', 'is outside of the range of int'],
  ['int(doc.big) > 0', 'int(doc.big) (line 1, column 1) is outside of the range of int.'],
  ['.5 > 1.0 || doc.five / doc.zero > 1', 'doc.five / doc.zero (line 1, column 13) divides by zero.'],
])('%s is an error that names what is wrong, not a value', (condition, expected) => {
  expect(decide(condition, document)).toContain(expected);
});

test('an error does not decide where the other side does', () => {
  expect(decide('doc.five / doc.zero > 1 || doc.five == 5', document)).toBe(true);
});

test.each([
  ['doc.a = 1', 'Unexpected character: = at line 1, column 7. Write == to compare.'],
  ['doc.a <> 1', 'Unexpected token: GT at line 1, column 8. Write != for unequal.'],
  ['doc.a and doc.b', 'Unexpected word: and at line 1, column 7. Write && for and, || for or, ! for not.'],
  ['doc.a OR doc.b', 'Unexpected word: OR at line 1, column 7. Write && for and, || for or, ! for not.'],
  ['not doc.a', 'Unexpected word: doc at line 1, column 5. Write && for and, || for or, ! for not.'],
  ['doc.a == "and" other', 'Unexpected word: other at line 1, column 16.'],
])('%s, with an operator of another language, is refused with that of CEL', (condition, fault) => {
  expect(conditionFault(condition)).toBe(fault);
});

test('faults quote whole characters', () => {
  expect(conditionFault('💥 == 1')).toBe('Unexpected character: 💥 at line 1, column 1.');
  const { length } = 'doc[""] == 1';
  const key = `${'a'.repeat(77 - length + 7)}💥💥💥💥💥💥💥💥💥💥`;
  for (let more = 0; more < 4; more += 1) {
    const message = String(decide(`doc["${'b'.repeat(more)}${key}"] == 1`, document));
    expect(message).toContain('...');
    expect(message).not.toMatch(/[\ufffd\p{Cs}]/u);
  }
});
