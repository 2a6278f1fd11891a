import { ARRANGEMENTS, type Arrangement } from '../application';
import { UNDER_WAY } from '../bench';
import { type Percentiles, rounded } from '../numbers';
import { milliseconds, partsOf, perSecond, printCost, printTable } from '../printed';
import type { Figures } from './figures';
import { CONNECTIONS } from './flat-out';
import type { Measured } from './run';
import type { Size } from './sizes';

const TITLES: Record<Arrangement, string> = { one: 'one process', apart: 'API and worker apart' };

/** The last line of the output: names that stay. Those of one process, and under `apart` those of API and worker apart. */
export function keysOf({ by: { one = {}, apart = {} }, rawPerSecond, lost, duplicated }: Measured) {
  return {
    ...keysOfFigures(one, rawPerSecond),
    lost,
    duplicated,
    apart: keysOfFigures(apart, rawPerSecond),
  };
}

/** null: was not measured. */
function keysOfFigures(figures: Figures, rawPerSecond: number) {
  const { filled, endToEnd, single, singleAt200, singleAt1000, idle, isolated } = figures;
  return {
    deliveriesPerSecond: number(filled?.deliveriesPerSecond),
    filledOfCeiling: ratioOf(filled?.deliveriesPerSecond, rawPerSecond, 3),
    publishedPerSecond: number(filled?.publishedPerSecond),
    statementsPerDelivery: number(filled?.cost.statements.each, 3),
    endToEndPerSecond: number(endToEnd?.perSecond),
    endToEndOfCeiling: ratioOf(endToEnd?.perSecond, rawPerSecond, 3),
    singlePerSecond: number(single?.perSecond),
    singleOfBatched: ratioOf(single?.perSecond, endToEnd?.perSecond),
    singleCpuUs: number(single?.cost.ownCpuUs),
    singleP50At200Ms: number(singleAt200?.latencyMs.p50, 1),
    singleP95At200Ms: number(singleAt200?.latencyMs.p95, 1),
    cpuMsPer1000At200: number(singleAt200?.cost.ownCpuUs),
    statementsAt200: number(singleAt200?.cost.statements.each, 2),
    walBytesAt200: number(singleAt200?.cost.walBytes),
    singleP95At1000Ms: number(singleAt1000?.latencyMs.p95, 1),
    singleKeepsUpAt1000: singleAt1000?.keepsUp ?? null,
    isolationRatio: ratioOf(isolated?.p95, singleAt200?.latencyMs.p95),
    idleCpuMsPerSecond: number(idle?.ownCpuMs, 1),
    memoryMb: number(endToEnd?.memoryMb),
  };
}

function number(value: number | null | undefined, digits = 0): number | null {
  return value == null ? null : rounded(value, digits);
}

function ratioOf(value: number | undefined, of: number | undefined, digits = 2): number | null {
  return value === undefined || of === undefined ? null : rounded(value / of, digits);
}

interface Line {
  figure: string;
  /** undefined: was not measured. */
  value(figures: Figures): string | undefined;
  target?: string;
}

export function printFigures(measured: Measured, size: Size): void {
  const { by, rawPerSecond, events, lost, duplicated, leftOpen } = measured;
  const arrangements = ARRANGEMENTS.filter((each) => by[each]);
  const rows = linesOf(rawPerSecond, size)
    .map(({ figure, value, target = '' }) => [
      figure,
      ...arrangements.map((each) => value(by[each] ?? {}) ?? ''),
      target,
    ])
    .filter((row) => row.slice(1, -1).some((value) => value !== ''));
  printTable(rows, ['figure', ...arrangements.map((each) => TITLES[each]), 'target']);
  console.log(`\nundici alone to the same receiver, the reference: ${perSecond(rawPerSecond)}`);
  console.log(
    `${events.toLocaleString('en')} events checked: lost ${lost}, duplicated ${duplicated}, left open ${leftOpen}`,
  );
}

