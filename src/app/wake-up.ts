import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { WAKE_UP_CHANNEL } from '../delivery/wake-up.store';
import type { Log } from '../log';

const RECONNECT_MS = 1_000;
const CONNECT_MS = 5_000;
const PROBE_AFTER_MS = 10_000; // the system's own default is two hours
const GOODBYE_MS = 1_000;

export interface WakeUp {
  stop(): Promise<void>;
}

/**
 * Hears what committed transactions of all processes announce. What is said while the connection is away is missed, so
 * everybody is woken once after each reconnection; and everybody looks by themselves now and then.
 */
export function startWakeUp(url: string, log: Log, wake: (what: string) => void): WakeUp {
  let client: Client | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stopping = false;

  async function connect(): Promise<void> {
    timer = null;
    const mine = new Client({
      connectionString: url,
      application_name: 'hookledger wake-up',
      keepAlive: true,
      keepAliveInitialDelayMillis: PROBE_AFTER_MS,
      connectionTimeoutMillis: CONNECT_MS,
    });
    client = mine;
    // An error without a listener would end the process. One loss tells of itself several times, also late: only the
    // first may reconnect, else two clients listen and one of them is never closed.
    const lost = () => {
      if (client !== mine) return;
      client = null;
      if (!stopping) timer = setTimeout(connect, RECONNECT_MS);
    };
    mine.on('error', lost);
    mine.on('end', lost);
    mine.on('notification', (message) => wake(message.payload ?? ''));
    try {
      await mine.connect();
      await mine.query(`listen ${WAKE_UP_CHANNEL}`);
      wake('everything');
    } catch (error) {
      log.debug({ err: error }, 'cannot listen for wake-ups, trying again');
      lost();
      await mine.end().catch(() => undefined);
    }
  }

  void connect();
  return {
    async stop() {
      stopping = true;
      if (timer) clearTimeout(timer);
      // whoever is silent does not say goodbye either
      await Promise.race([client?.end().catch(() => undefined), wait(GOODBYE_MS, undefined, { ref: false })]);
    },
  };
}
