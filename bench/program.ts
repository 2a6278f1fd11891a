type Stop = () => Promise<unknown>;

export interface Outcome {
  /** The last line of the output, as JSON. */
  keys: object;
  /** false: the program ends with code 1. */
  isSound: boolean;
}

/**
 * A benchmark from its start to its last line. Whatever happens, what it started is stopped.
 * @param measure pushes how to end each part, the last one first, as the parts start
 */
export function runProgram(measure: (args: readonly string[], stops: Stop[]) => Promise<Outcome>): void {
  // exit, because those whose figure failed may still be waiting for their turn
  run(measure).then(
    () => process.exit(),
    (error: Error) => {
      console.error(error.stack);
      process.exit(1);
    },
  );
}

async function run(measure: (args: readonly string[], stops: Stop[]) => Promise<Outcome>): Promise<void> {
  const stops: Stop[] = [];
  const giveUp = () => stopAll(stops).finally(() => process.exit(1));
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp).once('SIGHUP', giveUp);
  process.stdout.once('error', giveUp); // whoever read the figures is gone
  let lastLine = '';
  try {
    const { keys, isSound } = await measure(process.argv.slice(2), stops);
    lastLine = JSON.stringify(keys);
    if (!isSound) process.exitCode = 1;
  } finally {
    await stopAll(stops);
  }
  // after the last words of what was stopped
  console.log(`\n${lastLine}`);
}

// one that fails must not leave the others running
async function stopAll(stops: Stop[]): Promise<void> {
  const stop = stops.pop();
  if (!stop) return;
  try {
    await stop();
  } finally {
    await stopAll(stops);
  }
}

/** Prints what begins now, with the seconds since the start. */
export function sayer(): (what: string) => void {
  const start = Date.now();
  return (what) => console.log(`${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${what}`);
}
