import { type Db, rowsOf, statement } from '../../sql/db';
import { LISTENER_SESSION } from './notify.store';

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
