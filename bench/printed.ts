// How benchmarks print what they measured.
import { availableParallelism, cpus, loadavg } from 'node:os';
import { type Percentiles, rounded } from './numbers';
import type { StatementUse } from './statements';

/** The load before the run tells whether anybody else was at work on the machine. */
export function machine(): string {
  const load = loadavg().map((each) => each.toFixed(1));
  return (
    `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ` +
    `load ${load.join(' ')} before the run`
  );
}

export type Row = [figure: string, measured: string, bar: string];

export function printTable(figures: readonly Row[]): void {
  const rows: Row[] = [['figure', 'measured', 'bar'], ...figures];
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  for (const [figure, measured, bar] of rows) {
    console.log(`${figure.padEnd(width(0))}   ${measured.padEnd(width(1))}   ${bar}`.trimEnd());
  }
}

/** @param cpuUs of each process, in microseconds for one of what is counted; null: not known */
export function printCost(title: string, cpuUs: Record<string, number | null>, statements: StatementUse): void {
  const parts = Object.entries(cpuUs).map(([name, us]) => `${name} ${us === null ? 'unknown' : rounded(us)}`);
  console.log(`\n${title}, in µs: ${parts.join(', ')}`);
  printStatements(statements);
}

function printStatements({ kinds }: StatementUse): void {
  const all = kinds.reduce((sum, { ms }) => sum + ms, 0);
  for (const { kind, calls, ms } of kinds.filter((each) => each.ms > all / 200)) {
    const share = `${((100 * ms) / all).toFixed(0)} %`;
    console.log(`  ${kind.padEnd(38)}${share.padStart(5)}${(ms / calls).toFixed(2).padStart(9)} ms x ${calls}`);
  }
}

export const perSecond = (value: number) => `${rounded(value).toLocaleString('en')}/s`;
export const milliseconds = ({ p50, p95, p99 }: Percentiles) =>
  `${[p50, p95, p99].map((ms) => ms.toFixed(1)).join(' / ')} ms`;
