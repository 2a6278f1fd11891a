/** @jest-environment node */
import { buildSchema, getVariableValues, type OperationDefinitionNode, parse } from 'graphql';
import { INFO, indexJson } from '../../src/json/json-index';
import { bytesOf, levelsOf, memberOf, problemsOf, textOf } from '../../src/json/json-part';
import { isKeptByDouble } from '../../src/json/json-scalar';
import { readJsonText } from '../../src/json/json-text';
import { at, nested, read } from './json-parts';

describe('a part of a JSON text', () => {
  it('has the exact text, its bytes and its levels', () => {
    const root = read(' {"a": [1.0, {"b" : "Größe"} ], "c":-0 , "d": 100.00}\n');
    expect(textOf(root)).toBe('{"a": [1.0, {"b" : "Größe"} ], "c":-0 , "d": 100.00}');
    expect(root.value).toEqual({ a: [1, { b: 'Größe' }], c: -0, d: 100 });
    expect(textOf(at(root, 'a', 0))).toBe('1.0');
    expect(textOf(at(root, 'a', 1))).toBe('{"b" : "Größe"}');
    expect(at(root, 'a', 1).value).toEqual({ b: 'Größe' });
    expect(bytesOf(at(root, 'a', 1, 'b'))).toBe(9);
    expect(textOf(at(root, 'c'))).toBe('-0');
    expect(textOf(at(root, 'd'))).toBe('100.00');
    expect([root, at(root, 'a'), at(root, 'a', 1), at(root, 'c')].map(levelsOf)).toEqual([3, 2, 1, 0]);
    expect(problemsOf(root)).toEqual([]);
  });

  it('is found under a key with escapes, and in any order', () => {
    const root = read('{"a\\u0062\\\\":"x\\\\","":{},"list":[{},[],"]\\"",3]}');
    expect(textOf(at(root, 'ab\\'))).toBe('"x\\\\"');
    expect(textOf(at(root, ''))).toBe('{}');
    expect([3, 2, 0, 1].map((index) => textOf(at(root, 'list', index)))).toEqual(['3', '"]\\""', '{}', '[]']);
  });

  it('is not found where there is none', () => {
    const root = read('{"a":[1],"s":"text"}');
    for (const step of ['b', 'toString', '__proto__', 0]) expect(memberOf(root, step)).toBeUndefined();
    for (const step of ['0', 'length', -1, 1, 0.5]) expect(memberOf(at(root, 'a'), step)).toBeUndefined();
    expect(memberOf(at(root, 's'), 0)).toBeUndefined();
    expect(memberOf(at(root, 's'), 'length')).toBeUndefined();
  });

  it.each(['1.0', ' "x" ', '\ttrue', 'null', '-0', '[]', '{}', '""'])('can be all of %j', (text) => {
    expect(textOf(read(text))).toBe(text.trim());
    expect(read(text).value).toEqual(JSON.parse(text));
  });

  it('is the last one of a key that is repeated, like its value', () => {
    const root = read('{"a":1,"b":2,"a":{"c":3}}');
    expect(textOf(at(root, 'a'))).toBe('{"c":3}');
    expect(at(root, 'a').value).toEqual({ c: 3 });
    expect([at(root, 'a').isRepeated, at(root, 'b').isRepeated]).toEqual([true, false]);
  });
});

