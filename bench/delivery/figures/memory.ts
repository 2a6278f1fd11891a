import type { Bench } from '../../bench';
import { residentMb } from '../../process-use';
import { type FlatOut, measureEndToEnd } from './flat-out';

/** Resident megabytes by process; null where there is no /proc. */
export type Memory = Record<string, number | null>;

export interface WithMemory extends FlatOut {
  /** Before, after a tenth of the deliveries, and after all of them. */
  memory: { start: Memory; tenth: Memory; end: Memory };
}

export async function measureEndToEndWithMemory(bench: Bench, events: number): Promise<WithMemory> {
  const { receiver } = bench;
  const tenthAt = receiver.received() + events / 10;
  const start = await readMemory(bench);
  let tenth: Memory | null = null;
  const sampling = setInterval(async () => {
    if (tenth === null && receiver.received() >= tenthAt) tenth = await readMemory(bench);
  }, 50);
  const flatOut = await measureEndToEnd(bench, events).finally(() => clearInterval(sampling));
  const end = await readMemory(bench);
  return { ...flatOut, memory: { start, tenth: tenth ?? end, end } };
}

async function readMemory({ processes }: Bench): Promise<Memory> {
  const entries = Object.entries(processes).map(async ([name, { pid }]) => [name, await residentMb(pid)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
