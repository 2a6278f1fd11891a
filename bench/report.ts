import { availableParallelism, cpus, loadavg } from 'node:os';
import type { Cost } from './cost';
import { UNDER_WAY } from './figures/full-speed';
import { type Percentiles, rounded } from './numbers';
import type { Figures } from './run';
import { MEMORY_DELIVERIES, type Size } from './sizes';
import type { StatementUse } from './statements';

/** The load before the run tells whether anybody else was at work on the machine. */
export function machine(): string {
  const load = loadavg().map((each) => each.toFixed(1));
  return (
    `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ` +
    `load ${load.join(' ')} before the run`
  );
}

/** The last line of the output: names that stay. */
export function keysOf(figures: Figures, size: Size) {
  const { oneWorker, twoWorkers, fullSpeed, at200, at1000, isolated, lost, duplicated } = figures;
  return {
    deliveriesPerSecond: rounded(oneWorker.deliveriesPerSecond),
    endToEndPerSecond: rounded(fullSpeed.endToEndPerSecond),
    p95At200Ms: rounded(at200.p95, 1),
    p95At1000Ms: rounded(at1000.p95, 1),
    publishedPerSecond: rounded(oneWorker.publishedPerSecond),
    isolationRatio: rounded(isolated.p95 / at200.p95, 2),
    memoryGrowth: size.fullSpeed >= MEMORY_DELIVERIES ? memoryGrowthOf(figures) : null,
    twoWorkersRatio: rounded(twoWorkers.deliveriesPerSecond / oneWorker.deliveriesPerSecond, 2),
    statementsPerDelivery: rounded(oneWorker.cost.statements.perDelivery, 3),
    lost,
    duplicated,
  };
}

function memoryGrowthOf({ fullSpeed: { memoryMb } }: Figures): number | null {
  return memoryMb.tenth && memoryMb.end && rounded(memoryMb.end / memoryMb.tenth, 3);
}

type Row = [figure: string, measured: string, bar: string];

export function printTable(figures: Figures, size: Size): void {
  const rows: Row[] = [['figure', 'measured', 'bar'], ...rowsOf(figures, size)];
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  for (const [figure, measured, bar] of rows) {
    console.log(`${figure.padEnd(width(0))}   ${measured.padEnd(width(1))}   ${bar}`.trimEnd());
  }
}

function rowsOf(figures: Figures, size: Size): Row[] {
  const { rawPerSecond, oneWorker, twoWorkers, fullSpeed, at200, at1000, isolated } = figures;
  const keys = keysOf(figures, size);
  const ofCeiling = (value: number) => `${perSecond(value)} (${((100 * value) / rawPerSecond).toFixed(0)} %)`;
  const { start, tenth, end } = fullSpeed.memoryMb;
  return [
    ['undici alone to the same receiver: the ceiling', perSecond(rawPerSecond), ''],
    [
      'deliveries, queue filled before, one worker (of the ceiling)',
      ofCeiling(oneWorker.deliveriesPerSecond),
      '>= 4,000/s',
    ],
    [
      '  the same with two workers',
      `${perSecond(twoWorkers.deliveriesPerSecond)} (${keys.twoWorkersRatio} x)`,
      '>= 1.5 x',
    ],
    ['end to end, publishing at the same rate (of the ceiling)', ofCeiling(fullSpeed.endToEndPerSecond), '>= 2,500/s'],
    ['published, in batches of 100, no worker running', perSecond(oneWorker.publishedPerSecond), '>= 10,000/s'],
    ['fanned out, into held deliveries', perSecond(oneWorker.fannedOutPerSecond), ''],
    ['publish to receipt at 200/s (single events), p50 / p95 / p99', milliseconds(at200), 'p95 < 30 ms'],
    ['publish to receipt at 1,000/s (5 events a call)', milliseconds(at1000), 'p95 < 60 ms'],
    [`publish to receipt at full speed, ${UNDER_WAY} under way`, milliseconds(fullSpeed.latencyMs), ''],
    [
      `at 200/s beside ${size.stuck} stuck (p95 against without)`,
      `${milliseconds(isolated)} (${keys.isolationRatio} x)`,
      '< 1.5 x',
    ],
    [
      `worker's memory at full speed: start, ${size.fullSpeed / 10}, ${size.fullSpeed}`,
      `${megabytes(start)}, ${megabytes(tenth)}, ${megabytes(end)}`,
      '< 1.1 x of a tenth, at 500,000',
    ],
    ['statements per delivery, queue filled before', `${keys.statementsPerDelivery}`, '< 1'],
    ['statements per delivery, end to end', `${rounded(fullSpeed.cost.statements.perDelivery, 3)}`, ''],
    ['events checked at the receiver', figures.events.toLocaleString('en'), '>= 20,000'],
    ['lost, duplicated, left open', `${figures.lost}, ${figures.duplicated}, ${figures.leftOpen}`, '0, 0, 0'],
  ];
}

/** Which part of the work the next bottleneck is. */
export function printBreakdown({ oneWorker, fullSpeed, rawPerSecond, signingUs }: Figures): void {
  const { kinds } = oneWorker.cost.statements;
  const us = (step: string) => {
    const ms = kinds.filter(({ kind }) => kind.startsWith(step)).reduce((sum, each) => sum + each.ms, 0);
    return rounded((1000 * ms) / oneWorker.deliveries);
  };
  console.log(
    `\nPer delivery, queue filled before, in µs: claim ${us('claim')} (in Postgres), sign ${rounded(signingUs, 1)}, ` +
      `send ${rounded(1e6 / rawPerSecond)} (undici alone, sender and receiver), settle ${us('settle')} (in Postgres)`,
  );
  printCost('queue filled before', oneWorker.cost);
  printCost('end to end', fullSpeed.cost);
}

function printCost(title: string, { cpuUs, statements }: Cost): void {
  const parts = Object.entries(cpuUs).map(([name, us]) => `${name} ${us === null ? 'unknown' : rounded(us)}`);
  console.log(`\nCPU per delivery, ${title}, in µs: ${parts.join(', ')}`);
  printStatements(statements);
}

function printStatements({ kinds }: StatementUse): void {
  const all = kinds.reduce((sum, { ms }) => sum + ms, 0);
  for (const { kind, calls, ms } of kinds.filter((each) => each.ms > all / 200)) {
    const share = `${((100 * ms) / all).toFixed(0)} %`;
    console.log(`  ${kind.padEnd(34)}${share.padStart(5)}${(ms / calls).toFixed(2).padStart(9)} ms x ${calls}`);
  }
}

const perSecond = (value: number) => `${rounded(value).toLocaleString('en')}/s`;
const milliseconds = ({ p50, p95, p99 }: Percentiles) => `${[p50, p95, p99].map((ms) => ms.toFixed(1)).join(' / ')} ms`;
const megabytes = (value: number | null) => (value === null ? 'unknown' : `${rounded(value)} MB`);
