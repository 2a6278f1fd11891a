// Conditions and templates are other people's programs: they run here, so that none of them stops the process.
import { setImmediate } from 'node:timers/promises';
import { type Context, createContext, Script } from 'node:vm';

/** Milliseconds that one condition or one request may take. */
export const TIME_LIMIT_MS = 50;

/** Why there is no result: it took too long, or one of its group did and it was not tried. */
export type Late = { readonly late: 'ITSELF' | 'GROUP' };

// A single overrun may be a pause of the whole process. Two in a row are the program's own.
const STRIKES = 2;
// Nor is one its own in which the machine hardly let us run; but not for ever.
const OWN_CPU_MS = TIME_LIMIT_MS / 2;
const MOST_TRIES = 20;

/** What is done with each item. */
export interface Work<Item, Result> {
  /** Once one item of a group is late, those that follow are not run: a loop costs 100 ms, not 100 ms for each. */
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
  const lateGroups = new Set<string>();
  let strikes = 0;
  let tries = 0;
  while (results.length < items.length) {
    const first = results.length;
    prepare(items[first] as Item);
    const before = process.cpuUsage();
    const ended = endsInTime(() => {
      while (results.length < items.length) {
        const item = items[results.length] as Item;
        results.push(lateGroups.has(groupOf(item)) ? { late: 'GROUP' } : run(item));
      }
    });
    if (ended || results.length === items.length) break;
    // One that began later in the slice had less than the whole time: it is the first of the next one.
    [strikes, tries] = results.length === first ? [strikes + strikeOf(before), tries + 1] : [0, 0];
    if (strikes === STRIKES || tries === MOST_TRIES) {
      lateGroups.add(groupOf(items[first] as Item));
      results.push({ late: 'ITSELF' });
      [strikes, tries] = [0, 0];
    }
    await pause();
  }
  return results;
}

function strikeOf(before: NodeJS.CpuUsage): 0 | 1 {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 >= OWN_CPU_MS ? 1 : 0;
}

const script = new Script('work()');
let sandbox: Context | undefined;

function endsInTime(work: () => void): boolean {
  sandbox ??= createContext({});
  sandbox.work = work;
  try {
    script.runInContext(sandbox, { timeout: TIME_LIMIT_MS });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  } finally {
    sandbox.work = undefined;
  }
}