function linesOf(rawPerSecond: number, size: Size): Line[] {
  const ofReference = (value: number | undefined) =>
    value === undefined ? undefined : `${perSecond(value)} (${((100 * value) / rawPerSecond).toFixed(1)} %)`;
  return [
    {
      figure: `single calls flat out, ${CONNECTIONS} connections (of calls of 100)`,
      value: ({ single, endToEnd }) =>
        single && `${perSecond(single.perSecond)} ${inBrackets(ratioOf(single.perSecond, endToEnd?.perSecond))}`,
      target: '>= 0.5 x',
    },
    { figure: '  CPU for 1,000 events', value: ({ single }) => secondsOf(single?.cost.ownCpuUs) },
    {
      figure: 'single calls at 200/s, p50 / p95 / p99',
      value: ({ singleAt200 }) => milliseconds(singleAt200?.latencyMs),
      target: 'p50 < 5, p95 < 12 ms',
    },
    {
      figure: '  CPU for 1,000 events, of all with PostgreSQL',
      value: ({ singleAt200 }) => secondsOf(singleAt200?.cost.ownCpuUs),
    },
    { figure: '  statements, WAL for an event', value: ({ singleAt200 }) => singleAt200 && costOf(singleAt200.cost) },
    {
      figure: 'single calls at 1,000/s',
      value: ({ singleAt1000 }) => singleAt1000 && kept(singleAt1000.keepsUp, singleAt1000.latencyMs),
      target: 'keeps up, p95 < 60 ms',
    },
    {
      figure: 'end to end, calls of 100 (of the reference)',
      value: ({ endToEnd }) => ofReference(endToEnd?.perSecond),
      target: '>= 14 %',
    },
    {
      figure: `  publish to receipt, ${UNDER_WAY} under way`,
      value: ({ endToEnd }) => milliseconds(endToEnd?.latencyMs),
    },
    {
      figure: '  memory of the largest process afterwards',
      value: ({ endToEnd }) => endToEnd && `${number(endToEnd.memoryMb) ?? 'unknown'} MB`,
      target: '< 300 MB',
    },
    {
      figure: 'deliveries, queue filled before (of the reference)',
      value: ({ filled }) => ofReference(filled?.deliveriesPerSecond),
      target: '>= 16 %',
    },
    { figure: '  published before, no worker running', value: ({ filled }) => perSecond(filled?.publishedPerSecond) },
    { figure: '  fanned out, into jobs of tomorrow', value: ({ filled }) => perSecond(filled?.fannedOutPerSecond) },
    {
      figure: `200/s beside ${size.stuck} stuck (p95 of without)`,
      value: ({ isolated, singleAt200 }) =>
        isolated && `${milliseconds(isolated)} ${inBrackets(ratioOf(isolated.p95, singleAt200?.latencyMs.p95))}`,
      target: '< 1.3 x or + 10 ms',
    },
    {
      figure: 'idle: CPU',
      value: ({ idle }) => idle && `${number(idle.ownCpuMs, 1) ?? 'unknown'} ms/s`,
      target: '< 25 ms/s',
    },
    { figure: 'statements per delivery, queue filled before', value: ({ filled }) => each(filled), target: '< 1' },
    { figure: 'statements per delivery, calls of 100', value: ({ endToEnd }) => each(endToEnd) },
    { figure: 'statements per event, single calls flat out', value: ({ single }) => each(single) },
  ];
}

const inBrackets = (ratio: number | null) => (ratio === null ? '' : `(${ratio} x)`);

const secondsOf = (us: number | null | undefined) => (us == null ? undefined : `${rounded(us / 1000, 2)} s`);

const kept = (keepsUp: boolean, latencyMs: Percentiles) => `${keepsUp ? 'yes' : 'NO'}, ${milliseconds(latencyMs)}`;

function costOf({ statements, walBytes }: { statements: { each: number }; walBytes: number }): string {
  return `${rounded(statements.each, 2)}, ${rounded(walBytes).toLocaleString('en')} bytes`;
}

const each = (figure: { cost: { statements: { each: number } } } | undefined) =>
  figure && `${rounded(figure.cost.statements.each, 3)}`;

/** Which part of the work the next bottleneck is. */
export function printBreakdown({ by }: Measured): void {
  for (const arrangement of ARRANGEMENTS) {
    const { filled, endToEnd, single, singleAt200, idle } = by[arrangement] ?? {};
    const title = TITLES[arrangement];
    if (idle) console.log(`\nCPU idle, ${title}, in ms of a second: ${partsOf(idle.cpuMs, 1)}`);
    const parts = {
      'queue filled before': filled,
      'calls of 100': endToEnd,
      'single calls': single,
      '200/s': singleAt200,
    };
    for (const [name, figure] of Object.entries(parts)) {
      if (figure) printCost(`CPU per event, ${name}, ${title}`, figure.cost.cpuUs, figure.cost.statements);
    }
  }
}
