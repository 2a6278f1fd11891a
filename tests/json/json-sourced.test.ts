import { type SourcedJson, sourcedJson } from '../../src/json/json-sourced';
import { readJsonText } from '../../src/json/json-text';

const sourced = (text: string): SourcedJson => sourcedJson(readJsonText(text), Number);

test.each([
  '1',
  ' "a\\u00e9\\n\\"" ',
  'null',
  '[]',
  '{}',
  ' [ 1 , -2.50e+3 ,\n"x" ,\t[ ] , { } , true,false,null ] ',
  '{"a":{"b":[{"c":"]}\\\\"},{"2":1,"1":[2]}]},"\\u0061b":"{[","":0}',
  `${'['.repeat(100)}1${']'.repeat(100)}`,
  JSON.stringify({ rows: Array.from({ length: 500 }, (_, n) => ({ n, text: `"${n}\\`, more: [n, [n]] })) }),
])('%.40s has the values of JSON.parse, and each part its exact text', (text) => {
  const { value, sourceOf } = sourced(text);
  // compared as text, because these objects have no prototype
  expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(text)));
  const open: unknown[] = [value];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== 'object' || part === null) continue;
    const source = sourceOf(part) as string;
    expect(text).toContain(source);
    expect(JSON.stringify(JSON.parse(source))).toBe(JSON.stringify(part));
    open.push(...Object.values(part));
  }
});

test('a number is made from the text that it was written as', () => {
  const { value } = sourcedJson(readJsonText('[1.0, 100.00, -1e5, 12345678901234.10]'), (text) => text);
  expect(value).toEqual(['1.0', '100.00', '-1e5', '12345678901234.10']);
});

test('keys such as __proto__ and constructor are keys', () => {
  const { value } = sourced('{"__proto__": {"x": 1}, "constructor": 2}');
  expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
  expect((value as { x?: unknown }).x).toBeUndefined();
});

test('what is no part of it has no text, and what is too deep is refused', () => {
  expect(sourced('[1]').sourceOf([1])).toBeUndefined();
  expect(() => sourced(`${'['.repeat(101)}${']'.repeat(101)}`)).toThrow('more than 100 levels');
});