describe('a number', () => {
  const kept = [
    ...['0', '-0', '-0.00e5', '0e999999999999', '1.0', '100.00', '1e2', '1E+2', '120e-1', '0.1', '5e-324', '-12.5'],
    ...['0.30000000000000004', '0.300000000000000040', '9007199254740992', '123456789012345680000', '1e21', '1e-7'],
    ...['1.7976931348623157e308', `1${'0'.repeat(300)}`, `0.${'0'.repeat(400)}1e401`, `1.${'0'.repeat(100_000)}`],
  ];
  const lost = [
    ...['12345678901234567890', '9007199254740993', '1e999999', '-1e400', '1e-400', '0.1234567890123456789'],
    ...['1.7976931348623159e308', '4e-324', '1.0000000000000001', '0.10000000000000000555', '1e99999999999999999999'],
    ...[`1${'0'.repeat(300)}1`, `0.${'1'.repeat(100_000)}`, '1'.repeat(100_000), `-${'9'.repeat(400)}e-380`],
  ];

  it.each(kept)('%.40s keeps its value', (text) => {
    expect(isKeptByDouble(text)).toBe(true);
    expect(problemsOf(at(read(`[${text}]`), 0))).toEqual([]);
    expect(problemsOf(read(`[${text}]`))).toEqual([]);
  });

  it.each(lost)('%.40s does not keep its value', (text) => {
    expect(isKeptByDouble(text)).toBe(false);
    expect(problemsOf(at(read(`[${text}]`), 0))).toHaveLength(1);
    expect(problemsOf(read(`[${text}]`))).toHaveLength(1);
  });
});

describe('a problem', () => {
  const SURROGATE = 'half of a surrogate pair: send whole characters.';
  const NUL = 'the character U+0000, which cannot be stored: omit it.';
  const PROTO = 'The key "__proto__" can change how programs see an object: rename it.';
  it.each([
    [
      '{"a":[1,1e400]}',
      'a.1',
      'The number 1e400 does not fit a double, most programs read Infinity instead: send it as a string.',
    ],
    ['{"a":1,"b":2,"a":3}', 'a', 'The key "a" is repeated in its object: give it once.'],
    ['{"a":1,"\\u0061":3}', 'a', 'The key "\\u0061" is repeated in its object: give it once.'],
    [
      '[{"toString":1},{"x":{"toString":1,"toString":1}}]',
      '1.x.toString',
      'The key "toString" is repeated in its object: give it once.',
    ],
    ['{"a":"x\\ud800y"}', 'a', `The text "x\\ud800y" has ${SURROGATE}`],
    ['{"a":"\\udc00\\ud800"}', 'a', `The text "\\udc00\\ud800" has ${SURROGATE}`],
    ['{"a":"\\\\ud83d\\ude00"}', 'a', `The text "\\\\ud83d\\ude00" has ${SURROGATE}`],
    ['{"a":"x\ud800y"}', 'a', `The text "x\ufffdy" has ${SURROGATE}`],
    ['{"\\udfff":1}', '\ufffd', `The key "\\udfff" has ${SURROGATE}`],
    ['{"\ud800":1}', '\ufffd', `The key "\ufffd" has ${SURROGATE}`],
    ['["\\u0000"]', '0', `The text "\\u0000" has ${NUL}`],
    ['{"a\\u0000":1}', 'a\0', `The key "a\\u0000" has ${NUL}`],
    ['{"a":{"__proto__":{"b":1}}}', 'a.__proto__', PROTO],
    ['{"a":{"\\u005f_proto__":{"b":1}}}', 'a.__proto__', PROTO],
  ])('in %j stands at %s', (text, path, message) => {
    expect(problemsOf(read(text))).toEqual([{ path: path.split('.'), message }]);
    expect(readJsonText(text).value).toEqual(JSON.parse(text));
  });

  it.each([
    '"\\ud83d\\ude00 \\ud83d\\ude00"',
    '"\\\\u0000 \\\\ud800"',
    '"😀"',
    '{"constructor":1,"toString":2,"proto__":1,"__proto_":3}',
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}',
    nested(100),
  ])('is not seen in %.60s', (text) => {
    expect(problemsOf(read(text))).toEqual([]);
    expect(problemsOf(read(`[${text}]`))).toHaveLength(text === nested(100) ? 1 : 0);
  });

  it('names more than 100 levels once, where they are passed', () => {
    const text = `{"deep":${nested(200)},"ok":${nested(99)}}`;
    const [problem, ...others] = problemsOf(read(text));
    expect(problem!.path).toEqual(['deep', ...Array(99).fill('0')]);
    expect(problem!.message).toMatch(/^\[{60}\.\.\. is more than 100 levels deep: nest objects and lists at most 100/);
    expect(others).toEqual([]);
  });

  it('belongs to each of 500 events apart, with paths from the part on', () => {
    const events = Array.from({ length: 500 }, (_, i) => `{"data":{"items":[{"qty":${i % 2 ? '1e400' : '1.0'}}]}}`);
    const root = read(`{"variables":{"events":[${events.join(', ')}]}}`);
    for (let i = 0; i < 500; i++) {
      const problems = problemsOf(at(root, 'variables', 'events', i, 'data'));
      expect(problems.map(({ path }) => path)).toEqual(i % 2 ? [['items', '0', 'qty']] : []);
    }
  });

  it('is one of at most 20 of a part, shows 60 characters, and does not hide that of another part', () => {
    const root = read(
      `[[${Array(1000)
        .fill(`"\\u0000${'x'.repeat(1000)}"`)
        .join()}],{"k":1,"k":2}]`,
    );
    expect(problemsOf(at(root, 0))).toHaveLength(20);
    expect(problemsOf(at(root, 0))[0]!.message.length).toBeLessThan(150);
    expect(problemsOf(at(root, 1))).toHaveLength(1);
  });

  it('is found among many keys, and where hashes of keys collide', () => {
    const keys = Array.from({ length: 5000 }, (_, i) => `"k${i}":${i}`);
    expect(problemsOf(read(`{${keys.join()}}`))).toEqual([]);
    expect(isSuspect(`{${keys.join()}}`)).toBe(false);
    expect(problemsOf(read(`{${keys.join()},"k77":1}`))).toHaveLength(1);
    expect(problemsOf(read('{"Aa":1,"BB":2}'))).toEqual([]);
  });
});

