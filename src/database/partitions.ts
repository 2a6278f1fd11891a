import { type Db, isLockTimeout, rowOf, rowsOf } from '../sql/db';

export interface PartitionsMade {
  made: string[];
  /** Their tables were locked for longer than a second. */
  postponed: string[];
}

/**
 * Makes what is missing up to a month: each in a transaction of its own, so that none holds the locks of another.
 * @param db no transaction
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
