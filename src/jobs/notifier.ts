import type { DataSource } from 'typeorm';
import type { Log } from '../log';

const EVERY_MS = 25;

// One round trip. Not durable: a notification that a crash loses is harmless, so there is no wait for the disk.
const ANNOUNCEMENT = `begin; set local synchronous_commit to off; notify hookledger, 'events'; commit`;

export interface Notifier {
  /** Called after events were committed. */
  announce(): void;
  stop(): Promise<void>;
}

/**
 * Wakes the relays of all processes, at once and then at most every 25 ms: a relay that was woken keeps looking for
 * longer than that. This does not happen in the publishing transactions, because transactions that notify commit one
 * after the other, each waiting for the disk. A relay finds events without a notification within a second.
 */
export function createNotifier(source: DataSource, log: Log): Notifier {
  let underWay: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  let last = Number.NEGATIVE_INFINITY;

  function send(): void {
    timer = null;
    last = performance.now();
    underWay = source.query(ANNOUNCEMENT).catch((error: unknown) => log.debug({ err: error }, 'events not announced'));
  }

  return {
    announce() {
      if (timer !== null) return;
      const early = last + EVERY_MS - performance.now();
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
