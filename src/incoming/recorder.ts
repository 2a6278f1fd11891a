// Gathers decided calls, so that many share a transaction. Whoever waits is answered when theirs has committed.
import { setTimeout as wait } from 'node:timers/promises';
import type { Transaction } from '../sql/transactions';
import { isDatabaseUnavailable, isStatementTimeout } from '../sql/unavailable';
import { type DecidedCall, type Recorded, recordCalls } from './record';

const MAX_AT_ONCE = 200;
/**
 * What comes while a transaction is under way waits for the next and shares it: alone, each would cost several times as
 * much. A second begins beside the first where many wait, or where the first takes long: nobody waits for a lock of others.
 */
const TRANSACTIONS = 2;
const MANY = 50;
const LONG_MS = 25;
/** Between the beginnings of two, unless many wait. After a rest nothing waits. */
const PACE_MS = 5;

export interface Recorder {
  /** Resolves when the call and its consequences are committed. @throws Error when they are not */
  record(call: DecidedCall): Promise<Recorded>;
  /** When all that was handed in is over. */
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
      // what stopped a batch would stop each of it as well, one behind the other
      if (batch.length === 1 || isDatabaseUnavailable(error) || isStatementTimeout(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // one that cannot be written must not take the others with it
      for (const each of batch) await write([each]);
    }
  }

  return {
    record(call) {
      const entry = { call, ...Promise.withResolvers<Recorded>() };
      waiting.push(entry);
      // those that came in the same moment go together
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
