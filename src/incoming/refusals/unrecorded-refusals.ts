import { createTokenBuckets } from '../../limits/token-buckets';
import type { Log } from '../../logging/log';
import type { RequestErrorCode } from '../../request-log/webhook-request-log.entity';
import type { Db } from '../../sql/db';
import { currentMs } from '../../time/clock';
import { addUnrecordedRefusals, type UnrecordedRow } from './unrecorded-refusals.store';

const EVERY_MS = 1_000;
const MINUTE_MS = 60_000;
/** How many counts wait while the database refuses to write them. */
const MAX_WAITING = 10_000;

/** Counts the refused calls that are not recorded, and stores the counts every second. */
export interface UnrecordedRefusals {
  count(webhookId: string, errorCode: RequestErrorCode): void;
  stop(): Promise<void>;
}

export function createUnrecordedRefusals(db: Db, log: Log): UnrecordedRefusals {
  let counts = new Map<string, UnrecordedRow>();
  let lost = 0;
  let underWay: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    if (counts.size === 0) return;
    const batch = counts;
    counts = new Map();
    const keys = [...batch.keys()].sort();
    try {
      await addUnrecordedRefusals(
        db,
        keys.map((key) => batch.get(key) as UnrecordedRow),
      );
      if (lost > 0) log.warn({ calls: lost }, 'refused calls were not counted, because too many counts waited');
      lost = 0;
    } catch (error) {
      log.debug({ err: error }, 'refusals not counted yet');
      for (const row of batch.values()) add(row);
    }
  }

  function add(row: UnrecordedRow): void {
    const key = `${row.webhookId} ${row.minute.getTime()} ${row.errorCode}`;
    const known = counts.get(key);
    if (!known && counts.size >= MAX_WAITING) lost += row.calls;
    else counts.set(key, { ...row, calls: row.calls + (known?.calls ?? 0) });
  }

  const timer = setInterval(() => {
    underWay = underWay.then(write);
  }, EVERY_MS).unref();

  return {
    count(webhookId, errorCode) {
      add({ webhookId, minute: new Date(Math.floor(currentMs() / MINUTE_MS) * MINUTE_MS), errorCode, calls: 1 });
    },
    async stop() {
      clearInterval(timer);
      await underWay;
      await write();
      const calls = lost + [...counts.values()].reduce((sum, row) => sum + row.calls, 0);
      if (calls > 0)
        log.warn({ calls }, 'refused calls were not counted, because the database did not take the counts');
    },
  };
}

// Limits how many refused calls are recorded, so that a flood of them does not fill the disk.

/** How many refused calls are recorded for each webhook and process: this number at once, then one per second. */
export const REFUSALS_AT_ONCE = 100;
const REFUSALS_PER_SECOND = 1;
/** How many bytes of the body of a refused call are recorded, and how many after half of the refusals at once. */
const MAX_REFUSED_BYTES = 256 * 1024;
const MAX_REFUSED_BYTES_OF_MANY = 4 * 1024;

const MANY = REFUSALS_AT_ONCE / 2;

export interface RefusalRate {
  /**
   * How many bytes of the body are recorded; null: the call is only counted. `othersUnrecorded`: other such calls are only
   * counted.
   */
  admit(webhookId: string): { bodyBytes: number; othersUnrecorded: boolean } | null;
}

export function createRefusalRate(now?: () => number): RefusalRate {
  const buckets = createTokenBuckets(REFUSALS_PER_SECOND, REFUSALS_AT_ONCE, now);
  return {
    admit(webhookId) {
      const left = buckets.take(webhookId, 1);
      if (left < 0) return null;
      return { bodyBytes: left >= MANY ? MAX_REFUSED_BYTES : MAX_REFUSED_BYTES_OF_MANY, othersUnrecorded: left < 1 };
    },
  };
}
