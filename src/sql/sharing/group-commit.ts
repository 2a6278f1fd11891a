// Gathers the work of many callers into one transaction, which costs several times less than a transaction for each.
import { setTimeout as wait } from 'node:timers/promises';
import { isConflict, isDatabaseUnavailable, isStatementTimeout } from '../database-errors';
import { createIsolatedRuns } from './isolated-runs';
import { createReturningCallers } from './returning-callers';

export interface GroupCommit<Item, Result> {
  /** Resolves when the transaction of this item has committed. @throws Error when it has not */
  add(item: Item): Promise<Result>;
  /** Resolves when all added items are finished, and what was put off is done. */
  idle(): Promise<void>;
}

export interface GroupCommitOptions<Item, Result> {
  /**
   * Runs items in one transaction, and commits it.
   * @param isAgain the item is alone, after a transaction with it has failed
   */
  run(items: readonly Item[], isAgain: boolean): Promise<Committed<Result>>;
  /** The size of an item, default 1. The sizes in one transaction add up to at most MAX_SIZE, unless one item is larger. */
  sizeOf?(item: Item): number;
  /** The transaction of several items has failed, and not by a conflict: each item runs alone. */
  onFailedTogether(error: unknown): void;
}

export interface Committed<Result> {
  /** One for each item, in the same order. */
  results: readonly Result[];
  /** Work that no caller waits for. It may be put off for a few milliseconds, see `returning-callers.ts`, and must not throw. */
  afterwards?: () => void;
}

/** Limit of transactions at the same time. */
const TRANSACTIONS = 2;
export const MAX_SIZE = 200;
/** An item that has waited longer than this fails with the transaction before it, if that found no database. */
const OLD_MS = 3_000;
/** Between two checks whether all items are finished. */
const CHECK_MS = 5;

/** `at`: when it came. */
type Waiting<Item, Result> = PromiseWithResolvers<Result> & { item: Item; size: number; at: number };

/**
 * Items that arrive while two transactions run share the next one, also with those of callers who call again as soon as they are
 * answered. Other items begin at once.
 */
export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): GroupCommit<Item, Result> {
  const { run, sizeOf = () => 1, onFailedTogether } = options;
  const waiting: Waiting<Item, Result>[] = [];
  let waitingSize = 0;
  const running = new Set<Promise<void>>();
  const solo = createIsolatedRuns<Item, Result>(runAlone);
  const returning = createReturningCallers(next);

  function next(): void {
    if (waiting.length === 0 || running.size >= TRANSACTIONS) return;
    if (waitingSize < MAX_SIZE && returning.areExpected(waiting.length)) return;
    returning.began();
    const batch = takeBatch();
    const work: Promise<void> = write(batch).finally(() => {
      running.delete(work);
      returning.answered(batch.length, waiting.length);
      next();
    });
    running.add(work);
  }

  async function runAlone(item: Item): Promise<Result> {
    const { results, afterwards } = await run([item], true);
    afterwards?.();
    return results[0] as Result;
  }

  function takeBatch(): Waiting<Item, Result>[] {
    let size = 0;
    const end = waiting.findIndex((each) => {
      size += each.size;
      return size > MAX_SIZE;
    });
    const batch = waiting.splice(0, end === -1 ? waiting.length : Math.max(end, 1));
    for (const each of batch) waitingSize -= each.size;
    return batch;
  }

  // A database that does not answer holds a transaction for many seconds, and the items behind would wait for several of them.
  function takeOld(): Waiting<Item, Result>[] {
    const latest = performance.now() - OLD_MS;
    const first = waiting.findIndex(({ at }) => at > latest);
    const old = waiting.splice(0, first === -1 ? waiting.length : first);
    for (const each of old) waitingSize -= each.size;
    return old;
  }

  async function write(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const { results, afterwards } = await run(
        batch.map(({ item }) => item),
        false,
      );
      if (afterwards) returning.putOff(afterwards);
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      // the fault would also stop each item alone; and after a lost connection, the transaction may have committed
      if (isDatabaseUnavailable(error) || isStatementTimeout(error)) {
        const alike = isDatabaseUnavailable(error) ? takeOld() : [];
        for (const { reject } of [...batch, ...alike]) reject(error);
      } else if (batch.length > 1) {
        if (!isConflict(error)) onFailedTogether(error);
        solo.runAll(batch);
      } else solo.runLater(batch[0] as Waiting<Item, Result>, error);
    }
  }

  return {
    add(item) {
      const entry = { item, size: sizeOf(item), at: performance.now(), ...Promise.withResolvers<Result>() };
      waiting.push(entry);
      waitingSize += entry.size;
      // items of the same tick share a transaction
      setImmediate(next);
      return entry.promise;
    },
    async idle() {
      while (running.size > 0 || solo.underWay.size > 0 || waiting.length > 0) {
        next();
        const underWay = [...running, ...solo.underWay];
        await (underWay.length > 0 ? Promise.race(underWay) : wait(CHECK_MS));
      }
      returning.doPutOff();
    },
  };
}
