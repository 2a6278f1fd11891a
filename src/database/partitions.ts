import { isLockTimeout } from '../sql/database-errors';
import { type Db, rowOf, rowsOf } from '../sql/db';

/** How many months after this one have partitions. */
export const MONTHS_AHEAD = 1;

export interface PartitionsMade {
  made: string[];
  /** Partitions that were not made, because their tables were locked for more than a second. */
  postponed: string[];
}

/**
 * Makes the missing partitions up to a month, each in a transaction of its own, so that none holds the locks of
 * another.
 * @param db outside a transaction
 * @param monthsAhead 0 to 24
 */
export async function makePartitions(db: Db, monthsAhead: number): Promise<PartitionsMade> {
  const missing = await rowsOf<{ name: string }>(db, 'select name from missing_partitions($1)', [monthsAhead]);
  const made: string[] = [];
  const postponed: string[] = [];
  for (const { name } of missing) {
    const outcome = await makePartition(db, name);
    if (outcome === 'made') made.push(name);
    if (outcome === 'locked') postponed.push(name);
  }
  return { made, postponed };
}

async function makePartition(db: Db, name: string): Promise<'made' | 'present' | 'locked'> {
  try {
    const row = await rowOf<{ made: boolean }>(db, 'select make_partition($1) as made', [name]);
    return row?.made ? 'made' : 'present';
  } catch (error) {
    if (isLockTimeout(error)) return 'locked';
    throw error;
  }
}
