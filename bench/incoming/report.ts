import { rounded } from '../numbers';
import { milliseconds, perSecond, printCost, printTable, type Row } from '../printed';
import { CONNECTIONS } from './full-speed';
import type { Figures } from './run';
import { PER_SECOND } from './steady-rate';

/** The last line of the output: names that stay. */
export function keysOf({ fullSpeed, steady, flood, ledger, refusals, ceilingPerSecond }: Figures) {
  return {
    acceptedPerSecond: rounded(fullSpeed.acceptedPerSecond),
    p99At500Ms: rounded(steady.p99, 1),
    p99UnderFloodMs: rounded(flood.waitMs.p99, 1),
    lost: ledger.lost,
    duplicated: ledger.duplicated,
    refusalsUnaccounted: flood.refused - refusals.recorded - refusals.unrecorded,
    ceilingPerSecond: rounded(ceilingPerSecond),
    statementsPerCall: rounded(fullSpeed.cost.statements.each, 3),
  };
}

export function printFigures(figures: Figures): void {
  printTable(rowsOf(figures));
}

function rowsOf({ ceilingPerSecond, steady, flood, fullSpeed, ledger, refusals }: Figures): Row[] {
  const share = rounded((100 * fullSpeed.acceptedPerSecond) / ceilingPerSecond);
  return [
    ['a bare server that verifies the same: the reference', perSecond(ceilingPerSecond), ''],
    ['accepted: verified, row and event', `${perSecond(fullSpeed.acceptedPerSecond)} (${share} % of it)`, '>= 3,000/s'],
    [`answered at that speed, ${CONNECTIONS} connections, p50 / p95 / p99`, milliseconds(fullSpeed.waitMs), ''],
    ['then all events were fanned out after', `${rounded(fullSpeed.outboxBehindMs)} ms`, ''],
    ['searches were behind; found all after', behindOf(fullSpeed), ''],
    [`answered at ${PER_SECOND}/s, from when due, p50 / p95 / p99`, milliseconds(steady), 'p99 < 50 ms'],
    [
      `the same beside ${perSecond(flood.refusedPerSecond)} with bad signatures`,
      milliseconds(flood.waitMs),
      'p99 < 50 ms',
    ],
    ['of them answered = with a row + only counted', refusalsOf(flood.refused, refusals), 'equal'],
    ['statements per call', `${rounded(fullSpeed.cost.statements.each, 3)}`, ''],
    ['calls checked; sent twice', `${ledger.calls.toLocaleString('en')}; ${ledger.repeated.toLocaleString('en')}`, ''],
    ['lost, duplicated', `${ledger.lost}, ${ledger.duplicated}`, '0, 0'],
  ];
}

function behindOf({ indexBehindSeconds, indexedAfterMs }: Figures['fullSpeed']): string {
  const after = indexedAfterMs === null ? 'longer than was waited' : `${rounded(indexedAfterMs / 1000, 1)} s`;
  return `${rounded(indexBehindSeconds, 1)} s; ${after}`;
}

function refusalsOf(answered: number, { recorded, unrecorded }: Figures['refusals']): string {
  return `${answered} = ${recorded} + ${unrecorded}`;
}

export function printBreakdown({ fullSpeed: { cost, cpuUs } }: Figures): void {
  printCost('CPU per call at full speed', cpuUs, cost.statements);
}
