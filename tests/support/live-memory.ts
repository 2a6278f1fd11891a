import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_MS = 250;
const REST = 19;

let collect: (() => void) | undefined;

/** Bytes of objects, buffers and the windows of zlib and brotli, with the garbage that was not collected yet. */
function allBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export function collectGarbage(): void {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

/** The bytes that are still referenced. */
function liveBytes(): number {
  collectGarbage();
  return allBytes();
}

/**
 * The largest growth of the bytes in use while `work` ran. Below `limit` it may include garbage:
 * garbage is collected, which takes a tenth of a second of CPU, only where all bytes together have grown beyond the limit.
 */
export async function growthDuring<T>(limit: number, work: () => Promise<T>): Promise<{ result: T; grownBy: number }> {
  const before = liveBytes();
  let most = before;
  const look = () => {
    const all = allBytes();
    most = Math.max(most, all - before < limit ? all : liveBytes());
  };
  let timer: NodeJS.Timeout;
  // collecting stops everything else: it gets a twentieth of the time, or the work would run into its time-outs
  const lookAfter = (ms: number) => {
    timer = setTimeout(() => {
      const begun = performance.now();
      look();
      lookAfter(Math.max(LOOK_MS, REST * (performance.now() - begun)));
    }, ms);
  };
  lookAfter(LOOK_MS);
  try {
    const result = await work();
    look();
    return { result, grownBy: most - before };
  } finally {
    clearTimeout(timer!);
  }
}
