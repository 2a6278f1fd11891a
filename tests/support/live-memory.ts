import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_MS = 250;
const REST = 19;

let collect: (() => void) | undefined;

/** Bytes that something still holds on to, buffers and the windows of zlib and brotli included; garbage is not counted. */
function liveBytes(): number {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** By how much the bytes that are held on to grew at most while `work` went on. */
export async function growthDuring<T>(work: () => Promise<T>): Promise<{ result: T; grownBy: number }> {
  const before = liveBytes();
  let most = before;
  let timer: NodeJS.Timeout;
  // collecting stops everything else: it gets a twentieth of the time, or the work would run into its time-outs
  const lookAfter = (ms: number) => {
    timer = setTimeout(() => {
      const begun = performance.now();
      most = Math.max(most, liveBytes());
      lookAfter(Math.max(LOOK_MS, REST * (performance.now() - begun)));
    }, ms);
  };
  lookAfter(LOOK_MS);
  try {
    const result = await work();
    return { result, grownBy: Math.max(most, liveBytes()) - before };
  } finally {
    clearTimeout(timer!);
  }
}
