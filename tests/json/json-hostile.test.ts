import { levelsOf, memberOf, problemsOf, textOf } from '../../src/json/json-part';
import { createMayRepeat } from '../../src/json/json-problem';
import { endsByItself } from '../support/ends-by-itself';
import { at, nested, read, syntaxErrorOf } from './json-parts';

describe('hostile input', () => {
  const mebibytes = 1024 * 1024;
  it.each([
    ['a million open lists', '['.repeat(1_000_000), 'malformed'],
    ['16 Mi open lists', '['.repeat(16 * mebibytes), 'malformed'],
    ['a million closed lists', nested(1_000_000), 'deep'],
    ['a million open objects', '{"a":'.repeat(1_000_000), 'malformed'],
    ['a fault a million levels deep', `${'['.repeat(1_000_000)}}`, 'malformed'],
    ['many deep parts', `[${`${nested(300)},`.repeat(5_000)}1]`, 'deep'],
    ['300,000 bad numbers', `[${'1e999,'.repeat(300_000)}1]`, 'number'],
    ['keys whose hashes collide', `{${collidingKeys(14).join()}}`, 'fine'],
    ['one key 300,000 times', `{${'"a":1,'.repeat(300_000)}"a":1}`, 'key'],
    ['a number of 16 Mi digits', `[${'7'.repeat(16 * mebibytes)}]`, 'number'],
    ['zeros around one digit', `[1${'0'.repeat(4 * mebibytes)}1${'0'.repeat(4 * mebibytes)}]`, 'number'],
    ['a text of backslashes', `["${'\\\\'.repeat(4 * mebibytes)}"]`, 'fine'],
    ['a million quotes', '"'.repeat(1_000_000), 'malformed'],
  ])('%s are answered quickly', (_, text, expected) => {
    expect(endsByItself(() => verdict(text))).toBe(expected);
  });

  it('does not make the values of what lies over 200 levels deep', () => {
    const root = read(`{"deep":${nested(1_000_000)},"fine":[1.0]}`);
    expect(JSON.stringify(root.value)).toBe(`{"deep":${nested(199)},"fine":[1]}`);
    expect(levelsOf(at(root, 'deep'))).toBe(1_000_000);
    expect(problemsOf(at(root, 'deep'))).toHaveLength(1);
    expect(textOf(at(root, 'fine'))).toBe('[1.0]');
    expect(memberOf(at(root, 'deep', ...Array(198).fill(0)), 0)).toBeUndefined();
  });
});

it('hashes that all meet in one place of the table take no quadratic time', () => {
  // The inverse of the multiplier that spreads them: as products they are 0, 1, 2 ...
  const hashes = Int32Array.from({ length: 1_000_000 }, (_, i) => Math.imul(i, 0x0e8b2f51));
  expect(Math.imul(0x9e3779b1, 0x0e8b2f51)).toBe(1);
  expect(endsByItself(() => createMayRepeat()(hashes, 0, hashes.length))).toBe(true);
});

function verdict(text: string): string {
  if (syntaxErrorOf(text) !== null) return 'malformed';
  const [problem] = problemsOf(read(text));
  return problem === undefined ? 'fine' : problem.message.match(/deep|number|key/)![0];
}

/** Equal under the usual polynomial hash with 31, whatever the key's length. */
function collidingKeys(pairs: number): string[] {
  return Array.from({ length: 2 ** pairs }, (_, i) => {
    const bits = i.toString(2).padStart(pairs, '0');
    return `"${bits.replace(/0/g, 'Aa').replace(/1/g, 'BB')}":1`;
  });
}
