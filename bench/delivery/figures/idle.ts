import { setTimeout as wait } from 'node:timers/promises';
import type { Bench } from '../../bench';
import { clockMs } from '../../clock';
import { differenceOf, ownOf, readCpu } from '../cost';

export interface Idle {
  /** CPU of each process, in milliseconds of each second; null where there is no /proc. */
  cpuMs: Record<string, number | null>;
  ownCpuMs: number | null;
}

/** Until the counts and the index have what was delivered before, and its garbage is collected. */
const SETTLE_MS = 30_000;

/** Of processes that have worked, whose connections are open, and that have nothing to do. */
export async function measureIdle(bench: Bench, seconds: number): Promise<Idle> {
  await wait(SETTLE_MS);
  const begun = clockMs();
  const before = await readCpu(bench);
  await wait(1000 * seconds);
  const cpuMs = differenceOf(before, await readCpu(bench), 1000 / (clockMs() - begun));
  return { cpuMs, ownCpuMs: ownOf(cpuMs) };
}
