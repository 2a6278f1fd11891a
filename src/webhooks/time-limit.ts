// Conditions and templates are other people's programs: they run here, so that none of them stops the process.
import { setImmediate } from 'node:timers/promises';
import { type Context, createContext, Script } from 'node:vm';

/** Milliseconds that one condition or one request may take. */
export const TIME_LIMIT_MS = 50;

/** Why there is no result: it took too long, or others of its group did and it was not given the time again. */
export type Late = { readonly late: 'ITSELF' | 'GROUP' };

// A single overrun may be a pause of the whole process. Two in a row are the program's own.
const STRIKES = 2;
// Nor is one its own in which the machine hardly let us run; but not for ever.
const OWN_CPU = 0.5;
const MOST_TRIES = 20;
// A long document is late where short ones are not: a group that was late has this much for each of the others.
const SUSPECT_LIMIT_MS = 10;
const MOST_LATE = 3;

/** What is done with each item. */
export interface Work<Item, Result> {
  /** Once an item of a group is late, the others get 10 ms each, and after three none: a loop costs 140 ms, not 100 ms each. */
  groupOf(item: Item): string;
  /** What takes bounded time and does not count, such as reading the document. May be called more than once. */
  prepare(item: Item): void;
  run(item: Item): Result;
  /** Between two slices of 50 ms; by default the event loop has its turn. */
  pause?(): Promise<unknown>;
}

/**
 * Calls `run` for each item, in order. Everything it calls is stopped after 50 ms, loops and regular expressions as
 * well; what ran before the one that was stopped keeps its results. One call into `vm` is enough for all where nothing
 * is late.
 */
export async function runEach<Item, Result extends object>(
  items: readonly Item[],
  { groupOf, prepare, run, pause = setImmediate }: Work<Item, Result>,
): Promise<(Result | Late)[]> {
  const results: (Result | Late)[] = [];
  const late = new Map<string, number>();
  let strikes = 0;
  let tries = 0;
  while (results.length < items.length) {
    const first = results.length;
    const group = groupOf(items[first] as Item);
    const lateBefore = late.get(group) ?? 0;
    const limitMs = lateBefore === 0 ? TIME_LIMIT_MS : SUSPECT_LIMIT_MS;
    prepare(items[first] as Item);
    const before = process.cpuUsage();
    const ended = endsInTime(limitMs, () => {
      while (results.length < items.length) {
        const item = items[results.length] as Item;
        const lateOnes = late.get(groupOf(item)) ?? 0;
        if (lateOnes > 0 && lateOnes < MOST_LATE && results.length > first) return;
        results.push(lateOnes === MOST_LATE ? { late: 'GROUP' } : run(item));
      }
    });
    if (results.length === items.length) break;
    // One that began later in the slice had less than the whole time: it is the first of the next one.
    const isFirst = !ended && results.length === first;
    [strikes, tries] = isFirst ? [strikes + strikeOf(before, limitMs), tries + 1] : [0, 0];
    if (strikes === STRIKES || tries === MOST_TRIES) {
      late.set(group, lateBefore + 1);
      results.push({ late: lateBefore === 0 ? 'ITSELF' : 'GROUP' });
      [strikes, tries] = [0, 0];
    }
    await pause();
  }
  return results;
}

function strikeOf(before: NodeJS.CpuUsage, limitMs: number): 0 | 1 {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 >= limitMs * OWN_CPU ? 1 : 0;
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
