import { rounded } from '../numbers';
import { perSecond, printTable } from '../printed';
import type { Faults, Steady } from './figures';
import type { Figures } from './run';
import type { Size } from './sizes';
import { isOwn } from './systems/hookledger';

interface Line {
  figure: string;
  value(figures: Figures): string;
}

export function printPeers(measured: ReadonlyMap<string, Figures>, size: Size): void {
  const systems = [...measured.values()];
  printTable(
    linesOf(size).map(({ figure, value }) => [figure, ...systems.map(value)]),
    [`medians of ${size.rounds}`, ...measured.keys()],
  );
}

function linesOf(size: Size): Line[] {
  return [
    {
      figure: `${size.flatOut} single calls, 32 connections: delivered`,
      value: ({ flatOut }) => (flatOut.length > 0 ? perSecond(of(flatOut, 'perSecond') as number) : '-'),
    },
    {
      figure: `1,000/s for ${size.fastSeconds} s: keeps up, p50 / p95`,
      value: ({ at1000 }) => (at1000.length > 0 ? `${keepsUp(at1000) ? 'yes' : 'no'}, ${delays(at1000)}` : '-'),
    },
    { figure: '200/s, p50 / p95', value: ({ at200 }) => delays(at200) },
    {
      figure: 'CPU for 1,000 events flat out; at 200/s',
      value: ({ flatOut, at200 }) => `${seconds(of(flatOut, 'cpuUs'))}; ${seconds(of(at200, 'cpuUs'))}`,
    },
    { figure: 'resident memory of its processes after', value: ({ idle }) => unit(idle?.memoryMb, 'MB') },
    { figure: 'idle CPU, with its databases', value: ({ idle }) => unit(idle?.cpuMsPerSecond, 'ms/s', 1) },
    {
      figure: `${size.stuck} pending for a dead endpoint: p95 of a healthy one`,
      value: ({ stuck }) =>
        stuck ? `${unit(stuck.p95, 'ms', 1)}${stuck.lost > 0 ? `, ${stuck.lost} not arrived` : ''}` : '-',
    },
    {
      figure: `kill -9 of the worker in ${size.crashed}: refused, lost, doubled, slowest`,
      value: ({ crash }) =>
        crash ? `${crash.refused}, ${crash.lost}, ${crash.doubled}, ${rounded(crash.slowestMs / 1000, 1)} s` : '-',
    },
    {
      figure: 'last 25 attempts with payload and response, p50 / p95',
      value: ({ lists }) => (lists ? `${rounded(lists.p50, 1)} / ${rounded(lists.p95, 1)} ms` : '-'),
    },
    {
      figure: 'events in the rounds: refused, not arrived within a minute, doubled',
      value: (figures) => FAULTS.map((fault) => sumOfRounds(figures, fault)).join(', '),
    },
  ];
}

/** Whether each round of this application lost and doubled nothing; what others do is a figure. */
export function areSound(measured: ReadonlyMap<string, Figures>): boolean {
  const own = [...measured].filter(([name]) => isOwn(name)).map(([, figures]) => figures);
  return own.every((figures) => FAULTS.every((fault) => sumOfRounds(figures, fault) === 0));
}

const FAULTS = ['refused', 'lost', 'doubled'] as const;

const sumOfRounds = ({ flatOut, at200, at1000 }: Figures, fault: keyof Faults) =>
  [...flatOut, ...at200, ...at1000].reduce((sum, round) => sum + round[fault], 0);

/** The last line of the output: names that stay. */
export function keysOf(measured: ReadonlyMap<string, Figures>): object {
  const entries = [...measured].map(([name, { flatOut, at200, at1000, idle, stuck, crash, lists }]) => [
    name.toLowerCase().replace(' ', '-'),
    {
      singlePerSecond: of(flatOut, 'perSecond'),
      singleP50At200Ms: of(at200, 'p50'),
      singleP95At200Ms: of(at200, 'p95'),
      singleP95At1000Ms: of(at1000, 'p95'),
      keepsUpAt1000: keepsUp(at1000),
      cpuUsFlatOut: of(flatOut, 'cpuUs'),
      cpuUsAt200: of(at200, 'cpuUs'),
      ...idle,
      besideStuckP95Ms: stuck?.p95 ?? null,
      crash,
      listsP95Ms: lists?.p95 ?? null,
    },
  ]);
  return Object.fromEntries(entries);
}

/** The median of the rounds; null: not known. */
function of<Key extends string>(rounds: readonly Record<Key, number | null>[], key: Key): number | null {
  const values = rounds.map((round) => round[key]).filter((value) => value !== null);
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}

const keepsUp = (rounds: readonly Steady[]) => rounds.length > 0 && rounds.every((round) => round.keepsUp);

const delays = (rounds: readonly Steady[]) =>
  rounds.length === 0
    ? '-'
    : `${rounded(of(rounds, 'p50') ?? Number.NaN, 1)} / ${rounded(of(rounds, 'p95') ?? Number.NaN, 1)} ms`;

const seconds = (us: number | null) => (us === null ? '-' : `${rounded(us / 1000, 2)} s`);

const unit = (value: number | null | undefined, name: string, digits = 0) =>
  value == null || Number.isNaN(value) ? '-' : `${rounded(value, digits).toLocaleString('en')} ${name}`;
