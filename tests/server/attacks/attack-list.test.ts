import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultOf, testsNamedIn } from '../../support/repository/named-tests';

const NUMBER_OF_ATTACKS = 70;

interface Attack {
  number: number;
  defence: string;
  shownBy: string;
}

const attacks: Attack[] = readFileSync(join(__dirname, '../../../docs/api-attacks.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))
  .map((cells) => ({ number: Number(cells[0]), defence: cells[2] ?? '', shownBy: cells[3] ?? '' }));

test('each of the 70 attacks has its line', () => {
  expect(attacks.map(({ number }) => number)).toEqual(Array.from({ length: NUMBER_OF_ATTACKS }, (_, i) => i + 1));
  expect(attacks.filter(({ defence }) => defence.length < 5)).toEqual([]);
});

test.each(attacks.map((attack) => [attack.number, attack] as const))(
  'attack %i: its tests exist, or a sentence says why there is none',
  (_number, { shownBy }) => {
    const tests = testsNamedIn(shownBy);
    expect(tests.map(faultOf).filter((fault) => fault !== null)).toEqual([]);
    if (tests.length === 0) expect(shownBy).toMatch(/^No test: .{40,}\.$/);
  },
);
