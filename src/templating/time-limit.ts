// Runs conditions and templates, which are untrusted programs, so that none of them blocks the process.
import { setImmediate } from 'node:timers/promises';
import { type Context, createContext, Script } from 'node:vm';

/** The maximum processor time of one condition or one request, in milliseconds. */
export const TIME_LIMIT_MS = 50;

/** The item itself took too long, independent of the load of the machine. */
export interface Late {
  readonly late: true;
}

/** The item is undecided and must be tried again later. */
export interface Undecided {
  readonly undecided: true;
}

export const UNDECIDED: Undecided = { undecided: true };
const LATE: Late = { late: true };

// `vm` limits elapsed time, of which a busy machine gives the thread only a part. Each further try therefore has a
// longer limit, so that the thread gets its processor time. On an idle machine two tries suffice.
const FIRST_TRY_MS = 60;
const MAX_TRY_MS = 1_000;
const MAX_TRIES = 5;
const MAX_GROWTH = 4;
// The processor time of a single try may include a garbage collection that other items caused.
const STRIKES = 2;
// Limits the cost of a group in one call: the processor time of its items that ran alone, in milliseconds. Three late items have it,
// and so have many that end just before the limit.
const MAX_ALONE_MS = 300;

/** How the items are processed. */
export interface Work<Item, Result> {
  /** Items of a group are decided in order: when one is undecided, the later ones are undecided too. */
  groupOf(item: Item): string;
  /** Work with bounded time that does not count, such as parsing the document. It may be called more than once. */
  prepare(item: Item): void;
  run(item: Item): Result;
  /** Called between two slices of 50 ms. By default it waits for the next turn. */
  pause?(): Promise<unknown>;
  /** The processor time of the thread so far, in milliseconds. */
  cpuMs?(): number;
}

type Paused<Item, Result> = Work<Item, Result> & Required<Pick<Work<Item, Result>, 'pause'>>;

/**
 * Calls `run` for each item, in order. Everything that it calls is stopped in time, including loops and regular
 * expressions. All items run together in one call of `vm` while this takes less than 50 ms. An item that is stopped
 * runs again alone, and is late if it used 50 ms of processor time alone twice. When items of a group have used 300 ms alone, the
 * rest of the group is undecided: it must not hold up others, and no item is judged by the cost of another.
 */
export async function runEach<Item, Result extends object>(
  items: readonly Item[],
  work: Work<Item, Result>,
): Promise<(Result | Late | Undecided)[]> {
  const { pause = nextTurn } = work;
  if (calls > 0) await pause();
  calls += 1;
  try {
    return await runInSlices(items, { ...work, pause });
  } finally {
    calls -= 1;
  }
}

/** Calls of `runEach` that have not ended. */
let calls = 0;
let lastTurn: Promise<unknown> = Promise.resolve();

/** However many calls there are, one slice is run in each turn of the event loop, which has other work too. */
function nextTurn(): Promise<unknown> {
  lastTurn = lastTurn.then(() => setImmediate());
  return lastTurn;
}

async function runInSlices<Item, Result extends object>(
  items: readonly Item[],
  work: Paused<Item, Result>,
): Promise<(Result | Late | Undecided)[]> {
  const { groupOf, prepare, run, pause } = work;
  const results: (Result | Late | Undecided)[] = [];
  const aloneMs = new Map<string, number>();
  const waiting = new Set<string>();
  while (results.length < items.length) {
    const first = items[results.length] as Item;
    if (!waiting.has(groupOf(first))) prepare(first);
    const ended = endsInTime(TIME_LIMIT_MS, () => {
      while (results.length < items.length) {
        const item = items[results.length] as Item;
        results.push(waiting.has(groupOf(item)) ? UNDECIDED : run(item));
      }
    });
    if (ended || results.length === items.length) break;
    await pause();
    const stopped = items[results.length] as Item;
    const group = groupOf(stopped);
    const { result, usedMs } = await runAlone(stopped, work);
    const ofGroup = (aloneMs.get(group) ?? 0) + usedMs;
    aloneMs.set(group, ofGroup);
    if (result === UNDECIDED || ofGroup >= MAX_ALONE_MS) waiting.add(group);
    results.push(result);
    await pause();
  }
  return results;
}

async function runAlone<Item, Result extends object>(
  item: Item,
  { prepare, run, pause, cpuMs = threadCpuMs }: Paused<Item, Result>,
): Promise<{ result: Result | Late | Undecided; usedMs: number }> {
  let strikes = 0;
  let usedInAllMs = 0;
  let limitMs = FIRST_TRY_MS;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    prepare(item);
    let result: Result | undefined;
    const begun = cpuMs();
    endsInTime(limitMs, () => {
      result = run(item);
    });
    const usedMs = cpuMs() - begun;
    usedInAllMs += usedMs;
    if (result !== undefined) return { result, usedMs: usedInAllMs };
    if (usedMs >= TIME_LIMIT_MS) strikes += 1;
    else limitMs = Math.ceil(Math.min(MAX_TRY_MS, limitMs * Math.min(MAX_GROWTH, FIRST_TRY_MS / usedMs)));
    if (strikes === STRIKES) return { result: LATE, usedMs: usedInAllMs };
    await pause();
  }
  return { result: UNDECIDED, usedMs: usedInAllMs };
}

// Not process.cpuUsage(), which includes the threads of the garbage collector and the compiler.
function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

const script = new Script('work()');
let sandbox: Context | undefined;

function endsInTime(timeout: number, work: () => void): boolean {
  sandbox ??= createContext({});
  sandbox.work = work;
  try {
    script.runInContext(sandbox, { timeout });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  } finally {
    sandbox.work = undefined;
  }
}
