import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

interface Line {
  rule: string;
  shownBy: string;
}

/** What a line names: a file of tests, and, where it is about one of them, its title as the file has it. */
interface Named {
  file: string;
  title: string | undefined;
}

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\| (rule|---) /.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => ({ rule: cells[1] ?? '', shownBy: cells[4] ?? '' }));

const namedBy = ({ shownBy }: Line): Named[] =>
  [...shownBy.matchAll(/`(tests\/[\w/.-]+\.test\.ts)`(?: "([^"]+)")?/g)].map(([, file, title]) => ({
    file: file as string,
    title,
  }));

function faultOf({ file, title }: Named): string | null {
  if (!existsSync(join(ROOT, file))) return `${file} does not exist`;
  if (title === undefined) return null;
  const found = isTitleIn(readFileSync(join(ROOT, file), 'utf8'), title);
  return found ? null : `${file} has no test "${title}"`;
}

/** Whether it stands first in the brackets of test() or of test.each()(). */
function isTitleIn(source: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) =>
    source
      .split(`${quote}${title}${quote},`)
      .slice(0, -1)
      .some((before) => /(\btest|\))\(\s*$/.test(before)),
  );
}

const lines = linesOf(readFileSync(join(ROOT, 'docs/standard-webhooks.md'), 'utf8'));

test('every line of the table names tests that exist', () => {
  expect(lines.length).toBeGreaterThan(45);
  expect(lines.filter((line) => namedBy(line).length === 0)).toEqual([]);
  expect(
    lines
      .flatMap(namedBy)
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
  expect(sample.map((line) => namedBy(line).map(faultOf))).toEqual([
    [],
    ['tests/none.test.ts does not exist'],
    ['tests/standard-webhooks.test.ts has no test "every line names tests that exist"'],
    [null],
  ]);
});
