// The examples of docs/api-limits.md cost what is said of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { priceOf } from './price-of';

const page = readFileSync(join(__dirname, '../../docs/api-limits.md'), 'utf8');
const pointsIn = (text = '') => Number(text.replaceAll(',', ''));

/** An example, with the table of its parts. */
const EXAMPLES = [
  ...page.matchAll(/^\*\*(Example \d): .+?\*\* ([\d,]+) points:\n\n```graphql\n([^`]+)\n```\n\n((?:\|.+\n)+)/gm),
].map(([, title = '', points, query = '', table = '']) => ({ title, points: pointsIn(points), query, table }));

/** The filters of the third example, but that by time, whose price depends on the day. */
const FILTERS = [...page.matchAll(/^\| `(\{ durationMs: .+? \})` \| ([\d,]+) \|/gm)]
  .map(([, where = '', points]) => ({ where, points: pointsIn(points) }))
  .filter(({ where }) => !where.includes('startedAt'));

/** 170 MiB, as the page says. */
const BLOCKS = 21_730;

test.each(EXAMPLES)('$title: $points points, and so have its parts', ({ points, query, table }) => {
  expect(priceOf(query)).toEqual({ points, message: null });
  const parts = [...table.matchAll(/^\|[^|]+\| (\d+)/gm)].map(([, each]) => Number(each));
  expect(parts.reduce((sum, each) => sum + each, 0)).toBe(points);
});

test.each(FILTERS)('25 requests where $where: $points points', ({ where, points }) => {
  const query = `{ webhookRequestLogs(first: 25, where: ${where}) { nodes { id } } }`;
  expect(priceOf(query, {}, BLOCKS)).toEqual({ points, message: null });
});

test('there are some of both', () => {
  expect([EXAMPLES.length, FILTERS.length]).toEqual([2, 4]);
});
