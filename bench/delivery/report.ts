import { ARRANGEMENTS, type Arrangement } from '../application';
import { UNDER_WAY } from '../bench';
import { type Percentiles, rounded } from '../numbers';
import { milliseconds, partsOf, perSecond, printCost, printTable } from '../printed';
import type { Figures } from './figures';
import { CONNECTIONS } from './figures/flat-out';
import type { Memory } from './figures/memory';
import { SETTINGS, type SettingName } from './figures/settings';
import { ratioOf } from './keys';
import type { Measured } from './run';
import type { Size } from './sizes';

const TITLES: Record<Arrangement, string> = { one: 'one process', apart: 'API and worker apart' };

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
      value: ({ single, endToEnd }) => withRatio(single?.perSecond, endToEnd?.perSecond),
      target: '>= 0.5 x',
    },
    {
      figure: 'single calls at 200/s, p50 / p95 / p99',
      value: ({ singleAt200 }) => milliseconds(singleAt200?.latencyMs),
      target: 'p50 < 12, p95 < 30 ms',
    },
    {
      figure: '  CPU for 1,000 events, of all with PostgreSQL',
      value: ({ singleAt200 }) => secondsOf(singleAt200?.cost.ownCpuUs),
      target: '< 3.5 s',
    },
    { figure: '  statements, WAL for an event', value: ({ singleAt200 }) => singleAt200 && costOf(singleAt200.cost) },
    {
      figure: 'single calls at 1,000/s',
      value: ({ singleAt1000 }) => singleAt1000 && kept(singleAt1000.keepsUp, singleAt1000.latencyMs),
      target: 'keeps up, p95 < 60 ms',
    },
    {
      figure: 'calls of 5 at 1,000/s',
      value: ({ callsOf5At1000: figure }) => figure && kept(figure.keepsUp, figure.latencyMs),
      target: 'p95 < 60 ms',
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
      figure: 'deliveries, queue filled before (of the reference)',
      value: ({ filled }) => ofReference(filled?.deliveriesPerSecond),
      target: '>= 16 %',
    },
    {
      figure: '  with two workers (of one)',
      value: ({ filled, filledForTwo }) => withRatio(filledForTwo?.deliveriesPerSecond, filled?.deliveriesPerSecond),
    },
    { figure: '  published before, no worker running', value: ({ filled }) => perSecond(filled?.publishedPerSecond) },
    { figure: '  fanned out, into jobs of tomorrow', value: ({ filled }) => perSecond(filled?.fannedOutPerSecond) },
    ...(Object.keys(SETTINGS) as SettingName[]).map((name) => ({
      figure: `single calls flat out, ${name}`,
      value: ({ settings }: Figures) => perSecond(settings?.[name].perSecond),
    })),
    {
      figure: `end to end with ${size.manyWebhooks} other webhooks (of without)`,
      value: ({ manyWebhooks }) => withRatio(manyWebhooks?.withPerSecond, manyWebhooks?.withoutPerSecond),
      target: '>= 0.95 x',
    },
    {
      figure: `200/s beside ${size.stuck} stuck (p95 of without)`,
      value: ({ isolated, singleAt200 }) =>
        isolated && `${milliseconds(isolated)} ${inBrackets(ratioOf(isolated.p95, singleAt200?.latencyMs.p95))}`,
      target: '< 1.3 x or + 10 ms',
    },
    { figure: 'idle: CPU', value: ({ idle }) => idle && perSecondOf(idle.ownCpuMs), target: '< 25 ms/s' },
    {
      figure: `memory before, after ${size.endToEnd / 10}, after ${size.endToEnd} deliveries`,
      value: ({ endToEnd }) => endToEnd && memoryOf(endToEnd.memory),
      target: '< 300 MB a process; at 500,000 < 1.1 x',
    },
    { figure: 'statements per delivery, queue filled before', value: ({ filled }) => each(filled), target: '< 1' },
    { figure: 'statements per delivery, calls of 100', value: ({ endToEnd }) => each(endToEnd) },
    { figure: 'statements per event, single calls flat out', value: ({ single }) => each(single) },
  ];
}

function withRatio(value: number | undefined, of: number | undefined): string | undefined {
  return value === undefined ? undefined : `${perSecond(value)} ${inBrackets(ratioOf(value, of))}`.trimEnd();
}

const inBrackets = (ratio: number | null) => (ratio === null ? '' : `(${ratio} x)`);

const secondsOf = (us: number | null | undefined) => (us == null ? undefined : `${rounded(us / 1000, 2)} s`);

const kept = (keepsUp: boolean, latencyMs: Percentiles) => `${keepsUp ? 'yes' : 'NO'}, ${milliseconds(latencyMs)}`;

function costOf({ statements, walBytes }: { statements: { each: number }; walBytes: number }): string {
  return `${rounded(statements.each, 2)}, ${rounded(walBytes).toLocaleString('en')} bytes`;
}

const each = (figure: { cost: { statements: { each: number } } } | undefined) =>
  figure && `${rounded(figure.cost.statements.each, 3)}`;

const perSecondOf = (cpuMs: number | null) => (cpuMs === null ? 'unknown' : `${rounded(cpuMs, 1)} ms/s`);

function memoryOf(memory: { start: Memory; tenth: Memory; end: Memory }): string {
  return Object.keys(memory.end)
    .map((name) => `${[memory.start, memory.tenth, memory.end].map((each) => megabytes(each[name])).join(', ')} MB`)
    .join('; ');
}

const megabytes = (value: number | null | undefined) => (value == null ? 'unknown' : `${rounded(value)}`);

/** Which part of the work the next bottleneck is. */
export function printBreakdown({ by, rawPerSecond, signingUs }: Measured): void {
  for (const arrangement of ARRANGEMENTS) {
    const { filled, endToEnd, single, singleAt200, idle } = by[arrangement] ?? {};
    const title = TITLES[arrangement];
    if (idle) console.log(`\nCPU idle, ${title}, in ms of a second: ${partsOf(idle.cpuMs, 1)}`);
    if (filled) {
      const us = (step: string) => {
        const kinds = filled.cost.statements.kinds.filter(({ kind }) => kind.startsWith(step));
        return rounded((1000 * kinds.reduce((sum, { ms }) => sum + ms, 0)) / filled.deliveries);
      };
      console.log(
        `\nPer delivery, queue filled before, ${title}, in µs: claim ${us('claim')} (in PostgreSQL), ` +
          `sign ${rounded(signingUs, 1)}, send ${rounded(1e6 / rawPerSecond)} (undici alone, sender and receiver), ` +
          `commit ${us('commit')} (in PostgreSQL)`,
      );
    }
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
