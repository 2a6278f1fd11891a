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

export type Row = readonly string[];

/** @param header of the columns, of which the last is the target */
export function printTable(figures: readonly Row[], header: Row = ['figure', 'measured', 'target']): void {
  const rows = [header, ...figures];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    console.log(
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    );
}

/** @param cpuUs of each process, in microseconds for one of what is counted; null: not known */
export function printCost(title: string, cpuUs: Record<string, number | null>, statements: StatementUse): void {
  console.log(`\n${title}, in µs: ${partsOf(cpuUs)}`);
  printStatements(statements);
}

export function partsOf(byName: Record<string, number | null>, digits = 0): string {
  const parts = Object.entries(byName).map(
    ([name, value]) => `${name} ${value === null ? 'unknown' : rounded(value, digits)}`,
  );
  return parts.join(', ');
}

function printStatements({ kinds }: StatementUse): void {
  const all = kinds.reduce((sum, { ms }) => sum + ms, 0);
  for (const { kind, calls, ms } of kinds.filter((each) => each.ms > all / 200)) {
    const share = `${((100 * ms) / all).toFixed(0)} %`;
    console.log(`  ${kind.padEnd(38)}${share.padStart(5)}${(ms / calls).toFixed(2).padStart(9)} ms x ${calls}`);
  }
}

/** @returns undefined: was not measured */
export function perSecond(value: number): string;
export function perSecond(value: number | undefined): string | undefined;
export function perSecond(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${rounded(value).toLocaleString('en')}/s`;
}

export function milliseconds(waits: Percentiles): string;
export function milliseconds(waits: Percentiles | undefined): string | undefined;
export function milliseconds(waits: Percentiles | undefined): string | undefined {
  return waits && `${[waits.p50, waits.p95, waits.p99].map((ms) => ms.toFixed(1)).join(' / ')} ms`;
}
