// What a system's processes use, with those of its databases and brokers.
import { setTimeout as wait } from 'node:timers/promises';
import { cpuMsOfFamily } from '../process-use';
import type { System } from './systems/system';

const SETTLE_LIMIT_MS = 60_000;
const QUIET_MS_PER_SECOND = 100;

/** With what is written and indexed after the events were sent: it is part of their price, and not of the next system's. */
export async function withCpu<Result>(system: System, count: number, work: () => Promise<Result>) {
  const before = await cpuMsOf(system);
  const result = await work();
  await settle(system);
  return { result, cpuUs: perOne(before, await cpuMsOf(system), count) };
}

/** @returns milliseconds for each second; null: no process ids were given */
export async function cpuWhenIdle(system: System, seconds: number): Promise<number | null> {
  await settle(system);
  const before = await cpuMsOf(system);
  await wait(1000 * seconds);
  const cpuUs = perOne(before, await cpuMsOf(system), seconds);
  return cpuUs === null ? null : cpuUs / 1000;
}

/** Until it has next to nothing to do. */
async function settle(system: System): Promise<void> {
  await wait(system.gathersMs);
  for (const end = Date.now() + SETTLE_LIMIT_MS; Date.now() < end; ) {
    const before = await cpuMsOf(system);
    await wait(1000);
    const after = await cpuMsOf(system);
    if (before === null || after === null || after - before < QUIET_MS_PER_SECOND) return;
  }
}

async function cpuMsOf({ pids, storePids }: System): Promise<number | null> {
  return sumOf(await Promise.all([...pids, ...storePids].map(cpuMsOfFamily)));
}

const perOne = (before: number | null, after: number | null, count: number) =>
  before === null || after === null ? null : (1000 * (after - before)) / count;

/** null: nothing is known, or not of all. */
export function sumOf(values: readonly (number | null)[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, each) => (sum === null || each === null ? null : sum + each), 0);
}
