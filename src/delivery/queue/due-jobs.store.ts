import { type Db, rowOf, statement } from '../../sql/db';

/** Whether there are jobs to take: one statement, where a transaction that takes none has four. */
export async function hasDueJobs(db: Db): Promise<boolean> {
  const row = await rowOf<{ due: boolean }>(
    db,
    statement(`select exists (select from pgboss.job where name = 'deliveries' and state in ('created', 'retry')
       and not blocked and start_after <= now()) as due`),
  );
  return row?.due === true;
}
