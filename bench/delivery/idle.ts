import { setTimeout as wait } from 'node:timers/promises';
import type { Bench } from '../bench';
import { clockMs } from '../clock';
import { type CpuTimes, differenceOf, ownOf, readCpu } from '../cost';
import type { Size } from './sizes';

export interface Idle {
  /** CPU of each process, in milliseconds of each second; null where there is no /proc. */
  cpuMs: CpuTimes;
  ownCpuMs: number | null;
}

/** Of processes that have worked, whose connections are open, and that have nothing to do. */
export async function measureIdle(
  bench: Bench,
  { settleSeconds, idleSeconds }: Pick<Size, 'settleSeconds' | 'idleSeconds'>,
): Promise<Idle> {
  await wait(1000 * settleSeconds);
  const begun = clockMs();
  const before = await readCpu(bench);
  await wait(1000 * idleSeconds);
  const cpuMs = differenceOf(before, await readCpu(bench), 1000 / (clockMs() - begun));
  return { cpuMs, ownCpuMs: ownOf(cpuMs) };
}
