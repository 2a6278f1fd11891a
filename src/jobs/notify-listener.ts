import { LISTENER_SESSION, NOTIFY_CHANNEL } from '../delivery/queue/notify.store';
import type { Log } from '../log';
import { SafeClient, sessionConfig } from '../sql/session';

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
