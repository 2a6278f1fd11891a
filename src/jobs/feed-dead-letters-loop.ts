// Tries to count and to index again what was left out, each by itself.
import { failureOf } from '../delivery/queue/dead-letters';
import { countChanges } from '../delivery/stats/count-deliveries';
import { createFaultLog, type Log } from '../logging/log';
import {
  type DueFeedDeadLetter,
  dueFeedDeadLetters,
  type FeedDeadLetter,
  type FollowedRow,
  keepAsDeadLetters,
  takeFeedDeadLetter,
} from '../request-log/feed/feed-dead-letters.store';
import type { FollowedKind } from '../request-log/feed/feed-position.store';
import { indexThese } from '../request-log/search/index-requests';
import { countOne } from '../request-log/stats/update-rollups';
import { codeOf, isInUse, isStatementTimeout, isUnrelatedToRows } from '../sql/database-errors';
import type { Db } from '../sql/db';
import { createNoteFailedTogether } from '../sql/sharing/failed-together';
import type { Transaction } from '../sql/transactions';
import { type Loop, startLoop } from '../time/loop';

const REST_MS = 60_000;
const AT_ONCE = 100;

const DO_ONE: Record<FollowedKind, (db: Db, row: FollowedRow) => Promise<void>> = {
  INDEX: (db, row) => indexThese(db, [row]),
  COUNT_OPENED: countOne,
  COUNT_CLOSED: countOne,
  COUNT_DELIVERIES: (db, row) => countChanges(db, [row]),
};

export interface FeedDeadLetterParts {
  /** For statements without a transaction. */
  db: Db;
  transaction: Transaction;
}

/** @returns whether there may be more */
export async function retryFeedDeadLetters({ db, transaction }: FeedDeadLetterParts): Promise<boolean> {
  const due = await dueFeedDeadLetters(db, AT_ONCE);
  for (const row of due) await retryOne({ db, transaction }, row);
  return due.length === AT_ONCE;
}

async function retryOne(
  { db, transaction }: FeedDeadLetterParts,
  { letter, kind, id }: DueFeedDeadLetter,
): Promise<void> {
  try {
    // first, so that another process that tries it waits, and then finds it done
    await transaction(async (own) => {
      if (await takeFeedDeadLetter(own, letter)) await DO_ONE[kind](own, { kind, id });
    });
  } catch (error) {
    if (isOfAll(error)) throw error;
    await keepAsDeadLetters(db, [{ kind, id, ...failureOf(error) }]);
  }
}

export function startRetryingLeftOut(parts: FeedDeadLetterParts, log: Log): Loop {
  return startLoop('rows left out', REST_MS, log, () => retryFeedDeadLetters(parts));
}

// Counting and indexing continue around what cannot be counted or indexed, because something in the database is wrong with it.

/** Changes of the feed in a step while it is looked for what is broken. Each may have 1,000 requests. */
const CAREFUL_STEP = 10;

/** A reader of a feed. */
export interface Follower<Step> {
  /** Does the next step. @param deadLetters what of it cannot be done */
  step(db: Db, atMost: number | undefined, deadLetters: readonly FeedDeadLetter[]): Promise<Step>;
  /** What the next step would do. */
  next(db: Db, atMost: number): Promise<FollowedRow[]>;
  /** Does it for these, and is rolled back. */
  tryOut(db: Db, rows: readonly FollowedRow[]): Promise<unknown>;
  /** As a step, but what it would do that `next` does not name, the next steps do row by row. @returns false: there is nothing of that kind */
  intoRows?(db: Db, atMost: number): Promise<boolean>;
  hasMore(step: Step): boolean;
}

/** A step of the follower, in a transaction. @returns 'again': it is to be tried again at once, in small steps */
export type StepAround<Step> = (transaction: Transaction, atMost?: number) => Promise<Step | 'again'>;

/**
 * After a failure of a step, small ones follow. If one of them fails, each row of it is tried by itself, and those that fail are left out:
 * they are dead letters, which feed-dead-letters-loop.ts tries again. Where the others fail together, such as two numbers whose sum is out of range,
 * as few as possible of them are left out.
 */
