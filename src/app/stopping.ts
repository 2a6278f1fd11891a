/** Errors of a start whose messages say what to do: they need no stack. */
const EXPECTED = ['ConfigError', 'AlreadyRunning', 'DatabaseStartError'];

/**
 * Writes why a program ends to the standard error output.
 * @param expected the names of further errors that need no stack
 */
export function writeFatalError(error: Error, expected: readonly string[] = []): void {
  const isExpected = [...EXPECTED, ...expected].includes(error.name);
  process.stderr.write(`${isExpected ? error.message : (error.stack ?? error.message)}\n`);
}

/** Upper limit of a stop, even if a part does not answer: a supervisor kills the process next. */
export const STOP_MS = 10_000;
/** The time for attempts on the wire to end. The rest of the stop is for writing their outcomes. */
export const ATTEMPTS_END_MS = 7_000;

/** How a part is stopped. */
export interface Stop {
  /** The part, as the log names it; null: several parts, each of which has a name. */
  part: string | null;
  stop(deadline: Deadline): Promise<unknown>;
}

export interface Deadline {
  /** Resolves when the stop of a part is no longer waited for. */
  passed: Promise<void>;
  /** The parts that have begun to stop and have not stopped. */
  stopping: Set<string>;
}

/**
 * Stops parts in the reverse order of their start. A part that fails to stop, for example without the database, does
 * not leave the others running; a part that takes too long is not waited for.
 */
export async function stopAll(stops: Stop[], deadline: Deadline): Promise<void> {
  const faults: unknown[] = [];
  for (const stop of stops.splice(0).reverse()) {
    await stopOne(stop, deadline).catch((fault: unknown) => faults.push(fault));
  }
  if (faults.length > 0) throw faults[0];
}

/** The same in parallel, for parts of which none needs another to stop. */
export async function stopTogether(stops: Stop[], deadline: Deadline): Promise<void> {
  const ends = await Promise.allSettled(stops.splice(0).map((stop) => stopOne(stop, deadline)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function stopOne({ part, stop }: Stop, deadline: Deadline): Promise<void> {
  if (part !== null) deadline.stopping.add(part);
  try {
    await Promise.race([stop(deadline), deadline.passed]);
  } finally {
    if (part !== null) deadline.stopping.delete(part);
  }
}

/** Like `stopAll`, but waits at most `ms`. @returns the parts that have not stopped in that time */
export async function stopWithin(ms: number, stops: Stop[]): Promise<string[]> {
  const { promise: passed, resolve } = Promise.withResolvers<void>();
  const deadline: Deadline = { passed, stopping: new Set() };
  let late: string[] = [];
  const timer = setTimeout(() => {
    late = [...deadline.stopping];
    resolve();
  }, ms);
  try {
    await stopAll(stops, deadline);
  } finally {
    clearTimeout(timer);
  }
  return late;
}

const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Ends the process at once on SIGINT and SIGTERM, as the system does where it is not process 1, such as of a container. Process 1 gets no
 * signal that it does not handle, so a stop during its start would wait until it is killed.
 * @returns ends this, for `stopOnSignals`
 */
export function endOnSignals(): () => void {
  const handlers = Object.entries(SIGNALS).map(([signal, number]) => {
    const end = () => process.exit(128 + number);
    process.on(signal, end);
    return () => process.off(signal, end);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}

const SAME_MS = 2_000;

/**
 * Stops in order on SIGINT and SIGTERM, and at once on a second signal. A signal within two seconds counts as the same
 * one, because Ctrl-C reaches us from the terminal and once more from npm.
 */
export function stopOnSignals(stop: (signal: string) => Promise<void>): void {
  let firstAt: number | null = null;
  const onSignal = (signal: string) => {
    if (firstAt !== null) {
      if (performance.now() - firstAt > SAME_MS) process.exit(1);
      return;
    }
    firstAt = performance.now();
    stop(signal).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of Object.keys(SIGNALS)) process.on(signal, onSignal);
}
