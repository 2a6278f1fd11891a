import { createEventInterval } from '../delivery/batch-interval';
import { NEW_EVENTS, NOTIFY_CHANNEL } from '../delivery/queue/notify.store';
import type { Log } from '../log';
import { changedBy, type Db, statement } from '../sql/db';

// One statement. Not durable: a notification that a crash loses is harmless, so there is no wait for the disk.
const ANNOUNCEMENT = statement(
  `select set_config('synchronous_commit', 'off', true), pg_notify('${NOTIFY_CHANNEL}', '${NEW_EVENTS}')`,
);

export interface Notifier {
  /** Called after events were committed. @param events their number */
  announce(events: number): void;
  stop(): Promise<void>;
}

/**
 * Wakes the relays of all processes, at once and then as often as they begin steps. This does not happen in the publishing
 * transactions, because transactions that notify commit one after the other, each waiting for the disk. A relay finds
 * events without a notification within a second.
 */
export function createNotifier(db: Db, log: Log): Notifier {
  const interval = createEventInterval();
  let underWay: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  let last = Number.NEGATIVE_INFINITY;
  let unannounced = 0;

  function send(): void {
    timer = null;
    last = performance.now();
    interval.note(unannounced);
    unannounced = 0;
    const sent = changedBy(db, ANNOUNCEMENT).catch((error: unknown) =>
      log.debug({ err: error }, 'events not announced'),
    );
    // without their results: each would keep that of the one before it
    underWay = Promise.all([underWay, sent]).then(() => undefined);
  }

  return {
    announce(events) {
      unannounced += events;
      if (timer !== null) return;
      const early = last + interval.ms() - performance.now();
      if (early > 0) timer = setTimeout(send, early);
      else send();
    },
    async stop() {
      if (timer !== null) {
        clearTimeout(timer);
        send();
      }
      await underWay;
    },
  };
}
