// Drops whole months that have passed the limit: first a sealed order, then the drop.

import { isDatabaseUnavailable, isInUse, reasonOf } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { currentMs, currentTime } from '../../time/clock';
import type { KeptBecause } from './dropped-months.store';
import {
  dropMonth,
  forgetOtherMonths,
  monthsPastLimit,
  type OldMonth,
  orderMonth,
  saveKeptMonth,
} from './dropped-months.store';

const SEALED_WITHIN_MS = 2_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface KeptMonth extends OldMonth {
  because: KeptBecause;
  /** FAILED: the error of the database. */
  error?: string;
}

interface Wait {
  because: KeptBecause;
  until: number;
  /** The number of consecutive tries in which its tables were in use or the database refused. */
  tries: number;
}

/** When each month that stays is looked at again. Kept in memory: a process that starts looks at each once. */
export class MonthWaits {
  private readonly waits = new Map<string, Wait>();

  isDue(month: OldMonth, now: number): boolean {
    return now >= (this.waits.get(keyOf(month))?.until ?? 0);
  }

  /** @returns whether the reason is another one than before */
  keep(month: OldMonth, because: KeptBecause, now: number): boolean {
    const last = this.waits.get(keyOf(month));
    const tries = because === 'IN_USE' || because === 'FAILED' ? (last?.tries ?? 0) + 1 : 0;
    this.waits.set(keyOf(month), { because, until: now + restOf(because, tries), tries });
    return last?.because !== because;
  }

  /** Forgets all other months: another process has dropped them, or the limit has changed. */
  keepOnly(months: readonly OldMonth[]): void {
    const keys = new Set(months.map(keyOf));
    for (const key of this.waits.keys()) if (!keys.has(key)) this.waits.delete(key);
  }

  forget(month: OldMonth): void {
    this.waits.delete(keyOf(month));
  }

  /** The milliseconds until the next month is due; null: none waits. */
  rest(now: number): number | null {
    const until = [...this.waits.values()].map((wait) => wait.until);
    return until.length === 0 ? null : Math.max(1, Math.min(...until) - now);
  }
}

const keyOf = ({ what, month }: OldMonth) => `${what} ${month}`;

/** Each try that meets a lock can hold up others for 0.8 seconds: 1, 2, 4 ... minutes, at most an hour. */
function restOf(because: KeptBecause, tries: number): number {
  if (tries > 0) return Math.min(HOUR_MS, MINUTE_MS * 2 ** (tries - 1));
  if (because === 'ORDERED' || because === 'TAKEN_BACK') return SEALED_WITHIN_MS;
  return because === 'PENDING' || because === 'UNRECORDED' ? HOUR_MS : DAY_MS;
}

export interface DroppedMonths {
  dropped: OldMonth[];
  /** The months that stay or wait for another reason than in the pass before. */
  kept: KeptMonth[];
}

/** One pass over the months that are due. Each step is a transaction of its own. */
export async function dropMonths(
  db: Db,
  transaction: Transaction,
  waits: MonthWaits = new MonthWaits(),
): Promise<DroppedMonths> {
  const done: DroppedMonths = { dropped: [], kept: [] };
  const months = await monthsPastLimit(db);
  waits.keepOnly(months);
  for (const month of months) {
    if (!waits.isDue(month, currentMs())) continue;
    const { step, ...error } = await tryToDrop(month, transaction);
    if (step === 'DROPPED') {
      waits.forget(month);
      done.dropped.push(month);
    } else if (waits.keep(month, step, currentMs())) {
      await saveKeptMonth(db, { ...month, because: step, error: error.error ?? null, since: currentTime() });
      done.kept.push({ ...month, because: step, ...error });
    }
  }
  await forgetOtherMonths(
    db,
    months.filter((month) => !done.dropped.includes(month)),
  );
  return done;
}

/** A month that fails does not stop younger ones. @throws Error if the database is unavailable */
async function tryToDrop(
  month: OldMonth,
  transaction: Transaction,
): Promise<{ step: KeptBecause | 'DROPPED'; error?: string }> {
  try {
    const ordered = await transaction((db) => orderMonth(db, month));
    if (ordered !== 'ORDERED') return { step: ordered };
    return { step: await transaction((db) => dropMonth(db, month)) };
  } catch (error) {
    if (isInUse(error)) return { step: 'IN_USE' };
    if (isDatabaseUnavailable(error)) throw error;
    return { step: 'FAILED', error: reasonOf(error) };
  }
}