export function stepAroundBrokenRows<Step>(follower: Follower<Step>, name: string, log: Log): StepAround<Step> {
  let careful = false;
  const report = createFaultLog((error, unwritten) =>
    log.error({ loop: name, err: error, unwritten }, 'a row is left out: deadLetters names it. All others continue'),
  );

  const notTogether = createNoteFailedTogether('following', log);

  /** @returns why these cannot be done together; null: they can be */
  async function faultOf(transaction: Transaction, rows: readonly FollowedRow[]): Promise<unknown> {
    const error = await errorOf(transaction, (db) => follower.tryOut(db, rows));
    if (error !== null && isOfAll(error)) throw error;
    return error;
  }

  function deadLetterOf(row: FollowedRow, error: unknown): FeedDeadLetter {
    report(error);
    return { ...row, ...failureOf(error) };
  }

  async function brokenAlone(transaction: Transaction, rows: readonly FollowedRow[]): Promise<FeedDeadLetter[]> {
    const broken: FeedDeadLetter[] = [];
    for (const row of rows) {
      const error = await faultOf(transaction, [row]);
      if (error !== null) broken.push(deadLetterOf(row, error));
    }
    return broken;
  }

  /** Halves them until it finds those that fail beside others. @param whole what can be done together; gets the rows that can be, too */
  async function brokenTogether(
    transaction: Transaction,
    rows: readonly FollowedRow[],
    whole: FollowedRow[],
  ): Promise<FeedDeadLetter[]> {
    const error = rows.length === 0 ? null : await faultOf(transaction, [...whole, ...rows]);
    if (error === null) {
      whole.push(...rows);
      return [];
    }
    const [first, ...others] = rows;
    if (first && others.length === 0) return [deadLetterOf(first, error)];
    const half = Math.ceil(rows.length / 2);
    const ofFirst = await brokenTogether(transaction, rows.slice(0, half), whole);
    return [...ofFirst, ...(await brokenTogether(transaction, rows.slice(half), whole))];
  }

  async function brokenOf(transaction: Transaction): Promise<FeedDeadLetter[]> {
    const rows = await transaction((db) => follower.next(db, CAREFUL_STEP));
    const alone = await brokenAlone(transaction, rows);
    const ids = new Set(alone.map(({ kind, id }) => `${kind} ${id}`));
    const others = rows.filter(({ kind, id }) => !ids.has(`${kind} ${id}`));
    return [...alone, ...(await brokenTogether(transaction, others, []))];
  }

  return async (transaction, atMost) => {
    const steps = (deadLetters: readonly FeedDeadLetter[]) =>
      transaction((db) => follower.step(db, careful ? CAREFUL_STEP : atMost, deadLetters), { durable: false });
    try {
      const step = await steps([]);
      if (!follower.hasMore(step)) careful = false;
      return step;
    } catch (error) {
      if (isOfAll(error)) throw error;
      if (!careful) {
        notTogether(error);
        careful = true;
        return 'again';
      }
      const broken = await brokenOf(transaction);
      if (broken.length > 0) return steps(broken);
      if (await transaction(async (db) => follower.intoRows?.(db, CAREFUL_STEP))) return 'again';
      throw error;
    }
  };
}

/** Ends a transaction that was only to be tried. */
class RolledBack extends Error {}

/** @returns the error; null: it would succeed */
async function errorOf(transaction: Transaction, work: (db: Db) => Promise<unknown>): Promise<unknown> {
  try {
    await transaction(async (db) => {
      await work(db);
      throw new RolledBack();
    });
    return null;
  } catch (error) {
    return error instanceof RolledBack ? null : error;
  }
}

const OF_SCHEMA = '42';

/** Whether an error is not that of one row: a lock ends, and a schema that is broken is so for all rows. */
function isOfAll(error: unknown): boolean {
  return isUnrelatedToRows(error) || isInUse(error) || isStatementTimeout(error) || codeOf(error).startsWith(OF_SCHEMA);
}
