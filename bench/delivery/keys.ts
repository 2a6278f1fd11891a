// The last line of the output: names that stay. Those of one process, and under `apart` those of API and worker apart.
import { rounded } from '../numbers';
import type { Figures } from './figures';
import type { Memory } from './figures/memory';
import type { Measured } from './run';
import { MEMORY_DELIVERIES, type Size } from './sizes';

export function keysOf(measured: Measured, size: Size) {
  const { one = {}, apart = {} } = measured.by;
  const { rawPerSecond, lost, duplicated } = measured;
  return {
    ...keysOfFigures(one, rawPerSecond, size),
    twoWorkersRatio: ratioOf(apart.filledForTwo?.deliveriesPerSecond, apart.filled?.deliveriesPerSecond),
    lost,
    duplicated,
    apart: keysOfFigures(apart, rawPerSecond, size),
  };
}

/** null: was not measured. */
function keysOfFigures(figures: Figures, rawPerSecond: number, size: Size) {
  const { filled, endToEnd, single, singleAt200, singleAt1000, callsOf5At1000, idle, isolated, manyWebhooks } = figures;
  return {
    deliveriesPerSecond: number(filled?.deliveriesPerSecond),
    filledOfCeiling: ratioOf(filled?.deliveriesPerSecond, rawPerSecond, 3),
    endToEndPerSecond: number(endToEnd?.perSecond),
    endToEndOfCeiling: ratioOf(endToEnd?.perSecond, rawPerSecond, 3),
    singlePerSecond: number(single?.perSecond),
    singleOfBatched: ratioOf(single?.perSecond, endToEnd?.perSecond),
    p95At200Ms: number(singleAt200?.latencyMs.p95, 1),
    singleP50At200Ms: number(singleAt200?.latencyMs.p50, 1),
    singleP95At200Ms: number(singleAt200?.latencyMs.p95, 1),
    cpuMsPer1000At200: number(singleAt200?.cost.ownCpuUs),
    statementsAt200: number(singleAt200?.cost.statements.each, 2),
    walBytesAt200: number(singleAt200?.cost.walBytes),
    singleP95At1000Ms: number(singleAt1000?.latencyMs.p95, 1),
    singleKeepsUpAt1000: singleAt1000?.keepsUp ?? null,
    p95At1000Ms: number(callsOf5At1000?.latencyMs.p95, 1),
    publishedPerSecond: number(filled?.publishedPerSecond),
    isolationRatio: ratioOf(isolated?.p95, singleAt200?.latencyMs.p95),
    manyWebhooksRatio: ratioOf(manyWebhooks?.withPerSecond, manyWebhooks?.withoutPerSecond),
    idleCpuMsPerSecond: number(idle?.ownCpuMs, 1),
    memoryMb: number(endToEnd && largest(endToEnd.memory.end)),
    memoryGrowth: endToEnd && size.endToEnd >= MEMORY_DELIVERIES ? growthOf(endToEnd.memory) : null,
    statementsPerDelivery: number(filled?.cost.statements.each, 3),
  };
}

function number(value: number | null | undefined, digits = 0): number | null {
  return value == null ? null : rounded(value, digits);
}

export function ratioOf(value: number | undefined, of: number | undefined, digits = 2): number | null {
  return value === undefined || of === undefined ? null : rounded(value / of, digits);
}

/** Of a process. */
export function largest(memory: Memory): number | null {
  const known = Object.values(memory).filter((mb) => mb !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

function growthOf({ tenth, end }: { tenth: Memory; end: Memory }): number | null {
  const [from, to] = [largest(tenth), largest(end)];
  return from && to && rounded(to / from, 3);
}