describe('values for graphql-js', () => {
  const schema = buildSchema('scalar JSON input In { data: JSON! } type Query { f(input: In!): Int }');
  const operation = parse('query ($input: In!) { f(input: $input) }').definitions[0] as OperationDefinitionNode;

  it('may have any key, and its errors can show them', () => {
    const data = '{"__proto__":{"polluted":1},"constructor":1,"toString":2,"toJSON":3,"hasOwnProperty":null}';
    const { variables, broken } = readJsonText(
      `{"variables":{"input":{"data":${data}}},"broken":{"input":{"data":1,"__proto__":${data}},"toString":1}}`,
    ).value as Record<string, Record<string, unknown>>;
    const { coerced } = getVariableValues(schema, operation.variableDefinitions!, variables!);
    const { data: given } = coerced!.input as { data: object };
    expect(Object.keys(given)).toEqual(['__proto__', 'constructor', 'toString', 'toJSON', 'hasOwnProperty']);
    expect(Object.getPrototypeOf(given)).toBe(Object.prototype);
    expect('polluted' in given).toBe(false);
    const { errors } = getVariableValues(schema, operation.variableDefinitions!, broken!);
    expect(errors!.map(String).join()).toContain('Field "__proto__" is not defined by type "In"');
  });
});

it('takes the slow look only where it must', () => {
  const item =
    '{"item_code":"138-CMS Shoe","qty":1.0,"rate":500.0,"conversion_factor":0.30000000000000004,"emoji":"\\ud83d\\ude00"}';
  const text = `{"doctype":"Sales Invoice","grand_total":561.8,"items":[${Array(50).fill(item)}]}`;
  expect(isSuspect(text)).toBe(false);
  expect(isSuspect(`${text.slice(0, -1)},"doctype":"Sales Invoice"}`)).toBe(true);
});

it('compares the keys of each object only with each other', () => {
  expect(isSuspect('{"a":{"b":1,"c":2},"b":{"a":[{"c":1},{"c":1}]},"c":1}')).toBe(false);
});

/** Whether the fast look leaves the text to the slow one. */
function isSuspect(text: string): boolean {
  return (indexJson(text).entries[INFO]! & 1) === 1;
}
