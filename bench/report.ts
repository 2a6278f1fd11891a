import { UNDER_WAY } from './figures/full-speed';
import { rounded } from './numbers';
import { milliseconds, perSecond, printCost, printTable, type Row } from './printed';
import type { Figures } from './run';
import { MEMORY_DELIVERIES, type Size } from './sizes';

/** The last line of the output: names that stay. */
export function keysOf(figures: Figures, size: Size) {
  const { oneWorker, twoWorkers, fullSpeed, single, at200, at1000, isolated, lost, duplicated } = figures;
  return {
    deliveriesPerSecond: rounded(oneWorker.deliveriesPerSecond),
    endToEndPerSecond: rounded(fullSpeed.endToEndPerSecond),
    singlePerSecond: rounded(single.perSecond),
    singleOfBatched: rounded(single.perSecond / fullSpeed.endToEndPerSecond, 2),
    p95At200Ms: rounded(at200.p95, 1),
    p95At1000Ms: rounded(at1000.p95, 1),
    publishedPerSecond: rounded(oneWorker.publishedPerSecond),
    isolationRatio: rounded(isolated.p95 / at200.p95, 2),
    memoryGrowth: size.fullSpeed >= MEMORY_DELIVERIES ? memoryGrowthOf(figures) : null,
    twoWorkersRatio: rounded(twoWorkers.deliveriesPerSecond / oneWorker.deliveriesPerSecond, 2),
    statementsPerDelivery: rounded(oneWorker.cost.statements.each, 3),
    lost,
    duplicated,
  };
}

function memoryGrowthOf({ fullSpeed: { memoryMb } }: Figures): number | null {
  return memoryMb.tenth && memoryMb.end && rounded(memoryMb.end / memoryMb.tenth, 3);
}

export function printFigures(figures: Figures, size: Size): void {
  printTable(rowsOf(figures, size));
}

function rowsOf(figures: Figures, size: Size): Row[] {
  const { rawPerSecond, oneWorker, twoWorkers, fullSpeed, single, at200, at1000, isolated } = figures;
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
    [
      'end to end in single calls, 32 connections (of calls of 100)',
      `${perSecond(single.perSecond)} (${keys.singleOfBatched} x)`,
      '>= 0.5 x',
    ],
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
    ['statements per delivery, end to end', `${rounded(fullSpeed.cost.statements.each, 3)}`, ''],
    ['statements per event, single calls at full speed', `${rounded(single.cost.statements.each, 3)}`, ''],
    ['events checked at the receiver', figures.events.toLocaleString('en'), '>= 20,000'],
    ['lost, duplicated, left open', `${figures.lost}, ${figures.duplicated}, ${figures.leftOpen}`, '0, 0, 0'],
  ];
}

/** Which part of the work the next bottleneck is. */
export function printBreakdown({ oneWorker, fullSpeed, single, rawPerSecond, signingUs }: Figures): void {
  const { kinds } = oneWorker.cost.statements;
  const us = (step: string) => {
    const ms = kinds.filter(({ kind }) => kind.startsWith(step)).reduce((sum, each) => sum + each.ms, 0);
    return rounded((1000 * ms) / oneWorker.deliveries);
  };
  console.log(
    `\nPer delivery, queue filled before, in µs: claim ${us('claim')} (in Postgres), sign ${rounded(signingUs, 1)}, ` +
      `send ${rounded(1e6 / rawPerSecond)} (undici alone, sender and receiver), commit ${us('commit')} (in Postgres)`,
  );
  printCost('CPU per delivery, queue filled before', oneWorker.cost.cpuUs, oneWorker.cost.statements);
  printCost('CPU per delivery, end to end', fullSpeed.cost.cpuUs, fullSpeed.cost.statements);
  printCost('CPU per delivery, single calls', single.cost.cpuUs, single.cost.statements);
}

const megabytes = (value: number | null) => (value === null ? 'unknown' : `${rounded(value)} MB`);
