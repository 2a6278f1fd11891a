import { rounded } from '../numbers';
import { perSecond, printTable } from '../printed';
import type { Dashboard } from './dashboard/dashboard';
import { QUERIES, TITLES } from './dashboard/queries';
import { PAGE_LIMIT_MS, type WalkedList } from './every-filter';

/** The last line of the output: names that stay. null: not measured. */
export function keysOf(rows: number, dashboard: Dashboard | null, walked: readonly WalkedList[]) {
  const slowest = walked.flatMap((list) => list.slowest.map(({ ms }) => ms));
  return {
    vsPostgraphile: {
      geomean: dashboard && rounded(geomean(ratiosOf(dashboard)), 2),
      min: dashboard && rounded(Math.min(...ratiosOf(dashboard)), 2),
    },
    slowestPageMs: slowest.length > 0 ? rounded(Math.max(...slowest), 1) : null,
    rows,
  };
}

function ratiosOf({ ours, postgraphile }: Dashboard): number[] {
  return QUERIES.map((query) => ours[query] / postgraphile[query]);
}

function geomean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function printDashboard(dashboard: Dashboard): void {
  const { ours, postgraphile } = dashboard;
  const ratio = (value: number) => `${value.toFixed(2)} x`;
  printTable(
    [
      ...QUERIES.map((query) => [
        TITLES[query],
        perSecond(ours[query]),
        perSecond(postgraphile[query]),
        ratio(ours[query] / postgraphile[query]),
      ]),
      ['geometric mean', '', '', ratio(geomean(ratiosOf(dashboard)))],
      ['target', '', '', '>= 2.2 x, each >= 1.6 x'],
    ],
    ['answers a second', 'ours', 'PostGraphile 5', 'ours against it'],
  );
  console.log('');
}

export function printWalked(walked: readonly WalkedList[]): void {
  if (walked.length > 0) printTable(walked.flatMap(rowsOf));
}

function rowsOf({ list, filters, filled, ended, empty, slowest, late, failed }: WalkedList): string[][] {
  return [
    [
      `pages and counts by each of the ${filters} filters of ${list}`,
      `${filled} with rows, ${ended} empty and the last, ${empty} empty and not the last`,
      'none refused',
    ],
    ...slowest.map(({ test, ms }) => [`  slowest: ${test}`, `${ms.toFixed(1)} ms`, `< ${PAGE_LIMIT_MS} ms`]),
    ...late.map((test) => ['  LATE', test, '']),
    ...failed.map((test) => ['  FAILED', test.slice(0, 300), '']),
  ];
}
