import { currentMs } from '../../clock';
import type { Log } from '../../log';
import type { RequestErrorCode } from '../../request-log/webhook-request-log.entity';
import type { Db } from '../../sql/db';
import { addUnrecordedRefusals, type UnrecordedRow } from './unrecorded-refusals.store';

const EVERY_MS = 1_000;
const MINUTE_MS = 60_000;

/** Counts the refused calls that are not recorded, and stores the counts every second. */
export interface UnrecordedRefusals {
  count(webhookId: string, errorCode: RequestErrorCode): void;
  stop(): Promise<void>;
}

export function createUnrecordedRefusals(db: Db, log: Log): UnrecordedRefusals {
  let counts = new Map<string, UnrecordedRow>();
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
    } catch (error) {
      log.debug({ err: error }, 'refusals not counted yet');
      for (const row of batch.values()) add(row);
    }
  }

  function add(row: UnrecordedRow): void {
    const key = `${row.webhookId} ${row.minute.getTime()} ${row.errorCode}`;
    const known = counts.get(key);
    counts.set(key, { ...row, calls: row.calls + (known?.calls ?? 0) });
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
    },
  };
}
