import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultOf, testsNamedIn } from './support/repository/named-tests';

const ROOT = join(__dirname, '..');

interface Line {
  rule: string;
  shownBy: string;
}

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\| (rule|---) /.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => ({ rule: cells[1] ?? '', shownBy: cells[4] ?? '' }));

const lines = linesOf(readFileSync(join(ROOT, 'docs/standard-webhooks.md'), 'utf8'));

test('every line of the table names tests that exist', () => {
  expect(lines.length).toBeGreaterThan(45);
  expect(lines.filter((line) => testsNamedIn(line.shownBy).length === 0)).toEqual([]);
  expect(
    lines
      .flatMap((line) => testsNamedIn(line.shownBy))
      .map(faultOf)
      .filter((fault) => fault !== null),
  ).toEqual([]);
});

test('a line that names no test, a file that does not exist, or a title that does not, is found', () => {
  const sample = linesOf(`| rule | | Hookledger | shown by |
| --- | --- | --- | --- |
| one | must | | here |
| two | must | | \`tests/none.test.ts\` "every line of the table names tests that exist" |
| three | must | | \`tests/standard-webhooks.test.ts\` "every line names tests that exist" |
| four | must | | \`tests/standard-webhooks.test.ts\` "every line of the table names tests that exist" |`);
  expect(sample.map((line) => line.rule)).toEqual(['one', 'two', 'three', 'four']);
  expect(sample.map((line) => testsNamedIn(line.shownBy).map(faultOf))).toEqual([
    [],
    ['tests/none.test.ts does not exist'],
    ['tests/standard-webhooks.test.ts has no test "every line names tests that exist"'],
    [null],
  ]);
});
