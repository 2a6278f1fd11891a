import type { DataSource } from 'typeorm';
import type { Log } from '../log';

const EVERY_MS = 25;

// In one message. The notification itself may be lost in a crash, so that nobody need wait for it to reach the disk.
const ANNOUNCEMENT = `begin; set local synchronous_commit to off; notify hookledger, 'events'; commit`;

export interface Notifier {
  /** Events were committed. */
  announce(): void;
  stop(): Promise<void>;
}

/**
 * Wakes the relays of all processes, at once and then every 25 ms at most: a relay that was woken looks again by itself
 * for longer than that. Not in the transactions that publish: those that notify commit one after the other, each waiting
 * for the disk. What is lost here is found a second later.
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
