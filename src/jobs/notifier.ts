import { createEventInterval } from '../delivery/batch-interval';
import { LISTENER_SESSION, NEW_EVENTS, NOTIFY_CHANNEL } from '../delivery/queue/queue.store';
import type { Log } from '../logging/log';
import { changedBy, type Db, statement } from '../sql/db';
import { SafeClient, sessionConfig } from '../sql/session';

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

const RECONNECT_MS = 1_000;
const CONNECT_MS = 5_000;
const PROBE_AFTER_MS = 10_000; // the system's own default is two hours

export interface NotifyListener {
  /** The process id of its session in the database; null: it is not connected. */
  session(): number | null;
  stop(): Promise<void>;
}

/**
 * Receives the notifications of committed transactions of all processes. Those sent while the connection is lost are
 * missed, so all loops are woken once after each reconnection; the loops also poll.
 */
export function startNotifyListener(url: string, log: Log, wake: (what: string) => void): NotifyListener {
  let client: SafeClient | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stopping = false;
  let session: number | null = null;

  async function connect(): Promise<void> {
    timer = null;
    const mine = new SafeClient({
      ...sessionConfig({ name: LISTENER_SESSION }),
      connectionString: url,
      keepAliveInitialDelayMillis: PROBE_AFTER_MS,
      connectionTimeoutMillis: CONNECT_MS,
    });
    client = mine;
    // One loss causes several events, some of them late: only the first may reconnect, otherwise two clients listen
    // and one of them is never closed.
    const lost = () => {
      if (client !== mine) return;
      client = null;
      session = null;
      if (!stopping) timer = setTimeout(connect, RECONNECT_MS);
    };
    mine.on('error', lost);
    mine.on('end', lost);
    mine.on('notification', (message) => wake(message.payload ?? ''));
    try {
      await mine.connect();
      await mine.query(`listen ${NOTIFY_CHANNEL}`);
      // not processID of the client, which a connection pooler makes up
      const { rows } = await mine.query<{ pid: number }>('select pg_backend_pid() as pid');
      session = rows[0]?.pid ?? null;
      wake('everything');
    } catch (error) {
      log.debug({ err: error }, 'cannot listen for notifications, trying again');
      lost();
      await mine.end().catch(() => undefined);
    }
  }

  void connect();
  return {
    session: () => session,
    async stop() {
      stopping = true;
      if (timer) clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
