import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';

const HELD_MS = 5_000;
const SESSIONS = 2;

/**
 * Keeps a transaction with an id open in another database of the cluster, as other tests do by chance, so that a snapshot always
 * has one before it. Returns what ends it.
 */
export async function keepTransactionsOpen(superuserUrl: string): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const sessions = Array.from({ length: SESSIONS }, async (_, n) => {
    const session = new Client({
      connectionString: Object.assign(new URL(superuserUrl), { pathname: '/postgres' }).href,
    });
    await session.connect();
    const pause = (ms: number) => wait(ms, undefined, { signal: stop.signal }).catch(() => undefined);
    // they take turns, so that one is open while the other ends
    await pause((n * HELD_MS) / SESSIONS);
    while (!stop.signal.aborted) {
      await session.query('begin; select pg_current_xact_id()');
      await pause(HELD_MS);
      await session.query('commit');
    }
    await session.end();
  });
  return async () => {
    stop.abort();
    await Promise.all(sessions);
  };
}
