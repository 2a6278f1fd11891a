import { type Percentiles, rounded } from '../numbers';
import type { Rates } from './dashboard/dashboard';
import { QUERIES, TITLES } from './dashboard/queries';
import { FILTER_BAR_MS, type WalkedList } from './figures/every-filter';
import { maskingKeys, maskingRows } from './figures/masking/masking-report';
import { type Answered, worstP95 } from './latency';
import type { Figures } from './run';

/** The last line of the output: names that stay. null: not measured, or failed. */
export function keysOf({
  rows,
  dashboard,
  list,
  stats,
  search,
  deliveries,
  counts,
  links,
  pairs,
  tail,
  export: exported,
  masking,
}: Figures) {
  const against = (side: Rates) => QUERIES.map((query) => (dashboard?.ours[query] ?? Number.NaN) / side[query]);
  return {
    vsPostgraphile: dashboard
      ? {
          geomean: rounded(geomean(against(dashboard.postgraphile)), 2),
          min: rounded(Math.min(...against(dashboard.postgraphile)), 2),
        }
      : { geomean: null, min: null },
    vsTypeormRelations: dashboard ? rounded(geomean(against(dashboard.typeorm)), 1) : null,
    vsPgbench: dashboard ? rounded(geomean(against(dashboard.pgbench)), 2) : null,
    listP95Ratio: list ? rounded(list.p95Ms / list.smallP95Ms, 2) : null,
    statsP95Ms: worstOf(stats),
    searchP95Ms: worstOf(search),
    deliveryListP95Ms: worstOf(deliveries),
    countP95Ms: worstOf(counts),
    linkFilterP95Ms: worstOf(links),
    pairP95Ms: worstOf(pairs),
    tailP50Ms: tail ? rounded(tail.latencyMs.p50, 1) : null,
    exportRowsPerSecond: exported?.[0] ? rounded(exported[0].rowsPerSecond) : null,
    ...maskingKeys(masking),
    rows,
  };
}

/** null too where one of them failed: the worst is not known then. */
function worstOf(answered: Answered[] | undefined): number | null {
  if (!answered || answered.some(({ fault }) => fault !== null)) return null;
  return rounded(worstP95(answered), 1);
}

function geomean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function printTables(figures: Figures): void {
  printDashboard(figures);
  const rows = [
    ...resolvedRows(figures),
    ...latencyRows(figures),
    ...walkedRows(figures),
    ...otherRows(figures),
    ...maskingRows(figures.masking),
  ];
  if (rows.length > 0) printRows([['figure', 'measured', 'target'], ...rows]);
}

function printDashboard({ dashboard }: Figures): void {
  if (!dashboard) return;
  const { ours, resolvers, postgraphile, typeorm, pgbench, statements } = dashboard;
  const ratio = (side: Rates, query: keyof Rates) =>
    `${perSecond(side[query])} (${(ours[query] / side[query]).toFixed(2)} x)`;
  printRows([
    [
      'answers per second (ours against it)',
      'ours',
      'PostGraphile 5',
      'TypeORM relations',
      'the same SQL alone',
      'resolvers',
      'statements',
    ],
    ...QUERIES.map((query) => [
      TITLES[query],
      perSecond(ours[query]),
      ratio(postgraphile, query),
      ratio(typeorm, query),
      ratio(pgbench, query),
      ratio(resolvers, query),
      String(statements[query]),
    ]),
    [
      'geometric mean',
      '',
      ...[postgraphile, typeorm, pgbench, resolvers].map(
        (side) => `${geomean(QUERIES.map((query) => ours[query] / side[query])).toFixed(2)} x`,
      ),
      '',
    ],
    ['target', '', '>= 2.5 x, each >= 1.6 x', '>= 8 x', '', '', ''],
  ]);
  console.log('');
}

function resolvedRows({ resolved = [] }: Figures): string[][] {
  return resolved.map(({ name, perSecond: rate, cpuMs }) => [
    `without a read plan: ${name}`,
    `${perSecond(rate)}, ${cpuMs === null ? 'unknown' : cpuMs.toFixed(2)} ms of CPU in graphql-js and the resolvers`,
    '',
  ]);
}

function latencyRows({
  stats = [],
  search = [],
  deliveries = [],
  counts = [],
  links = [],
  pairs = [],
}: Figures): string[][] {
  const row =
    (target: string) =>
    ({ name, latencyMs, answers, fault }: Answered) => [
      `${name}, p50 / p95 / p99`,
      latencyMs ? `${milliseconds(latencyMs)} (${answers} answers)` : `FAILED: ${fault?.slice(0, 160)}`,
      target,
    ];
  return [
    ...[...stats, ...deliveries, ...counts].map(row('p95 < 50 ms')),
    ...[...search, ...links, ...pairs].map(row('p95 < 300 ms')),
  ];
}

function walkedRows({ walked = [] }: Figures): string[][] {
  return walked.flatMap(({ list, filters, filled, ended, empty, slowest, faults }: WalkedList) => [
    [
      `pages and counts by each of the ${filters} filters of ${list}`,
      `${filled} pages with rows, ${ended} empty and the last, ${empty} empty and not the last, ${faults.length} faults`,
      'no faults',
    ],
    ...slowest.map(({ test, ms }) => [`  slowest: ${test}`, `${ms.toFixed(1)} ms`, `< ${FILTER_BAR_MS} ms`]),
    ...faults.map((fault) => ['  FAULT', fault.slice(0, 300), '']),
  ]);
}

function otherRows({ rows, list, tail, export: exported = [] }: Figures): string[][] {
  const found: string[][] = [];
  if (list) {
    const ratio = (list.p95Ms / list.smallP95Ms).toFixed(2);
    found.push([
      `p95 of the list page, ${rows.toLocaleString('en')} rows against ${list.smallRows.toLocaleString('en')}`,
      `${list.p95Ms.toFixed(1)} ms against ${list.smallP95Ms.toFixed(1)} ms (${ratio} x)`,
      '< 1.5 x',
    ]);
  }
  for (const [index, { name, rows: count, rowsPerSecond, megabytesPerSecond, memoryMb }] of exported.entries()) {
    const memory = [memoryMb.start, memoryMb.tenth, memoryMb.most].map(megabytes).join(', ');
    found.push([
      `export of ${name}: ${count.toLocaleString('en')} rows`,
      `${perSecond(rowsPerSecond)}, ${rounded(megabytesPerSecond)} MB/s; memory ${memory}`,
      index === 0 ? '>= 50,000/s, flat' : '',
    ]);
  }
  if (tail) {
    found.push([
      `live tail, commit to client: ${rounded(tail.rowsPerSecond)} rows/s (opened and closed), ${tail.subscribers} subscribers, p50 / p95 / p99`,
      `${milliseconds(tail.latencyMs)} (${tail.changes} changes, none lost)`,
      'p50 < 20 ms',
    ]);
  }
  return found;
}

function printRows(rows: readonly string[][]): void {
  const widths = (rows[0] as string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  );
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('   ')
        .trimEnd(),
    );
}

const perSecond = (value: number) => `${rounded(value).toLocaleString('en')}/s`;
const milliseconds = ({ p50, p95, p99 }: Percentiles) => `${[p50, p95, p99].map((ms) => ms.toFixed(1)).join(' / ')} ms`;
const megabytes = (value: number | null) => (value === null ? 'unknown' : `${rounded(value)} MB`);
