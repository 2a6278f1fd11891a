// Runs the items of a failed transaction each alone, so that one with a fault does not stop the others.
import { setTimeout as wait } from 'node:timers/promises';
import { isConflict } from '../database-errors';

/** Limit of items of a failed transaction that run alone at the same time. */
const ALONE = 2;
/** How long an item that met a lock or a concurrent change waits before it is tried again. Between tries it holds nothing. */
const RETRY_AFTER_MS = [25, 50, 100, 200, 400, 800];

/** An item, and the promise of its result. */
export type Pending<Item, Result> = Pick<PromiseWithResolvers<Result>, 'resolve' | 'reject'> & { item: Item };

export interface IsolatedRuns<Item, Result> {
  runAll(items: readonly Pending<Item, Result>[]): void;
  /** Runs an item that has failed alone once more, if it met a conflict: the conflict may have ended. */
  runLater(item: Pending<Item, Result>, error: unknown): void;
  readonly underWay: ReadonlySet<Promise<void>>;
}

/** @param run in a transaction of its own */
export function createIsolatedRuns<Item, Result>(run: (item: Item) => Promise<Result>): IsolatedRuns<Item, Result> {
  // not limited like shared transactions, because an item that waits must not hold up the others
  const underWay = new Set<Promise<void>>();

  async function tryOne(each: Pending<Item, Result>, tries: number): Promise<void> {
    try {
      each.resolve(await run(each.item));
    } catch (error) {
      tryLater(each, tries, error);
    }
  }

  function tryLater(each: Pending<Item, Result>, tries: number, error: unknown): void {
    const ms = isConflict(error) ? RETRY_AFTER_MS[tries] : undefined;
    if (ms === undefined) each.reject(error);
    else track(wait(ms).then(() => tryOne(each, tries + 1)));
  }

  function track(work: Promise<void>): void {
    const tracked: Promise<void> = work.finally(() => underWay.delete(tracked));
    underWay.add(tracked);
  }

  return {
    runAll(items) {
      const left = [...items];
      const worker = async () => {
        for (let each = left.shift(); each; each = left.shift()) await tryOne(each, 0);
      };
      for (let n = 0; n < ALONE; n += 1) track(worker());
    },
    runLater: (item, error) => tryLater(item, 0, error),
    underWay,
  };
}
