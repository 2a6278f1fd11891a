import { type Db, rowOf, statement } from '../../sql/db';

/**
 * Whether workers hold jobs without having shown a heartbeat for 10 s, or for longer than an attempt takes: the limits of
 * `QUEUE_OPTIONS`, as pg-boss judges them.
 */
export async function hasLostJobs(db: Db): Promise<boolean> {
  const row = await rowOf<{ lost: boolean }>(
    db,
    statement(`select exists (select from pgboss.job where name = 'deliveries' and state = 'active'
       and (heartbeat_on + heartbeat_seconds * interval '1 s' < now()
         or started_on + expire_seconds * interval '1 s' < now())) as lost`),
  );
  return row?.lost === true;
}

/** Whether there are jobs to take: one statement, where a transaction that takes none has four. */
export async function hasDueJobs(db: Db): Promise<boolean> {
  const row = await rowOf<{ due: boolean }>(
    db,
    statement(`select exists (select from pgboss.job where name = 'deliveries' and state in ('created', 'retry')
       and not blocked and start_after <= now()) as due`),
  );
  return row?.due === true;
}
