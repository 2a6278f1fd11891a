// Conditions and templates are other people's programs: they run here, so that none of them stops the process.
import { setImmediate } from 'node:timers/promises';
import { type Context, createContext, Script } from 'node:vm';

/** Milliseconds of processor time that one condition or one request may take. */
export const TIME_LIMIT_MS = 50;

/** The item itself took too long, whatever else the machine did. */
export interface Late {
  readonly late: true;
}

/** Nothing is known of the item yet: to be tried again later. */
export interface Undecided {
  readonly undecided: true;
}

export const UNDECIDED: Undecided = { undecided: true };
const LATE: Late = { late: true };

// `vm` stops by the clock on the wall. A machine that is busy elsewhere gives the thread only a part of that time: the
// next try has more of it, so that the thread itself can have had its limit. Two tries suffice where nothing else runs.
const FIRST_TRY_MS = 60;
const MAX_TRY_MS = 1_000;
const MAX_TRIES = 5;
const MAX_GROWTH = 4;
// The processor time of a single try may be that of a garbage collection that others made necessary.
const STRIKES = 2;
// What a group may cost in one call: 3 items of 170 ms of the processor each.
const MAX_LATE = 3;

/** What is done with each item. */
export interface Work<Item, Result> {
  /** Items of a group are decided in order: while one is undecided, those after it are too. */
  groupOf(item: Item): string;
  /** What takes bounded time and does not count, such as reading the document. May be called more than once. */
  prepare(item: Item): void;
  run(item: Item): Result;
  /** Between two slices of 50 ms; by default the event loop has its turn. */
  pause?(): Promise<unknown>;
  /** Milliseconds of processor time that the thread has had so far. */
  cpuMs?(): number;
}

/**
 * Calls `run` for each item, in order. Everything it calls is stopped in time, loops and regular expressions as well.
 * All items run together in one call into `vm` as long as that takes less than 50 ms. The one that is stopped runs
 * again alone, and is late if it alone used 50 ms of the processor twice. After three late ones the rest of a group is
 * undecided: none of them is judged by another one.
 */
export async function runEach<Item, Result extends object>(
  items: readonly Item[],
  work: Work<Item, Result>,
): Promise<(Result | Late | Undecided)[]> {
  const { groupOf, prepare, run, pause = setImmediate } = work;
  const results: (Result | Late | Undecided)[] = [];
  const late = new Map<string, number>();
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
    const result = await runAlone(stopped, work);
    if (result === LATE) late.set(group, (late.get(group) ?? 0) + 1);
    if (result === UNDECIDED || late.get(group) === MAX_LATE) waiting.add(group);
    results.push(result);
    await pause();
  }
  return results;
}

async function runAlone<Item, Result extends object>(
  item: Item,
  { prepare, run, pause = setImmediate, cpuMs = threadCpuMs }: Work<Item, Result>,
): Promise<Result | Late | Undecided> {
  let strikes = 0;
  let limitMs = FIRST_TRY_MS;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    prepare(item);
    let result: Result | undefined;
    const begun = cpuMs();
    endsInTime(limitMs, () => {
      result = run(item);
    });
    if (result !== undefined) return result;
    const usedMs = cpuMs() - begun;
    if (usedMs >= TIME_LIMIT_MS) strikes += 1;
    else limitMs = Math.ceil(Math.min(MAX_TRY_MS, limitMs * Math.min(MAX_GROWTH, FIRST_TRY_MS / usedMs)));
    if (strikes === STRIKES) return LATE;
    await pause();
  }
  return UNDECIDED;
}

// Not process.cpuUsage(), which has the threads of the garbage collector and of the compiler in it.
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
