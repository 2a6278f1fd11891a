// Migrations that meet a lock. While one waits for a table, all others who want the table wait behind it, so it waits for a short
// time and tries again; the log says who holds the lock.
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../logging/log';
import { codeOf, isLockTimeout, reasonOf } from '../sql/database-errors';
import type { SafeClient } from '../sql/session';
import { DatabaseStartError } from './start-with-database';

/** The `application_name` of the sessions that wait, after "hookledger ". */
export const MIGRATING = 'migrate';
/** The longest that others wait behind a migration. */
export const LOCK_TIMEOUT = '500ms';
/** For this long, in all, a migration that meets locks is tried again. */
export const PATIENCE_MS = 600_000;

const LOOK_MS = 100;
const MIN_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;
const SAY_EVERY_MS = 30_000;
const DEADLOCK = '40P01';

interface Holder {
  pid: number;
  login: string | null;
  program: string;
  /** When its transaction began; null: this login may not see it. */
  since: Date | null;
  /** What is waited for; null: the end of the transaction, which may still read what a new index would lack. */
  table: string | null;
}

// not its statement, which may contain values of rows
const HOLDERS = `select b.pid, b.usename as login, b.application_name as program, b.xact_start as since,
    (select min(l.relation::regclass::text) from pg_locks l where l.pid = m.pid and not l.granted) as "table"
  from pg_stat_activity m cross join unnest(pg_blocking_pids(m.pid)) as h (pid) join pg_stat_activity b on b.pid = h.pid
  where m.datname = current_database() and m.application_name = 'hookledger ${MIGRATING}'
  order by b.xact_start nulls last limit 1`;

/**
 * @param watcher looks who holds the lock, in a session of its own
 * @param work gives up a lock after LOCK_TIMEOUT, and continues when it is called again
 * @throws DatabaseStartError if a lock is still held after `patienceMs`
 */
export async function withoutBlocking(
  watcher: SafeClient,
  log: Pick<Log, 'warn'>,
  patienceMs: number,
  work: () => Promise<unknown>,
): Promise<void> {
  const end = performance.now() + patienceMs;
  const holders = watchHolders(watcher, log);
  try {
    for (let pauseMs = MIN_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      try {
        await work();
        return;
      } catch (error) {
        if (!isLockTimeout(error) && codeOf(error) !== DEADLOCK) throw error;
        if (performance.now() + pauseMs > end) throw givenUp(error, holders.last(), patienceMs);
        await wait(pauseMs);
      }
    }
  } finally {
    await holders.stop();
  }
}

function givenUp(error: unknown, holder: Holder | null, patienceMs: number): DatabaseStartError {
  const lock = holder?.table ? `a lock of ${holder.table}` : 'a lock';
  return new DatabaseStartError(
    `It cannot start: a migration has tried for ${patienceMs / 1_000} s to get ${lock}, which ${holder ? nameOf(holder) : 'another session'} ` +
      `holds: ${reasonOf(error)}. What it had done was rolled back. Wait until that session has ended its transaction, or end the ` +
      'session (pg_terminate_backend); then start again.',
    error,
  );
}

function nameOf({ pid, login, program, since }: Holder): string {
  const known = [program, login && `login ${login}`, since && `in a transaction since ${since.toISOString()}`];
  return `session ${pid} (${known.filter(Boolean).join(', ')})`;
}

/** A lock that is met for a moment only, as under load, is not said. */
function watchHolders(watcher: SafeClient, log: Pick<Log, 'warn'>) {
  let holder: Holder | null = null;
  let saidAt = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let metBefore = false;
  const look = async () => {
    const { rows } = await watcher.query<Holder>(HOLDERS);
    const [found] = rows;
    if (found) holder = found;
    if (found && metBefore && performance.now() - saidAt > SAY_EVERY_MS) {
      saidAt = performance.now();
      const { pid, login, program, since, table } = found;
      log.warn(
        { holder: { pid, login, program, since }, table },
        `a migration waits ${table === null ? 'for the end of a transaction' : `for a lock of ${table}`}: ${nameOf(found)}`,
      );
    }
    metBefore = found !== undefined;
  };
  const looking = (async () => {
    while (!stopped) {
      // the session may end: the work goes on without it
      await look().catch(() => undefined);
      await wait(LOOK_MS);
    }
  })();
  return {
    last: () => holder,
    async stop() {
      stopped = true;
      await looking;
    },
  };
}
