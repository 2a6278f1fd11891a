import { createFaultLog } from '../../fault-log';
import type { Log } from '../../log';
import { isDatabaseUnavailable, PoolFull, reasonOf } from '../../sql/database-errors';

/** While callers are answered UNAVAILABLE, logs the reason once a minute instead of for each of them. */
export function createOutageLog(log: Pick<Log, 'warn'>): (error: unknown) => void {
  const note = createFaultLog((error, unwritten) => {
    const { code } = error as { code?: string };
    const what = error instanceof PoolFull ? 'a connection pool is full' : 'the database is unavailable';
    const message = `${what}: callers are answered UNAVAILABLE`;
    log.warn({ reason: reasonOf(error), code, unwritten }, message);
  });
  return (error) => {
    if (isDatabaseUnavailable(error)) note(error);
  };
}
