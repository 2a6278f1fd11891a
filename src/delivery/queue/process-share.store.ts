import { type Db, rowsOf, statement } from '../../sql/db';
import { type HashPart, WHOLE } from '../../sql/index-lookup';
import { LISTENER_SESSION } from './queue.store';

/** The process ids of the sessions that listen for notifications: one of each process with a relay. */
export async function listeningSessions(db: Db): Promise<number[]> {
  const rows = await rowsOf<{ pid: number }>(
    db,
    statement(`select pid from pg_stat_activity
     where datname = current_database() and application_name = $1 order by pid`),
    [`hookledger ${LISTENER_SESSION}`],
  );
  return rows.map(({ pid }) => pid);
}

// How several processes divide the fan-out, so that no two evaluate the same conditions and templates.

const REFRESH_MS = 5_000;

/**
 * Each process takes the part of its place among the processes that listen now. Nothing depends on it but cost: what a
 * dead process leaves is taken by the others after a second, and what two take at the same time is claimed by one.
 */
export interface ProcessShare {
  own(): HashPart;
  /** Reads which processes there are, at most every 5 s. Call it while there is work. */
  refresh(): Promise<void>;
}

/** @param ownSession the process id of the session of this process that listens; null: there is none now */
export function createProcessShare(db: Db, ownSession: () => number | null): ProcessShare {
  let part = WHOLE;
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    own: () => part,
    async refresh() {
      if (performance.now() - readAt < REFRESH_MS) return;
      readAt = performance.now();
      const sessions = await listeningSessions(db);
      const index = sessions.indexOf(ownSession() ?? 0);
      part = index === -1 ? WHOLE : { index, of: sessions.length };
    },
  };
}
