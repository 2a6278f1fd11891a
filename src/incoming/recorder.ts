// Gathers decided calls, so that many share a transaction. A call is answered when its transaction has committed.
import { setTimeout as wait } from 'node:timers/promises';
import { isDatabaseUnavailable, isStatementTimeout } from '../sql/database-errors';
import type { Transaction } from '../sql/transactions';
import { type DecidedCall, type Recorded, recordCalls } from './record';

const MAX_AT_ONCE = 200;
/**
 * Calls that arrive during a transaction wait and share the next one, which costs several times less than a transaction
 * for each. A second transaction starts in parallel when many calls wait or the first one takes long, for example for a
 * lock.
 */
const TRANSACTIONS = 2;
const MANY = 50;
const LONG_MS = 25;
/** The minimum time between the beginnings of two transactions, unless many calls wait. After a rest, no call waits. */
const PACE_MS = 5;

export interface Recorder {
  /** Resolves when the call and its events are committed. @throws Error when they are not */
  record(call: DecidedCall): Promise<Recorded>;
  /** Resolves when all given calls are finished. */
  idle(): Promise<void>;
}

type Waiting = PromiseWithResolvers<Recorded> & { call: DecidedCall };

export function createRecorder(transaction: Transaction): Recorder {
  const waiting: Waiting[] = [];
  const running = new Set<Promise<void>>();
  const young = new Set<Promise<void>>();
  let isEarly = false;

  function next(): void {
    if (waiting.length === 0 || running.size >= TRANSACTIONS) return;
    if (waiting.length < MANY && (isEarly || young.size > 0)) return;
    const work: Promise<void> = write(waiting.splice(0, MAX_AT_ONCE)).finally(() => {
      clearTimeout(timer);
      young.delete(work);
      running.delete(work);
      next();
    });
    const timer = setTimeout(() => {
      young.delete(work);
      next();
    }, LONG_MS);
    young.add(work);
    running.add(work);
    pace();
  }

  function pace(): void {
    isEarly = true;
    setTimeout(() => {
      isEarly = false;
      next();
    }, PACE_MS);
  }

  async function write(batch: readonly Waiting[]): Promise<void> {
    try {
      const recorded = await transaction((db) =>
        recordCalls(
          db,
          batch.map(({ call }) => call),
        ),
      );
      for (const [index, { resolve }] of batch.entries()) resolve(recorded[index] as Recorded);
    } catch (error) {
      // the fault would also stop each call of the batch alone, one after the other
      if (batch.length === 1 || isDatabaseUnavailable(error) || isStatementTimeout(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // a call that cannot be recorded must not fail the others
      for (const each of batch) await write([each]);
    }
  }

  return {
    record(call) {
      const entry = { call, ...Promise.withResolvers<Recorded>() };
      waiting.push(entry);
      // calls of the same tick share a batch
      setImmediate(next);
      return entry.promise;
    },
    async idle() {
      while (running.size > 0 || waiting.length > 0) {
        next();
        await (running.size > 0 ? Promise.race(running) : wait(PACE_MS));
      }
    },
  };
}
